//! The translation files: what vincula says, in Fluent, for English, Portuguese and Spanish.
//!
//! They are compiled in and hold the same keys with the same placeholders (a test compares them).
//! Only `reply`, the rendered help and pages take texts from here.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::Locale;

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 3]> = LazyLock::new(|| Locale::ALL.map(load_bundle));

/// The translation file of a locale.
pub fn fluent_source(locale: Locale) -> &'static str {
    match locale {
        Locale::En => include_str!("en.ftl"),
        Locale::PtBr => include_str!("pt-BR.ftl"),
        Locale::Es => include_str!("es.ftl"),
    }
}

fn load_bundle(locale: Locale) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // The marks U+2068 and U+2069 would reach WhatsApp, and copied names would not match.
    bundle.set_use_isolating(false);
    let resource = match FluentResource::try_new(fluent_source(locale).to_owned()) {
        Ok(resource) => resource,
        // The tests reject such a file; what could be read of it is still used.
        Err((resource, _)) => resource,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

/// The text of a key, with its placeholders filled; a key that is missing shows itself.
pub fn text(locale: Locale, key: &str, values: &[(&str, Value<'_>)]) -> String {
    let index = Locale::ALL.iter().position(|each| *each == locale).unwrap_or(0);
    let bundle = &BUNDLES[index];
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.to_fluent())).collect();
    bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
}

/// What fills a placeholder.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A count, which chooses the plural form.
    Count(usize),
}

impl Value<'_> {
    fn to_fluent(&self) -> FluentValue<'static> {
        match self {
            Value::Text(text) => FluentValue::from(text.to_string()),
            Value::Count(count) => FluentValue::from(*count),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(text.into())
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(text.into())
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Value::Count(count)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Key → the placeholders that its text and variants use.
    fn shape(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        let mut current = String::new();
        for line in fluent_source(locale).lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line.split_once(" =")
                && !line.starts_with([' ', '[', '*'])
            {
                current = key.to_owned();
                keys.insert(current.clone(), BTreeSet::new());
            }
            for (at, _) in line.match_indices('$') {
                let name = line[at + 1..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
                keys.get_mut(&current).unwrap().insert(name.to_owned());
            }
        }
        keys
    }

    #[test]
    fn the_translation_files_have_the_same_keys_and_placeholders() {
        let english = shape(Locale::En);
        assert!(english.len() > 40);
        for locale in Locale::ALL {
            assert!(
                FluentResource::try_new(fluent_source(locale).to_owned()).is_ok(),
                "{locale} does not parse"
            );
            assert_eq!(shape(locale), english, "{locale} differs from en");
        }
    }

    #[test]
    fn no_key_stands_twice() {
        for locale in Locale::ALL {
            let starts = fluent_source(locale)
                .lines()
                .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
            let mut keys: Vec<&str> = starts.filter_map(|line| Some(line.split_once(" =")?.0)).collect();
            keys.sort_unstable();
            let twice: Vec<_> =
                keys.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();

            assert!(twice.is_empty(), "{locale}: {twice:?}");
        }
    }

    #[test]
    fn plurals_follow_the_language() {
        let links = |locale, done: usize, all: usize| {
            text(
                locale,
                "link-done",
                &[("done", done.into()), ("all", all.into()), ("community", "“X”".into())],
            )
        };
        assert_eq!(links(Locale::En, 1, 2), "1 of 2 groups is now in “X”.");
        assert_eq!(links(Locale::En, 2, 3), "2 of 3 groups are now in “X”.");
        assert_eq!(links(Locale::PtBr, 1, 2), "1 de 2 grupos agora está em “X”.");
        assert_eq!(links(Locale::Es, 2, 3), "2 de 3 grupos ahora están en “X”.");
    }

    #[test]
    fn no_invisible_mark_stands_in_a_text() {
        for locale in Locale::ALL {
            let said = text(
                locale,
                "link-done",
                &[("done", 1.into()), ("all", 2.into()), ("community", "X".into())],
            );
            assert!(said.chars().all(|c| !('\u{2060}'..='\u{206f}').contains(&c)), "{said:?}");
        }
    }
}
