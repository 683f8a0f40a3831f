//! Architecture rules: imports go down the `mod` list of `src/lib.rs`, files do not import each other in a circle,
//! and some features are reserved to one module. Code under `#[cfg(test)]` is exempt.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Words that only these modules may contain, with their meaning.
const RESERVED: &[(&str, &[&str], &[&str])] = &[
    (
        "SQL",
        &["sqlx", "rusqlite", "SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "PRAGMA "],
        &["storage/"],
    ),
    ("printing", &["println!", "print!(", "eprintln!", "eprint!(", "stdout()", "stderr()"], &["cli/"]),
    ("wall time", &["SystemTime::now", "Timestamp::now", "Zoned::now"], &["clock.rs"]),
    // playground/service.rs runs the service of the demo on a runtime of its own.
    ("spawning", &["tokio::spawn", "thread::spawn"], &["lifecycle.rs", "cli/", "playground/service.rs"]),
    // Hashing a password takes longer than a request may block its thread.
    (
        "spawning",
        &["spawn_blocking"],
        &["lifecycle.rs", "cli/", "console/sign_in/password.rs", "playground/service.rs"],
    ),
    // The listeners run their connections in the tracker that lifecycle hands in.
    // storage/open.rs starts the thread of the blocking writer.
    (
        "spawning",
        &[".spawn("],
        &["lifecycle.rs", "cli/", "playground/service.rs", "server/listener.rs", "storage/open.rs"],
    ),
    ("HTTP calls", &["reqwest"], &["zapi/", "notify/", "cli/health.rs"]),
    ("translations", &["fluent_bundle", "FluentBundle"], &["i18n/"]),
];

/// Names that standard terms replaced.
const REPLACED: &str = "Door|Gate|Seats?|Held|Told|Glance|Outside|Flaw|Forgeries|Courtesy|Patience|Frame|Means|Given|\
    Likely|Meant|Fate|Speech|Heard|Greeted|Bell|Desk|Witness|Deed|Chore|Kept|Trimmed|Shown|Asked|Taken|Begun|Unsent|\
    Unread|Lost|Slip|Piece|Appointed|Staff|Roster|Book|Bot|Verdict|Sabotage|Weather|OrderRate|Orders?|\
    seats|turn|courtesy|greeted|heard|meaning|forgeries|mend|which|patience|sight|loose|witness|phony|roster|book|\
    authorise|authorize|recognise|question|bot|held|pace|amend|Forgery|Ledger|Origin|Meaning|Ended|Names";

/// A file of `src/`: its path, and its code without comments and tests.
struct Source {
    path: String,
    code: String,
}

#[test]
fn imports_only_go_down_the_list_of_modules() {
    let layers = layers();
    let wrong: Vec<String> = sources().iter().flat_map(|source| upward(source, &layers)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let found = circles(&sources());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn reserved_words_appear_only_in_their_modules() {
    let wrong: Vec<String> = sources().iter().flat_map(misplaced).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn replaced_names_do_not_come_back() {
    let replaced = regex::Regex::new(&format!(
        r"(?m)^\s*(?:pub(?:\([a-z]+\))? )?(?:struct|enum|trait|type|mod) ({REPLACED})\b"
    ))
    .unwrap();
    let found = sources().into_iter().flat_map(|source| {
        let names = replaced.captures_iter(&source.code).map(|found| found[1].to_owned());
        names.map(|name| format!("{}: {name}", source.path)).collect::<Vec<_>>()
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_sandbox_shares_no_type_with_the_client() {
    for source in sources().iter().filter(|source| source.path.starts_with("sandbox/")) {
        assert!(!imports(source).contains("zapi"), "{} uses zapi", source.path);
    }
}

#[test]
fn every_file_belongs_to_a_layer_and_begins_with_a_doc_comment() {
    let layers = layers();
    for source in sources() {
        let layer = layer_of(&source.path);
        assert!(layer == "main" || layer == "lib" || layers.contains(&layer), "{}", source.path);
    }
    for path in files(&root()) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not begin with what it is", path.display());
    }
}

#[test]
fn the_layer_checks_detect_violations() {
    let layers: Vec<String> = ["cli", "journal", "storage", "clock"].map(str::to_owned).to_vec();
    let source = |path: &str, text: &str| Source { path: path.to_owned(), code: code(text) };
    for (path, text, found) in [
        ("storage/read.rs", "use crate::journal::Bot;", 1),
        ("storage/read.rs", "let x = crate::cli::main();", 1),
        ("storage/read.rs", "use crate::{\n    clock::Clock,\n    journal::{self, Bot},\n    cli,\n};", 2),
        ("storage/read.rs", "use crate::storage::Store;\nuse crate::clock::Clock;", 0),
        ("storage/read.rs", "// use crate::journal::Bot;\n/// [`crate::journal`]\n", 0),
        ("storage/read.rs", "#[cfg(test)]\nmod tests {\n    use crate::cli::main;\n}\n", 0),
        ("storage/read.rs", "#[cfg(test)]\nmod tests {\n    fn f() {}\n}\nuse crate::cli::main;\n", 1),
        ("storage/read.rs", "#[cfg(test)]\nmod tests;\nuse crate::cli::main;\n", 1),
        ("journal/mod.rs", "use crate::storage::Store;", 0),
        ("clock.rs", "use super::cli;", 1),
        ("storage/mod.rs", "use super::{clock::Clock, journal::Bot};", 1),
        ("storage/mod.rs", "fn f() { super::cli::main() }", 1),
        ("storage/read.rs", "use super::super::cli as c;", 1),
        ("storage/read.rs", "use super::cli;", 0),
    ] {
        assert_eq!(upward(&source(path, text), &layers).len(), found, "{path}: {text}");
    }
    for (path, text, found) in [
        ("journal/run.rs", "sqlx::query(\"SELECT 1\")", 2),
        ("storage/read.rs", "sqlx::query(\"SELECT 1\")", 0),
        ("journal/run.rs", "println!(\"x\")", 1),
        ("journal/run.rs", "let now = SystemTime::now();", 1),
        ("journal/run.rs", "tokio::spawn(work)", 1),
        ("cli/serve.rs", "tokio::spawn(work)", 0),
    ] {
        assert_eq!(misplaced(&source(path, text)).len(), found, "{path}: {text}");
    }
}

#[test]
fn circles_of_files_are_seen() {
    let case = |files: &[(&str, &str)]| {
        let source = |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), code: code(text) };
        circles(&files.iter().map(source).collect::<Vec<_>>())
    };
    let (a, b) = ("x/a.rs", "x/b.rs");
    for wrong in [
        [("x/mod.rs", "mod a;"), (a, "use super::b::B;"), (b, "use crate::x::a::{self, A};")],
        [("x/mod.rs", "pub use self::b::B;"), (a, "use super::B;"), (b, "fn f() { super::a::g() }")],
        [("x.rs", "fn f() { a::g() }"), (a, "use super::F;"), (b, "")],
        [("x.rs", "use self::{a::A as C};"), (a, "use crate::x::b::*;"), (b, "use super::{\n    F,\n};")],
        // A module is imported, and its path goes on.
        [("x.rs", "pub mod b;"), (a, "use crate::x;\nfn f() { x::b::g() }"), (b, "use super::a::A;")],
        [("x.rs", ""), (a, "use crate::{x as y};\nfn f() { y::b::g() }"), (b, "use super::a::A;")],
        [("x.rs", ""), (a, "use crate::x::{self, F};\nfn f() { x::b::g() }"), (b, "use super::a::A;")],
        [("x.rs", ""), (a, "use super::super::x;\nuse x::b;\nfn f() { b::g() }"), (b, "use super::a::A;")],
    ] {
        assert_eq!(case(&wrong).len(), 1, "{wrong:?}");
    }
    for right in [
        [("x/mod.rs", "pub use self::a::A;"), (a, "use super::b::B;"), (b, "use std::fmt;")],
        [
            ("x/mod.rs", "mod a;"),
            (a, "use super::b::B;"),
            (b, "#[cfg(test)]\nmod tests {\n    use super::a;\n}\n"),
        ],
        [("x/mod.rs", "pub use self::b::B;"), (a, "use super::B;"), (b, "// use super::a;")],
        [("x.rs", ""), (a, "use std::x;\nfn f() { x::b::g() }"), (b, "use super::a::A;")],
    ] {
        assert!(case(&right).is_empty(), "{right:?}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The modules of `lib.rs`, top first.
fn layers() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("lib.rs")).unwrap();
    let module = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned());
    let layers: Vec<String> = text.lines().filter_map(module).collect();
    assert!(layers.len() > 10, "{layers:?}");
    layers
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    let read = |path: PathBuf| Source {
        code: code(&std::fs::read_to_string(&path).unwrap()),
        path: path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(),
    };
    files(&root()).into_iter().map(read).filter(|source| !is_test(&source.path)).collect()
}

/// The text without comments and test modules.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        // Skip one item: up to its closing brace in the same column, or one line.
        let column = line.len() - line.trim_start().len();
        let first = lines.find(|line| !line.trim_start().starts_with("#[")).unwrap_or_default();
        if !first.trim_end().ends_with(';') {
            let end = format!("{}}}", " ".repeat(column));
            lines.by_ref().find(|line| *line == end);
        }
    }
    code
}

fn layer_of(path: &str) -> String {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

/// The top-level modules that a file names in paths from the root of the crate: `crate::…`, or enough `super::`.
fn imports(source: &Source) -> BTreeSet<String> {
    let own = module_of(&source.path);
    let root_path = |path: &str| {
        let path = path.split(" as ").next().unwrap();
        let is_rooted = path.starts_with("crate::") || path.starts_with("super::");
        if is_rooted { absolute(path, &own, &BTreeMap::new(), &BTreeMap::new()) } else { None }
    };
    let paths = paths(&source.code).into_iter();
    paths.filter_map(|(path, _)| root_path(&path)?.first().cloned()).collect()
}

/// Imports of a file from above its layer.
fn upward(source: &Source, layers: &[String]) -> Vec<String> {
    let place = |name: &str| layers.iter().position(|layer| layer == name);
    let Some(own) = place(&layer_of(&source.path)) else { return Vec::new() };
    imports(source)
        .into_iter()
        .filter(|module| place(module).is_some_and(|place| place < own))
        .map(|module| format!("src/{} uses crate::{module}, which is above it", source.path))
        .collect()
}

/// Reserved words of a file that belong elsewhere.
fn misplaced(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (what, words, places) in RESERVED {
        if places.iter().any(|place| source.path.starts_with(place)) {
            continue;
        }
        for word in words.iter().filter(|word| source.code.contains(**word)) {
            found.push(format!("src/{} says `{word}`: {what} is for {}", source.path, places.join(", ")));
        }
    }
    found
}

/// The segments of a path of modules and names.
type Segments = Vec<String>;

/// The files that import each other, directly or not. A name that a module re-exports belongs to the file that
/// defines it.
fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let files: BTreeMap<Segments, &Source> =
        sources.iter().filter(|source| source.path != "main.rs").map(|s| (module_of(&s.path), s)).collect();
    let mut exports: BTreeMap<Segments, Segments> = BTreeMap::new();
    let mut imports: BTreeMap<&Segments, Vec<Segments>> = BTreeMap::new();
    for (own, source) in &files {
        let paths = paths(&source.code);
        let local_names = local_names(&paths, own, &files);
        for (path, is_export) in paths {
            let (path, name) = path_and_name(&path);
            let Some(target) = absolute(path, own, &files, &local_names) else { continue };
            if is_export {
                exports.insert([own.as_slice(), &[name.to_owned()]].concat(), target);
            } else {
                imports.entry(own).or_default().push(target);
            }
        }
    }
    let used = |own: &Segments| -> BTreeSet<Segments> {
        let targets =
            imports.get(own).into_iter().flatten().map(|path| defining_file(path, &files, &exports));
        targets.filter(|target| target != own).collect()
    };
    let graph: BTreeMap<&Segments, BTreeSet<Segments>> = files.keys().map(|own| (own, used(own))).collect();
    let reached = |from: &Segments| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            open.extend(graph[next].iter().filter(|file| seen.insert((*file).clone())));
        }
        seen
    };
    let reached: BTreeMap<&Segments, BTreeSet<Segments>> =
        files.keys().map(|own| (own, reached(own))).collect();
    let circle = |own: &&Segments| -> Vec<String> {
        let others = reached[*own].iter().filter(|other| reached[*other].contains(*own));
        others.map(|other| files[other].path.clone()).collect()
    };
    let found: BTreeSet<Vec<String>> =
        files.keys().map(|own| circle(&own)).filter(|c| !c.is_empty()).collect();
    found.into_iter().collect()
}

