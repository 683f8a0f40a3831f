//! `/history [community|person]`: who ordered what, when, and what came of it; from the journal, newest first.
//!
//! Orders that change something are told of, also those that were refused or not understood. An admin
//! who may not give orders everywhere learns of their own orders, and of those that began to change a
//! community in which they may: that is read from the order's plan, since names change hands.

use futures_util::future::BoxFuture;

use super::args::{self, behind_small_words, means};
use super::question::Question;
use super::{Arg, Arguments, Chapter, Context, Failure, OrderMeant, Run, Spec, people};
use super::{left_communities, named, planned_community, recognise};
use crate::authorise::{key_of_communities, may_everywhere, may_in, shown_by_key};
use crate::config::{Admin, AdminsFrom};
use crate::directory::{CommunityEntry, Found, Snapshot, fold, told_apart};
use crate::domain::{CommunityId, Person};
use crate::reply::{MOST_CANDIDATES, Phrase, Reply, Shown, quoted, shortened, tamed};
use crate::storage::{Deed, Lost, Outcome};

/// The command.
pub const SPEC: Spec = Spec {
    name: "history",
    pt: &["histórico"],
    es: &["historial"],
    args: &[Arg::Own("arg-history")],
    is_mutating: false,
    chapter: Chapter::Looking,
    run: Run::This(run),
};

/// How many orders one read goes back, those of other instances among them.
const STRETCH: usize = 500;
/// The most reads.
const MOST_STRETCHES: usize = 20;
/// No more orders than these are told of.
const MOST: usize = 200;
/// The most lines of a page: these are long.
const PAGE: usize = 20;
/// The most characters of what came of an order.
const LONGEST_RESULT: usize = 60;
/// The marks of an answer's lines, the one first that says most of the whole.
const MARKS: [&str; 6] = ["✅", "❓", "➡️", "☑️", "⚠️", "❌"];

/// Whose orders, or where.
enum Wanted {
    All,
    /// Those in a community.
    In(CommunityEntry),
    /// Those of an admin, by key.
    By {
        key: String,
        name: String,
        by_owner: bool,
    },
}

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let wanted = match wanted(context, &arguments.words).await? {
            Ok(wanted) => wanted,
            Err(reply) => return Ok(reply),
        };
        let is_everywhere = may_everywhere(context.admin);
        let names = match wanted {
            // What the journal alone knows is told while Z-API is out of reach, too.
            Wanted::All | Wanted::By { .. } if is_everywhere => None,
            _ => Some(context.directory.snapshot(context.zapi).await?),
        };
        let names = names.as_deref();
        let (mut lines, mut before) = (Vec::new(), None);
        let (mut is_all, mut reached) = (false, context.claim.command.accepted_at);
        'past: for _ in 0..MOST_STRETCHES {
            let instance = context.instance.name.as_str();
            let stretch = context.store.stretch(instance, before.as_deref(), STRETCH).await;
            let Some(stretch) = stretch.map_err(Lost::Store)? else {
                is_all = true;
                break;
            };
            for deed in stretch.deeds {
                if lines.len() == MOST {
                    break 'past;
                }
                reached = deed.at;
                let may_see = is_everywhere || may_see(context, names, &deed);
                if is_told(&deed) && may_see && is_wanted(context, names, &wanted, &deed) {
                    lines.push(line(context, &deed));
                }
            }
            before = Some(stretch.before);
        }
        let mut head = vec![match wanted {
            Wanted::All => Phrase::new("history"),
            Wanted::In(community) => Phrase::new("history-in").name("community", community.name),
            Wanted::By { name, .. } => Phrase::new("history-by").name("name", name),
        }];
        if lines.is_empty() {
            head.push(Phrase::new("history-none"));
        }
        if !is_all {
            let when = context.moment(reached);
            head.push(Phrase::new("history-until").plain("when", when));
        }
        Ok(match lines.is_empty() {
            true => Reply::Shown(Shown::told(head)),
            false => context.show_lines(SPEC.name, head, lines, PAGE),
        })
    })
}

