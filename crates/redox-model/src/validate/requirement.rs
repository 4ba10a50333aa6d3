//! What one destination requires beyond the documentation: data of the configuration, such as `Visit.VisitNumber`.

use std::{borrow::Cow, fmt, ops::Range};

use super::{Finding, Findings, Rule, Severity};
use crate::scan::{Fault, Kind, Scanner};

/// A member that must be present and filled: not null, not an empty string, array or object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    names: Vec<String>,
}

/// Why a text names no member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is no path to a member: write member names joined by dots, such as `Visit.VisitNumber`")]
pub struct RequirementError {
    path: String,
}

impl Requirement {
    /// Reads `Visit.VisitNumber`, or `Orders[].ID`: in an array every item must have the member, and there must be an
    /// item. The brackets may be left out.
    pub fn parse(path: &str) -> Result<Self, RequirementError> {
        let plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let names: Vec<String> =
            path.split('.').map(|name| name.strip_suffix("[]").unwrap_or(name).to_owned()).collect();
        if names.iter().all(|name| plain(name)) {
            Ok(Self { names })
        } else {
            Err(RequirementError { path: path.to_owned() })
        }
    }

    /// Adds a finding for each place that lacks the member.
    pub(super) fn check(&self, body: &[u8], findings: &mut Findings) {
        let Ok(mut scanner) = Scanner::new(body) else { return };
        let read = self.look(&mut scanner, &self.names, "$".to_owned(), findings);
        debug_assert_eq!(read, Ok(()), "the envelope reader has checked the body");
    }

    /// Looks at the value that comes next, which stands at `path` and must hold the rest of the names.
    fn look(
        &self,
        scanner: &mut Scanner<'_>,
        names: &[String],
        path: String,
        findings: &mut Findings,
    ) -> Result<(), Fault> {
        let kind = scanner.kind()?;
        let start = scanner.offset();
        let mut filled = false;
        match (kind, names) {
            (Kind::Array, _) => {
                let mut index = 0;
                scanner.items(|scanner| {
                    let item = format!("{path}[{index}]");
                    index += 1;
                    self.look(scanner, names, item, findings)
                })?;
                filled = index > 0;
            }
            (Kind::Object, [name, rest @ ..]) => {
                let place = format!("{path}.{name}");
                let mut found = false;
                scanner.members(|scanner, _, member| {
                    if member != name {
                        return scanner.skip();
                    }
                    found = true;
                    self.look(scanner, rest, place.clone(), findings)
                })?;
                if !found {
                    self.missing(place, start..start, findings);
                }
                filled = true;
            }
            (Kind::Object, []) => scanner.members(|scanner, _, _| {
                filled = true;
                scanner.skip()
            })?,
            (_, []) => filled = scanner.scalar()?.is_some_and(|text| !text.trim().is_empty()),
            (_, [_, ..]) => scanner.skip()?,
        }
        if !filled {
            self.missing(path, start..scanner.offset(), findings);
        }
        Ok(())
    }

    fn missing(&self, path: String, span: Range<usize>, findings: &mut Findings) {
        let expected = Cow::Owned(format!("a value, since the destination requires {self}"));
        findings.push(Finding { severity: Severity::Error, rule: Rule::DestinationRequires, path, expected, span });
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.join("."))
    }
}
