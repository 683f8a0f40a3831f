//! `/help [command]`: what the bot can do, made from the catalog.

use crate::authorization::may_use;
use crate::command::catalog::Catalog;
use crate::command::{CommandError, CommandSpec, Context, Es, Prompt, Pt};
use crate::i18n;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::text::is_signs;
use crate::reply::{Localizer, Reply, ReplyLine, format_columns};

pub const SPEC: CommandSpec = CommandSpec::non_mutating(
    "help",
    Pt(&["ajuda", "menu", "comandos"]),
    Es(&["ayuda", "menú"]),
    &[ArgKind::Command],
);

/// The sections of the list of commands: the key of the title, and the commands.
const SECTIONS: [(&str, &[&str]); 6] = [
    ("section-groups", &["link", "unlink", "move"]),
    ("section-lookup", &["communities", "community", "groups", "history", "more"]),
    ("section-communities", &["create", "describe", "photo", "settings", "invite", "announce", "deactivate"]),
    ("section-people", &["add", "remove", "promote", "demote", "who"]),
    ("section-commands", &["confirm", "undo", "cancel"]),
    ("section-bot", &["status", "whoami", "language", "alias", "aliases", "help"]),
];

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let words = arguments.words();
    // `/help ?` asks for nothing else.
    let Some(typed) = words.first().filter(|word| !word.is_empty() && !is_signs(word)) else {
        return Ok(list_commands(context.catalog, context.localizer, |spec| {
            may_use(context.admin, spec.name)
        }));
    };
    // `/help /link` is as common as `/help link`.
    let name = typed.trim_start_matches(context.localizer.prefix.as_str());
    Ok(match context.catalog.lookup(name) {
        Some(spec) if !may_use(context.admin, spec.name) => Reply::forbidden(spec.name, None),
        Some(spec) => command_help(spec, context.localizer),
        None => {
            let nearest = context.catalog.nearest_name(name, context.localizer.locale);
            if let Some(nearest) = nearest {
                context.set_prompt(Prompt {
                    options: vec![nearest.to_owned()],
                    ..Prompt::new(&context.claim.command, context.localizer.locale, SPEC.name)
                });
            }
            let command = nearest.map(|nearest| format!("{}{nearest}", context.localizer.prefix));
            Reply::unknown_command(name, command, nearest.is_some())
        }
    })
}

fn short_description(spec: &CommandSpec, localizer: &Localizer, part: &str) -> String {
    i18n::text(localizer.locale, &format!("help-{}{part}", spec.name), &[])
}

/// The allowed commands, by section.
fn list_commands(
    catalog: &Catalog,
    localizer: &Localizer,
    is_allowed: impl Fn(&CommandSpec) -> bool,
) -> Reply {
    let mut lines = vec![ReplyLine::new("help-title")];
    for (title, names) in SECTIONS {
        let specs = names.iter().filter_map(|name| catalog.lookup(name));
        let allowed = specs.filter(|spec| is_allowed(spec));
        let commands: Vec<String> = allowed.map(|spec| localizer.format_command(spec.name, &[])).collect();
        if !commands.is_empty() {
            let title = i18n::text(localizer.locale, title, &[]);
            lines.push(ReplyLine::from_text(format!("*{title}*")));
            lines.extend(format_columns(&commands).into_iter().map(ReplyLine::from_text));
        }
    }
    let first = catalog.specs().iter().find(|spec| is_allowed(spec)).map_or(SPEC.name, |spec| spec.name);
    let first = (localizer.command_name)(first, localizer.locale);
    lines.push(ReplyLine::new("help-on-one").with_command("example", SPEC.name, &[first]));
    Reply::Report(lines)
}

fn command_help(spec: &CommandSpec, localizer: &Localizer) -> Reply {
    let usage = spec.usage(localizer);
    let mut lines = vec![
        ReplyLine::from_text(as_sentence(&short_description(spec, localizer, ""))),
        ReplyLine::new("help-usage").with_plain("usage", usage.as_str()),
    ];
    match spec.examples(localizer).as_slice() {
        // Without arguments, the usage is the example.
        [example] if *example == usage => {}
        [example] => lines.push(ReplyLine::new("example").with_plain("example", example)),
        several => {
            lines.push(ReplyLine::new("help-examples"));
            lines.extend(several.iter().map(ReplyLine::from_text));
        }
    }
    lines.push(ReplyLine::from_text(short_description(spec, localizer, "-long")));
    let shown = spec.name_in(localizer.locale);
    let others = spec.names().filter(|name| *name != shown);
    let others: Vec<String> = others.map(|name| format!("{}{name}", localizer.prefix)).collect();
    if !others.is_empty() {
        lines.push(ReplyLine::new("help-also").with_plain("names", others.join(", ")));
    }
    lines.extend(legend(spec));
    Reply::Report(lines)
}

/// With a capital letter and a full stop.
fn as_sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", rest.as_str())
}

/// Its flags, and the status icons of its replies.
fn legend(spec: &CommandSpec) -> Vec<ReplyLine> {
    let takes_flags = spec.is_mutating && !spec.is_indirect();
    let icons = if spec.args.contains(&ArgKind::Groups) { "help-marks-groups" } else { "help-marks" };
    [
        takes_flags.then(|| ReplyLine::new("help-dry-run")),
        (takes_flags && spec.is_confirmable()).then(|| ReplyLine::new("help-yes")),
        (takes_flags && spec.is_verbatim())
            .then(|| ReplyLine::new("help-flags-first").with_command("command", spec.name, &[])),
        spec.is_mutating.then(|| ReplyLine::new(icons)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::{self, CATALOG};
    use crate::domain::Locale;
    use crate::parse::arguments;
    use crate::reply::PHONE_COLUMNS;

    fn localizer(locale: Locale) -> Localizer {
        let prefix = "/".to_owned();
        Localizer { locale, prefixes: vec![prefix.clone()], prefix, command_name: commands::name_in }
    }

    #[test]
    fn the_help_fits_the_screen_of_a_phone() {
        for locale in Locale::ALL {
            let localizer = localizer(locale);
            let messages = list_commands(&CATALOG, &localizer, |_| true).messages(&localizer);
            let [text] = messages.as_slice() else { panic!("{messages:?}") };

            assert!(text.lines().count() <= 32, "{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= PHONE_COLUMNS, "{line}");
            }
            for spec in CATALOG.specs() {
                assert!(
                    text.contains(&localizer.format_command(spec.name, &[])),
                    "{} is not in {text}",
                    spec.name
                );
            }
        }
    }

    #[test]
    fn every_command_that_takes_words_has_two_examples_and_each_is_read_without_a_typo() {
        for locale in Locale::ALL {
            for spec in CATALOG.specs() {
                let key = format!("help-{}-example", spec.name);
                let words = i18n::text(locale, &key, &[]);
                assert_eq!(words.lines().count().max(1), if spec.args.is_empty() { 1 } else { 2 }, "{key}");
                for words in words.split('\n') {
                    let read = arguments::parse(spec.args, spec.is_mutating, words);
                    assert!(read.is_ok(), "{locale} {key}: {words}: {read:?}");
                }
            }
        }
    }

    #[test]
    fn command_summaries_are_short() {
        for locale in Locale::ALL {
            for spec in CATALOG.specs() {
                let about = short_description(spec, &localizer(locale), "");
                assert!(about.chars().count() <= PHONE_COLUMNS, "{locale} {}: {about}", spec.name);
            }
        }
    }
}
