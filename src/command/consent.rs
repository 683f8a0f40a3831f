//! Consent: how an open prompt ends. A prompt is open until it is confirmed, declined, replaced by a new command of
//! its admin in its chat, or expired; whatever else is said leaves it open. Pure: the facts are read by `/confirm`.

use crate::command::prompt::Prompt;
use crate::parse::prompt_reply::ParsedReply;
use crate::reply::UsageError;
use crate::storage::CommandRecord;

/// What a message does to an open prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The command of the prompt is run, with these of its options.
    Confirmed(Vec<String>),
    /// Nothing is done.
    Declined,
    /// An earlier command closed it.
    Replaced,
    /// It came too late.
    Expired,
    /// It stays open; the text of this key says why, or how to answer.
    Open(&'static str),
    /// It stays open, since the message is for another person.
    Unrelated,
}

/// A message of the admin who is asked, in the chat of the prompt.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What it says; none if that is neither yes, no nor a number.
    pub reply: Option<ParsedReply>,
    /// It as the missing part of the prompt's command.
    pub part: Option<String>,
    /// It has the verb of the prompt's command, or ends in a yes: `ok, muda`, `obrigado, pode sim`.
    pub is_plain: bool,
    /// It is certainly for the bot: it is a command, or stands in a direct chat.
    pub is_to_bot: bool,
    /// What it quotes or reacts to.
    pub quote: Quote,
    /// When it was sent.
    pub timing: AnswerTiming,
    /// A new command was given between the prompt and the message.
    pub is_after_command: bool,
}

/// What a message quotes or reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Nothing.
    Absent,
    /// The prompt.
    Prompt,
    /// Another message.
    Other,
}

/// When a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerTiming {
    /// Before the prompt was seen.
    Early,
    /// While the prompt is open.
    InTime,
    /// After that.
    Late,
}

/// Whether a stored message may be a reaction: an emoji that belongs to another message.
pub fn is_reaction(message: &CommandRecord) -> bool {
    message.quoted.is_some() && !message.text.chars().any(char::is_alphanumeric)
}

impl Prompt {
    /// What a message does to this prompt.
    pub fn consent(&self, answer: Answer) -> Consent {
        let Answer { reply, part, is_plain, is_to_bot, quote, timing, is_after_command } = answer;
        let is_choice = !self.options.is_empty();
        // In a group, what is not an answer to this kind of prompt is talk.
        let is_talk = match reply {
            None | Some(ParsedReply::Acknowledgement { .. }) => true,
            Some(ParsedReply::Numbers(_)) => !is_choice,
            Some(ParsedReply::Yes | ParsedReply::No) => false,
        };
        let is_no = reply == Some(ParsedReply::No);
        let is_yes = reply == Some(ParsedReply::Yes) && self.missing.is_none();
        let agrees = reply == Some(ParsedReply::Acknowledgement { is_agreement: true })
            && self.missing.is_none()
            && quote != Quote::Other;
        let is_clear = timing == AnswerTiming::InTime && (is_yes || is_no || agrees || part.is_some());
        // `ok` may only take note of what a reply says in passing.
        let is_closing = self.is_in_passing && !self.is_menu() && agrees && !is_plain;
        match () {
            () if is_after_command => Consent::Replaced,
            () if self.is_in_passing && !is_clear => Consent::Unrelated,
            // A no to the bot closes the prompt, whatever it quotes.
            () if quote == Quote::Other && is_to_bot && (!is_no || part.is_some()) => {
                Consent::Open("confirm-other-quoted")
            }
            () if (quote == Quote::Other || is_talk) && !is_to_bot => Consent::Unrelated,
            () if timing != AnswerTiming::InTime && (is_talk || (is_no && !is_to_bot)) => Consent::Unrelated,
            () if timing == AnswerTiming::Early => Consent::Open("confirm-early"),
            () if timing == AnswerTiming::Late => Consent::Expired,
            () if is_closing => Consent::Open(self.how_to_answer()),
            () if self.missing.is_none() => self.choose(reply),
            () if is_no && part.is_none() => Consent::Declined,
            () => part.map_or(Consent::Open(self.how_to_answer()), |part| Consent::Confirmed(vec![part])),
        }
    }

    /// What an answer in time does.
    fn choose(&self, reply: Option<ParsedReply>) -> Consent {
        let chosen = match reply {
            Some(ParsedReply::No) => return Consent::Declined,
            Some(ParsedReply::Acknowledgement { .. })
                if self.is_irreversible() && self.options.len() <= 1 =>
            {
                return Consent::Open("confirm-clear");
            }
            // Where consent is needed, only a clear yes is one.
            Some(ParsedReply::Acknowledgement { .. }) if self.options.is_empty() => None,
            Some(ParsedReply::Yes | ParsedReply::Acknowledgement { is_agreement: true })
                if self.options.len() <= 1 =>
            {
                Some(self.options.clone())
            }
            // An offer shows no numbers.
            Some(ParsedReply::Numbers(numbers))
                if !self.names.is_empty() && (numbers.len() == 1 || self.takes_several) =>
            {
                let options = numbers.iter().map(|number| self.options.get(number.checked_sub(1)?).cloned());
                options.collect()
            }
            _ => None,
        };
        chosen.map_or(Consent::Open(self.how_to_answer()), Consent::Confirmed)
    }

