//! Running an order: recognised once more, authorised as of now, run, and made an answer.

use std::time::Duration;

use tokio::time::sleep;

use crate::authorization::{Denied, authorise, may_use};
use crate::clock::Clock;
use crate::command::context::{CommandError, Confirmation, Context, TimingConfig};
use crate::command::handler::Handler;
use crate::command::progress::Progress;
use crate::command::prompt::{self, Prompt};
use crate::command::resolution::{ClearedState, DeferredCommand, Resolution, ResolveContext};
use crate::command::spec::CommandSpec;
use crate::commands::{self, CATALOG};
use crate::config::{Admin, AdminsFrom};
use crate::directory::CommunityEntry;
use crate::domain::{Chat, CommunityId, Lid, Locale, Person, Phone};
use crate::engine::links::change::stored_plan_community;
use crate::engine::whole_groups;
use crate::parse::arguments::{self, ArgKind, Arguments};
use crate::parse::flags::Flags;
use crate::parse::further_command::has_further_command;
use crate::parse::prefix::ParsedCommand;
use crate::parse::prompt_reply::is_no_word;
use crate::parse::text::likely_name;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError};
use crate::storage::{
    Claim, CommandRecord, LeaseError, MemoryKind, Outcome, SenderIdentity, StateChange, StateEntry, Store,
    StoreUnavailable, version_number,
};
use crate::zapi::Zapi;

use super::resolve_community::{
    find_community, join_unquoted_name, load_directory, prompt_choice, resolve_list_number, suggest,
    suggest_other_community,
};
use super::suggest::{self, Suggestion};
use super::{GREETING, InstanceRuntime, RATE_LIMITED, identity};

/// How often it is looked whether the versions before this one are over, and how long it is between two looks.
const MAX_POLLS: u32 = 15;
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The command that answers a question.
const CONFIRM_COMMAND: &str = "confirm";
/// The command that takes groups out of other communities than the one that it names.
const MOVE: &str = "move";

/// What a run may use besides its bot.
pub(super) struct RunContext<'a> {
    /// Z-API, watched for this order.
    pub(super) zapi: &'a Zapi,
    /// How to speak.
    pub(super) localizer: &'a Localizer,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) timing: TimingConfig,
    pub(super) progress: &'a Progress,
    pub(super) is_last_attempt: bool,
}

/// How a run ended: what is answered, how the order ends once that is sent, and what is remembered.
pub(super) struct CommandOutcome {
    pub(super) reply: Reply,
    pub(super) outcome: Outcome,
    pub(super) state_changes: Vec<StateChange>,
}

impl CommandOutcome {
    /// An answer that changed nothing and remembers nothing.
    pub(super) fn new(reply: Reply, outcome: Outcome) -> Self {
        Self { reply, outcome, state_changes: Vec::new() }
    }

    pub(super) fn usage_error(reply: Reply) -> Self {
        Self::new(reply, Outcome::UsageError)
    }
}

/// The order that a claim carries out: what was typed, or what that stands for.
struct ResolvedCommand {
    spec: &'static CommandSpec,
    parsed: ParsedCommand,
    arguments: Arguments,
    /// It was said yes to, or begun before.
    is_confirmed: bool,
    /// What is forgotten with the answer.
    cleared_state: Vec<StateChange>,
    /// The order that it stands for, as the journal keeps it with its plan.
    resolution: Option<String>,
}

