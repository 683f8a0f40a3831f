//! `/history [community|person]`: the commands with their admins, times and results; from the journal,
//! newest first.
//!
//! Lists commands that change something, also denied ones and usage errors. An admin without rights
//! everywhere sees their own commands, and those that started to change a community of theirs: that is read
//! from the plan, since names change.

use crate::authorization::{community_admin_key, display_admin_key, may_everywhere, may_in};
use crate::command::catalog::Catalog;
use crate::command::parsed_text::{ParsedCommand, ParsedRequest, ParsedText};
use crate::command::resolution::DeferredCommand;
use crate::command::{CommandError, CommandSpec, Context, Es, Prompt, Pt};
use crate::config::{Admin, AdminsFrom};
use crate::directory::{CommunityEntry, NameMatch, Snapshot, fold};
use crate::domain::{CommunityId, Person};
use crate::engine::links::change::{stored_plan_community, stored_plan_sources};
use crate::engine::listing::ListKind;
use crate::engine::members::person::parse_one;
use crate::engine::target::{Target, prompt_choice};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::names::strip_courtesy;
use crate::parse::prompt_reply::is_thumbs_up;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, escape_markup, quote, truncate};
use crate::storage::{HistoryEntry, Outcome};

pub const SPEC: CommandSpec = CommandSpec::non_mutating(
    "history",
    Pt(&["histórico"]),
    Es(&["historial"]),
    &[ArgKind::Keyword("arg-history")],
);

/// How many commands one read covers, with those of other instances.
const READ_BATCH: usize = 500;
/// The most reads.
const MAX_READS: usize = 20;
/// The most commands in the list.
const MAX_ENTRIES: usize = 200;
/// The most characters of a result.
const MAX_RESULT_LEN: usize = 60;
/// The status icons of a reply, the most telling first.
const STATUS_ICONS: [&str; 6] = ["✅", "❓", "➡️", "☑️", "⚠️", "❌"];

/// Which commands are listed.
enum HistoryFilter {
    All,
    /// Those in a community.
    InCommunity(CommunityEntry),
    /// Those of an admin, by key.
    ByAdmin {
        key: String,
        name: String,
        by_owner: bool,
    },
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let wanted = parse_filter(context, &arguments.keywords()).await?;
    let is_everywhere = may_everywhere(context.admin);
    let names = match wanted {
        // The journal is enough while Z-API is unavailable.
        HistoryFilter::All | HistoryFilter::ByAdmin { .. } if is_everywhere => None,
        _ => Some(context.directory.snapshot(context.zapi).await?),
    };
    let names = names.as_deref();
    let (mut lines, mut before) = (Vec::new(), None);
    let (mut is_all, mut reached) = (false, context.claim.command.accepted_at);
    'past: for _ in 0..MAX_READS {
        let instance = &context.instance.name;
        let stretch = context.store.history_page(instance, before.as_deref(), READ_BATCH).await;
        let Some(stretch) = stretch? else {
            is_all = true;
            break;
        };
        for entry in stretch.entries {
            if lines.len() == MAX_ENTRIES {
                break 'past;
            }
            reached = entry.at;
            if is_listed(context.catalog, &entry)
                && (is_everywhere || may_see(context, names, &entry))
                && matches_filter(context, names, &wanted, &entry)
            {
                lines.push(format_entry(context, &entry));
            }
        }
        before = Some(stretch.cursor);
    }
    let mut head = vec![match wanted {
        HistoryFilter::All => ReplyLine::new("history"),
        HistoryFilter::InCommunity(community) => {
            ReplyLine::new("history-in").name("community", community.name)
        }
        HistoryFilter::ByAdmin { name, .. } => ReplyLine::new("history-by").name("name", name),
    }];
    if lines.is_empty() {
        head.push(ReplyLine::new("history-none"));
    }
    if !is_all {
        let when = context.format_moment(reached);
        head.push(ReplyLine::new("history-until").with_plain("when", when));
    }
    Ok(match lines.is_empty() {
        true => Reply::Report(head),
        false => context.show_list(SPEC.name, head, lines, None).await?,
    })
}

