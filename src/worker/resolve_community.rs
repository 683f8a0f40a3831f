//! Finding the community that a command is about: by the typed name, by a number of a list, or by a suggestion.

use super::context::{CommandOutcome, EarlyExit, Request, ResolvedCommand, RunContext};
use super::suggest::{self, Suggestion};
use crate::authorization::{may_in, may_use};
use crate::command::context::CommandError;
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::config::{Admin, AdminsFrom};
use crate::directory::{CommunityEntry, Directory, NameMatch, Snapshot, disambiguate, fold};
use crate::domain::CommunityId;
use crate::engine::aliases::load_chat_aliases;
use crate::engine::links::change::stored_plan_community;
use crate::engine::listing::community_by_number;
use crate::parse::arguments::ArgKind;
use crate::parse::arguments::Arguments;
use crate::parse::numbers::parse_range;
use crate::parse::prefix::ParsedCommand;
use crate::parse::unquoted::words_after;
use crate::parse::unquoted::words_before;
use crate::reply::{MAX_CANDIDATES, Reply};
use crate::storage::{LeaseError, StateChange, StateKind};
use crate::zapi::Zapi;

/// The most words before the name of a community that are not part of it: `por favor na comunidade`. A name further
/// behind may belong to the text.
const MAX_LEADING_WORDS: usize = 4;
/// The most words of a name.
const MAX_NAME_WORDS: usize = 8;

/// The names that a command may use. Aliases that were set in a chat are read anew: another process may have set
/// them.
pub(super) async fn directory_with_chat_aliases(
    spec: &CommandSpec,
    run: &RunContext<'_>,
) -> Result<Directory, CommandError> {
    let aliases = match spec.takes_names() {
        true => load_chat_aliases(run.store, &run.instance.config.name).await?,
        false => Vec::new(),
    };
    Ok(run.instance.directory.with_aliases(aliases))
}

/// Finds the community that the command names, if it takes one; else ends it with a prompt or an error reply.
pub(super) async fn find_named_community(
    request: &Request<'_>,
    directory: &Directory,
    resolved: &mut ResolvedCommand,
) -> Result<Option<CommunityEntry>, EarlyExit> {
    let Request { run, admin, command, .. } = request;
    if resolved.arguments.community.is_none() {
        return Ok(None);
    }
    // A command that already started keeps its community, even if the name now means another one.
    if let Some(community) = command.plan.as_deref().and_then(stored_plan_community) {
        return Ok(Some(community));
    }
    let spec = resolved.spec;
    join_unquoted_name(directory, run.zapi, admin, spec, &mut resolved.arguments).await?;
    let typed = resolved.arguments.community.clone().unwrap_or_default();
    let name_or_id = resolve_list_number(request, &typed).await?;
    let (reply, options) = match find_community(directory, run.zapi, admin, &typed, &name_or_id).await? {
        Ok(community) => {
            let other = suggest_other_community(request, directory, resolved, (&community, &typed)).await?;
            if let Some(other) = other {
                return Err(other.into_prompt(request).into());
            }
            spec.strip_name_rest(&mut resolved.arguments, &community.name, &typed);
            return Ok(Some(community));
        }
        Err(candidates) => candidates,
    };
    if options.is_empty() || suggest::is_filler_word(&typed) {
        let suggestion = suggest_community_command(request, spec, &resolved.parsed, directory).await?;
        if let Some(suggestion) = suggestion {
            return Err(suggestion.into_prompt(request).into());
        }
    }
    // Whichever is chosen: the rest of its name is no part of what follows the name.
    options.iter().any(|option| spec.strip_likely_name(&mut resolved.arguments, &option.name, &typed));
    let options = options.into_iter().map(|option| option.id).collect();
    let state_changes = prompt_choice(request, spec, &resolved.arguments, options);
    Err(CommandOutcome { state_changes, ..CommandOutcome::usage_error(reply) }.into())
}

