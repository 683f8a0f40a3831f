//! `/confirm`, and what means the same without a command: `yes`, a number, a 👍.
//!
//! It is replaced by the command of the prompt, and the prompt is deleted. `consent` decides what it does to the
//! prompt; here its facts are read.

use crate::clock::Timestamp;
use crate::command::consent::{Answer, AnswerTiming, Consent, OtherFile, Quote, is_reaction};
use crate::command::prompt::{clear_prompt, is_in_time, predates_prompt, void_prompt};
use crate::command::resolution::{DeferredCommand, Resolution, ResolveContext};
use crate::command::{CommandSpec, Es, Prompt, Pt};
use crate::commands::photo;
use crate::domain::Chat;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::prompt_reply::{ParsedReply, is_question, parse_reply};
use crate::reply::{Reply, ReplyLine};
use crate::storage::{LeaseError, StateChange, StateKind};

/// The command.
// Mutating: it waits in the queue of the command that it runs.
pub const SPEC: CommandSpec =
    CommandSpec::mutating("confirm", Pt(&["confirmar", "sim"]), Es(&["confirmar", "sí"]), &[ArgKind::Words]);

/// Finds the command that replaces this one. For a second yes no prompt is open: the first one deleted it. A message
/// without a prefix is then talk (worker/talk.rs).
pub async fn resolve(context: &ResolveContext<'_>, arguments: &Arguments) -> Result<Resolution, LeaseError> {
    let ResolveContext { store, instance, conversation_key, localizer, has_no_prefix, .. } = *context;
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
    let answer = read_answer(context, arguments, (prompted_at, &prompt)).await?;
    let consent = prompt.consent(answer);
    Ok(match consent {
        Consent::Confirmed(options) => {
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let must_confirm = context.part.is_some_and(|part| prompt.missing.is_some() && !part.is_certain);
            Resolution::Command(DeferredCommand { must_confirm, ..prompt.resolve_choice(&options) })
        }
        Consent::Declined | Consent::Corrected => {
            let key = if prompt.is_about_rest { "confirm-left-rest" } else { "confirm-left" };
            let again = (consent == Consent::Corrected).then(|| {
                let command = localizer.format_command(&prompt.command, &[]);
                let shown = if prompt.shown.is_empty() { command } else { prompt.shown };
                ReplyLine::new("confirm-again").with_plain("command", shown)
            });
            // The prompt may be about a picture that `/photo` waits for.
            let (kind, key_of_photo) = (StateKind::PhotoRequest, conversation_key.to_string());
            let no_photo = StateChange { kind, key: key_of_photo, value: None };
            let lines = std::iter::once(ReplyLine::new(key)).chain(again).collect();
            Resolution::Reply(Reply::Lines(lines), vec![void_prompt(conversation_key), no_photo])
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

/// The file of a message without a command, which the prompt does not show.
async fn read_file(context: &ResolveContext<'_>, prompt: &Prompt) -> Result<OtherFile, LeaseError> {
    let ResolveContext { store, instance, conversation_key, command, has_no_prefix, .. } = *context;
    let Some(media) = command.media.as_ref().filter(|_| has_no_prefix) else { return Ok(OtherFile::Absent) };
    if !media.is_picture() || prompt.command != photo::SPEC.name {
        return Ok(OtherFile::Present);
    }
    let waiting = store.get_state(instance, StateKind::PhotoRequest, conversation_key.as_str()).await?;
    let is_awaited = waiting.is_some_and(|waiting| is_in_time(waiting.at, command.accepted_at));
    Ok(if is_awaited { OtherFile::Awaited } else { OtherFile::Present })
}

/// Reads what a message says about a prompt.
async fn read_answer(
    context: &ResolveContext<'_>,
    arguments: &Arguments,
    (prompted_at, prompt): (Timestamp, &Prompt),
) -> Result<Answer, LeaseError> {
    let ResolveContext { store, command, has_no_prefix, .. } = *context;
    let text = command.text.as_str();
    let is_direct = matches!(Chat::from_id(&command.chat), Chat::Direct(_)) && !command.by_owner;
    let reply = match has_no_prefix {
        true => prompt.read_reply(text, is_direct),
        // `/confirm?` asks.
        false if is_question(text) => None,
        false if arguments.tokens.is_empty() => Some(ParsedReply::Yes),
        false => match parse_reply(&arguments.words().join(" "), true, prompt.reply_facts()) {
            Some(ParsedReply::Acknowledgement { .. }) => Some(ParsedReply::Yes),
            reply => reply,
        },
    };
    let is_plain = reply.as_ref().is_some_and(|reply| prompt.is_plain_reply(text, is_direct, reply));
    let is_to_bot = !has_no_prefix || (is_direct && !is_reaction(command));
    let is_correction = has_no_prefix
        && is_to_bot
        && (reply.is_none() || context.names_other)
        && command.media.is_none()
        && prompt.is_corrected_by(text, context.names_other, context.localizer.locale);
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
        is_correction,
        is_to_bot,
        file: read_file(context, prompt).await?,
        quote,
        timing,
        is_after_command: store.has_command_between(&prompt.prompted_by, command).await?,
    })
}
