//! Which community an order is about: found by the name that was typed, a number of a list, or what was likely
//! meant.

use crate::authorization::{may_in, may_use};
use crate::command::context::CommandError;
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::config::{Admin, AdminsFrom};
use crate::directory::{CommunityEntry, Directory, NameMatch, Snapshot, disambiguate, fold};
use crate::domain::{Chat, CommunityId};
use crate::engine::aliases::load_chat_aliases;
use crate::engine::listing::community_by_number;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::numbers::parse_range;
use crate::parse::prefix::ParsedCommand;
use crate::parse::unquoted::{words_after, words_before};
use crate::reply::{Localizer, MAX_CANDIDATES, Reply};
use crate::storage::{CommandRecord, LeaseError, MemoryKind, StateChange};
use crate::zapi::Zapi;

use super::InstanceRuntime;
use super::execute::RunContext;
use super::suggest::{self, Suggestion};

/// The most words that stand before the name of a community and are none of it: `por favor na comunidade`.
/// Further behind, a text may well speak of another.
const MAX_LEADING_WORDS: usize = 4;
/// The most words of a name that is looked for.
const MAX_NAME_WORDS: usize = 8;

/// The names that an order of this command may use. What was kept from a chat is read anew: another
/// process may have written it.
pub(super) async fn load_directory(
    bot: &InstanceRuntime,
    spec: &CommandSpec,
    means: &RunContext<'_>,
) -> Result<Directory, CommandError> {
    let kept = match spec.takes_names() {
        true => load_chat_aliases(means.store, bot.instance.name.as_str()).await?,
        false => Vec::new(),
    };
    Ok(bot.directory.with_aliases(kept))
}

