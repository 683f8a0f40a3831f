//! `/confirm`, and what means the same without a command: `yes`, a number, a 👍.
//!
//! It is replaced by the command of the prompt, and the prompt is deleted. `consent` decides what it does to the
//! prompt; here its facts are read.

use crate::clock::Timestamp;
use crate::command::consent::{Answer, AnswerTiming, Consent, Quote, is_reaction};
use crate::command::prompt::{clear_prompt, is_in_time, predates_prompt, void_prompt};
use crate::command::resolution::{DeferredCommand, Resolution, ResolveContext};
use crate::command::{CommandSpec, Es, Prompt, Pt};
use crate::commands::photo;
use crate::domain::{Chat, Locale, Media};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::hesitation::has_correction_phrase;
use crate::parse::names::is_exclusion;
use crate::parse::prompt_reply::{
    MAX_REPLY_LEN, ParsedReply, PromptFacts, has_plain_numbers, is_plain_no, is_question, parse_reply,
};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::storage::{LeaseError, StateChange, StateKind};

/// The command.
// Mutating: it waits in the queue of the command that it runs.
pub const SPEC: CommandSpec =
    CommandSpec::mutating("confirm", Pt(&["confirmar", "sim"]), Es(&["confirmar", "sí"]), &[ArgKind::Words]);

/// Finds the command that replaces this one. For a second yes no prompt is open: the first one deleted it. A message
/// without a prefix is then talk (worker/talk.rs).
pub async fn resolve(context: &ResolveContext<'_>, arguments: &Arguments) -> Result<Resolution, LeaseError> {
    let ResolveContext { store, instance, conversation_key, has_no_prefix, .. } = *context;
    let if_none = || match has_no_prefix {
        true => Resolution::Ignore,
        false => ReplyLine::not_done("confirm-nothing").into(),
    };
    let stored = store.get_state(instance, StateKind::Prompt, conversation_key.as_str()).await?;
    let Some((prompted_at, prompt)) = stored.and_then(|entry| Some((entry.at, Prompt::from_state(&entry)?)))
    else {
        return Ok(if_none());
    };
    // Its message was edited.
    if store.is_superseded(instance, &prompt.prompted_by).await? {
        return Ok(if_none());
    }
    // It was previewed already; `--try` is no yes.
    if arguments.flags.dry_run {
        return Ok(ReplyLine::not_done("confirm-dry-run").into());
    }
    let is_other_picture = is_other_picture(context, &prompt).await?;
    let mut answer = read_answer(context, arguments, (prompted_at, &prompt)).await?;
    // A no among other words is about something else.
    if prompt.is_menu()
        && answer.reply == Some(ParsedReply::No)
        && has_no_prefix
        && !is_plain_no(&context.command.text)
    {
        answer.reply = None;
    }
    // What is corrected is not to be done as it was shown.
    let is_correction = has_no_prefix
        && answer.reply.is_none()
        && answer.is_to_bot
        && context.command.media.is_none()
        && prompt.missing.is_none()
        && prompt.options.len() <= 1
        && !prompt.is_in_passing
        && !is_question(&context.command.text)
        && corrects(&context.command.text, context.localizer.locale);
    if is_correction {
        answer.reply = Some(ParsedReply::No);
    }
    // A number is for the menu that shows it.
    let is_choice = prompt.is_menu() && matches!(answer.reply, Some(ParsedReply::Numbers(_)));
    let prompt = Prompt { is_in_passing: prompt.is_in_passing && !is_choice, ..prompt };
    let consent = match prompt.consent(answer) {
        // It is asked about instead (worker/talk.rs).
        Consent::Confirmed(_) | Consent::Open(_) if is_other_picture => Consent::Unrelated,
        // What was shown has no such file.
        Consent::Confirmed(_) | Consent::Open("confirm-how" | "confirm-clear")
            if has_no_prefix && context.command.media.is_some() =>
        {
            Consent::Open("confirm-media")
        }
        Consent::Open("confirm-how") if !prompt.shown.is_empty() => Consent::Open("confirm-how-named"),
        consent => consent,
    };
    Ok(match consent {
        Consent::Confirmed(options) => {
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let must_confirm = context.part.is_some_and(|part| prompt.missing.is_some() && !part.is_certain);
            Resolution::Command(DeferredCommand { must_confirm, ..prompt.resolve_choice(&options) })
        }
        Consent::Declined => {
            let key = if prompt.is_about_rest { "confirm-left-rest" } else { "confirm-left" };
            // The prompt may be about a picture that `/photo` waits for.
            let (kind, key_of_photo) = (StateKind::PhotoRequest, conversation_key.to_string());
            let no_photo = StateChange { kind, key: key_of_photo, value: None };
            Resolution::Reply(
                Reply::Lines(vec![ReplyLine::new(key)]),
                vec![void_prompt(conversation_key), no_photo],
            )
        }
        Consent::Replaced => if_none(),
        Consent::Expired => {
            let late = ReplyLine::not_done("confirm-late").with_command("command", "help", &[]);
            Resolution::Reply(Reply::Lines(vec![late]), vec![clear_prompt(conversation_key)])
        }
        Consent::Open(key) => {
            let is_for_other = matches!(key, "confirm-early" | "confirm-other-quoted");
            let line = if is_for_other { ReplyLine::not_done(key) } else { ReplyLine::new(key) };
            let last = prompt.options.len().to_string();
            line.with_plain("last", last).with_plain("pending", prompt.shown).into()
        }
        Consent::Unrelated => Resolution::Ignore,
    })
}

