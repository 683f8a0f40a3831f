//! `/help [command]`: what the bot can do, rendered from the registry.

use futures_util::future::BoxFuture;

use super::question::Question;
use super::registry::COMMANDS;
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec, named, nearest};
use crate::authorise::may_use;
use crate::i18n;
use crate::reply::{Guide, Phrase, Reply, Speech};

/// The command.
pub const SPEC: Spec = Spec {
    name: "help",
    pt: &["ajuda", "menu", "comandos"],
    es: &["ayuda", "menú"],
    args: &[Arg::Command],
    is_mutating: false,
    chapter: Chapter::Bot,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let Some(typed) = arguments.words.first() else {
            return Ok(all(context.speech, |spec| may_use(context.admin, spec.name)));
        };
        // People ask for `/help /link` as often as for `/help link`.
        let name = typed.trim_start_matches(context.speech.prefix.as_str());
        Ok(match named(name) {
            Some(spec) if !may_use(context.admin, spec.name) => {
                Reply::MayNot { command: spec.name, place: None }
            }
            Some(spec) => on(spec, context.speech),
            None => {
                let nearest = nearest(name, context.speech.locale);
                if let Some(nearest) = nearest {
                    context.ask(Question {
                        asked_by: context.claim.command.id.clone(),
                        language: context.speech.locale.tag().to_owned(),
                        command: SPEC.name.to_owned(),
                        before: String::new(),
                        options: vec![nearest.to_owned()],
                        after: String::new(),
                        takes_several: false,
                        askers: Vec::new(),
                        is_undo: false,
                        only_if: None,
                    });
                }
                Reply::UnknownCommand { is_asked: nearest.is_some(), typed: name.to_owned(), nearest }
            }
        })
    })
}

fn about(spec: &Spec, speech: &Speech, part: &str) -> String {
    i18n::text(speech.locale, &format!("help-{}{part}", spec.name), &[])
}

/// What may be used, by chapter.
fn all(speech: &Speech, is_allowed: impl Fn(&Spec) -> bool) -> Reply {
    let of = |chapter| {
        let orders = COMMANDS.iter().filter(|spec| spec.chapter == chapter && is_allowed(spec));
        orders.map(|spec| speech.order(spec.name, &[])).collect::<Vec<_>>()
    };
    let chapters = Chapter::ALL.map(|chapter| (chapter.key(), of(chapter)));
    let first = COMMANDS.iter().find(|spec| is_allowed(spec)).map_or(SPEC.name, |spec| spec.name);
    Reply::Help {
        chapters: chapters.into_iter().filter(|(_, orders)| !orders.is_empty()).collect(),
        example: speech.order(SPEC.name, &[(speech.name_of)(first, speech.locale)]),
    }
}

fn on(spec: &Spec, speech: &Speech) -> Reply {
    let shown = spec.name_in(speech.locale);
    Reply::HelpOn(Box::new(Guide {
        about: about(spec, speech, ""),
        usage: spec.usage(speech),
        more: about(spec, speech, "-long"),
        examples: spec.examples(speech),
        also: spec
            .names()
            .filter(|name| *name != shown)
            .map(|name| format!("{}{name}", speech.prefix))
            .collect(),
        legend: legend(spec),
    }))
}

/// The flags that it takes, and the marks that its replies bear.
fn legend(spec: &Spec) -> Vec<Phrase> {
    let takes_flags = spec.is_mutating && matches!(spec.run, Run::This(_));
    let marks = if spec.args.contains(&Arg::Groups) { "help-marks-groups" } else { "help-marks" };
    [
        takes_flags.then(|| Phrase::new("help-try")),
        (takes_flags && spec.asks()).then(|| Phrase::new("help-yes")),
        (takes_flags && spec.is_verbatim())
            .then(|| Phrase::new("help-flags-first").order("order", spec.name, &[])),
        spec.is_mutating.then(|| Phrase::new(marks)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{args, registry};
    use super::*;
    use crate::domain::Locale;
    use crate::reply::PHONE_COLUMNS;

    fn speech(locale: Locale) -> Speech {
        let prefix = "/".to_owned();
        Speech { locale, prefixes: vec![prefix.clone()], prefix, name_of: registry::name_in }
    }

    #[test]
    fn the_help_fits_the_screen_of_a_phone() {
        for locale in Locale::ALL {
            let speech = speech(locale);
            let messages = all(&speech, |_| true).messages(&speech);
            let [text] = messages.as_slice() else { panic!("{messages:?}") };

            assert!(text.lines().count() <= 32, "{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= PHONE_COLUMNS, "{line}");
            }
            for spec in COMMANDS {
                assert!(text.contains(&speech.order(spec.name, &[])), "{} is not in {text}", spec.name);
            }
        }
    }

    #[test]
    fn every_command_that_takes_words_has_two_examples_and_each_is_read_without_a_slip() {
        for locale in Locale::ALL {
            for spec in COMMANDS {
                let key = format!("help-{}-example", spec.name);
                let words = i18n::text(locale, &key, &[]);
                assert_eq!(words.lines().count().max(1), if spec.args.is_empty() { 1 } else { 2 }, "{key}");
                for words in words.split('\n') {
                    let read = args::parse(spec.args, spec.is_mutating, words);
                    assert!(read.is_ok(), "{locale} {key}: {words}: {read:?}");
                }
            }
        }
    }

    #[test]
    fn what_a_command_does_is_said_in_few_words() {
        for locale in Locale::ALL {
            for spec in COMMANDS {
                let about = about(spec, &speech(locale), "");
                assert!(about.chars().count() <= PHONE_COLUMNS, "{locale} {}: {about}", spec.name);
            }
        }
    }
}
