//! Build and dependencies: the supply chain, and what our code must not do.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn sources(folder: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(path) } else { vec![path] }).collect()
}

#[test]
fn t40_every_crate_is_locked_by_its_checksum_and_from_one_registry() {
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let source = package.get("source").and_then(toml::Value::as_str);
        match source {
            None => assert_eq!(name, "vincula", "a crate from a folder"),
            Some(source) => {
                assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{name}");
                assert!(package.get("checksum").is_some(), "{name} has no checksum");
            }
        }
    }
    // CI and the container image build with `--locked`.
    let script = read(".ci/run");
    let builds = script.lines().map(str::trim).filter(|line| {
        ["cargo test", "cargo build", "cargo clippy", "cargo doc"]
            .iter()
            .any(|call| line.starts_with(call) && !line.contains("--version"))
    });
    for line in builds {
        assert!(line.contains("--locked"), "{line}");
    }
}

#[test]
fn t40_the_manifest_forbids_unsafe_code_and_asks_for_no_needless_feature() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for (name, dependency) in manifest["dependencies"].as_table().unwrap() {
        let text = dependency.to_string();
        assert!(!text.contains("git") && !text.contains("path"), "{name}: {text}");
        assert!(!text.contains('*'), "{name}: {text}");
    }
    let deny: toml::Table = read("deny.toml").parse().unwrap();
    assert_eq!(deny["sources"]["unknown-registry"].as_str(), Some("deny"));
    assert_eq!(deny["sources"]["unknown-git"].as_str(), Some("deny"));
    assert_eq!(deny["bans"]["wildcards"].as_str(), Some("deny"));
    // CI runs only this folder, crates, Debian packages, and npm packages by a lock file; no third-party actions.
    let is_installed = |file: &std::path::PathBuf| file.iter().any(|part| part == "node_modules");
    for file in sources(root().join(".ci")).into_iter().filter(|file| !is_installed(file)) {
        let text = std::fs::read_to_string(&file).unwrap();
        let fetches = text.lines().map(str::trim).filter(|line| {
            !line.starts_with('#')
                && (line.contains("curl http")
                    || line.contains("wget ")
                    || line.trim_start_matches("- ").starts_with("uses:"))
        });
        assert_eq!(fetches.count(), 0, "{}", file.display());
    }
}

#[test]
fn t41_panics_unwind_and_our_code_avoids_them() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    assert_eq!(manifest["profile"]["release"]["panic"].as_str(), Some("unwind"));
    let lints = manifest["lints"]["clippy"].as_table().unwrap();
    for lint in ["unwrap_used", "panic", "todo", "unimplemented"] {
        assert!(lints.contains_key(lint), "{lint}");
    }
}