/// Parses the filter; ends the command with a prompt where it is not clear.
async fn parse_filter(context: &mut Context<'_>, words: &[String]) -> Result<HistoryFilter, CommandError> {
    let typed = words.join(" ");
    if typed.is_empty() {
        return Ok(HistoryFilter::All);
    }
    let by_owner = context.claim.command.by_owner;
    if in_word_list(&typed, "myself") {
        let (key, name) = (context.admin.key.clone(), context.sender_name());
        return Ok(HistoryFilter::ByAdmin { key, name, by_owner });
    }
    let folded = fold(&typed);
    let is_named = |admin: &&Admin| [&admin.key, &admin.name].iter().any(|name| fold(name) == folded);
    let known = known_admins(context).await?;
    if let Some(admin) = known.iter().copied().find(is_named) {
        return Ok(filter_by_admin(admin));
    }
    let number = context.resolve_list_number(&typed).await?;
    let id = number.filter(|(kind, _)| *kind == ListKind::Communities).map(|(_, id)| id);
    let sees = |entry: &CommunityEntry| context.sees(entry);
    let meant = id.as_deref().unwrap_or(&typed);
    let found = context.directory.find_community_among(context.zapi, meant, sees).await?;
    let (mut entries, nearest) = found.into_entries();
    if entries.len() > 1 {
        return Err(choose_community(context, &typed, entries));
    }
    if let Some(community) = entries.pop() {
        return Ok(HistoryFilter::InCommunity(community));
    }
    if let Some(wanted) =
        parse_one(context, &typed).and_then(|person| filter_by_number(context, &known, person))
    {
        return Ok(wanted);
    }
    let mut matching = known.into_iter().filter(|admin| fold(&admin.name).starts_with(&folded));
    match (matching.next(), matching.next()) {
        (Some(admin), None) => Ok(filter_by_admin(admin)),
        // `of Ana` means the same as `Ana`.
        _ if strip_courtesy(&typed) != typed => {
            Box::pin(parse_filter(context, &[strip_courtesy(&typed).to_owned()])).await
        }
        _ if !nearest.is_empty() => Err(choose_community(context, &typed, nearest)),
        _ => {
            let nobody = ReplyLine::not_done("history-nobody").name("name", typed);
            let nobody = nobody.with_command("communities", "communities", &[]);
            Err(nobody.with_command("all", SPEC.name, &[]).into())
        }
    }
}

/// The admins of the configuration that the admin may see: themselves, and those that `/who` shows them.
async fn known_admins<'a>(context: &Context<'a>) -> Result<Vec<&'a Admin>, CommandError> {
    let all = context.instance.admins.iter();
    if may_everywhere(context.admin) {
        return Ok(all.collect());
    }
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let shared = |admin: &Admin| {
        let mut seen = snapshot.communities.all().filter(|entry| context.sees(entry));
        seen.any(|entry| may_in(admin, &entry.id, &entry.name, context.directory))
    };
    Ok(all.filter(|admin| admin.key == context.admin.key || shared(admin)).collect())
}

fn choose_community(context: &mut Context<'_>, typed: &str, entries: Vec<CommunityEntry>) -> CommandError {
    let prompt = Prompt::new(&context.claim.command, context.localizer.locale, SPEC.name);
    prompt_choice(context, typed, entries.into_iter().map(Target::Community).collect(), prompt).into()
}

fn filter_by_admin(admin: &Admin) -> HistoryFilter {
    HistoryFilter::ByAdmin { key: admin.key.clone(), name: admin.name.clone(), by_owner: false }
}

/// The filter for a number or lid: an admin of the configuration, or an admin of a community. Whether they
/// still are one does not matter. For the admin of a community a number reveals nobody of the configuration:
/// they look like a person without commands.
fn filter_by_number(context: &Context<'_>, known: &[&Admin], person: Person) -> Option<HistoryFilter> {
    let has = |admin: &Admin| {
        person.phone.is_some_and(|phone| admin.phone == Some(phone))
            || person.lid.is_some_and(|lid| admin.lid == Some(lid))
    };
    let may_know = context.admin.from == AdminsFrom::Config;
    if let Some(admin) = known.iter().copied().find(|admin| may_know && has(admin)) {
        return Some(filter_by_admin(admin));
    }
    let community_admins = context.community_admins?;
    let merged = community_admins.find(person).map_or(person, |found| found.person);
    Some(HistoryFilter::ByAdmin { key: community_admin_key(merged), name: person.display(), by_owner: false })
}

/// Whether it changes something, or would have: reads and unused replies are left out.
fn is_listed(catalog: &Catalog, entry: &HistoryEntry) -> bool {
    let is_change = |name: &str| catalog.lookup(name).is_some_and(|spec| spec.is_mutating);
    // A command that stands for another one.
    let is_indirect = catalog.lookup(&entry.name).is_some_and(CommandSpec::is_indirect);
    let is_used = || resolved_command(entry).is_some_and(|command| is_change(&command.command));
    is_change(&entry.name) && (!is_indirect || entry.text.is_empty() || is_used())
}

/// The command that replaced it.
fn resolved_command(entry: &HistoryEntry) -> Option<DeferredCommand> {
    entry.deferred_command.as_deref().and_then(|meant| serde_json::from_str(meant).ok())
}

