//! The typed models are what the catalogue says. When this fails, run the example `codegen`.

#[path = "../codegen/mod.rs"]
mod codegen;

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_generated_files_are_fresh() {
    let folder = Path::new(codegen::FOLDER);
    let expected = codegen::files();
    for (path, source) in &expected {
        let found = fs::read_to_string(folder.join(path)).unwrap_or_default();
        assert!(found == *source, "src/generated/{path} is stale");
    }
    let entries = fs::read_dir(folder).expect("the folder of the generated files");
    let found: BTreeSet<String> =
        entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(found, expected.into_keys().collect());
}
