//! The documents: their links lead somewhere, the files that they name exist, and the first two stay short.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A document with its path from the root.
struct Document {
    path: String,
    text: String,
}

impl Document {
    /// Its lines outside blocks of code.
    fn prose(&self) -> String {
        let mut is_code = false;
        let lines = self.text.lines().filter(|line| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The anchors of its headings, as GitHub makes them.
    fn anchors(&self) -> BTreeSet<String> {
        let prose = self.prose();
        let headings =
            prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
        headings.map(anchor).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn documents() -> Vec<Document> {
    let folders = ["", "docs", "docs/adr", "infra", "infra/pinterest-sim"];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let files = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let documents: Vec<_> = files
        .map(|path| Document {
            text: std::fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned(),
        })
        .collect();
    assert!(documents.len() > 25, "the documents are found");
    documents
}

fn anchor(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>();
    kept.replace(' ', "-")
}

/// What stands between each `open` and the next `close`.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| Some(rest.split_once(close)?.0)).collect()
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let documents = documents();
    let mut broken = Vec::new();
    for document in &documents {
        let folder = Path::new(&document.path).parent().unwrap();
        let prose = document.prose();
        for link in between(&prose, "](", ")").into_iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { root().join(&document.path) } else { root().join(folder).join(path) };
            let Ok(target) = target.canonicalize() else {
                broken.push(format!("{}: {link}", document.path));
                continue;
            };
            let linked = documents.iter().find(|other| root().join(&other.path).canonicalize().unwrap() == target);
            let is_there = |anchor| linked.is_none_or(|linked| linked.anchors().contains(anchor));
            if !anchor.is_none_or(is_there) {
                broken.push(format!("{}: {link}", document.path));
            }
        }
    }
    assert_eq!(broken, [""; 0]);
}

#[test]
fn every_file_that_a_document_names_exists() {
    let roots = ["shared/", "functions/", "infra/", "tests/", "docs/", ".ci/"];
    let mut missing = Vec::new();
    for document in documents().iter().filter(|document| document.path != "CHANGELOG.md") {
        let prose = document.prose();
        let named = prose.split('`').skip(1).step_by(2).filter_map(|code| code.split_whitespace().next());
        let named = named.filter(|name| roots.iter().any(|root| name.starts_with(root)));
        for name in named.filter(|name| !name.contains(['{', '*', '…', '<'])) {
            if !root().join(name).exists() {
                missing.push(format!("{}: {name}", document.path));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_first_documents_stay_short() {
    for (path, most) in [("README.md", 150), ("ARCHITECTURE.md", 250)] {
        let lines = std::fs::read_to_string(root().join(path)).unwrap().lines().count();
        assert!(lines <= most, "{path} has {lines} lines; move what is a subject of its own to docs/");
    }
}