/// Whether an admin of some communities may see a command: their own, or one in such a community.
fn may_see(context: &Context<'_>, names: Option<&Snapshot>, record: &HistoryEntry) -> bool {
    if record.admin == context.admin.key && record.by_owner == context.claim.command.by_owner {
        return true;
    }
    let planned = record.plan.as_deref().and_then(stored_plan_community);
    planned.is_some_and(|planned| {
        // The current name counts; of a deleted community, only the id is known.
        let entry = names.and_then(|names| names.communities.by_id(&planned.id));
        let name = entry.map(|entry| entry.name.as_str());
        may_in(context.admin, &planned.id, name.unwrap_or_default(), context.directory)
    })
}

fn matches_filter(
    context: &Context<'_>,
    names: Option<&Snapshot>,
    wanted: &HistoryFilter,
    entry: &HistoryEntry,
) -> bool {
    match wanted {
        HistoryFilter::All => true,
        HistoryFilter::ByAdmin { key, by_owner, .. } => entry.admin == *key && entry.by_owner == *by_owner,
        HistoryFilter::InCommunity(CommunityEntry { id, .. }) => {
            let plan = entry.plan.as_deref().unwrap_or_default();
            match stored_plan_community(plan) {
                Some(planned) => planned.id == *id || stored_plan_sources(plan).contains(id),
                None => names.and_then(|names| typed_community(context, names, entry)).as_ref() == Some(id),
            }
        }
    }
}

/// The community that a command without a plan names, by current names.
fn typed_community(context: &Context<'_>, names: &Snapshot, record: &HistoryEntry) -> Option<CommunityId> {
    let spec_of = |name: &str| context.catalog.lookup(name);
    let parsed = match resolved_command(record) {
        Some(deferred) => ParsedCommand::new(spec_of(&deferred.command)?, &deferred.command, &deferred.rest),
        None => match serde_json::from_str::<ParsedText>(record.parsed.as_deref()?).ok()?.request {
            ParsedRequest::Command(parsed) => parsed,
            _ => return None,
        },
    };
    let arguments = parsed.assign(spec_of(&parsed.typed)?).ok()?;
    let typed = arguments.community.as_deref()?;
    let typed = context.directory.alias(typed).unwrap_or(typed);
    match names.communities.find(typed, CommunityId::parse(typed)) {
        NameMatch::Exact(entry) => Some(entry.id),
        _ => None,
    }
}

/// `25/11 14:03 Ana: “/link "Bairro Feliz" futebol” → ✅ “Futebol” is now in “Bairro Feliz”.`
fn format_entry(context: &Context<'_>, entry: &HistoryEntry) -> String {
    let who = match context.instance.admins.iter().find(|admin| admin.key == entry.admin) {
        _ if entry.by_owner => context.owner_name(),
        Some(admin) => escape_markup(&admin.name),
        None => display_admin_key(&entry.admin).unwrap_or_else(|| escape_markup(&entry.admin)),
    };
    let command = match entry.text.as_str() {
        "" => context.localizer.format_command(&entry.name, &[]),
        sign if is_thumbs_up(sign) => sign.trim().to_owned(),
        text => quote(text),
    };
    let line = ReplyLine::new("history-line")
        .with_plain("when", context.format_moment(entry.at))
        .with_plain("who", who);
    let line = line.with_plain("command", command);
    let line = match format_result(entry) {
        Some(result) => line.with_plain("result", result),
        None => line.text("result", "history-answered"),
    };
    line.render(context.localizer)
}

/// The result of a command: a status icon and the first line of its reply; `None` if only the fact of a reply
/// is known.
fn format_result(entry: &HistoryEntry) -> Option<String> {
    let messages: Vec<String> =
        entry.reply.as_deref().and_then(|reply| serde_json::from_str(reply).ok()).unwrap_or_default();
    let mut lines = messages.iter().flat_map(|message| message.lines());
    let icons = || STATUS_ICONS.into_iter().find(|icon| lines.clone().any(|line| line.starts_with(icon)));
    let icon = match entry.outcome {
        None => return Some("⏳".to_owned()),
        Some(Outcome::Failed | Outcome::ReplyFailed) => "⛔",
        Some(Outcome::Denied | Outcome::UsageError | Outcome::Expired) => "❌",
        Some(Outcome::Replied | Outcome::Previewed) if entry.reply.is_none() => return None,
        Some(Outcome::Cancelled) => icons().unwrap_or("❌"),
        // A reply without an icon changed nothing.
        Some(Outcome::Replied | Outcome::Previewed) => icons().unwrap_or_default(),
    };
    let first = lines.next().unwrap_or_default();
    let first = STATUS_ICONS.iter().find_map(|icon| first.strip_prefix(icon)).unwrap_or(first).trim_start();
    Some(format!("{icon} {}", truncate(first, MAX_RESULT_LEN)).trim().to_owned())
}
