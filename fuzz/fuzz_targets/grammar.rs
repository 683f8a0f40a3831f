//! Any text as a command: nothing panics, and arguments printed in a reply are parsed back the same.
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

static LOCALIZER: LazyLock<Localizer> = LazyLock::new(|| Localizer {
    locale: Locale::PtBr,
    prefix: "/".to_owned(),
    prefixes: vec!["/".to_owned()],
    command_name: commands::name_in,
});

static PARSER: LazyLock<CommandParser> = LazyLock::new(|| CommandParser::new(&LOCALIZER.prefixes));

fuzz_target!(|text: &str| {
    let quoted = quote(text);
    // Emoji keep the invisible characters that join and colour them.
    let is_of_emoji = |c: char| matches!(c, '\u{fe0f}' | '\u{200d}');
    assert!(!quoted.chars().any(|c| c.is_control() || is_invisible(c) && !is_of_emoji(c)), "{quoted:?}");
    let rest = match PARSER.parse(text) {
        Some(command) => {
            assert!(!command.typed.chars().any(is_invisible) && command.typed.chars().count() <= 40);
            let _ = CATALOG.nearest_name(&command.typed, Locale::Es);
            if let Some(spec) = CATALOG.lookup(&command.typed) {
                let _ = arguments::parse(spec.args, spec.is_mutating, &command.rest);
            }
            command.rest
        }
        None => text.to_owned(),
    };
    let Ok(found) = arguments::parse(LINK, true, &rest) else { return };
    let typed = found.words();
    let community = found.community.expect("the community is required");
    let printed = typed.iter().all(|word| word.chars().count() <= 100) && community.chars().count() <= 100;
    let has_visible_name = |word: &String| !fold(word).trim().is_empty() && !quote(word).contains("“”");
    if !printed || !has_visible_name(&community) || !typed.iter().all(has_visible_name) {
        return;
    }
    let mut words = vec![community.as_str()];
    words.extend(typed.iter().map(String::as_str));
    let command = LOCALIZER.format_command("link", &words);
    let again = PARSER.parse(&command).unwrap_or_else(|| panic!("{command:?} is no command"));
    let again =
        arguments::parse(LINK, true, &again.rest).unwrap_or_else(|error| panic!("{command:?}: {error:?}"));
    let again_words = again.words();
    let folded = |words: &[String]| words.iter().map(|word| fold(word)).collect::<Vec<_>>();
    assert_eq!(again.community.map(|word| fold(&word)), Some(fold(&community)), "{command:?}");
    assert_eq!(folded(&again_words), folded(&typed), "{command:?}");
});