/// Joins the typed name with unquoted words beside it, if only together they are the whole name of a community.
async fn join_unquoted_name(
    directory: &Directory,
    zapi: &Zapi,
    admin: &Admin,
    spec: &CommandSpec,
    arguments: &mut Arguments,
) -> Result<(), CommandError> {
    let Some(first) = arguments.community.clone().filter(|_| arguments.is_community_unquoted) else {
        return Ok(());
    };
    let snapshot = directory.snapshot(zapi).await?;
    let is_visible = |entry: &CommunityEntry| may_in(admin, &entry.id, &entry.name, directory);
    let is_community = |name: &str| match admin.from {
        AdminsFrom::Config => snapshot.communities.has_name(name),
        // To a community admin, other communities do not exist.
        AdminsFrom::Community => {
            snapshot.communities.all().any(|entry| fold(&entry.name) == fold(name) && is_visible(entry))
        }
    };
    let is_name = |name: &str| {
        let name = name.trim_end_matches(':');
        is_community(name) || directory.is_alias(name) || CommunityId::parse(name).is_some()
    };
    if spec.args.first() == Some(&ArgKind::Groups) {
        let words: Vec<&str> = arguments.words.iter().map(String::as_str).collect();
        let run = 1 + arguments.unquoted.iter().rev().take_while(|is_unquoted| **is_unquoted).count();
        let at = words.len() - words_before(&first, &words[words.len().saturating_sub(run)..], is_name);
        arguments.community = Some([&words[at..], &[first.as_str()]].concat().join(" "));
        arguments.words.truncate(at);
        arguments.unquoted.truncate(at);
        return Ok(());
    }
    // If the name takes all words, the missing argument is asked for.
    let run = arguments.unquoted.iter().take_while(|is_unquoted| **is_unquoted).count();
    let following: Vec<&str> = match spec.args.get(1) {
        Some(ArgKind::Groups | ArgKind::Words | ArgKind::Keyword(_) | ArgKind::Picture) => {
            arguments.words.iter().take(run).map(String::as_str).collect()
        }
        Some(ArgKind::Text | ArgKind::OptionalText | ArgKind::People) => {
            arguments.text.lines().next().unwrap_or_default().split_whitespace().collect()
        }
        _ => return Ok(()),
    };
    let count = words_after(&first, &following, is_name);
    if count == 0 {
        return Ok(());
    }
    let name = [&[first.as_str()], &following[..count]].concat().join(" ");
    arguments.community = Some(name.trim_end_matches(':').to_owned());
    if arguments.words.is_empty() {
        let mut rest = arguments.text.as_str();
        for _ in 0..count {
            rest = rest.trim_start();
            rest = rest.find(char::is_whitespace).map_or("", |end| &rest[end..]);
        }
        let rest = rest.to_owned();
        arguments.set_text(&rest);
    } else {
        arguments.words.drain(..count);
        arguments.unquoted.drain(..count);
    }
    Ok(())
}

/// The id of the community with the typed number in the last list; else the typed name itself.
async fn resolve_list_number(request: &Request<'_>, typed: &str) -> Result<String, CommandError> {
    let Request { run, command, chat, .. } = request;
    let config = &run.instance.config;
    let is_name = |snapshot: &Snapshot| snapshot.communities.has_name(typed);
    if parse_range(typed).is_none() || is_name(&*run.instance.directory.snapshot(run.zapi).await?) {
        return Ok(typed.to_owned());
    }
    let key = chat.ordering_key(&command.admin, command.by_owner);
    let list = run.store.get_state(&config.name, StateKind::List, key.as_str()).await;
    // The numbers belong to the list that was shown when the command was accepted.
    let list = list.map_err(LeaseError::Store)?.filter(|list| list.at <= command.accepted_at);
    let id = list.and_then(|list| community_by_number(&list.value, typed));
    Ok(id.unwrap_or_else(|| typed.to_owned()))
}

/// Suggests a command if the community is not found at its position.
pub(super) async fn suggest_community_command(
    request: &Request<'_>,
    spec: &'static CommandSpec,
    parsed: &ParsedCommand,
    directory: &Directory,
) -> Result<Option<Suggestion>, CommandError> {
    let Request { run, admin, .. } = request;
    let joined = suggest::try_joined_name(parsed, run.localizer)
        .filter(|suggestion| may_use(admin, suggestion.command()));
    if joined.is_some() {
        return Ok(joined);
    }
    let snapshot = directory.snapshot(run.zapi).await?;
    let find = |name: &str| {
        let id = directory.config_alias(name).or_else(|| directory.chat_alias(name)).unwrap_or(name);
        let mut entries = match snapshot.communities.find(id, CommunityId::parse(id)) {
            NameMatch::Exact(entry) => vec![entry],
            NameMatch::Many(entries) | NameMatch::Ambiguous(entries) => entries,
            NameMatch::NotFound { .. } => Vec::new(),
        };
        entries.retain(|entry| may_in(admin, &entry.id, &entry.name, directory));
        entries.pop().filter(|_| entries.is_empty())
    };
    Ok(suggest::try_swapped_arguments(spec, &parsed.rest, run.localizer, find))
}