/// What is looked for, or the answer that asks for it again.
async fn wanted(context: &mut Context<'_>, words: &[String]) -> Result<Result<Wanted, Reply>, Failure> {
    let typed = words.join(" ");
    if typed.is_empty() {
        return Ok(Ok(Wanted::All));
    }
    let by_owner = context.claim.command.by_owner;
    if means(&typed, "myself") {
        let (key, name) = (context.admin.key.clone(), context.own_name());
        return Ok(Ok(Wanted::By { key, name, by_owner }));
    }
    let folded = fold(&typed);
    let is_named = |admin: &&Admin| [&admin.key, &admin.name].iter().any(|name| fold(name) == folded);
    let known = known_admins(context).await?;
    if let Some(admin) = known.iter().copied().find(is_named) {
        return Ok(Ok(by(admin)));
    }
    let id = match words {
        [word] => context.number_as_community(word).await?,
        _ => None,
    };
    let sees = |entry: &CommunityEntry| context.sees(&entry.id, &entry.name);
    let meant = id.as_deref().unwrap_or(&typed);
    let found = context.directory.community_among(context.zapi, meant, sees).await?;
    let (mut entries, mut nearest) = match found {
        Found::One(entry) => (vec![entry], Vec::new()),
        Found::Several(entries) | Found::Unclear(entries) => (entries, Vec::new()),
        Found::Nothing { nearest } => (Vec::new(), nearest),
    };
    entries.retain(sees);
    nearest.retain(sees);
    if entries.len() > 1 {
        let candidates = told_apart(&entries);
        ask(context, &entries);
        return Ok(Err(Reply::ManyCommunities { typed, candidates }));
    }
    if let Some(community) = entries.pop() {
        return Ok(Ok(Wanted::In(community)));
    }
    if let Some(wanted) = people::one(context, &typed).and_then(|person| by_number(context, &known, person)) {
        return Ok(Ok(wanted));
    }
    let mut begun = known.into_iter().filter(|admin| fold(&admin.name).starts_with(&folded));
    Ok(match (begun.next(), begun.next()) {
        (Some(admin), None) => Ok(by(admin)),
        _ if !nearest.is_empty() => {
            ask(context, &nearest);
            Err(Reply::NoCommunity { typed, nearest: told_apart(&nearest), known: Vec::new() })
        }
        _ => {
            // `of Ana` says no more than `Ana`.
            if let Some(rest) = behind_small_words(words) {
                return Box::pin(self::wanted(context, rest)).await;
            }
            let nobody = Phrase::not_done("history-nobody").name("name", typed);
            let nobody = nobody.order("communities", "communities", &[]).order("all", SPEC.name, &[]);
            Err(Reply::Said(vec![nobody]))
        }
    })
}

/// The admins of the configuration whom the admin may know: themselves, and whoever `/who` tells them of.
async fn known_admins<'a>(context: &Context<'a>) -> Result<Vec<&'a Admin>, Failure> {
    let all = context.instance.admins.iter();
    if may_everywhere(context.admin) {
        return Ok(all.collect());
    }
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let shared = |admin: &Admin| {
        let mut seen = snapshot.communities.all().filter(|entry| context.sees(&entry.id, &entry.name));
        seen.any(|entry| may_in(admin, &entry.id, &entry.name, context.directory))
    };
    Ok(all.filter(|admin| admin.key == context.admin.key || shared(admin)).collect())
}

/// Lets a number say which of these is meant.
fn ask(context: &mut Context<'_>, entries: &[CommunityEntry]) {
    context.ask(Question {
        asked_by: context.claim.command.id.clone(),
        language: context.speech.locale.tag().to_owned(),
        command: SPEC.name.to_owned(),
        before: String::new(),
        options: entries.iter().take(MOST_CANDIDATES).map(|entry| entry.id.to_string()).collect(),
        after: String::new(),
        takes_several: false,
        askers: Vec::new(),
        is_undo: false,
        only_if: None,
    });
}

fn by(admin: &Admin) -> Wanted {
    Wanted::By { key: admin.key.clone(), name: admin.name.clone(), by_owner: false }
}

/// The orders of whoever has this number or lid: of an admin of the configuration, or, where these may give
/// orders, of a community's own. Whether they are one now does not matter, nor is it told. To the admin of a
/// community no number tells who is in the configuration: theirs answer like anybody's who gave no order.
fn by_number(context: &Context<'_>, known: &[&Admin], person: Person) -> Option<Wanted> {
    let has = |admin: &Admin| {
        person.phone.is_some_and(|phone| admin.phone == Some(phone))
            || person.lid.is_some_and(|lid| admin.lid == Some(lid))
    };
    let may_know = context.admin.from == AdminsFrom::Config;
    if let Some(admin) = known.iter().copied().find(|admin| may_know && has(admin)) {
        return Some(by(admin));
    }
    let roster = context.roster?;
    let merged = roster.find(person).map_or(person, |found| found.person);
    Some(Wanted::By { key: key_of_communities(merged), name: person.shown(), by_owner: false })
}

/// It changes something, or would have: reads, and answers that answered nothing, are left out.
fn is_told(deed: &Deed) -> bool {
    let Some(spec) = named(&deed.name).filter(|spec| spec.is_mutating) else { return false };
    // Whether it stood for an order is not kept longer than its text.
    matches!(spec.run, Run::This(_)) || deed.text.is_empty() || meant(deed).is_some_and(is_change)
}

