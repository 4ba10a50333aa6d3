//! The table of codes against the pages of `docs/errors/`.

use oxgate_api::Code;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors")
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{}.md", code.text())).collect();
    assert_eq!(pages, codes);
}

#[test]
fn a_page_says_what_the_code_says() {
    let index = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for code in Code::ALL {
        let (text, status) = (code.text(), code.status().as_u16());
        let page = std::fs::read_to_string(folder().join(format!("{text}.md"))).unwrap();
        assert!(page.starts_with(&format!("# {text}: {}\n", code.title())), "{text}: title");
        assert!(page.contains(&format!("HTTP status {status}.")), "{text}: status");
        for part in ["## What happened", "## Why", "## What to do", "## Example"] {
            assert!(page.contains(part), "{text}: {part}");
        }
        let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
        let example: Value = serde_json::from_str(example.expect("an example")).unwrap();
        assert_eq!((&example["code"], &example["status"]), (&text.clone().into(), &status.into()));
        assert_eq!((&example["title"], &example["type"]), (&code.title().into(), &code.page().into()), "{text}");
        assert!(index.contains(&format!("[{text}]({text}.md) | {status} | {} |", code.title())), "{text}: index");
    }
}

/// The doors for Redox answer with codes of the same table.
#[test]
fn the_doors_use_the_same_codes() {
    for why in oxgate_inbound::Why::ALL {
        let code = Code::ALL.iter().find(|code| code.text() == format!("OXG{:04}", why.number()));
        let code = code.expect("every number is in the table");
        assert_eq!((code.status(), code.title()), (why.status(), why.title()), "{}", code.text());
    }
}