/// The end of an order with what becomes of questions. One that changes something leaves no earlier question
/// behind: an `ok` to its answer would be taken for a yes to that. A list leaves no earlier choice behind: its
/// numbers are newer. Whatever asked for what was done is not run anew by an edit.
pub(super) async fn update_prompts(
    store: &Store,
    command: &CommandRecord,
    mut ended: CommandOutcome,
) -> Result<CommandOutcome, LeaseError> {
    let meant: Option<DeferredCommand> =
        command.resolution.as_deref().and_then(|meant| serde_json::from_str(meant).ok());
    let askers = meant.map(|meant| meant.askers).unwrap_or_default();
    let is_answer = !askers.is_empty();
    if matches!(ended.outcome, Outcome::UsageError | Outcome::Previewed) {
        ended.state_changes.iter_mut().for_each(|memory| prompt::with_askers(askers.clone(), memory));
    } else {
        let taken =
            |place| StateChange { kind: MemoryKind::Confirmed, key: place, value: Some(command.id.clone()) };
        ended.state_changes.extend(askers.into_iter().map(taken));
    }
    if ended.state_changes.iter().any(|memory| memory.kind == MemoryKind::Prompt) {
        return Ok(ended);
    }
    let chat = Chat::from_id(&command.chat);
    let place = prompt::conversation_key(&command.admin, &chat, command.by_owner);
    let is_change =
        command.name != CONFIRM_COMMAND && CATALOG.lookup(&command.name).is_some_and(|spec| spec.is_mutating);
    let is_list = ended.state_changes.iter().any(|memory| memory.kind == MemoryKind::List);
    let version = version_number(&command.message_id);
    let asked = match is_list || version > 0 {
        true => store.get_state(&command.instance, MemoryKind::Prompt, &place).await?,
        false => None,
    };
    let question = asked.as_ref().and_then(Prompt::from_state);
    // What an earlier version of the message asked was not meant, even where it was not asked yet when this
    // one came.
    let is_version = match &question {
        Some(question) if version > 0 => {
            let before = store
                .message_versions(&command.instance, command.message(), &command.sender(), version)
                .await?;
            let mut askers = question.askers.iter().chain([&question.asked_by]);
            askers.any(|asker| before.iter().any(|version| version.id == *asker))
        }
        _ => false,
    };
    let is_choice = || question.as_ref().is_some_and(|question| !question.options.is_empty());
    if is_version && asked.as_ref().is_some_and(|asked| asked.at > command.accepted_at) {
        ended.state_changes.push(prompt::voided(place));
    } else if is_change || is_answer || is_version || (is_list && is_choice()) {
        ended.state_changes.push(prompt::cleared(place));
    }
    Ok(ended)
}

