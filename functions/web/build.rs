//! Puts scripts and styles of the pages together, in few files, compresses what is served and names it by what is in it, so
//! that browsers may keep it for ever.

#[path = "build/bundle.rs"]
mod bundle;

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use bundle::Module;
use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The module that begins; its name is that of the whole script.
const ENTRY: &str = "app.js";

/// The script that is loaded when a page is gone to that few people open.
const REST: &str = "rest.js";

/// The modules of such pages.
const RARE: [&str; 4] = ["accounts-links.js", "limits.js", "pin-events.js", "webhooks.js"];

/// The style sheet that all pages have in common, before those of single pages.
const SHEET: &str = "style.css";

#[expect(clippy::disallowed_methods, reason = "a build script is told so where it may write")]
fn main() -> Result<(), Box<dyn Error>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folder = source.join("assets");
    let loading = source.join("loading.js");
    for path in [&folder, &loading] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let assets = assets(&folder)?;
    let mut version = Sha256::new();
    let mut table = String::from("pub(crate) const ASSETS: &[Asset] = &[\n");
    for (name, content) in &assets {
        version.update(name);
        version.update((content.len() as u64).to_be_bytes());
        version.update(content);
        fs::write(out.join(name), content)?;
        let mut encoder = GzEncoder::new(fs::File::create(out.join(format!("{name}.gz")))?, Compression::best());
        encoder.write_all(content)?;
        encoder.finish()?;
        writeln!(
            table,
            "    Asset {{
        name: {name:?},
        plain: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")),
        gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.gz\")),
    }},"
        )?;
    }
    let digest = version.finalize();
    let version = digest[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let tag = format!("\"{version}\"");
    writeln!(table, "];\n\npub const VERSION: &str = {version:?};\nconst TAG: &str = {tag:?};")?;
    // The policy of the pages names the one script in the document by its hash.
    let loading = fs::read_to_string(loading)?;
    let hash = BASE64.encode(&Sha256::digest(&loading));
    writeln!(table, "pub const LOADING: &str = {loading:?};\npub const LOADING_HASH: &str = \"sha256-{hash}\";")?;
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// The name of a file, and what is in it.
type File = (String, Vec<u8>);

/// What is served: the script, the style sheet and everything that is neither.
fn assets(folder: &Path) -> Result<Vec<File>, Box<dyn Error>> {
    let (mut modules, mut sheets, mut assets) = (Vec::new(), Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.path().extension().and_then(|ending| ending.to_str()) {
            Some("js") => modules.push(Module { name, text: fs::read_to_string(entry.path())? }),
            Some("css") => sheets.push((name, fs::read_to_string(entry.path())?)),
            _ => assets.push((name, fs::read(entry.path())?)),
        }
    }
    modules.sort_by(|one, other| one.name.cmp(&other.name));
    sheets.sort_by_key(|(name, _)| (name != SHEET, name.clone()));
    let sheet = sheets.iter().fold(String::new(), |all, (name, text)| format!("{all}/* ---- {name} */\n{text}\n"));
    let scripts = bundle::scripts(&modules, ENTRY, &RARE)?;
    assets.push((ENTRY.to_owned(), scripts.first.into_bytes()));
    assets.push((REST.to_owned(), scripts.rest.into_bytes()));
    assets.push((SHEET.to_owned(), sheet.into_bytes()));
    assets.sort();
    Ok(assets)
}