/// The order that it stood for.
fn meant(deed: &Deed) -> Option<OrderMeant> {
    deed.meant.as_deref().and_then(|meant| serde_json::from_str(meant).ok())
}

fn is_change(order: OrderMeant) -> bool {
    named(&order.command).is_some_and(|spec| spec.is_mutating)
}

/// Whether an admin of some communities may see an order: their own, or one in such a community.
fn may_see(context: &Context<'_>, names: Option<&Snapshot>, deed: &Deed) -> bool {
    if deed.admin == context.admin.key && deed.by_owner == context.claim.command.by_owner {
        return true;
    }
    let planned = deed.plan.as_deref().and_then(planned_community);
    planned.is_some_and(|planned| {
        // The name of now decides; of a community that is gone, only its id is known.
        let entry = names.and_then(|names| names.communities.by_id(&planned.id));
        let name = entry.map(|entry| entry.name.as_str());
        may_in(context.admin, &planned.id, name.unwrap_or_default(), context.directory)
    })
}

fn is_wanted(context: &Context<'_>, names: Option<&Snapshot>, wanted: &Wanted, deed: &Deed) -> bool {
    match wanted {
        Wanted::All => true,
        Wanted::By { key, by_owner, .. } => deed.admin == *key && deed.by_owner == *by_owner,
        Wanted::In(community) => match deed.plan.as_deref().and_then(planned_community) {
            Some(planned) if planned.id == community.id => true,
            Some(_) => {
                let left = deed.plan.as_deref().map(left_communities).unwrap_or_default();
                left.contains(&community.id)
            }
            None => {
                let typed = names.and_then(|names| typed_community(context, names, deed));
                typed.as_ref() == Some(&community.id)
            }
        },
    }
}

/// The community that an order without a plan names, as names are now.
fn typed_community(context: &Context<'_>, names: &Snapshot, deed: &Deed) -> Option<CommunityId> {
    let (command, rest) = match meant(deed) {
        Some(meant) => (meant.command, meant.rest),
        None => recognise(&deed.text, &context.instance.prefixes).map(|order| (order.typed, order.rest))?,
    };
    let spec = named(&command)?;
    let arguments = args::parse(spec.args, spec.is_mutating, &rest).ok()?;
    let typed = arguments.community.as_ref()?;
    let typed =
        context.directory.aliased(typed).or_else(|| context.directory.kept_alias(typed)).unwrap_or(typed);
    match names.communities.find(typed, CommunityId::parse(typed)) {
        Found::One(entry) => Some(entry.id),
        _ => None,
    }
}

/// `25/11 14:03 Ana: “/link "Bairro Feliz" futebol” → ✅ 1 of 1 group is now in “Bairro Feliz”.`
fn line(context: &Context<'_>, deed: &Deed) -> String {
    let who = match context.instance.admins.iter().find(|admin| admin.key == deed.admin) {
        _ if deed.by_owner => context.owner(),
        Some(admin) => tamed(&admin.name),
        None => shown_by_key(&deed.admin).unwrap_or_else(|| tamed(&deed.admin)),
    };
    let order = match deed.text.as_str() {
        "" => context.speech.order(&deed.name, &[]),
        text => quoted(text),
    };
    let line = Phrase::new("history-line").plain("when", context.moment(deed.at)).plain("who", who);
    let line = line.plain("order", order);
    let line = match result(deed) {
        Some(result) => line.plain("result", result),
        None => line.text("result", "history-answered"),
    };
    line.say(context.speech)
}

/// What came of an order: a mark, and the first line of its answer; nothing where all that is known is
/// that it was answered.
fn result(deed: &Deed) -> Option<String> {
    let messages: Vec<String> =
        deed.reply.as_deref().and_then(|reply| serde_json::from_str(reply).ok()).unwrap_or_default();
    let mut lines = messages.iter().flat_map(|message| message.lines());
    let marks = || MARKS.into_iter().find(|mark| lines.clone().any(|line| line.starts_with(mark)));
    let mark = match deed.outcome {
        None => return Some("⏳".to_owned()),
        Some(Outcome::GaveUp | Outcome::Unanswered) => "⛔",
        Some(Outcome::Refused | Outcome::Mistaken | Outcome::Expired) => "❌",
        Some(Outcome::Answered | Outcome::Shown) if deed.reply.is_none() => return None,
        Some(Outcome::Cancelled) => marks().unwrap_or("❌"),
        // What bears no mark did nothing: it tells something.
        Some(Outcome::Answered | Outcome::Shown) => marks().unwrap_or_default(),
    };
    let first = lines.next().unwrap_or_default();
    let first = MARKS.iter().find_map(|mark| first.strip_prefix(mark)).unwrap_or(first).trim_start();
    Some(format!("{mark} {}", shortened(first, LONGEST_RESULT)).trim().to_owned())
}
