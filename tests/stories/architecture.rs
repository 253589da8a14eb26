//! The order of the house, kept by reading the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A source file with its path from the root.
struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["functions", "shared", "infra", "tests"] {
        collect(&root().join(folder), &mut found);
    }
    assert!(found.len() > 50, "the sources are found");
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            found.push(Source { path, text });
        }
    }
}

/// Production code: not tests, not the parts that only run on one machine.
fn deployed() -> Vec<Source> {
    let tests = |path: &str| path.ends_with("tests.rs") || path.contains("/tests/");
    let mut sources = sources();
    sources.retain(|s| (s.path.starts_with("functions/") || s.path.starts_with("shared/")) && !tests(&s.path));
    sources
}

fn offenders(sources: &[Source], words: &[&str], allowed: &[&str]) -> Vec<String> {
    let forbidden = sources.iter().filter(|source| !allowed.iter().any(|path| source.path.starts_with(path)));
    let mut lines = Vec::new();
    for source in forbidden {
        for (number, line) in source.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if words.iter().any(|word| line.contains(word)) {
                lines.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    lines
}

fn manifests() -> Vec<(String, String)> {
    let folders = ["functions", "infra"].map(|folder| root().join(folder));
    let packages =
        folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let packages = packages.chain([root().join("shared"), root().join("tests")]);
    packages
        .filter_map(|path| {
            let text = std::fs::read_to_string(path.join("Cargo.toml")).ok()?;
            Some((path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned(), text))
        })
        .collect()
}

fn dependencies(manifest: &str) -> BTreeSet<String> {
    let sections = manifest.split("\n[").filter(|section| section.starts_with("dependencies]"));
    let lines = sections.flat_map(str::lines).skip(1);
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_aws_sdk_is_called_by_the_storage_modules_only() {
    let homes = [
        "shared/src/store",
        "shared/src/vault",
        "shared/src/aws.rs",
        "shared/src/platform.rs",
        "shared/src/kick.rs",
        "shared/src/event_bus.rs",
    ];
    assert_eq!(
        offenders(
            &deployed(),
            &["aws_sdk_", "aws_smithy", "aws_types"],
            &[&homes[..], &["shared/src/clock.rs"]].concat()
        ),
        [""; 0]
    );
}

#[test]
fn reqwest_is_named_in_the_transport_only() {
    // The second one calls URLs that users gave, so it resolves names in a way of its own.
    let homes = ["shared/src/pinterest/transport", "functions/events/src/network.rs"];
    assert_eq!(offenders(&deployed(), &["reqwest::", "use reqwest"], &homes), [""; 0]);
}

#[test]
fn what_a_refusal_means_is_decided_in_one_place_only() {
    let words = [
        "match refusal.status",
        "match refusal.code",
        "match (refusal.status",
        "(refusal.status, refusal.code)",
        "refusal.status ==",
        "refusal.status <",
        "refusal.status >",
        "refusal.code ==",
        "Refusal { status",
        "RefusalKind::read",
    ];
    assert_eq!(offenders(&deployed(), &words, &["shared/src/pinterest"]), [""; 0]);
}

/// Whoever uses the pages reads them too, and has buttons.
#[test]
fn messages_name_no_routes() {
    let words = ["GET /", "POST /", "PUT /", "PATCH /", "DELETE /", "GET …", "POST …"];
    assert_eq!(offenders(&deployed(), &words, &[]), [""; 0]);
}

#[test]
fn the_environment_is_read_in_the_configuration_only() {
    let words = ["env::var", "env::vars", "from_default_env"];
    assert_eq!(offenders(&deployed(), &words, &["shared/src/config.rs", "functions/web/build.rs"]), [""; 0]);
}

#[test]
fn the_real_time_is_read_by_the_system_clock_only() {
    let words = ["Timestamp::now()", "SystemTime::now()", "Instant::now()", "Utc::now()"];
    assert_eq!(offenders(&deployed(), &words, &["shared/src/clock.rs"]), [""; 0]);
}

#[test]
fn time_passes_by_the_clock_that_was_passed_in() {
    assert_eq!(offenders(&deployed(), &["tokio::time::sleep", "thread::sleep"], &["shared/src/clock.rs"]), [""; 0]);
}

#[test]
fn the_domain_does_no_io_and_knows_no_wire_format() {
    let mut domain = deployed();
    domain.retain(|source| source.path.starts_with("shared/src/domain"));
    let words =
        ["tokio", "async fn", "serde_json", "http::", "crate::store", "crate::vault", "crate::pinterest", "crate::api"];
    assert_eq!(offenders(&domain, &words, &[]), [""; 0]);
}

#[test]
fn functions_never_know_each_other_nor_what_runs_them_locally() {
    let names: BTreeSet<_> = [
        "settings",
        "oauth",
        "accounts",
        "media",
        "pins",
        "publisher",
        "importer",
        "events",
        "web",
        "mcp",
        "local",
        "pinterest-sim",
        "tests",
    ]
    .map(str::to_owned)
    .into();
    for (path, manifest) in manifests() {
        let known: Vec<_> = dependencies(&manifest).intersection(&names).cloned().collect();
        let allowed = matches!(path.as_str(), "infra/local" | "tests");
        assert!(allowed || known.is_empty(), "{path} depends on {known:?}");
    }
}

#[test]
fn the_simulator_stands_alone() {
    let manifest = std::fs::read_to_string(root().join("infra/pinterest-sim/Cargo.toml")).unwrap();
    assert!(!dependencies(&manifest).contains("shared"));
}

#[test]
fn a_folder_of_functions_is_a_package_of_that_name_with_a_short_main() {
    for (path, manifest) in manifests() {
        let Some(name) = path.strip_prefix("functions/") else { continue };
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{path}");
        let main = std::fs::read_to_string(root().join(&path).join("src/main.rs")).unwrap();
        assert!(main.lines().count() <= 20, "{path}/src/main.rs only wires");
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > 400)
        .collect();
    assert_eq!(long, []);
}

/// The vendored library is one line; the texts are data.
#[test]
fn no_script_or_sheet_of_the_pages_is_longer_than_that() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/web/src/assets");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| !path.ends_with("texts.js") && !path.ends_with("preact-htm.js"));
    let lines = files.map(|path| (std::fs::read_to_string(&path).unwrap().lines().count(), path));
    let long: Vec<_> = lines.filter(|(lines, _)| *lines > 400).collect();
    assert_eq!(long, []);
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    let mut sources = sources();
    sources.retain(|source| !source.path.ends_with("architecture.rs"));
    assert_eq!(offenders(&sources, &["#[allow(", "#![allow("], &[]), [""; 0]);
}

#[test]
fn no_module_is_called_after_nothing_in_particular() {
    for source in sources() {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        let vague = ["utils.rs", "util.rs", "helpers.rs", "common.rs", "types.rs", "misc.rs", "manager.rs", "mod.rs"];
        assert!(!vague.contains(&name), "{}", source.path);
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    let module = |path: &str| !path.ends_with("tests.rs") && !path.contains("/tests/");
    for source in sources().into_iter().filter(|source| module(&source.path)) {
        assert!(source.text.starts_with("//!"), "{}", source.path);
    }
}