    /// The key of the text that says how to answer.
    pub fn how_to_answer(&self) -> &'static str {
        let question = self.missing.as_ref().and_then(UsageError::question);
        question.unwrap_or(if self.options.len() > 1 { "confirm-how-number" } else { "confirm-how" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(command: &str, options: &[&str]) -> Prompt {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let prompt = serde_json::json!({
            "prompted_by": "1", "language": "pt-BR", "command": command, "before": "", "options": options,
            "after": "", "takes_several": false, "names": options.get(1).into_iter().collect::<Vec<_>>(),
        });
        serde_json::from_value(prompt).unwrap()
    }

    fn answer(reply: Option<ParsedReply>) -> Answer {
        let (quote, timing) = (Quote::Absent, AnswerTiming::InTime);
        Answer { reply, part: None, is_plain: false, is_to_bot: true, quote, timing, is_after_command: false }
    }

    fn confirmed(options: &[&str]) -> Consent {
        Consent::Confirmed(options.iter().map(|option| (*option).to_owned()).collect())
    }

    #[test]
    fn t46_an_answer_in_time_does_what_it_says() {
        let ok = ParsedReply::Acknowledgement { is_agreement: true };
        let thanks = ParsedReply::Acknowledgement { is_agreement: false };
        let number = |number| Some(ParsedReply::Numbers(vec![number]));
        let (grave, harmless) = (prompt("deactivate", &[]), prompt("unlink", &[]));
        let (offer, choice) = (prompt("link", &["x"]), prompt("link", &["x", "y", "z"]));
        let (how, how_number) = (Consent::Open("confirm-how"), Consent::Open("confirm-how-number"));
        let rows = [
            (&grave, Some(ParsedReply::Yes), confirmed(&[])),
            (&grave, Some(ParsedReply::No), Consent::Declined),
            (&grave, Some(ok.clone()), Consent::Open("confirm-clear")),
            (&grave, Some(thanks.clone()), Consent::Open("confirm-clear")),
            (&grave, number(1), how.clone()),
            (&grave, None, how.clone()),
            (&harmless, Some(ok.clone()), how.clone()),
            (&harmless, Some(thanks), how.clone()),
            (&harmless, number(2), how.clone()),
            (&offer, Some(ParsedReply::Yes), confirmed(&["x"])),
            (&offer, Some(ok.clone()), confirmed(&["x"])),
            (&offer, number(1), how.clone()),
            (&offer, None, how),
            (&choice, number(2), confirmed(&["y"])),
            (&choice, number(4), how_number.clone()),
            (&choice, Some(ParsedReply::Numbers(vec![1, 2])), how_number.clone()),
            (&choice, Some(ParsedReply::Yes), how_number.clone()),
            (&choice, Some(ok), how_number.clone()),
            (&choice, None, how_number),
            (&choice, Some(ParsedReply::No), Consent::Declined),
        ];
        for (prompt, reply, expected) in rows {
            assert_eq!(prompt.consent(answer(reply.clone())), expected, "{} {reply:?}", prompt.command);
        }
    }

    #[test]
    fn t46_a_prompt_is_confirmed_only_while_it_is_open_and_by_what_is_for_it() {
        let yes = answer(Some(ParsedReply::Yes));
        let in_group = |answer: &Answer| Answer { is_to_bot: false, ..answer.clone() };
        let at = |timing, answer: &Answer| Answer { timing, ..answer.clone() };
        let quoting = |quote, answer: &Answer| Answer { quote, ..answer.clone() };
        let (no, number, talk) =
            (answer(Some(ParsedReply::No)), answer(Some(ParsedReply::Numbers(vec![1]))), answer(None));
        let rows = [
            (in_group(&yes), confirmed(&[])),
            (in_group(&no), Consent::Declined),
            (in_group(&number), Consent::Unrelated),
            (in_group(&talk), Consent::Unrelated),
            (quoting(Quote::Prompt, &yes), confirmed(&[])),
            (quoting(Quote::Other, &yes), Consent::Open("confirm-other-quoted")),
            (quoting(Quote::Other, &no), Consent::Declined),
            (quoting(Quote::Other, &in_group(&no)), Consent::Unrelated),
            (quoting(Quote::Other, &in_group(&yes)), Consent::Unrelated),
            (at(AnswerTiming::Early, &yes), Consent::Open("confirm-early")),
            (at(AnswerTiming::Late, &yes), Consent::Expired),
            (at(AnswerTiming::Late, &no), Consent::Expired),
            (at(AnswerTiming::Late, &in_group(&yes)), Consent::Expired),
            (at(AnswerTiming::Late, &in_group(&no)), Consent::Unrelated),
            (at(AnswerTiming::Late, &talk), Consent::Unrelated),
            (Answer { is_after_command: true, ..yes }, Consent::Replaced),
        ];
        for (answer, expected) in rows {
            assert_eq!(prompt("deactivate", &[]).consent(answer.clone()), expected, "{answer:?}");
        }
    }
}
