//! The file: its text, and its tables and values with their lines.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::check_keys::add_node;
use super::diagnostic::{Diagnostic, problem};
use super::value_tree::{Node, Tree};

/// The text of a file; another encoding than UTF-8 is named, with the line of its first letter.
pub(super) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let encoding = if is_utf16 { "UTF-16" } else { "another encoding, such as Windows-1252" };
        let problem = problem!("is no UTF-8 text, but {encoding}"; "Save it as UTF-8");
        problem.at(format!("{}:{}", path.display(), line_after(before)), "")
    })
}

/// Parses a file; a syntax error is reported by its place, without the text of its line.
pub(super) fn parse(path: &Path, text: &str) -> Result<Tree, Diagnostic> {
    let path = path.display();
    let document = DeTable::parse(text).map_err(|error| {
        let before = &text[..error.span().map_or(text.len(), |span| text.floor_char_boundary(span.start))];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let (line, message) = (line_after(before.as_bytes()), error.message());
        let problem = problem!("is no TOML at line {line}, column {column}: {message}";
            "Look at that place: quotes, brackets, a key that stands twice");
        problem.at(format!("{path}:{line}:{column}"), "")
    })?;
    let mut tree = Tree::new();
    let place_at = |at: usize| format!("{path}:{}", line_after(&text.as_bytes()[..at]));
    add_node(&mut tree, &[], path.to_string(), &DeValue::Table(DeTable::new()));
    add_table(&mut tree, &[], document.into_inner(), &place_at);
    Ok(tree)
}

/// The number of the line that follows this text.
fn line_after(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Adds what is in a table; `place_at` names the place of an offset in the file.
fn add_table(tree: &mut Tree, path: &[String], table: DeTable<'_>, place_at: &dyn Fn(usize) -> String) {
    for (key, value) in table {
        let path = [path, &[key.get_ref().to_string()]].concat();
        add_node(tree, &path, place_at(key.span().start), value.get_ref());
        // What is below an unknown table, or a table in the place of a value, is reported with it.
        let is_table = tree.get(&path).is_some_and(Node::is_table);
        if let (DeValue::Table(below), true) = (value.into_inner(), is_table) {
            add_table(tree, &path, below, place_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_its_line() {
        let file =
            "[server]\nlisten = 1\n\nnope = { d = '''\n2''' }\n[instances.a]\nverify = { hmac = {} }\n";
        let root = parse(Path::new("x.toml"), file).ok().unwrap();
        let line = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            root.get(&path).unwrap().source.as_str()
        };
        assert_eq!(line("server.listen"), "x.toml:2");
        assert_eq!(line("server.nope"), "x.toml:4");
        assert_eq!(line("instances.a.verify.hmac"), "x.toml:7");
    }

    #[test]
    fn a_syntax_error_is_told_by_line_and_column_without_the_line() {
        for text in
            ["[a]\ntoken = hunter2-hunter2", "[a]\ntoken = \"hunter2-hunter2\n", "a = 1\ntoken hunter2"]
        {
            let finding = parse(Path::new("x.toml"), text).err().unwrap();
            assert!(finding.source.starts_with("x.toml:2:"), "{finding}");
            assert!(finding.problem.contains("line 2, column"), "{finding}");
            assert!(!finding.to_string().contains("hunter2"), "{finding}");
        }
        let twice = parse(Path::new("x.toml"), "a = 1\na = 2").err().unwrap();
        assert!(twice.source.starts_with("x.toml:2:"), "{twice}");
    }
}