/// Runs the order of a claim.
pub(super) async fn execute(
    bot: &InstanceRuntime,
    claim: &mut Claim,
    means: RunContext<'_>,
) -> Result<CommandOutcome, CommandError> {
    let command = &claim.command;
    let sender = Person {
        phone: command.phone.as_deref().and_then(Phone::parse),
        lid: command.lid.as_deref().and_then(Lid::parse),
    };
    if let Some(roster) = &bot.community_admins {
        // Another process may have changed who is an admin since this one read it.
        roster.expire_before(people_changes(means.store, bot.instance.name.as_str()).await?);
    }
    let no_longer =
        |is_begun| Ok(CommandOutcome::new(Reply::RightsRevoked { is_started: is_begun }, Outcome::Denied));
    // The rights of now decide, not those of when the order was given.
    let admin_now = bot.refresh_admin(sender, command.by_owner);
    let Some(known) = means.zapi.before_deadline("communities", admin_now).await?? else {
        return no_longer(command.plan.is_some());
    };
    let admin = &*known;
    if command.name == RATE_LIMITED {
        let limit = bot.instance.limits.commands_per_minute;
        // Who mends an order too soon may mend it once more.
        let is_mended = version_number(&command.message_id) > 0;
        let outcome = if is_mended { Outcome::UsageError } else { Outcome::Denied };
        return Ok(CommandOutcome::new(Reply::RateLimited { limit }, outcome));
    }
    let is_cancelled = command.is_cancelled;
    if is_cancelled && command.plan.is_none() {
        // Nothing is changed before there is a plan.
        return Ok(CommandOutcome::new(Reply::Cancelled, Outcome::Cancelled));
    }
    let age = command.sent_at.map(|sent_at| command.accepted_at.since(sent_at)).unwrap_or_default();
    if age > bot.instance.max_event_age {
        return Ok(CommandOutcome::new(Reply::TooOld { minutes: age.as_secs() / 60 }, Outcome::Expired));
    }
    if command.name == GREETING {
        return greeting_outcome(bot, admin, command, &means).await;
    }
    if let Some(ended) = reject_superseded_edit(bot, &identity(admin, sender), command, &means).await? {
        return Ok(ended);
    }
    let chat = Chat::from_id(&command.chat);
    let place = prompt::conversation_key(&admin.key, &chat, command.by_owner);
    let given = match resolve(bot, admin, command, &means, &place).await? {
        Ok(given) => given,
        Err(ended) => return Ok(ended),
    };
    let ResolvedCommand {
        spec,
        parsed: order,
        mut arguments,
        is_confirmed,
        cleared_state: forgotten,
        resolution: meant,
    } = given;
    if let Some(meant) = meant.filter(|_| claim.command.resolution.is_none()) {
        claim.store_resolution(meant).await?;
    }
    let command = &claim.command;
    let directory = load_directory(bot, spec, &means).await?;
    // What was begun is ended where it was begun, whatever its name means by now.
    let begun = command.plan.as_deref().and_then(stored_plan_community);
    let community = match &arguments.community {
        Some(_) if begun.is_some() => begun,
        Some(_) => {
            join_unquoted_name(&directory, means.zapi, admin, spec, &mut arguments).await?;
            let typed = arguments.community.as_deref().unwrap_or_default();
            let meant = resolve_list_number(bot, &means, &chat, command, typed).await?;
            let typed = typed.to_owned();
            match find_community(&directory, means.zapi, admin, &typed, &meant).await? {
                Ok(community) => {
                    let (found, who) = ((&community, typed.as_str()), (admin, &directory));
                    if let Some(likely) =
                        suggest_other_community(spec, &order, &arguments, found, who, &means).await?
                    {
                        return Ok(likely.into_prompt(command, means.localizer, &place));
                    }
                    spec.strip_name_rest(&mut arguments, &community.name, &typed);
                    Some(community)
                }
                Err((reply, options)) => {
                    if options.is_empty() || suggest::is_filler_word(&typed) {
                        let likely = suggest(admin, spec, &order, &directory, &means).await?;
                        if let Some(likely) = likely {
                            return Ok(likely.into_prompt(command, means.localizer, &place));
                        }
                    }
                    // Whichever is chosen: the rest of its name is no part of what follows the name.
                    options.iter().any(|option| spec.strip_likely_name(&mut arguments, &option.name, &typed));
                    let options = options.into_iter().map(|option| option.id).collect();
                    let asked = prompt_choice(spec, &arguments, options, command, means.localizer, &place);
                    return Ok(CommandOutcome { state_changes: asked, ..CommandOutcome::usage_error(reply) });
                }
            }
        }
        None => None,
    };
    if let (None, Some(mistake)) = (&command.plan, spec.missing_argument(&arguments)) {
        return Ok(CommandOutcome::usage_error(spec.usage_error_reply(mistake, means.localizer)));
    }
    // To change something, an admin of a community must be one by a reading that is made for it, each time
    // that it is tried. What was cancelled changes nothing more.
    let confirmed = match spec.is_mutating && !is_cancelled {
        true => {
            let concerned = community.as_ref().filter(|_| spec.name != MOVE);
            bot.admin_for_change(means.zapi, known.clone(), sender, concerned).await?
        }
        false => Some(known.clone()),
    };
    let Some(admin) = confirmed.as_deref() else { return no_longer(command.plan.is_some()) };
    if let Err(denied) = authorise(admin, spec.name, community.as_ref(), &directory) {
        let reply = match command.plan {
            Some(_) => Reply::RightsRevoked { is_started: true },
            None => denied_reply(spec, denied, community),
        };
        return Ok(CommandOutcome::new(reply, Outcome::Denied));
    }
    if let (None, Some(community)) = (&command.plan, &community) {
        let people = suggest::try_member_command(spec, &arguments, community, means.localizer);
        if let Some(likely) = people.filter(|likely| may_use(admin, likely.command())) {
            return Ok(likely.into_prompt(command, means.localizer, &place));
        }
    }
    let Some(Handler::Run(run)) = commands::handler(spec) else {
        return Err(CommandError::UnknownDeferredCommand);
    };
    let consent = match arguments.flags {
        Flags { dry_run: true, .. } => Confirmation::DryRun,
        Flags { yes: true, .. } => Confirmation::Given,
        _ if is_confirmed || command.plan.is_some() => Confirmation::Given,
        _ => Confirmation::Required,
    };
    let mut context = Context {
        catalog: &CATALOG,
        parser: &bot.parser,
        instance: &bot.instance,
        localizer: means.localizer,
        zapi: means.zapi,
        directory: &directory,
        admins: &bot.admins,
        community_admins: bot.community_admins.as_ref(),
        store: means.store,
        claim,
        clock: means.clock,
        timing: means.timing,
        progress: means.progress,
        admin,
        sender,
        chat: &chat,
        community,
        is_last_attempt: means.is_last_attempt || is_cancelled,
        is_cancelled,
        is_final_failure: false,
        confirmation: consent,
        is_undo: arguments.is_undo,
        only_if: arguments.precondition.clone(),
        conversation_key: place,
        state_changes: forgotten,
    };
    let reply = run(&mut context, &arguments).await?;
    let outcome = match context.is_final_failure {
        _ if is_cancelled => Outcome::Cancelled,
        true => Outcome::Failed,
        false if reply.is_denied() => Outcome::Denied,
        false if reply.is_usage_error() => Outcome::UsageError,
        false if reply.is_preview() => Outcome::Previewed,
        false => Outcome::Replied,
    };
    let mut memories = context.state_changes;
    if outcome == Outcome::Previewed {
        // What was only shown takes nothing back yet.
        memories.retain(|memory| memory.kind != MemoryKind::Undo || memory.value.is_some());
    }
    Ok(CommandOutcome { reply, outcome, state_changes: memories })
}