/// `storage/open.rs` and `storage/mod.rs` as `[storage, open]` and `[storage]`.
fn module_of(path: &str) -> Segments {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// The paths that a file names, and whether it exports them.
fn paths(code: &str) -> Vec<(String, bool)> {
    let imports = regex::Regex::new(r"(?m)^\s*(pub(?:\([a-z]+\))? )?use ([^;]+);").unwrap();
    let inline = regex::Regex::new(r"\b[a-z_]\w*(?:::\w+)+").unwrap();
    let mut found = Vec::new();
    for import in imports.captures_iter(code) {
        found.extend(expand(&import[2]).into_iter().map(|path| (path, import.get(1).is_some())));
    }
    let rest = imports.replace_all(code, "");
    found.extend(inline.find_iter(&rest).map(|path| (path.as_str().to_owned(), false)));
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d` and `a::c::e`.
fn expand(tree: &str) -> Vec<String> {
    let tree = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((prefix, list)) = tree.split_once('{') else { return vec![tree] };
    let list = list.trim_end().strip_suffix('}').unwrap_or(list);
    let (mut depth, mut parts) = (0_usize, vec![String::new()]);
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().unwrap().push(c),
        }
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.flat_map(expand).map(|path| format!("{}{path}", prefix.trim())).collect()
}

/// A path, and the name that its import gives to it: `a::b`, `a::b as b`, or `a::b::self`.
fn path_and_name(path: &str) -> (&str, &str) {
    let (path, alias) = path.split_once(" as ").map_or((path, None), |(path, name)| (path, Some(name)));
    let path = path.strip_suffix("::self").unwrap_or(path);
    (path, alias.unwrap_or_else(|| path.rsplit("::").next().unwrap()))
}

/// What the imports of a file name, by the names that they give.
fn local_names(
    paths: &[(String, bool)],
    own: &Segments,
    files: &BTreeMap<Segments, &Source>,
) -> BTreeMap<String, Segments> {
    let target = |(path, _): &(String, bool)| {
        let (path, name) = path_and_name(path);
        Some((name.to_owned(), absolute(path, own, files, &BTreeMap::new())?))
    };
    paths.iter().filter_map(target).collect()
}

/// A path from the root of the crate, if it is one of this crate.
fn absolute(
    path: &str,
    own: &Segments,
    files: &BTreeMap<Segments, &Source>,
    local_names: &BTreeMap<String, Segments>,
) -> Option<Segments> {
    let mut path: Segments = path.split("::").map(|part| part.trim().to_owned()).collect();
    let mut base = own.clone();
    match path[0].as_str() {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            while path.get(1).is_some_and(|part| part == "super") {
                base.pop();
                path.remove(0);
            }
            base.pop();
        }
        first => {
            if files.contains_key(&[own.as_slice(), &[first.to_owned()]].concat()) {
                return Some([base, path].concat());
            }
            let imported = local_names.get(first)?.clone();
            return Some([imported, path.split_off(1)].concat());
        }
    }
    Some([base, path.split_off(1)].concat())
}

/// The file that defines what a path names.
fn defining_file(
    path: &Segments,
    files: &BTreeMap<Segments, &Source>,
    exports: &BTreeMap<Segments, Segments>,
) -> Segments {
    let mut path = path.clone();
    loop {
        let length = (0..=path.len()).rev().find(|length| files.contains_key(&path[..*length])).unwrap_or(0);
        match path.get(..length + 1).and_then(|name| exports.get(name)) {
            Some(target) if path[..=length] != **target => {
                path = [target.as_slice(), &path[length + 1..]].concat()
            }
            _ => return path[..length].to_vec(),
        }
    }
}
