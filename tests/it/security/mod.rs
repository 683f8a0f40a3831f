//! Tests of docs/THREATS.md that no story covers.
//!
//! A test's name begins with the ids of its threats, in whatever file it is; the document has a row for every
//! threat and names its tests.

mod authentication;
mod authority;
mod http;
mod identity;
mod process;
mod replay;
mod store;
mod success;
mod untrusted_text;
mod upstream;

use std::collections::BTreeSet;
use std::path::Path;

/// Ids of the threats.
const THREATS: std::ops::RangeInclusive<u32> = 1..=48;

/// The ids at the beginning of a test's name: `t01_t07_every_…` has two.
fn ids(test: &str) -> Vec<u32> {
    let id = |part: &str| {
        let digits = part.strip_prefix('t').filter(|digits| digits.len() == 2)?;
        digits.parse().ok()
    };
    test.split('_').map_while(id).collect()
}

/// Names of all tests below a folder that begin with an id.
fn tests_below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tests_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for pair in lines.windows(2) {
                let is_test = pair[0].starts_with("#[test]") || pair[0].starts_with("#[tokio::test");
                let name = pair[1].split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
                if let Some((name, _)) = name.filter(|(name, _)| is_test && !ids(name).is_empty()) {
                    found.insert(name.to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn every_threat_has_a_row_and_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: BTreeSet<String> =
        ["tests", "src"].iter().flat_map(|folder| tests_below(&root.join(folder))).collect();
    let document = std::fs::read_to_string(root.join("docs/THREATS.md")).unwrap();
    let mut faults = Vec::new();

    for id in THREATS {
        let begin = format!("| T{id} |");
        let Some(row) = document.lines().find(|line| line.starts_with(&begin)) else {
            faults.push(format!("T{id} has no row"));
            continue;
        };
        let named: Vec<&str> = row.split('`').filter(|word| !ids(word).is_empty()).collect();
        let gone = named.iter().filter(|name| !tests.contains(**name));
        faults.extend(gone.map(|name| format!("T{id} names the test {name}, which does not exist")));
        let has_test = named.iter().any(|name| ids(name).contains(&id));
        if !has_test {
            faults.push(format!("T{id} names no test whose name begins with its id"));
        }
    }
    let untold = tests.iter().filter(|test| !document.contains(&format!("`{test}`")));
    faults.extend(untold.map(|test| format!("the document does not name the test {test}")));

    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
