//! `/help [command]`: what the bot can do, rendered from the registry.

use futures_util::future::BoxFuture;

use super::registry::COMMANDS;
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec, named, nearest};
use crate::authorise::may_use;
use crate::i18n;
use crate::reply::{Reply, Speech};

/// The command.
pub const SPEC: Spec = Spec {
    name: "help",
    pt: &["ajuda", "menu", "comandos"],
    es: &["ayuda"],
    args: &[Arg::Command],
    is_mutating: false,
    chapter: Chapter::Bot,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let Some(typed) = arguments.words.first() else {
            let allowed = COMMANDS.iter().filter(|spec| may_use(context.admin, spec.name));
            return Ok(Reply::Help(allowed.map(|spec| summary(spec, context.speech)).collect()));
        };
        // People ask for `/help /link` as often as for `/help link`.
        let name = typed.trim_start_matches(context.speech.prefix.as_str());
        Ok(match named(name) {
            Some(spec) if !may_use(context.admin, spec.name) => {
                Reply::MayNot { command: spec.name, community: None }
            }
            Some(spec) => on(spec, context.speech),
            None => Reply::UnknownCommand {
                is_asked: false,
                typed: name.to_owned(),
                nearest: nearest(name, context.speech.locale),
            },
        })
    })
}

fn about(spec: &Spec, speech: &Speech, part: &str) -> String {
    i18n::text(speech.locale, &format!("help-{}{part}", spec.name), &[])
}

fn summary(spec: &Spec, speech: &Speech) -> (String, String) {
    (spec.usage(speech), about(spec, speech, ""))
}

fn on(spec: &Spec, speech: &Speech) -> Reply {
    let shown = spec.name_in(speech.locale);
    Reply::HelpOn {
        about: about(spec, speech, ""),
        usage: spec.usage(speech),
        more: about(spec, speech, "-long"),
        examples: spec.examples(speech),
        also: spec
            .names()
            .filter(|name| *name != shown)
            .map(|name| format!("{}{name}", speech.prefix))
            .collect(),
        has_marks: spec.is_mutating,
    }
}
