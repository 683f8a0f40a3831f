//! `/confirm`, and what says the same without a command: `yes`, a number, a 👍.
//!
//! It stands for the order that was asked about. Answers that come twice find no question any more.

use futures_util::future::BoxFuture;

use super::question::{Answer, Question, bare, dropped, is_early, is_in_time};
use super::{Arg, Arguments, Chapter, Meant, Past, Run, Spec};
use crate::domain::Chat;
use crate::reply::{Phrase, Reply};
use crate::storage::{Lost, MemoryKind};

/// The command.
pub const SPEC: Spec = Spec {
    name: "confirm",
    pt: &["confirmar", "sim"],
    es: &["confirmar", "sí"],
    args: &[Arg::Words],
    // In the lane of what it sets in motion.
    is_mutating: true,
    chapter: Chapter::Orders,
    run: Run::Another(meant),
};

/// How the journal keeps a 👍: the sign, and the id of the message that bears it.
pub const THUMB: &str = "👍 ";

fn meant<'a>(past: &'a Past<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Meant, Lost>> {
    Box::pin(async move {
        let text = past.command.text.as_str();
        let chat = Chat::from_address(&past.command.chat);
        let is_direct = matches!(chat, Chat::Direct(_)) && !past.command.by_owner;
        // Without a command, nobody expects an answer where nothing was asked.
        let (answer, is_bare) = match text.strip_prefix(THUMB) {
            Some(id) => (Answer::Thumb(id.to_owned()), true),
            None => match bare(text, is_direct) {
                Some(answer) => (answer, true),
                None if arguments.words.is_empty() => (Answer::Yes, false),
                None => match bare(&arguments.words.join(" "), true) {
                    Some(answer) => (answer, false),
                    None => return Ok(said(Phrase::not_done("confirm-what"))),
                },
            },
        };
        let asked = past.store.recall(past.instance, MemoryKind::Question, past.place).await?;
        let asked = match asked.and_then(|asked| Some((asked.at, Question::of(&asked)?))) {
            // Its message says something else by now.
            Some((_, question)) if past.store.is_replaced(past.instance, &question.asked_by).await? => None,
            asked => asked,
        };
        let Some((asked, question)) = asked else {
            return Ok(if is_bare { Meant::Nothing } else { said(Phrase::not_done("confirm-nothing")) });
        };
        // What is asked about was shown already; to try it says no yes.
        if arguments.flags.trial {
            return Ok(said(Phrase::not_done("confirm-try")));
        }
        if let Answer::Thumb(id) = &answer {
            let ours = past.store.answer_id(&question.asked_by).await?;
            if ours.as_ref() != Some(id) {
                return Ok(Meant::Nothing);
            }
        }
        let shown = past.store.answered_at(&question.asked_by).await?.unwrap_or(asked);
        // Whoever answered before was asked something else.
        if is_early(asked, shown, past.command.accepted_at) {
            let is_chatter = is_bare && question.options.is_empty() && matches!(answer, Answer::Numbers(_));
            return Ok(if is_chatter { Meant::Nothing } else { said(Phrase::not_done("confirm-early")) });
        }
        let answered = past.command.sent_at.unwrap_or(past.command.accepted_at);
        if !is_in_time(asked, answered) {
            let late = Phrase::not_done("confirm-late").order("order", "help", &[]);
            return Ok(Meant::Said(Reply::Said(vec![late]), vec![dropped(past.place.to_owned())]));
        }
        let count = question.options.len();
        let chosen = match answer {
            Answer::No => {
                let left = Reply::Said(vec![Phrase::new("confirm-left")]);
                return Ok(Meant::Said(left, vec![dropped(past.place.to_owned())]));
            }
            Answer::Yes | Answer::Thumb(_) if count <= 1 => question.options.iter().collect(),
            Answer::Yes | Answer::Thumb(_) => Vec::new(),
            // Where a yes is asked for, a number is chatter.
            Answer::Numbers(_) if count == 0 && is_bare => return Ok(Meant::Nothing),
            Answer::Numbers(numbers) if numbers.len() > 1 && !question.takes_several => Vec::new(),
            Answer::Numbers(numbers) => {
                let options = numbers.iter().map(|number| question.options.get(number - 1));
                options.collect::<Option<Vec<_>>>().unwrap_or_default()
            }
        };
        if chosen.is_empty() && count > 0 {
            return Ok(said(Phrase::not_done("confirm-number").plain("last", count.to_string())));
        }
        let chosen: Vec<&str> = chosen.into_iter().map(String::as_str).collect();
        Ok(Meant::Order(question.chosen(&chosen)))
    })
}

fn said(phrase: Phrase) -> Meant {
    Meant::Said(Reply::Said(vec![phrase]), Vec::new())
}
