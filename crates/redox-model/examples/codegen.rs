//! Writes the typed models from the catalogue: `cargo run -p redox-model --no-default-features --example codegen`.
//!
//! An argument names another folder to write them to, to be compared.

#[path = "../codegen/mod.rs"]
mod codegen;

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from(codegen::FOLDER), PathBuf::from);
    fs::create_dir_all(&folder)?;
    for (path, source) in codegen::files() {
        fs::write(folder.join(path), source)?;
    }
    Ok(())
}
