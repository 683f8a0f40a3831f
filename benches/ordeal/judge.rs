//! What was promised, held against what is in the journal, what reached Z-API and what the world is now.
//!
//! A reply may come twice only where its process died between the call and the note: then the journal
//! holds one note of it, and the process of the earlier call was dead before the later one was made.
//! A changing call may be made again only by another process than the one before, that one being dead.

use std::collections::HashMap;
use std::time::Instant;

use vincula::sandbox::World;
use vincula::storage::Store;

use crate::chats::{ChatModel, ExpectedCall, GeneratedCommand};
use crate::ledger::{RecordedChange, Records, SentMessage};
use crate::load::SentCommand;
use crate::service::Deployment;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) violations: Vec<String>,
    pub(crate) orders: usize,
    pub(crate) changes: usize,
    pub(crate) repeated_calls: usize,
    pub(crate) replies: usize,
    pub(crate) repeated_replies: usize,
}

/// An order's row in the journal and its notes.
#[derive(Clone, Debug)]
pub(crate) struct JournalRow {
    pub(crate) state: String,
    pub(crate) outcome: Option<String>,
    pub(crate) audit_events: Vec<String>,
}

/// What is judged.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    pub(crate) sent: Vec<SentCommand>,
    pub(crate) records: Records,
    pub(crate) deaths: HashMap<u64, Instant>,
    /// By the message's id.
    pub(crate) journal: HashMap<String, Vec<JournalRow>>,
    pub(crate) world: World,
}

/// Gathers the facts from a site at rest, and judges them.
pub(crate) async fn verify(
    site: &Deployment,
    chats: &ChatModel,
    given: &[SentCommand],
    store: &Store,
) -> anyhow::Result<Findings> {
    Ok(find_violations(chats, &gather_evidence(site, given, store).await?))
}

pub(crate) async fn gather_evidence(
    site: &Deployment,
    given: &[SentCommand],
    store: &Store,
) -> anyhow::Result<Evidence> {
    let mut journal: HashMap<String, Vec<JournalRow>> = HashMap::new();
    for row in store.list(None, usize::MAX).await? {
        let notes = store.audit_events(&row.id).await?.into_iter().map(|note| note.event).collect();
        let written = JournalRow { state: row.state, outcome: row.outcome, audit_events: notes };
        journal.entry(row.message_id).or_default().push(written);
    }
    Ok(Evidence {
        sent: given.to_vec(),
        records: site.outside.records(),
        deaths: site.deaths(),
        journal,
        world: site.outside.sandbox.world(|world| world.clone()),
    })
}

/// Judges everything that was given.
pub(crate) fn find_violations(chats: &ChatModel, facts: &Evidence) -> Findings {
    let Evidence { sent: given, records, deaths, journal, world } = facts;
    let mut findings = Findings { orders: given.len(), ..Findings::default() };
    let mut said: HashMap<&str, Vec<&SentMessage>> = HashMap::new();
    for message in &records.said {
        match message.quoted.as_deref() {
            Some(quoted) => said.entry(quoted).or_default().push(message),
            None => findings.violations.push(format!("a message quotes no order: {:?}", message.text)),
        }
    }
    for SentCommand { order, accepted, unanswered } in given {
        let mut wrong = Vec::new();
        if *accepted > 1 {
            wrong.push(format!("was accepted {accepted} times"));
        }
        if *accepted == 0 && *unanswered == 0 {
            wrong.push("was called a duplicate at its first delivery".to_owned());
        }
        wrong.extend(check_journal(journal.get(&order.message_id).map_or(&[][..], Vec::as_slice)));
        let replies = said.remove(order.message_id.as_str()).unwrap_or_default();
        wrong.extend(check_replies(order, &chats.chats[order.chat].address, &replies, deaths));
        findings.replies += replies.len();
        findings.repeated_replies += replies.len().saturating_sub(1);
        let about = |what| format!("order {} ({}) {what}", order.message_id, order.text);
        findings.violations.extend(wrong.into_iter().map(about));
    }
    let strange = said.keys().map(|quoted| format!("a message quotes {quoted}, which nobody wrote"));
    findings.violations.extend(strange);
    if journal.len() != given.len() {
        findings.violations.push(format!("{} messages in the journal, {} given", journal.len(), given.len()));
    }
    for index in 0..chats.chats.len() {
        check_calls(chats, index, given, records, deaths, &mut findings);
    }
    findings.violations.extend(chats.find_differences(world));
    findings
}

