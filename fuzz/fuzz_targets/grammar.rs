//! Any text as an order: nothing panics, and what a reply prints of its words is read back the same.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vincula::commands::{self, CATALOG};
use vincula::directory::{fold, is_invisible};
use vincula::domain::Locale;
use vincula::parse::arguments::{self, ArgKind};
use vincula::parse::prefix::CommandParser;
use vincula::reply::{Localizer, quote};

const LINK: &[ArgKind] = &[ArgKind::Community, ArgKind::Groups];

static SPEECH: LazyLock<Localizer> = LazyLock::new(|| Localizer {
    locale: Locale::PtBr,
    prefix: "/".to_owned(),
    prefixes: vec!["/".to_owned()],
    command_name: commands::name_in,
});

static PARSER: LazyLock<CommandParser> = LazyLock::new(|| CommandParser::new(&SPEECH.prefixes));

fuzz_target!(|text: &str| {
    let slip = quote(text);
    assert!(!slip.chars().any(|c| c.is_control() || is_invisible(c)), "{slip:?}");
    let rest = match PARSER.parse(text) {
        Some(order) => {
            assert!(!order.typed.chars().any(is_invisible) && order.typed.chars().count() <= 40);
            let _ = CATALOG.nearest_name(&order.typed, Locale::Es);
            if let Some(spec) = CATALOG.lookup(&order.typed) {
                let _ = arguments::parse(spec.args, spec.is_mutating, &order.rest);
            }
            order.rest
        }
        None => text.to_owned(),
    };
    let Ok(found) = arguments::parse(LINK, true, &rest) else { return };
    let community = found.community.expect("a community is named");
    let printed = found.words.iter().all(|word| word.chars().count() <= 100) && community.chars().count() <= 100;
    let named_by_something = |word: &String| !fold(word).trim().is_empty() && !quote(word).contains("“”");
    if !printed || !named_by_something(&community) || !found.words.iter().all(named_by_something) {
        return;
    }
    let mut words = vec![community.as_str()];
    words.extend(found.words.iter().map(String::as_str));
    let order = SPEECH.order("link", &words);
    let again = PARSER.parse(&order).unwrap_or_else(|| panic!("{order:?} is no order"));
    let again = arguments::parse(LINK, true, &again.rest).unwrap_or_else(|error| panic!("{order:?}: {error:?}"));
    let folded = |words: &[String]| words.iter().map(|word| fold(word)).collect::<Vec<_>>();
    assert_eq!(again.community.map(|word| fold(&word)), Some(fold(&community)), "{order:?}");
    assert_eq!(folded(&again.words), folded(&found.words), "{order:?}");
});
