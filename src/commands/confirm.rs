//! `/confirm`, and what means the same without a command: `yes`, a number, a 👍.
//!
//! It stands for the command of the prompt. A repeated reply finds no prompt any more.

use crate::command::prompt::{Prompt, cleared, is_in_time, predates_prompt, voided};
use crate::command::resolution::{Resolution, ResolveContext};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::domain::{Chat, Locale};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::prompt_reply::{Answer, parse_reply};
use crate::reply::{Reply, ReplyLine};
use crate::storage::{LeaseError, MemoryKind};

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "confirm",
    pt: &["confirmar", "sim"],
    es: &["confirmar", "sí"],
    args: &[ArgKind::Words],
    // In the queue of the command that it runs.
    is_mutating: true,
    section: HelpSection::Commands,
};

/// Finds the command that this one stands for.
pub async fn resolve(past: &ResolveContext<'_>, arguments: &Arguments) -> Result<Resolution, LeaseError> {
    let text = past.command.text.as_str();
    let chat = Chat::from_id(&past.command.chat);
    let is_direct = matches!(chat, Chat::Direct(_)) && !past.command.by_owner;
    // Without a command, no reply is expected if there was no prompt.
    let is_bare = past.is_bare;
    let answer = match is_bare {
        true => parse_reply(text, is_direct, None),
        false if arguments.words.is_empty() => Some(Answer::Yes),
        false => match parse_reply(&arguments.words.join(" "), true, None) {
            Some(Answer::Acknowledgement { .. }) => Some(Answer::Yes),
            Some(answer) => Some(answer),
            None => return Ok(reply_only(ReplyLine::not_done("confirm-what"))),
        },
    };
    let Some(answer) = answer else { return Ok(Resolution::Ignore) };
    let nothing_waits = |is_about_it: bool| match answer {
        Answer::Yes if is_direct && is_about_it => reply_only(ReplyLine::not_done("confirm-nothing")),
        _ if is_bare => Resolution::Ignore,
        _ => reply_only(ReplyLine::not_done("confirm-nothing")),
    };
    let asked = past.store.get_state(past.instance, MemoryKind::Prompt, past.conversation_key).await?;
    let Some(asked) = asked else {
        return Ok(if is_bare {
            Resolution::Ignore
        } else {
            reply_only(ReplyLine::not_done("confirm-nothing"))
        });
    };
    let (asked, question) = match (asked.at, Prompt::from_state(&asked)) {
        (at, Some(question)) => (at, question),
        // The prompt was closed.
        (_, None) => return Ok(nothing_waits(past.command.quoted.is_none())),
    };
    // Its message was edited.
    if past.store.is_superseded(past.instance, &question.asked_by).await? {
        return Ok(if is_bare {
            Resolution::Ignore
        } else {
            reply_only(ReplyLine::not_done("confirm-nothing"))
        });
    }
    let language = Locale::parse(&question.language);
    if is_bare && parse_reply(text, is_direct, language).is_none() {
        return Ok(Resolution::Ignore);
    }
    if let Some(quoted) = &past.command.quoted
        && !past.store.reply_messages(&question.asked_by).await?.contains(quoted)
    {
        return Ok(if is_bare {
            Resolution::Ignore
        } else {
            reply_only(ReplyLine::not_done("confirm-other-quoted"))
        });
    }
    // A later command closes the prompt.
    if past.store.has_command_between(&question.asked_by, past.command).await? {
        let closed = vec![cleared(past.conversation_key.to_owned())];
        return Ok(match nothing_waits(true) {
            Resolution::Reply(reply, _) => Resolution::Reply(reply, closed),
            _ => Resolution::Reply(Reply::Empty, closed),
        });
    }
    // It was previewed already; `--try` is no yes.
    if arguments.flags.dry_run {
        return Ok(reply_only(ReplyLine::not_done("confirm-try")));
    }
    let answer = match answer {
        Answer::Acknowledgement { is_agreement: true } if !question.is_irreversible() => Answer::Yes,
        answer => answer,
    };
    let shown = past.store.replied_at(&question.asked_by).await?.unwrap_or(asked);
    let answered = past.command.sent_at.unwrap_or(past.command.accepted_at);
    // A delayed message may have been sent before the command itself; both times are of WhatsApp's clock.
    let commanded = past.store.sent_at(&question.asked_by).await?;
    let is_older = past.command.sent_at.zip(commanded).is_some_and(|(answered, asked)| answered < asked);
    let is_early = is_older || predates_prompt(asked, shown, past.command.accepted_at);
    let is_late = !is_in_time(asked, answered);
    // In a group, and as thanks, it was for another person.
    let is_talk = match answer {
        Answer::No => is_bare && !is_direct,
        Answer::Numbers(_) => is_bare && question.options.is_empty(),
        Answer::Acknowledgement { .. } => true,
        Answer::Yes => false,
    };
    if is_talk && (is_early || is_late) {
        return Ok(Resolution::Ignore);
    }
    // An earlier reply was for another prompt.
    if is_early {
        return Ok(reply_only(ReplyLine::not_done("confirm-early")));
    }
    if is_late {
        let late = ReplyLine::not_done("confirm-late").order("order", "help", &[]);
        return Ok(Resolution::Reply(
            Reply::Lines(vec![late]),
            vec![cleared(past.conversation_key.to_owned())],
        ));
    }
    let count = question.options.len();
    let chosen = match answer {
        Answer::No => {
            let left = Reply::Lines(vec![ReplyLine::new("confirm-left")]);
            return Ok(Resolution::Reply(left, vec![voided(past.conversation_key.to_owned())]));
        }
        Answer::Acknowledgement { .. } if question.is_irreversible() && count <= 1 => {
            return Ok(reply_only(ReplyLine::not_done("confirm-clear")));
        }
        Answer::Acknowledgement { .. } => return Ok(Resolution::Ignore),
        Answer::Yes if count <= 1 => question.options.iter().collect(),
        Answer::Yes => Vec::new(),
        // Where a yes is expected, a number is chatter.
        Answer::Numbers(_) if count == 0 && is_bare => return Ok(Resolution::Ignore),
        Answer::Numbers(numbers) if numbers.len() > 1 && !question.takes_several => Vec::new(),
        Answer::Numbers(numbers) => {
            let options = numbers.iter().map(|number| question.options.get(number - 1));
            options.collect::<Option<Vec<_>>>().unwrap_or_default()
        }
    };
    if chosen.is_empty() && count > 0 {
        return Ok(reply_only(ReplyLine::not_done("confirm-number").with_plain("last", count.to_string())));
    }
    let chosen: Vec<&str> = chosen.into_iter().map(String::as_str).collect();
    Ok(Resolution::Command(question.resolve_choice(&chosen)))
}

fn reply_only(phrase: ReplyLine) -> Resolution {
    Resolution::Reply(Reply::Lines(vec![phrase]), Vec::new())
}
