//! The table of keys and the loader agree.

use super::super::schema::KEYS;
use super::super::schema::ValueType::{List, Secret, Text, Word};
use super::*;

/// A key of the table with the sample's names in its brackets.
fn in_the_sample(path: &str) -> String {
    path.replace("<instance>", "main").replace("<admin>", "ana").replace("<alias>", "sales")
}

#[test]
fn every_key_of_the_table_is_read() {
    for key in KEYS.iter() {
        let path = in_the_sample(key.path);
        // No key has the type date, so reading the key reports it.
        let mut root: toml::Table = toml::from_str(SAMPLE).unwrap();
        let mut table = &mut root;
        let (parents, last) = path.rsplit_once('.').unwrap();
        for segment in parents.split('.') {
            table = table.get_mut(segment).unwrap().as_table_mut().unwrap();
        }
        table.remove(last.strip_suffix("_file").unwrap_or(last));
        table.insert(last.to_owned(), toml::Value::Datetime("1979-05-27".parse().unwrap()));
        let findings = TestFolder::with(&root.to_string()).refused();
        assert_eq!(findings.len(), 1, "{path}: {findings:#?}");
        assert_eq!(findings[0].key, path);
    }
}

#[test]
fn a_number_is_told_to_be_put_in_quotes_only_where_that_makes_it_right() {
    for key in KEYS.iter().filter(|key| matches!(key.value_type, Text(_) | Secret(_) | Word(_) | List(_))) {
        let path = in_the_sample(key.path);
        let with = |value: toml::Value| {
            let mut root: toml::Table = toml::from_str(SAMPLE).unwrap();
            let (parents, last) = path.rsplit_once('.').unwrap();
            let table = parents
                .split('.')
                .fold(&mut root, |table, name| table.get_mut(name).unwrap().as_table_mut().unwrap());
            table.remove(last.strip_suffix("_file").unwrap_or(last));
            let value = if matches!(key.value_type, List(_)) { vec![value].into() } else { value };
            table.insert(last.to_owned(), value);
            TestFolder::with(&root.to_string())
        };
        let findings = with(7.into()).refused();
        assert_eq!(findings.len(), 1, "{path}: {findings:#?}");
        let remedy = findings[0].remedy.as_deref().unwrap();
        // Compared with other keys, or with the files that are there.
        let is_compared = ["notify.instance", "instances.main.admins.ana.commands"].contains(&path.as_str())
            || path.ends_with("_file");
        let is_right = is_compared || load(&with("7".into()).source, COMMANDS).is_ok();
        assert_eq!(remedy == "Put it in quotes", is_right, "{path}: {remedy}");
    }
}

#[test]
fn every_key_that_is_read_stands_in_the_table() {
    // A key that is read without a row is a finding of its own, and the sample has every key but the twins.
    let sample: toml::Table = toml::from_str(SAMPLE).unwrap();
    for key in KEYS.iter().filter(|key| !key.path.ends_with("_file")) {
        let path = in_the_sample(key.path);
        let mut value = Some(toml::Value::Table(sample.clone()));
        for segment in path.split('.') {
            value = value.and_then(|value| value.get(segment).cloned());
        }
        assert!(value.is_some(), "the sample lacks {path}");
    }
    TestFolder::with(SAMPLE).loaded();
}