/// The last change of people of each community, by the id of its command, whichever process made it.
async fn people_changes(store: &Store, instance: &str) -> Result<Vec<(CommunityId, String)>, CommandError> {
    let changes = store.list_state(instance, MemoryKind::People).await.map_err(LeaseError::Store)?;
    let change = |change: StateEntry| Some((CommunityId::parse(&change.key)?, change.value));
    Ok(changes.into_iter().filter_map(change).collect())
}

/// The word of greeting, once a day by the calendar of the instance.
async fn greeting_outcome(
    bot: &InstanceRuntime,
    admin: &Admin,
    command: &CommandRecord,
    means: &RunContext<'_>,
) -> Result<CommandOutcome, CommandError> {
    let instance = bot.instance.name.as_str();
    let day = command.accepted_at.date_in(&bot.instance.time_zone);
    let greeted =
        means.store.get_state(instance, MemoryKind::Greeting, &admin.key).await.map_err(LeaseError::Store)?;
    if greeted.is_some_and(|greeted| greeted.value == day) {
        return Ok(CommandOutcome::new(Reply::Empty, Outcome::Replied));
    }
    let greeting = StateChange { kind: MemoryKind::Greeting, key: admin.key.clone(), value: Some(day) };
    // Whoever the configuration does not name is called nothing: a number is no name.
    let is_named = admin.from == AdminsFrom::Config && !command.by_owner;
    let hello = match is_named {
        true => ReplyLine::new("greeting").with_plain("name", admin.name.as_str()),
        false => ReplyLine::new("greeting-nameless"),
    };
    let reply = Reply::Lines(vec![
        hello,
        ReplyLine::new("greeting-way-in").order("communities", "communities", &[]).order("help", "help", &[]),
    ]);
    Ok(CommandOutcome { state_changes: vec![greeting], ..CommandOutcome::new(reply, Outcome::Replied) })
}

/// What is answered to a later version of a message instead of running it: an earlier one may have done
/// something, or may still do it. One that waits behind nothing of its chat may be about to end: it is
/// waited for a moment.
async fn reject_superseded_edit(
    bot: &InstanceRuntime,
    sender: &SenderIdentity,
    command: &CommandRecord,
    means: &RunContext<'_>,
) -> Result<Option<CommandOutcome>, CommandError> {
    let version = version_number(&command.message_id);
    if version == 0 || command.plan.is_some() {
        return Ok(None);
    }
    let instance = bot.instance.name.as_str();
    let mut looks = 0;
    let before = loop {
        let before = means.store.message_versions(instance, command.message(), sender, version).await;
        let before = before.map_err(LeaseError::Store)?;
        if looks == MAX_POLLS || before.iter().all(|version| version.is_finished) {
            break before;
        }
        looks += 1;
        sleep(POLL_INTERVAL).await;
    };
    let mut is_taken = false;
    for version in &before {
        let taken = means.store.get_state(instance, MemoryKind::Confirmed, &version.id).await;
        is_taken |= taken.map_err(LeaseError::Store)?.is_some();
    }
    Ok(if before.iter().any(|version| !version.is_finished) {
        let early = ReplyLine::not_done("edit-too-early");
        Some(CommandOutcome::usage_error(Reply::Lines(vec![early])))
    } else if is_taken {
        let late = ReplyLine::not_done("edit-too-late");
        Some(CommandOutcome::new(Reply::Lines(vec![late]), Outcome::Replied))
    } else if before.iter().any(|version| !version.is_editable()) {
        let late = ReplyLine::not_done("edit-after-end");
        Some(CommandOutcome::new(Reply::Lines(vec![late]), Outcome::Denied))
    } else {
        None
    })
}

