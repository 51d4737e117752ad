//! Makes sure that what is embedded exists, so that the crate compiles before `npm run build`.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    for folder in ["../static/dist", "../catalogue", "../migrations"] {
        if !Path::new(folder).exists() {
            fs::create_dir_all(folder)?;
        }
        println!("cargo:rerun-if-changed={folder}");
    }
    Ok(())
}
