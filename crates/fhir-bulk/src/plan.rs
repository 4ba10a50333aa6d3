//! What is known of the manifest: its pages, the numbers of their files, and where each file is now.

use crate::job::{Page, Planned};
use crate::manifest::Manifest;
use crate::names::{FileId, Section};
use std::collections::BTreeMap;

/// More pages than this are taken for a server that never ends.
const PAGES_MAX: usize = 100_000;

/// The manifest so far.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) pages: Vec<Page>,
}

/// Why a page does not fit what is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Files of a page are not what they were.
    #[error("page {page} of the manifest has changed its files since it was first read; start a new export")]
    Changed {
        /// The page, from 0.
        page: u32,
    },
    /// Links that lead back.
    #[error("page {page} of the manifest leads back to an earlier page")]
    Circle {
        /// The page, from 0.
        page: u32,
    },
    /// Too many.
    #[error("the manifest has more than {PAGES_MAX} pages")]
    TooMany,
}

impl Plan {
    /// The pages that a journal holds; later entries replace earlier ones.
    pub(crate) fn note(&mut self, page: Page) {
        let place = page.number as usize;
        if place < self.pages.len() {
            self.pages[place] = page;
        } else if place == self.pages.len() {
            self.pages.push(page);
        }
    }

    /// A page as it was read now. A page known already keeps its files and may only gain some, or a link.
    pub(crate) fn page(&self, number: u32, url: &str, manifest: &Manifest) -> Result<Page, PlanError> {
        let place = number as usize;
        if place >= PAGES_MAX {
            return Err(PlanError::TooMany);
        }
        let mut taken = BTreeMap::<Section, u32>::new();
        for file in self.pages.iter().take(place).flat_map(|page| &page.files) {
            *taken.entry(file.id.section).or_default() += 1;
        }
        let planned = manifest.files.iter().map(|file| {
            let number = taken.entry(file.section).or_default();
            *number += 1;
            let id = FileId { section: file.section, number: *number };
            Planned {
                id,
                kind: file.kind.clone(),
                url: file.url.as_str().to_owned(),
                count: file.count,
                bytes: file.bytes,
            }
        });
        let next = manifest.next.as_ref().map(|next| next.as_str().to_owned());
        let earlier = self.pages.iter().take(place).map(|page| page.url.as_str()).chain([url]);
        if next.as_ref().is_some_and(|next| earlier.clone().any(|one| one == next)) {
            return Err(PlanError::Circle { page: number });
        }
        let page = Page {
            number,
            url: url.to_owned(),
            transaction_time: manifest.transaction_time.clone(),
            requires_access_token: manifest.requires_access_token,
            is_organized: manifest.organized_by.is_some(),
            generation: manifest.generation,
            files: planned.collect(),
            next,
        };
        if let Some(known) = self.pages.get(place) {
            let still = |file: &Planned| page.files.iter().any(|now| now.is_same(file));
            // Once there is a later page, numbers are given away and this one is final.
            let may_grow = place + 1 == self.pages.len();
            if !known.files.iter().all(still) || (!may_grow && page.files.len() != known.files.len()) {
                return Err(PlanError::Changed { page: number });
            }
        }
        Ok(page)
    }

    /// Every file with the page it is on, error files first.
    pub(crate) fn files(&self) -> Vec<(&Page, &Planned)> {
        let mut files: Vec<_> =
            self.pages.iter().flat_map(|page| page.files.iter().map(move |file| (page, file))).collect();
        files.sort_by_key(|(_, file)| file.id);
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;
    use reqwest::Url;
    use serde_json::json;

    fn manifest(files: &[(&str, &str)], next: Option<&str>) -> Manifest {
        let output: Vec<_> = files.iter().map(|(kind, url)| json!({"type": kind, "url": url})).collect();
        let link = next.map(|url| json!({"relation": "next", "url": url}));
        let value = json!({"transactionTime": "t", "output": output, "link": link.into_iter().collect::<Vec<_>>()});
        manifest::read(value.to_string().as_bytes(), &Url::parse("https://a.example/").unwrap()).unwrap()
    }

    #[test]
    fn numbers_go_on_over_pages_and_links_may_change() {
        let mut plan = Plan::default();
        let one = manifest(&[("Patient", "p1"), ("Patient", "p2")], Some("2"));
        plan.note(plan.page(0, "https://a.example/1", &one).unwrap());
        plan.note(plan.page(1, "https://a.example/2", &manifest(&[("Patient", "p3")], None)).unwrap());
        let names: Vec<_> = plan.files().iter().map(|(page, file)| (page.number, file.name())).collect();
        let expect = [(0, "0001-Patient.ndjson"), (0, "0002-Patient.ndjson"), (1, "0003-Patient.ndjson")];
        assert_eq!(names, expect.map(|(page, name)| (page, name.to_owned())));
        let fresh =
            plan.page(0, "https://a.example/1", &manifest(&[("Patient", "q1"), ("Patient", "q2")], Some("2"))).unwrap();
        assert_eq!(fresh.files[1].url, "https://a.example/q2");
    }

    #[test]
    fn pages_that_change_or_lead_back_are_refused() {
        let mut plan = Plan::default();
        plan.note(plan.page(0, "https://a.example/1", &manifest(&[("Patient", "p")], None)).unwrap());
        let grown = manifest(&[("Patient", "p"), ("Group", "g")], Some("2"));
        assert!(plan.page(0, "https://a.example/1", &grown).is_ok(), "a page may gain files while it is the last");
        let other = manifest(&[("Group", "p")], None);
        assert_eq!(plan.page(0, "https://a.example/1", &other), Err(PlanError::Changed { page: 0 }));
        let circle = manifest(&[], Some("https://a.example/1"));
        assert_eq!(plan.page(1, "https://a.example/2", &circle), Err(PlanError::Circle { page: 1 }));
        assert_eq!(plan.page(100_000, "https://a.example/2", &circle), Err(PlanError::TooMany));
        plan.note(plan.page(1, "https://a.example/2", &manifest(&[("Patient", "x")], None)).unwrap());
        assert_eq!(plan.page(0, "https://a.example/1", &grown), Err(PlanError::Changed { page: 0 }));
    }
}