/// The order that is carried out, or what is answered instead.
async fn resolve(
    bot: &InstanceRuntime,
    admin: &Admin,
    command: &CommandRecord,
    means: &RunContext<'_>,
    place: &str,
) -> Result<Result<ResolvedCommand, CommandOutcome>, CommandError> {
    let typed = bot.parser.parse(&command.text);
    let is_bare = typed.is_none();
    let order = match typed {
        Some(order) => order,
        // An answer without a command is kept as what it means.
        None if command.name == CONFIRM_COMMAND => {
            ParsedCommand { typed: CONFIRM_COMMAND.to_owned(), rest: String::new() }
        }
        // What it began is not told of as nothing.
        None if command.plan.is_some() => {
            return Ok(Err(CommandOutcome::new(Reply::Failed { reason: None }, Outcome::Failed)));
        }
        None => {
            let meant = CATALOG.parse_without_prefix(&command.text, &bot.parser);
            let meant = meant.and_then(|order| Some((CATALOG.lookup(&order.typed)?, order.rest)));
            if let Some((spec, rest)) = &meant
                && let Some(ended) = misunderstood(bot, spec, rest, means).await?
            {
                return Ok(Err(ended));
            }
            return Ok(Err(match meant {
                Some((spec, rest)) => {
                    Suggestion::new(spec, &rest, means.localizer).into_prompt(command, means.localizer, place)
                }
                // Its prefix was one when it was accepted.
                None => CommandOutcome::usage_error(unknown_command_reply(&command.text, means.localizer)),
            }));
        }
    };
    let order = match is_decline(&order) {
        true => ParsedCommand { typed: CONFIRM_COMMAND.to_owned(), rest: order.typed },
        false => order,
    };
    let Some(spec) = CATALOG.lookup(&order.typed) else {
        let chat = Chat::from_id(&command.chat);
        if matches!(chat, Chat::Group(_)) && version_number(&command.message_id) == 0 {
            // It is another bot's, and was noted since it closes the question that waited.
            return Ok(Err(CommandOutcome::new(Reply::Empty, Outcome::Replied)));
        }
        let likely =
            CATALOG.nearest_name(&order.typed, means.localizer.locale).and_then(|name| CATALOG.lookup(name));
        if let Some(spec) = likely
            && let Some(ended) = misunderstood(bot, spec, &order.rest, means).await?
        {
            return Ok(Err(ended));
        }
        return Ok(Err(suggest_command(&order, command, means.localizer, place)));
    };
    let may_not_use = |spec: &CommandSpec| {
        let is_barred = !may_use(admin, spec.name) && command.plan.is_none();
        is_barred.then(|| {
            CommandOutcome::new(Reply::Forbidden { command: spec.name, community: None }, Outcome::Denied)
        })
    };
    if let Some(ended) = may_not_use(spec) {
        return Ok(Err(ended));
    }
    if command.plan.is_none()
        && command.resolution.is_none()
        && let Some(ended) = misunderstood(bot, spec, &order.rest, means).await?
    {
        return Ok(Err(ended));
    }
    let slip = |spec: &'static CommandSpec, mistake| {
        CommandOutcome::usage_error(spec.usage_error_reply(mistake, means.localizer))
    };
    let read = |spec: &'static CommandSpec, rest: &str| arguments::parse(spec.args, spec.is_mutating, rest);
    let as_typed = bot.parser.raw_arguments(&command.text).filter(|_| spec.is_verbatim());
    let arguments = match read(spec, as_typed.unwrap_or(&order.rest)) {
        Ok(arguments) => arguments,
        Err(mistake) => {
            let likely = match mistake {
                // Somebody who stands where the community is due.
                UsageError::MissingCommunity
                    if spec.args.get(1) == Some(&ArgKind::People) && !order.rest.is_empty() =>
                {
                    let directory = load_directory(bot, spec, means).await?;
                    suggest(admin, spec, &order, &directory, means).await?
                }
                _ => suggest::try_similar_command(&order, &mistake, means.localizer)
                    .or_else(|| suggest::try_deactivate(&order, &mistake, means.localizer))
                    .filter(|likely| may_use(admin, likely.command())),
            };
            let offered = likely.map(|likely| likely.into_prompt(command, means.localizer, place));
            return Ok(Err(offered.unwrap_or_else(|| slip(spec, mistake))));
        }
    };
    let Some(Handler::Resolve(meant)) = commands::handler(spec) else {
        let forgotten = Vec::new();
        return Ok(Ok(ResolvedCommand {
            spec,
            parsed: order,
            arguments,
            is_confirmed: false,
            cleared_state: forgotten,
            resolution: None,
        }));
    };
    // What was begun is what is ended, whatever was asked since.
    let begun = command.resolution.as_deref().and_then(|meant| serde_json::from_str(meant).ok());
    let past = ResolveContext {
        store: means.store,
        instance: bot.instance.name.as_str(),
        conversation_key: place,
        command,
        is_bare,
        localizer: means.localizer,
    };
    let meant = match begun {
        Some(order) => Resolution::Command(order),
        None => match meant(&past, &arguments).await? {
            Resolution::Command(order) => resolve_chained(&past, order).await?,
            meant => meant,
        },
    };
    let order = match meant {
        Resolution::Command(order) => order,
        Resolution::Reply(reply, memories) => {
            return Ok(Err(CommandOutcome { reply, outcome: Outcome::Replied, state_changes: memories }));
        }
        Resolution::Ignore => return Ok(Err(CommandOutcome::new(Reply::Empty, Outcome::Replied))),
    };
    let Some(spec) = CATALOG.lookup(&order.command).filter(|spec| !spec.is_indirect()) else {
        return Err(CommandError::UnknownDeferredCommand);
    };
    if let Some(ended) = may_not_use(spec) {
        return Ok(Err(ended));
    }
    if command.plan.is_none()
        && !order.is_confirmed
        && let Some(ended) = misunderstood(bot, spec, &order.rest, means).await?
    {
        return Ok(Err(ended));
    }
    let forgotten = order.cleared_state(place);
    Ok(match read(spec, &order.rest) {
        Ok(mut arguments) => {
            let meant = serde_json::to_string(&order).ok();
            arguments.precondition.clone_from(&order.only_if);
            arguments.is_undo = order.forget == Some(ClearedState::Undo);
            let is_confirmed = order.is_confirmed;
            let order = ParsedCommand { typed: order.command, rest: order.rest };
            Ok(ResolvedCommand {
                spec,
                parsed: order,
                arguments,
                is_confirmed,
                cleared_state: forgotten,
                resolution: meant,
            })
        }
        Err(mistake) => Err(slip(spec, mistake)),
    })
}