/// Adds to a community's name what was typed beside it without quotes, where only together it is the whole
/// name of one.
pub(super) async fn join_unquoted_name(
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
    let is_seen = |entry: &CommunityEntry| may_in(admin, &entry.id, &entry.name, directory);
    let is_community = |name: &str| match admin.from {
        AdminsFrom::Config => snapshot.communities.has_name(name),
        // There are no others for them, not even to tell a name by.
        AdminsFrom::Community => {
            snapshot.communities.all().any(|entry| fold(&entry.name) == fold(name) && is_seen(entry))
        }
    };
    let is_name = |name: &str| {
        let name = name.trim_end_matches(':');
        is_community(name) || directory.is_alias(name) || CommunityId::parse(name).is_some()
    };
    if spec.args.first() == Some(&ArgKind::Groups) {
        let words: Vec<&str> = arguments.words.iter().map(String::as_str).collect();
        let run = 1 + arguments.unquoted.iter().rev().take_while(|is_loose| **is_loose).count();
        let at = words.len() - words_before(&first, &words[words.len().saturating_sub(run)..], is_name);
        arguments.community = Some([&words[at..], &[first.as_str()]].concat().join(" "));
        arguments.words.truncate(at);
        arguments.unquoted.truncate(at);
        return Ok(());
    }
    // Where it takes all that there is, what else is due is asked for.
    let run = arguments.unquoted.iter().take_while(|is_loose| **is_loose).count();
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

/// The community that is typed, by its id where it is a number of the last list.
pub(super) async fn resolve_list_number(
    bot: &InstanceRuntime,
    means: &RunContext<'_>,
    chat: &Chat,
    command: &CommandRecord,
    typed: &str,
) -> Result<String, CommandError> {
    let is_name = |snapshot: &Snapshot| snapshot.communities.has_name(typed);
    if parse_range(typed).is_none() || is_name(&*bot.directory.snapshot(means.zapi).await?) {
        return Ok(typed.to_owned());
    }
    let lane = chat.ordering_key(&command.admin, command.by_owner);
    let list = means.store.get_state(bot.instance.name.as_str(), MemoryKind::List, &lane).await;
    // What was shown since is not what the numbers are of.
    let list = list.map_err(LeaseError::Store)?.filter(|list| list.at <= command.accepted_at);
    let id = list.and_then(|list| community_by_number(&list.value, typed));
    Ok(id.unwrap_or_else(|| typed.to_owned()))
}

/// What an order likely means whose community is not found where it belongs.
pub(super) async fn suggest(
    admin: &Admin,
    spec: &'static CommandSpec,
    order: &ParsedCommand,
    directory: &Directory,
    means: &RunContext<'_>,
) -> Result<Option<Suggestion>, CommandError> {
    let in_one =
        suggest::try_joined_name(order, means.localizer).filter(|likely| may_use(admin, likely.command()));
    if in_one.is_some() {
        return Ok(in_one);
    }
    let snapshot = directory.snapshot(means.zapi).await?;
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
    Ok(suggest::try_swapped_arguments(spec, &order.rest, means.localizer, find))
}

/// The order on another community whose whole name stands a little behind the word that was taken for the
/// beginning of this one's: `/describe por favor bairro feliz …` is not about “Portaria”. In one word it may
/// have been meant, but not surely.
pub(super) async fn suggest_other_community(
    spec: &CommandSpec,
    order: &ParsedCommand,
    arguments: &Arguments,
    (found, typed): (&CommunityEntry, &str),
    (admin, directory): (&Admin, &Directory),
    means: &RunContext<'_>,
) -> Result<Option<Suggestion>, CommandError> {
    let is_sure = typed.contains(' ')
        || fold(typed) == fold(&found.name)
        || parse_range(typed).is_some()
        || CommunityId::parse(typed).is_some()
        || directory.is_alias(typed);
    if is_sure || !arguments.is_community_unquoted || spec.args.first() != Some(&ArgKind::Community) {
        return Ok(None);
    }
    let snapshot = directory.snapshot(means.zapi).await?;
    let is_seen = |entry: &CommunityEntry| match admin.from {
        AdminsFrom::Config => true,
        AdminsFrom::Community => may_in(admin, &entry.id, &entry.name, directory),
    };
    // Besides an announcement group, a group of this name may be what is meant.
    let is_group = |name: &str| {
        let alike = snapshot.groups.all().filter(|group| fold(&group.name) == name);
        spec.args.get(1) == Some(&ArgKind::Groups) && alike.count() > 1
    };
    let is_another = |name: &str| {
        let is_it = |entry: &CommunityEntry| fold(&entry.name) == name && entry.id != found.id;
        snapshot.communities.all().any(|entry| is_it(entry) && is_seen(entry)) && !is_group(name)
    };
    let line = order.rest.trim_start().lines().next().unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(first) = words.iter().position(|word| fold(word) == fold(typed)) else { return Ok(None) };
    let is_mark = |c: char| !c.is_alphanumeric();
    for start in (first + 1..words.len()).take(MAX_LEADING_WORDS) {
        for end in start + 1..=words.len().min(start + MAX_NAME_WORDS) {
            let name = fold(&words[start..end].join(" "));
            if is_another(&name) || is_another(name.trim_matches(is_mark)) {
                let at = words[start].as_ptr() as usize - order.rest.as_ptr() as usize;
                // A trial stays one.
                let rest = format!("{} {}", arguments.flags.typed(), &order.rest[at..]);
                return Ok(Some(Suggestion::new(spec, rest.trim_start(), means.localizer)));
            }
        }
    }
    Ok(None)
}

/// The question which community is meant, where some may be.
pub(super) fn prompt_choice(
    spec: &CommandSpec,
    arguments: &Arguments,
    options: Vec<CommunityId>,
    command: &CommandRecord,
    speech: &Localizer,
    place: &str,
) -> Vec<StateChange> {
    if options.is_empty() {
        return Vec::new();
    }
    let (before, after) = spec.split_at_community(arguments);
    let options = options.iter().take(MAX_CANDIDATES).map(CommunityId::to_string).collect();
    let question = Prompt { before, options, after, ..Prompt::new(command, speech.locale, spec.name) };
    vec![question.asked(place)]
}

/// The community that was typed, or the reply that asks which, with what may be meant. Communities that
/// the admin may not use are not told, unless their whole name or id was typed, and what they do not see
/// cannot make a name unclear. To the admin of a community there are no others. A small word says nothing by
/// what it begins: `para` is not “Paraíso”.
pub(super) async fn find_community(
    directory: &Directory,
    zapi: &Zapi,
    admin: &Admin,
    typed: &str,
    meant: &str,
) -> Result<Result<CommunityEntry, (Reply, Vec<CommunityEntry>)>, CommandError> {
    let is_allowed = |entry: &CommunityEntry| may_in(admin, &entry.id, &entry.name, directory);
    let allowed = |mut entries: Vec<CommunityEntry>| {
        entries.retain(is_allowed);
        entries
    };
    let typed_as = || typed.to_owned();
    let is_in_full =
        |entry: &CommunityEntry| fold(&entry.name) == fold(meant) || CommunityId::parse(meant).is_some();
    let none = |nearest: &[CommunityEntry], snapshot: &Snapshot| {
        let known: Vec<CommunityEntry> = allowed(snapshot.communities.all().cloned().collect());
        let known = if known.len() <= MAX_CANDIDATES { disambiguate(&known) } else { Vec::new() };
        Reply::NoCommunity { typed: typed_as(), nearest: disambiguate(nearest), available: known }
    };
    let found = match admin.from {
        AdminsFrom::Config => match directory.find_community(zapi, meant).await? {
            NameMatch::Exact(entry) if !is_allowed(&entry) && !is_in_full(&entry) => {
                directory.find_community_among(zapi, meant, is_allowed).await?
            }
            found => found,
        },
        AdminsFrom::Community => directory.find_community_among(zapi, meant, is_allowed).await?,
    };
    let is_small = !typed.contains(' ') && suggest::is_filler_word(typed) && !directory.is_alias(typed);
    let is_doubtful = |entry: &CommunityEntry| is_small && !is_in_full(entry);
    Ok(match found {
        NameMatch::Exact(community) if is_doubtful(&community) => {
            let nearest = disambiguate(std::slice::from_ref(&community));
            Err((Reply::NoCommunity { typed: typed_as(), nearest, available: Vec::new() }, vec![community]))
        }
        NameMatch::Exact(community) => Ok(community),
        NameMatch::Ambiguous(several) | NameMatch::Many(several) => match allowed(several).as_slice() {
            [] => Err((none(&[], &*directory.snapshot(zapi).await?), Vec::new())),
            [community] if !is_doubtful(community) => Ok(community.clone()),
            several => {
                let candidates = disambiguate::<CommunityId>(several);
                Err((Reply::AmbiguousCommunity { typed: typed_as(), candidates }, several.to_vec()))
            }
        },
        NameMatch::NotFound { suggestions: nearest } => {
            let nearest = allowed(nearest);
            Err((none(&nearest, &*directory.snapshot(zapi).await?), nearest))
        }
    })
}