/// Whether a text has a word of correction, or one that leaves something out: `ops, é amanhã`, `menos o suporte`.
fn corrects(text: &str, locale: Locale) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        in_word_list(plain, "correction-words") || is_exclusion(word, locale)
    }) || has_correction_phrase(text)
}

/// Whether a message has another picture than the one that the prompt asks about, while `/photo` waits for one.
async fn is_other_picture(context: &ResolveContext<'_>, prompt: &Prompt) -> Result<bool, LeaseError> {
    let ResolveContext { store, instance, conversation_key, command, has_no_prefix, .. } = *context;
    let is_picture = has_no_prefix && command.media.as_ref().is_some_and(Media::is_picture);
    if !is_picture || prompt.command != photo::SPEC.name {
        return Ok(false);
    }
    let waiting = store.get_state(instance, StateKind::PhotoRequest, conversation_key.as_str()).await?;
    Ok(waiting.is_some_and(|waiting| is_in_time(waiting.at, command.accepted_at)))
}

/// Reads what a message says about a prompt.
async fn read_answer(
    context: &ResolveContext<'_>,
    arguments: &Arguments,
    (prompted_at, prompt): (Timestamp, &Prompt),
) -> Result<Answer, LeaseError> {
    let ResolveContext { store, command, has_no_prefix, .. } = *context;
    let is_direct = matches!(Chat::from_id(&command.chat), Chat::Direct(_)) && !command.by_owner;
    let facts = PromptFacts { language: Locale::parse(&prompt.language), command: Some(&prompt.command) };
    let is_missing_text = prompt.missing.as_ref().is_some_and(UsageError::is_verbatim);
    let reply = match has_no_prefix {
        // A long text is none.
        true if is_missing_text && command.text.len() > MAX_REPLY_LEN => None,
        true => parse_reply(&command.text, is_direct, facts),
        // `/confirm?` asks.
        false if is_question(&command.text) => None,
        false if arguments.tokens.is_empty() => Some(ParsedReply::Yes),
        false => match parse_reply(&arguments.words().join(" "), true, facts) {
            Some(ParsedReply::Acknowledgement { .. }) => Some(ParsedReply::Yes),
            reply => reply,
        },
    };
    // In a menu, `uma` is a word as any other: none of its numbers.
    let reply = match reply {
        Some(ParsedReply::Numbers(_)) if prompt.is_menu() && !has_plain_numbers(&command.text) => {
            Some(ParsedReply::Numbers(vec![0]))
        }
        reply => reply,
    };
    let takes_all = has_no_prefix && is_direct && prompt.is_all(&command.text);
    let reply =
        if takes_all { Some(ParsedReply::Numbers((1..=prompt.options.len()).collect())) } else { reply };
    // `vendas norte?` asks.
    let may_name = has_no_prefix && is_direct && !is_question(&command.text);
    let named = || prompt.named_option(&command.text).filter(|_| may_name);
    let reply = reply.or_else(|| named().map(|number| ParsedReply::Numbers(vec![number])));
    // Without the command, its verb is no word of a reply.
    let without_verb = PromptFacts { command: Some(""), ..facts };
    let parse = |text: &str, facts| parse_reply(text, is_direct, facts);
    let ends_in_yes =
        parse(command.text.rsplit(',').next().unwrap_or_default(), facts) == Some(ParsedReply::Yes);
    let is_plain = reply.is_some() && (ends_in_yes || parse(&command.text, without_verb) != reply);
    let quote = match &command.quoted {
        None => Quote::Absent,
        Some(quoted) if store.reply_messages(&prompt.prompted_by).await?.contains(quoted) => Quote::Prompt,
        Some(quoted) if store.reminder_messages(&prompt.prompted_by, command).await?.contains(quoted) => {
            Quote::Prompt
        }
        Some(_) => Quote::Other,
    };
    let shown_at = store.replied_at(&prompt.prompted_by).await?.unwrap_or(prompted_at);
    // A delayed message may have been sent before the command itself; both times are of WhatsApp's clock.
    let commanded_at = store.sent_at(&prompt.prompted_by).await?;
    let is_older = command.sent_at.zip(commanded_at).is_some_and(|(replied, given)| replied < given);
    let timing = match () {
        () if is_older || predates_prompt(prompted_at, shown_at, command.accepted_at) => AnswerTiming::Early,
        () if is_in_time(prompted_at, command.sent_at.unwrap_or(command.accepted_at)) => AnswerTiming::InTime,
        () => AnswerTiming::Late,
    };
    Ok(Answer {
        reply,
        part: context.part.map(|part| part.arguments.clone()),
        is_plain,
        is_to_bot: !has_no_prefix || (is_direct && !is_reaction(command)),
        quote,
        timing,
        is_after_command: store.has_command_between(&prompt.prompted_by, command).await?,
    })
}