/// What is answered instead of carrying out a command that would do something else than what was asked for: it
/// holds a second command, or is about a group as a whole. A whole known name is a name.
async fn misunderstood(
    bot: &InstanceRuntime,
    spec: &CommandSpec,
    rest: &str,
    means: &RunContext<'_>,
) -> Result<Option<CommandOutcome>, CommandError> {
    let is_command = |name: &str| CATALOG.lookup(name).is_some();
    let refused = whole_groups::refuse(spec, rest);
    let may_hold_another = !spec.is_verbatim()
        && !spec.args.contains(&ArgKind::Command)
        && has_further_command(rest, &bot.instance.prefixes, is_command, |_| false);
    if refused.is_none() && !may_hold_another {
        return Ok(None);
    }
    let snapshot = bot.directory.snapshot(means.zapi).await?;
    let is_name = |name: &str| snapshot.groups.has_name(name) || snapshot.communities.has_name(name);
    if let Some(reply) = refused.filter(|_| !snapshot.communities.has_name(&likely_name(rest))) {
        return Ok(Some(CommandOutcome::usage_error(reply)));
    }
    let holds_another =
        may_hold_another && has_further_command(rest, &bot.instance.prefixes, is_command, is_name);
    let reply = || Reply::Lines(vec![ReplyLine::not_done("one-command")]);
    Ok(holds_another.then(|| CommandOutcome::usage_error(reply())))
}