/// What the journal says of an order that it should not.
fn check_journal(rows: &[JournalRow]) -> Vec<String> {
    let [row] = rows else { return vec![format!("is {} times in the journal", rows.len())] };
    let mut wrong = Vec::new();
    if (row.state.as_str(), row.outcome.as_deref()) != ("done", Some("replied")) {
        wrong.push(format!("ended as {} {:?}", row.state, row.outcome));
    }
    for what in ["accepted", "replied", "sent", "finished"] {
        let count = row.audit_events.iter().filter(|note| *note == what).count();
        if count != 1 {
            wrong.push(format!("was noted as {what} {count} times: {}", row.audit_events.join(" ")));
        }
    }
    wrong
}

/// What is wrong with the replies to an order.
fn check_replies(
    order: &GeneratedCommand,
    chat: &str,
    replies: &[&SentMessage],
    deaths: &HashMap<u64, Instant>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    if replies.is_empty() {
        wrong.push("has no reply".to_owned());
    }
    for reply in replies {
        if !order.reply.matches(&reply.text) {
            wrong.push(format!("has a reply that is not true: {:?}, not {:?}", reply.text, order.reply));
        }
        if reply.chat != chat {
            wrong.push("was answered in another chat".to_owned());
        }
    }
    for pair in replies.windows(2) {
        if !died_between(deaths, pair[0].generation, pair[1].generation, pair[1].at) {
            wrong.push("was answered twice, and nothing died in between".to_owned());
        }
    }
    wrong
}

/// Whether a call may be made again: another process made it, and the first was dead by then.
fn died_between(deaths: &HashMap<u64, Instant>, first: u64, second: u64, second_at: Instant) -> bool {
    first != second && deaths.get(&first).is_some_and(|died_at| *died_at <= second_at)
}

/// Walks the changing calls of a chat beside its orders: each call is that of the order at hand, once
/// more, or that of the next one.
fn check_calls(
    chats: &ChatModel,
    index: usize,
    given: &[SentCommand],
    records: &Records,
    deaths: &HashMap<u64, Instant>,
    findings: &mut Findings,
) {
    let chat = &chats.chats[index];
    let mut orders: Vec<&GeneratedCommand> =
        given.iter().map(|given| &given.order).filter(|o| o.chat == index).collect();
    orders.sort_by(|one, other| one.message_id.cmp(&other.message_id));
    let mut expected = orders.into_iter().filter_map(|order| Some((order, order.call.as_ref()?))).peekable();
    let mut current: Option<(&GeneratedCommand, &ExpectedCall, &RecordedChange)> = None;
    for change in records.changes.iter().filter(|change| chat.owns(&change.community)) {
        let made = ExpectedCall {
            is_link: change.is_link,
            community: change.community.clone(),
            groups: change.groups.clone(),
        };
        findings.changes += 1;
        if let Some((order, call, earlier)) = current
            && *call == made
        {
            findings.repeated_calls += 1;
            if !died_between(deaths, earlier.generation, change.generation, change.at) {
                let what = "made its call again, and nothing had died in between";
                findings.violations.push(format!("order {} {what}", order.message_id));
            }
            current = Some((order, call, change));
            continue;
        }
        match expected.next() {
            Some((order, call)) if *call == made => current = Some((order, call, change)),
            Some((order, call)) => {
                let id = &order.message_id;
                findings
                    .violations
                    .push(format!("order {id} should have called {call:?}; then came {made:?}"));
                return;
            }
            None => {
                findings
                    .violations
                    .push(format!("a call that no order of {} asked for: {made:?}", chat.address));
                return;
            }
        }
    }
    if let Some((order, call)) = expected.next() {
        findings.violations.push(format!("order {} never made its call {call:?}", order.message_id));
    }
}
