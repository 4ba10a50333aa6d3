//! Whether a server says that it exports, and at which levels. Many servers that do do not say so.
//!
//! Source: FHIR R4 `CapabilityStatement`; HL7 FHIR Bulk Data Access, "Server Capability Documentation".

use crate::kickoff::Level;
use serde_json::Value;

/// What a `CapabilityStatement` says about exports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// `$export` of everything.
    pub system: bool,
    /// `Patient/$export`.
    pub patients: bool,
    /// `Group/[id]/$export`.
    pub group: bool,
}

const DEFINITION: &str = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/";

impl Capabilities {
    /// Reads a `CapabilityStatement`; `None` if it is none.
    pub fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        if value.get("resourceType").and_then(Value::as_str) != Some("CapabilityStatement") {
            return None;
        }
        let mut found = Self::default();
        for rest in value.get("rest").and_then(Value::as_array).into_iter().flatten() {
            // Some servers list every operation at the top, so the definition tells the level there.
            for operation in operations(rest) {
                match operation.definition.strip_prefix(DEFINITION).unwrap_or_default() {
                    name if name.starts_with("patient-export") => found.patients = true,
                    name if name.starts_with("group-export") => found.group = true,
                    _ => found.system |= operation.is_export(),
                }
            }
            for resource in rest.get("resource").and_then(Value::as_array).into_iter().flatten() {
                let exports = operations(resource).iter().any(Operation::is_export);
                match resource.get("type").and_then(Value::as_str) {
                    Some("Patient") => found.patients |= exports,
                    Some("Group") => found.group |= exports,
                    _ => {}
                }
            }
        }
        Some(found)
    }

    /// `Some(false)` if the server announces other levels but not this one; `None` if it announces nothing at all.
    pub fn allows(&self, level: &Level) -> Option<bool> {
        if !(self.system || self.patients || self.group) {
            return None;
        }
        Some(match level {
            Level::System => self.system,
            Level::Patients => self.patients,
            Level::Group(_) => self.group,
        })
    }
}

struct Operation {
    name: String,
    definition: String,
}

impl Operation {
    fn is_export(&self) -> bool {
        let name = self.name.trim_start_matches('$');
        matches!(name, "export" | "patient-export" | "group-export") || self.definition.starts_with(DEFINITION)
    }
}

fn operations(holder: &Value) -> Vec<Operation> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = holder.get("operation").and_then(Value::as_array).into_iter().flatten();
    list.map(|one| Operation { name: text(one, "name"), definition: text(one, "definition") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn levels_are_found_wherever_servers_list_them() {
        let read = |rest: Value| {
            let statement = json!({"resourceType": "CapabilityStatement", "rest": [rest]});
            Capabilities::read(statement.to_string().as_bytes()).unwrap()
        };
        let group = |id: &str| Level::Group(id.to_owned());
        let by_resource = read(json!({"resource": [
            {"type": "Group", "operation": [{"name": "export", "definition": "x"}]},
            {"type": "Observation", "operation": [{"name": "export"}]},
        ]}));
        assert_eq!([by_resource.allows(&Level::System), by_resource.allows(&group("1"))], [Some(false), Some(true)]);
        let at_top = read(json!({"operation": [
            {"name": "$export", "definition": format!("{DEFINITION}export|2.0.0")},
            {"name": "patient-export", "definition": format!("{DEFINITION}patient-export")},
        ]}));
        let all = [Level::System, Level::Patients, group("1")].map(|level| at_top.allows(&level));
        assert_eq!(all, [Some(true), Some(true), Some(false)]);
        assert_eq!(read(json!({"operation": [{"name": "validate"}]})).allows(&Level::System), None);
        assert_eq!(Capabilities::read(b"{}"), None);
    }
}