/// What a yes means: the order itself, or what stands behind it where that is `/undo`.
async fn resolve_chained(
    past: &ResolveContext<'_>,
    order: DeferredCommand,
) -> Result<Resolution, LeaseError> {
    let Some(spec) = CATALOG.lookup(&order.command) else { return Ok(Resolution::Command(order)) };
    let Some(Handler::Resolve(meant)) = commands::handler(spec) else {
        return Ok(Resolution::Command(order));
    };
    // A trial stays one.
    let arguments = match arguments::parse(spec.args, spec.is_mutating, &order.rest) {
        Ok(arguments) => arguments,
        Err(mistake) => {
            return Ok(Resolution::Reply(
                spec.usage_error_reply(mistake, past.localizer),
                order.cleared_state(past.conversation_key),
            ));
        }
    };
    let (dropped, askers) = (order.cleared_state(past.conversation_key), order.askers);
    Ok(match meant(past, &arguments).await? {
        Resolution::Command(order) => Resolution::Command(DeferredCommand { askers, ..order }),
        Resolution::Reply(reply, memories) => Resolution::Reply(reply, [dropped, memories].concat()),
        Resolution::Ignore => Resolution::Ignore,
    })
}

/// `/no` says what `no` says, as `/yes` does.
fn is_decline(order: &ParsedCommand) -> bool {
    CATALOG.lookup(&order.typed).is_none() && is_no_word(&order.typed)
}

/// How an order is answered: in the language of the name that was used, else the chat's, else the
/// instance's. An answer to a question is answered in the question's.
pub(super) async fn reply_language(
    bot: &InstanceRuntime,
    store: &Store,
    command: &CommandRecord,
) -> Result<Localizer, StoreUnavailable> {
    let instance = bot.instance.name.as_str();
    let chat = Chat::from_id(&command.chat);
    let lane = chat.ordering_key(&command.admin, command.by_owner);
    let order = bot.parser.parse(&command.text);
    let known = order.as_ref().and_then(|order| Some((CATALOG.lookup(&order.typed)?, order)));
    let languages = known.map(|(spec, order)| spec.locales_of_name(&order.typed)).unwrap_or_default();
    let locale = match languages.as_slice() {
        [one] => *one,
        several => {
            let asked_in = match command.name == CONFIRM_COMMAND || order.as_ref().is_some_and(is_decline) {
                true => {
                    let place = prompt::conversation_key(&command.admin, &chat, command.by_owner);
                    let asked = store.get_state(instance, MemoryKind::Prompt, &place).await?;
                    asked.and_then(|asked| Locale::parse(&Prompt::from_state(&asked)?.language))
                }
                false => None,
            };
            let chosen = match asked_in {
                Some(locale) => Some(locale),
                None => {
                    let chosen = store.get_state(instance, MemoryKind::Language, &lane).await?;
                    chosen.and_then(|chosen| Locale::parse(&chosen.value))
                }
            };
            let usual = chosen.unwrap_or(bot.instance.locale);
            match several {
                [first, ..] if !several.contains(&usual) => *first,
                _ => usual,
            }
        }
    };
    Ok(Localizer { locale, ..bot.localizer.clone() })
}

/// No command has the name that was typed; a yes carries the order out under the nearest one. Both speak
/// the language of that name, as its order does.
fn suggest_command(
    order: &ParsedCommand,
    command: &CommandRecord,
    speech: &Localizer,
    place: &str,
) -> CommandOutcome {
    let nearest = CATALOG.nearest_name(&order.typed, speech.locale);
    let languages =
        nearest.and_then(|name| Some(CATALOG.lookup(name)?.locales_of_name(name))).unwrap_or_default();
    let locale = match languages.first() {
        Some(first) if !languages.contains(&speech.locale) => *first,
        _ => speech.locale,
    };
    // A yes to a misspelled yes is the yes itself.
    let spec = nearest.and_then(|name| CATALOG.lookup(name)).filter(|spec| spec.name != CONFIRM_COMMAND);
    let reply = Reply::UnknownCommand { typed: order.typed.clone(), nearest, is_prompted: spec.is_some() };
    let question = spec
        .map(|spec| Prompt { options: vec![order.rest.clone()], ..Prompt::new(command, locale, spec.name) });
    CommandOutcome {
        state_changes: question.iter().map(|question| question.asked(place)).collect(),
        ..CommandOutcome::usage_error(Reply::InLanguage(locale, Box::new(reply)))
    }
}

fn unknown_command_reply(typed: &str, speech: &Localizer) -> Reply {
    let (typed, nearest) = (typed.to_owned(), CATALOG.nearest_name(typed, speech.locale));
    Reply::UnknownCommand { typed, nearest, is_prompted: false }
}

fn denied_reply(spec: &CommandSpec, denied: Denied, community: Option<CommunityEntry>) -> Reply {
    let place = community.filter(|_| denied == Denied::Community).map(|community| community.name);
    Reply::Forbidden { command: spec.name, community: place }
}
