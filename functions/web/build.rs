//! Compresses the assets of the pages and names them by what is in them, so that browsers may keep them for ever.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

#[expect(clippy::disallowed_methods, reason = "a build script is told so where it may write")]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/assets");
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    files.sort();
    let mut version = Sha256::new();
    let mut table = String::from("pub(crate) const ASSETS: &[Asset] = &[\n");
    for (name, path) in &files {
        let content = fs::read(path)?;
        version.update(name);
        version.update((content.len() as u64).to_be_bytes());
        version.update(&content);
        let compressed = out.join(format!("{name}.gz"));
        let mut encoder = GzEncoder::new(fs::File::create(&compressed)?, Compression::best());
        encoder.write_all(&content)?;
        encoder.finish()?;
        writeln!(
            table,
            "    Asset {{
        name: {name:?},
        plain: include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/src/assets/{name}\")),
        gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.gz\")),
    }},"
        )?;
    }
    let digest = version.finalize();
    let version = digest[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let tag = format!("\"{version}\"");
    writeln!(table, "];\n\npub const VERSION: &str = {version:?};\nconst TAG: &str = {tag:?};")?;
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}