/// Suggests another community if its whole name follows shortly after the word that was taken for the beginning of a
/// name: `/describe por favor bairro feliz …` is not about “Portaria”.
async fn suggest_other_community(
    request: &Request<'_>,
    directory: &Directory,
    resolved: &ResolvedCommand,
    (found, typed): (&CommunityEntry, &str),
) -> Result<Option<Suggestion>, CommandError> {
    let Request { run, admin, .. } = request;
    let ResolvedCommand { spec, parsed, arguments, .. } = resolved;
    let is_certain = typed.contains(' ')
        || fold(typed) == fold(&found.name)
        || parse_range(typed).is_some()
        || CommunityId::parse(typed).is_some()
        || directory.is_alias(typed);
    if is_certain || !arguments.is_community_unquoted || spec.args.first() != Some(&ArgKind::Community) {
        return Ok(None);
    }
    let snapshot = directory.snapshot(run.zapi).await?;
    let is_visible = |entry: &CommunityEntry| match admin.from {
        AdminsFrom::Config => true,
        AdminsFrom::Community => may_in(admin, &entry.id, &entry.name, directory),
    };
    // The name may mean a group, if there is one besides the announcement group.
    let is_group = |name: &str| {
        let alike = snapshot.groups.all().filter(|group| fold(&group.name) == name);
        spec.args.get(1) == Some(&ArgKind::Groups) && alike.count() > 1
    };
    let is_another = |name: &str| {
        let is_match = |entry: &CommunityEntry| fold(&entry.name) == name && entry.id != found.id;
        snapshot.communities.all().any(|entry| is_match(entry) && is_visible(entry)) && !is_group(name)
    };
    let line = parsed.rest.trim_start().lines().next().unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(first) = words.iter().position(|word| fold(word) == fold(typed)) else { return Ok(None) };
    let is_punctuation = |c: char| !c.is_alphanumeric();
    for start in (first + 1..words.len()).take(MAX_LEADING_WORDS) {
        for end in start + 1..=words.len().min(start + MAX_NAME_WORDS) {
            let name = fold(&words[start..end].join(" "));
            if is_another(&name) || is_another(name.trim_matches(is_punctuation)) {
                let at = words[start].as_ptr() as usize - parsed.rest.as_ptr() as usize;
                // A dry run stays one.
                let rest = format!("{} {}", arguments.flags.to_typed(), &parsed.rest[at..]);
                return Ok(Some(Suggestion::new(spec, rest.trim_start(), run.localizer)));
            }
        }
    }
    Ok(None)
}

/// The prompt that asks which of these communities is name_or_id.
fn prompt_choice(
    request: &Request<'_>,
    spec: &CommandSpec,
    arguments: &Arguments,
    options: Vec<CommunityId>,
) -> Vec<StateChange> {
    if options.is_empty() {
        return Vec::new();
    }
    let (before, after) = spec.split_at_community(arguments);
    let options = options.iter().take(MAX_CANDIDATES).map(CommunityId::to_string).collect();
    let prompt = request.new_prompt(request.run.localizer.locale, spec.name, options);
    let prompt = Prompt { before, after, ..prompt };
    vec![prompt.to_state_change(request.conversation_key)]
}

/// Finds the community with this name, or returns a reply that lists candidates. Communities that the admin may not use
/// are not listed, unless their whole name or id was typed, and do not make a name ambiguous. To a community admin,
/// other communities do not exist. A filler word is not the beginning of a name: `para` is not “Paraíso”.
async fn find_community(
    directory: &Directory,
    zapi: &Zapi,
    admin: &Admin,
    typed: &str,
    name_or_id: &str,
) -> Result<Result<CommunityEntry, (Reply, Vec<CommunityEntry>)>, CommandError> {
    let is_allowed = |entry: &CommunityEntry| may_in(admin, &entry.id, &entry.name, directory);
    let allowed = |mut entries: Vec<CommunityEntry>| {
        entries.retain(is_allowed);
        entries
    };
    let typed_name = || typed.to_owned();
    let is_complete = |entry: &CommunityEntry| {
        fold(&entry.name) == fold(name_or_id) || CommunityId::parse(name_or_id).is_some()
    };
    let none = |nearest: &[CommunityEntry], snapshot: &Snapshot| {
        let known: Vec<CommunityEntry> = allowed(snapshot.communities.all().cloned().collect());
        let known = if known.len() <= MAX_CANDIDATES { disambiguate(&known) } else { Vec::new() };
        Reply::NoCommunity { typed: typed_name(), nearest: disambiguate(nearest), available: known }
    };
    let found = match admin.from {
        AdminsFrom::Config => match directory.find_community(zapi, name_or_id).await? {
            NameMatch::Exact(entry) if !is_allowed(&entry) && !is_complete(&entry) => {
                directory.find_community_among(zapi, name_or_id, is_allowed).await?
            }
            found => found,
        },
        AdminsFrom::Community => directory.find_community_among(zapi, name_or_id, is_allowed).await?,
    };
    let is_filler = !typed.contains(' ') && suggest::is_filler_word(typed) && !directory.is_alias(typed);
    let is_doubtful = |entry: &CommunityEntry| is_filler && !is_complete(entry);
    Ok(match found {
        NameMatch::Exact(community) if is_doubtful(&community) => {
            let nearest = disambiguate(std::slice::from_ref(&community));
            Err((Reply::NoCommunity { typed: typed_name(), nearest, available: Vec::new() }, vec![community]))
        }
        NameMatch::Exact(community) => Ok(community),
        NameMatch::Ambiguous(several) | NameMatch::Many(several) => match allowed(several).as_slice() {
            [] => Err((none(&[], &*directory.snapshot(zapi).await?), Vec::new())),
            [community] if !is_doubtful(community) => Ok(community.clone()),
            several => {
                let candidates = disambiguate::<CommunityId>(several);
                Err((Reply::AmbiguousCommunity { typed: typed_name(), candidates }, several.to_vec()))
            }
        },
        NameMatch::NotFound { suggestions: nearest } => {
            let nearest = allowed(nearest);
            Err((none(&nearest, &*directory.snapshot(zapi).await?), nearest))
        }
    })
}
