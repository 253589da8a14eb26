//! What can be said of a program without running it.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;

/// Crates that do TLS or the cryptography for it.
const TLS: [&str; 8] = ["rustls", "ring", "aws-lc-rs", "openssl", "native-tls", "boring", "s2n-tls", "mbedtls"];

/// How large a program is, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// As it is.
    pub plain: u64,
    /// As it travels to Lambda; packed by gzip, which packs as zip does.
    pub packed: u64,
}

impl Size {
    /// The size of the program `function` in `folder`, which is laid out as by `cargo lambda build`.
    pub fn of(folder: &Path, function: &str) -> anyhow::Result<Self> {
        let path = folder.join(function).join("bootstrap");
        let packed = Command::new("gzip").arg("-c").stdin(File::open(&path)?).output()?;
        ensure!(packed.status.success(), "gzip failed");
        Ok(Self { plain: path.metadata()?.len(), packed: packed.stdout.len() as u64 })
    }
}

/// What a function is built from.
#[derive(Debug, Clone)]
pub struct Tree {
    /// How many crates there are in it, itself included.
    pub crates: usize,
    /// Those that do TLS.
    pub tls: Vec<&'static str>,
}

impl Tree {
    /// The tree of the package `function`, as `cargo tree` tells it.
    pub fn of(function: &str) -> anyhow::Result<Self> {
        let cargo = Command::new("cargo")
            .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--package"])
            .arg(function)
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(cargo.status.success(), "cargo tree failed");
        let text = String::from_utf8(cargo.stdout)?;
        let named = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let crates: BTreeSet<_> = text.lines().filter(|line| !line.is_empty()).map(named).collect();
        let has = |name: &&str| crates.iter().any(|krate| krate.split(' ').next() == Some(*name));
        Ok(Self { crates: crates.len(), tls: TLS.into_iter().filter(has).collect() })
    }
}
