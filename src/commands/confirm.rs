//! `/confirm`, and what means the same without a command: `yes`, a number, a 👍.
//!
//! It is replaced by the command of the prompt, and the prompt is deleted. After that, a bare `yes` is ignored,
//! and `/confirm` gets the reply that nothing waits for a confirmation.

use crate::clock::Timestamp;
use crate::command::prompt::{Prompt, clear_prompt, is_in_time, predates_prompt, void_prompt};
use crate::command::resolution::{Resolution, ResolveContext};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::domain::{Chat, Locale};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::prompt_reply::{ParsedReply, parse_reply};
use crate::reply::{Reply, ReplyLine};
use crate::storage::{LeaseError, StateKind};

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

/// Finds the command that replaces this one.
pub async fn resolve(context: &ResolveContext<'_>, arguments: &Arguments) -> Result<Resolution, LeaseError> {
    let chat = Chat::from_id(&context.command.chat);
    let reply = PromptReply {
        context,
        is_direct: matches!(chat, Chat::Direct(_)) && !context.command.by_owner,
        has_no_prefix: context.has_no_prefix,
    };
    let answer = match reply.parse(arguments) {
        Ok(answer) => answer,
        Err(resolution) => return Ok(resolution),
    };
    let (prompted_at, prompt) = match reply.find_prompt(&answer).await? {
        Ok(found) => found,
        Err(resolution) => return Ok(resolution),
    };
    // It was previewed already; `--try` is no yes.
    if arguments.flags.dry_run {
        return Ok(reply_only(ReplyLine::not_done("confirm-dry-run")));
    }
    let answer = match answer {
        ParsedReply::Acknowledgement { is_agreement: true } if !prompt.is_irreversible() => ParsedReply::Yes,
        answer => answer,
    };
    Ok(match reply.check_time(&answer, prompted_at, &prompt).await? {
        Some(resolution) => resolution,
        None => reply.choose(answer, &prompt),
    })
}

/// A reply to a prompt, as the sender wrote it.
struct PromptReply<'r, 'p> {
    context: &'r ResolveContext<'p>,
    is_direct: bool,
    /// Without a prefix: no response is expected if there was no prompt.
    has_no_prefix: bool,
}

impl PromptReply<'_, '_> {
    fn parse(&self, arguments: &Arguments) -> Result<ParsedReply, Resolution> {
        if self.has_no_prefix {
            return parse_reply(&self.context.command.text, self.is_direct, None).ok_or(Resolution::Ignore);
        }
        if arguments.words.is_empty() {
            return Ok(ParsedReply::Yes);
        }
        match parse_reply(&arguments.words.join(" "), true, None) {
            Some(ParsedReply::Acknowledgement { .. }) => Ok(ParsedReply::Yes),
            Some(answer) => Ok(answer),
            None => Err(reply_only(ReplyLine::not_done("confirm-what"))),
        }
    }

    /// Replies to a command, and ignores other messages.
    fn if_prefixed(&self, key: &'static str) -> Resolution {
        if self.has_no_prefix { Resolution::Ignore } else { reply_only(ReplyLine::not_done(key)) }
    }

    /// Replies that nothing waits for a confirmation, also to a yes without prefix that is for the bot.
    fn nothing_waits(&self, answer: &ParsedReply, is_for_bot: bool) -> Resolution {
        match answer {
            ParsedReply::Yes if self.is_direct && is_for_bot => {
                reply_only(ReplyLine::not_done("confirm-nothing"))
            }
            _ => self.if_prefixed("confirm-nothing"),
        }
    }

    /// The prompt that waits for this reply, and when it was stored.
    async fn find_prompt(
        &self,
        answer: &ParsedReply,
    ) -> Result<Result<(Timestamp, Prompt), Resolution>, LeaseError> {
        let ResolveContext { store, instance, conversation_key, command, .. } = *self.context;
        let Some(stored) = store.get_state(instance, StateKind::Prompt, conversation_key.as_str()).await?
        else {
            return Ok(Err(self.if_prefixed("confirm-nothing")));
        };
        // `void_prompt` closed it.
        let Some(prompt) = Prompt::from_state(&stored) else {
            return Ok(Err(self.nothing_waits(answer, command.quoted.is_none())));
        };
        // Its message was edited.
        if store.is_superseded(instance, &prompt.prompted_by).await? {
            return Ok(Err(self.if_prefixed("confirm-nothing")));
        }
        let language = Locale::parse(&prompt.language);
        if self.has_no_prefix && parse_reply(&command.text, self.is_direct, language).is_none() {
            return Ok(Err(Resolution::Ignore));
        }
        if let Some(quoted) = &command.quoted
            && !store.reply_messages(&prompt.prompted_by).await?.contains(quoted)
        {
            return Ok(Err(self.if_prefixed("confirm-other-quoted")));
        }
        // A later command closes the prompt.
        if store.has_command_between(&prompt.prompted_by, command).await? {
            let closed = vec![clear_prompt(conversation_key)];
            return Ok(Err(match self.nothing_waits(answer, true) {
                Resolution::Reply(reply, _) => Resolution::Reply(reply, closed),
                _ => Resolution::Reply(Reply::Empty, closed),
            }));
        }
        Ok(Ok((stored.at, prompt)))
    }

