//! Writes the typed models from the catalogue: `cargo run -p redox-model --no-default-features --example codegen`.

#[path = "../codegen/mod.rs"]
mod codegen;

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let folder = Path::new(codegen::FOLDER);
    fs::create_dir_all(folder)?;
    for (path, source) in codegen::files() {
        fs::write(folder.join(path), source)?;
    }
    Ok(())
}
