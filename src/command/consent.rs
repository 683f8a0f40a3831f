//! Consent: how an open prompt ends. A prompt is open until it is confirmed, declined, replaced by a new command of
//! its admin in its chat, or expired; whatever else is said leaves it open. Pure: the facts are read by `/confirm`.

use crate::command::prompt::Prompt;
use crate::domain::Locale;
use crate::parse::hesitation::{find_hesitation, is_doubtful_number};
use crate::parse::names::is_exclusion;
use crate::parse::prompt_reply::{
    MAX_REPLY_LEN, ParsedReply, PromptFacts, has_plain_numbers, is_plain_no, is_question, parse_reply,
};
use crate::parse::word_lists::{in_word_list, plain_word};
use crate::reply::UsageError;
use crate::storage::CommandRecord;

/// What a message does to an open prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The command of the prompt is run, with these of its options.
    Confirmed(Vec<String>),
    /// Nothing is done.
    Declined,
    /// Nothing is done as it was shown: something else is meant.
    Corrected,
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
    /// It says that something else is meant than what the prompt shows.
    pub is_correction: bool,
    /// It is certainly for the bot: it is a command, or stands in a direct chat.
    pub is_to_bot: bool,
    /// The file that it has and the prompt does not show.
    pub file: OtherFile,
    /// What it quotes or reacts to.
    pub quote: Quote,
    /// When it was sent.
    pub timing: AnswerTiming,
    /// A new command was given between the prompt and the message.
    pub is_after_command: bool,
}

/// A file of a message without a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherFile {
    /// None.
    Absent,
    /// Any file.
    Present,
    /// A picture, for which `/photo` waits.
    Awaited,
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

/// Whether a text corrects what was shown, limits it or puts it off: `ops, errado`, `menos o suporte`, `é pra amanhã`.
fn corrects(text: &str, locale: Locale) -> bool {
    let lists = ["correction-words", "only-words", "until-words"];
    let is_of_correction = |word: &str| {
        lists.iter().any(|list| in_word_list(plain_word(word), list)) || is_exclusion(word, locale)
    };
    // A lone `hmm` corrects nothing.
    let is_more = |found: &str| found.len() < text.trim().len() || in_word_list(found, "delay-words");
    text.split_whitespace().any(is_of_correction) || find_hesitation(text).is_some_and(is_more)
}

impl Prompt {
    /// What a text without a command replies to this prompt.
    pub fn read_reply(&self, text: &str, is_direct: bool) -> Option<ParsedReply> {
        let is_missing_text = self.missing.as_ref().is_some_and(UsageError::is_verbatim);
        // A long text is none.
        if is_missing_text && text.len() > MAX_REPLY_LEN {
            return None;
        }
        let reply = match parse_reply(text, is_direct, self.reply_facts()) {
            // In a menu, `uma` is a word as any other, and `1?` chooses nothing: none of its numbers.
            Some(ParsedReply::Numbers(_)) if self.is_menu() && !has_plain_numbers(text) => {
                Some(ParsedReply::Numbers(vec![0]))
            }
            None if self.is_menu() && is_direct && is_doubtful_number(text) => {
                Some(ParsedReply::Numbers(vec![0]))
            }
            // A no among other words is about something else.
            Some(ParsedReply::No) if self.is_menu() && !is_plain_no(text) => None,
            reply => reply,
        };
        if is_direct && self.is_all(text) {
            return Some(ParsedReply::Numbers((1..=self.options.len()).collect()));
        }
        // `vendas norte?` asks.
        let may_name = is_direct && !is_question(text);
        let named = || self.named_option(text).filter(|_| may_name);
        reply.or_else(|| named().map(|number| ParsedReply::Numbers(vec![number])))
    }

    /// Whether a text that replies so has the verb of the command, or ends in a yes.
    pub fn is_plain_reply(&self, text: &str, is_direct: bool, reply: &ParsedReply) -> bool {
        // Without the command, its verb is no word of a reply.
        let without_verb = PromptFacts { command: Some(""), ..self.reply_facts() };
        let end = text.rsplit(',').next().unwrap_or_default();
        parse_reply(end, is_direct, self.reply_facts()) == Some(ParsedReply::Yes)
            || parse_reply(text, is_direct, without_verb).as_ref() != Some(reply)
    }

    /// Whether a text that is no reply says that something else is meant. `names_other`: it names what the prompt does
    /// not hold.
    pub fn is_corrected_by(&self, text: &str, names_other: bool, locale: Locale) -> bool {
        self.takes_correction() && !is_question(text) && (names_other || corrects(text, locale))
    }