    /// What to do with a reply that comes before its prompt was seen, or too late.
    async fn check_time(
        &self,
        answer: &ParsedReply,
        prompted_at: Timestamp,
        prompt: &Prompt,
    ) -> Result<Option<Resolution>, LeaseError> {
        let ResolveContext { store, command, conversation_key, .. } = *self.context;
        let shown_at = store.replied_at(&prompt.prompted_by).await?.unwrap_or(prompted_at);
        let replied_at = command.sent_at.unwrap_or(command.accepted_at);
        // A delayed message may have been sent before the command itself; both times are of WhatsApp's clock.
        let commanded_at = store.sent_at(&prompt.prompted_by).await?;
        let is_older = command.sent_at.zip(commanded_at).is_some_and(|(replied, given)| replied < given);
        let is_early = is_older || predates_prompt(prompted_at, shown_at, command.accepted_at);
        let is_late = !is_in_time(prompted_at, replied_at);
        // In a group, and as thanks, it was for another person.
        let is_talk = match answer {
            ParsedReply::No => self.has_no_prefix && !self.is_direct,
            ParsedReply::Numbers(_) => self.has_no_prefix && prompt.options.is_empty(),
            ParsedReply::Acknowledgement { .. } => true,
            ParsedReply::Yes => false,
        };
        Ok(match () {
            () if is_talk && (is_early || is_late) => Some(Resolution::Ignore),
            // It was a reply to an earlier prompt.
            () if is_early => Some(reply_only(ReplyLine::not_done("confirm-early"))),
            () if is_late => {
                let late = ReplyLine::not_done("confirm-late").with_command("command", "help", &[]);
                let closed = vec![clear_prompt(conversation_key)];
                Some(Resolution::Reply(Reply::Lines(vec![late]), closed))
            }
            () => None,
        })
    }

    /// What a reply in time means.
    fn choose(&self, answer: ParsedReply, prompt: &Prompt) -> Resolution {
        let count = prompt.options.len();
        let chosen: Vec<&String> = match answer {
            ParsedReply::No => {
                let left = Reply::Lines(vec![ReplyLine::new("confirm-left")]);
                return Resolution::Reply(left, vec![void_prompt(self.context.conversation_key)]);
            }
            ParsedReply::Acknowledgement { .. } if prompt.is_irreversible() && count <= 1 => {
                return reply_only(ReplyLine::not_done("confirm-clear"));
            }
            ParsedReply::Acknowledgement { .. } => return Resolution::Ignore,
            ParsedReply::Yes if count <= 1 => prompt.options.iter().collect(),
            ParsedReply::Yes => Vec::new(),
            // Where a yes is expected, a number is chatter.
            ParsedReply::Numbers(_) if count == 0 && self.has_no_prefix => return Resolution::Ignore,
            ParsedReply::Numbers(numbers) if numbers.len() > 1 && !prompt.takes_several => Vec::new(),
            ParsedReply::Numbers(numbers) => {
                let options = numbers.iter().map(|number| prompt.options.get(number - 1));
                options.collect::<Option<Vec<_>>>().unwrap_or_default()
            }
        };
        if chosen.is_empty() && count > 0 {
            return reply_only(ReplyLine::not_done("confirm-number").with_plain("last", count.to_string()));
        }
        let chosen: Vec<&str> = chosen.into_iter().map(String::as_str).collect();
        Resolution::Command(prompt.resolve_choice(&chosen))
    }
}

fn reply_only(line: ReplyLine) -> Resolution {
    Resolution::Reply(Reply::Lines(vec![line]), Vec::new())
}