    /// Whether it shows one command, as it would be done.
    pub fn takes_correction(&self) -> bool {
        self.missing.is_none() && self.options.len() <= 1 && !self.is_in_passing
    }

    /// What is known about the replies to it.
    pub fn reply_facts(&self) -> PromptFacts<'_> {
        PromptFacts { language: Locale::parse(&self.language), command: Some(&self.command) }
    }

    /// What a message does to this prompt.
    pub fn consent(&self, answer: Answer) -> Consent {
        let (file, is_correction) = (answer.file, answer.is_correction);
        match (self.decide(answer), file) {
            (Consent::Declined, _) if is_correction => Consent::Corrected,
            // It is asked about instead (worker/talk.rs).
            (Consent::Confirmed(_) | Consent::Open(_), OtherFile::Awaited) => Consent::Unrelated,
            // What was shown has no such file.
            (Consent::Confirmed(_) | Consent::Open("confirm-how" | "confirm-clear"), OtherFile::Present) => {
                Consent::Open("confirm-media")
            }
            (Consent::Open("confirm-how"), _) if !self.shown.is_empty() => Consent::Open("confirm-how-named"),
            (consent, _) => consent,
        }
    }

    fn decide(&self, answer: Answer) -> Consent {
        let Answer {
            reply, part, is_plain, is_correction, is_to_bot, quote, timing, is_after_command, ..
        } = answer;
        let reply = if is_correction { Some(ParsedReply::No) } else { reply };
        let is_choice = !self.options.is_empty();
        // A number is for the menu that shows it.
        let is_in_passing =
            self.is_in_passing && !(self.is_menu() && matches!(reply, Some(ParsedReply::Numbers(_))));
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
        let is_closing = is_in_passing && !self.is_menu() && agrees && !is_plain;
        match () {
            () if is_after_command => Consent::Replaced,
            () if is_in_passing && !is_clear => Consent::Unrelated,
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
        Answer {
            reply,
            part: None,
            is_plain: false,
            is_correction: false,
            is_to_bot: true,
            file: OtherFile::Absent,
            quote,
            timing,
            is_after_command: false,
        }
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
            (Answer { is_after_command: true, ..yes.clone() }, Consent::Replaced),
            (Answer { is_correction: true, ..talk.clone() }, Consent::Corrected),
            (Answer { is_correction: true, ..at(AnswerTiming::Late, &talk) }, Consent::Expired),
            (Answer { file: OtherFile::Present, ..yes.clone() }, Consent::Open("confirm-media")),
            (Answer { file: OtherFile::Present, ..no }, Consent::Declined),
            (Answer { file: OtherFile::Awaited, ..yes }, Consent::Unrelated),
        ];
        for (answer, expected) in rows {
            assert_eq!(prompt("deactivate", &[]).consent(answer.clone()), expected, "{answer:?}");
        }
    }

    #[test]
    fn a_text_may_correct_what_was_shown() {
        for text in [
            "ops, é amanhã",
            "menos o suporte",
            "só os 5 primeiros",
            "apenas o suporte",
            "até o bloco 10",
            "only the first 5",
            "until friday",
            "solo el primero",
            "hasta el 10",
            "é às 20h na verdade",
            "é pra amanhã",
            "depois",
        ] {
            assert!(prompt("announce", &[]).is_corrected_by(text, false, Locale::PtBr), "{text}");
        }
        for text in ["vai ter bolo", "hmm", "boa reunião", "só hoje?"] {
            assert!(!prompt("announce", &[]).is_corrected_by(text, false, Locale::PtBr), "{text}");
        }
        assert!(prompt("link", &["x"]).is_corrected_by("é pra marketing", true, Locale::PtBr));
        assert!(!prompt("link", &["x", "y"]).is_corrected_by("ops", true, Locale::PtBr));
    }

    #[test]
    fn a_menu_takes_only_plain_numbers() {
        let menu = prompt("", &["link a", "groups b"]);
        let numbers = |number| Some(ParsedReply::Numbers(vec![number]));
        let rows = [
            ("1", numbers(1)),
            ("a 1", numbers(1)),
            ("1 por favor", numbers(1)),
            ("uma", numbers(0)),
            ("-1", numbers(0)),
            ("1?", numbers(0)),
            ("acho que 1", numbers(0)),
            ("1 não", Some(ParsedReply::No)),
            ("o futebol não vai hoje", None),
        ];
        for (text, expected) in rows {
            assert_eq!(menu.read_reply(text, true), expected, "{text}");
        }
    }
}
