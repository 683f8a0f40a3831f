//! Compares the guarantees with the journal, the calls that reached Z-API and the resulting world.
//!
//! A reply may be sent twice only if its process died between the call and the audit event: then the
//! journal holds one event, and the first process was dead before the second call was made. A changing
//! call may be repeated only by another process, after the earlier one died.

use std::collections::HashMap;
use std::time::Instant;

use vincula::sandbox::World;
use vincula::storage::Store;

use crate::model::{Chat, ChatModel, ExpectedCall, GeneratedCommand};
use crate::sender::SentCommand;
use crate::service::Deployment;
use crate::upstream_recorder::{RecordedChange, Records, SentMessage};

/// Counts and violations of a run.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) violations: Vec<String>,
    pub(crate) commands: usize,
    pub(crate) changes: usize,
    pub(crate) repeated_calls: usize,
    pub(crate) replies: usize,
    pub(crate) repeated_replies: usize,
}

/// A command's row in the journal and its audit events.
#[derive(Clone, Debug)]
pub(crate) struct JournalRow {
    pub(crate) state: String,
    pub(crate) outcome: Option<String>,
    pub(crate) audit_events: Vec<String>,
}

/// What the verifier compares.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    pub(crate) sent: Vec<SentCommand>,
    pub(crate) records: Records,
    pub(crate) deaths: HashMap<u64, Instant>,
    /// By message id.
    pub(crate) journal: HashMap<String, Vec<JournalRow>>,
    pub(crate) world: World,
}

/// Collects the evidence of an idle deployment and verifies it.
pub(crate) async fn verify(
    deployment: &Deployment,
    chats: &ChatModel,
    sent: &[SentCommand],
    store: &Store,
) -> anyhow::Result<Findings> {
    Ok(find_violations(chats, &gather_evidence(deployment, sent, store).await?))
}

pub(crate) async fn gather_evidence(
    deployment: &Deployment,
    sent: &[SentCommand],
    store: &Store,
) -> anyhow::Result<Evidence> {
    let mut journal: HashMap<String, Vec<JournalRow>> = HashMap::new();
    for row in store.list(None, usize::MAX).await? {
        let audit_events = store.audit_events(&row.id).await?.into_iter().map(|event| event.event).collect();
        let written = JournalRow { state: row.state, outcome: row.outcome, audit_events };
        journal.entry(row.message_id).or_default().push(written);
    }
    Ok(Evidence {
        sent: sent.to_vec(),
        records: deployment.upstream.records(),
        deaths: deployment.deaths(),
        journal,
        world: deployment.upstream.sandbox.world(|world| world.clone()),
    })
}

/// Verifies every command that was sent.
pub(crate) fn find_violations(chats: &ChatModel, evidence: &Evidence) -> Findings {
    let Evidence { sent, records, deaths, journal, world } = evidence;
    let mut findings = Findings { commands: sent.len(), ..Findings::default() };
    let mut replies_to: HashMap<&str, Vec<&SentMessage>> = HashMap::new();
    for message in &records.sent_messages {
        match message.quoted.as_deref() {
            Some(quoted) => replies_to.entry(quoted).or_default().push(message),
            None => findings.violations.push(format!("a message quotes no command: {:?}", message.text)),
        }
    }
    for SentCommand { command, accepted, without_response } in sent {
        let mut wrong = Vec::new();
        if *accepted > 1 {
            wrong.push(format!("was accepted {accepted} times"));
        }
        if *accepted == 0 && *without_response == 0 {
            wrong.push("was reported as a duplicate at its first delivery".to_owned());
        }
        wrong.extend(check_journal(journal.get(&command.message_id).map_or(&[][..], Vec::as_slice)));
        let replies = replies_to.remove(command.message_id.as_str()).unwrap_or_default();
        wrong.extend(check_replies(command, &chats.chats[command.chat].address, &replies, deaths));
        findings.replies += replies.len();
        findings.repeated_replies += replies.len().saturating_sub(1);
        let about = |what| format!("command {} ({}) {what}", command.message_id, command.text);
        findings.violations.extend(wrong.into_iter().map(about));
    }
    let unknown = replies_to.keys().map(|quoted| format!("a message quotes {quoted}, which nobody sent"));
    findings.violations.extend(unknown);
    if journal.len() != sent.len() {
        findings.violations.push(format!("{} messages in the journal, {} sent", journal.len(), sent.len()));
    }
    for (index, chat) in chats.chats.iter().enumerate() {
        check_calls(chat, index, evidence, &mut findings);
    }
    findings.violations.extend(chats.find_differences(world));
    findings
}

/// Violations in the journal of one command.
fn check_journal(rows: &[JournalRow]) -> Vec<String> {
    let [row] = rows else { return vec![format!("is {} times in the journal", rows.len())] };
    let mut wrong = Vec::new();
    if (row.state.as_str(), row.outcome.as_deref()) != ("done", Some("replied")) {
        wrong.push(format!("ended as {} {:?}", row.state, row.outcome));
    }
    for what in ["accepted", "replied", "sent", "finished"] {
        let count = row.audit_events.iter().filter(|event| *event == what).count();
        if count != 1 {
            wrong.push(format!("has {count} audit events {what}: {}", row.audit_events.join(" ")));
        }
    }
    wrong
}

/// Violations in the replies to one command.
fn check_replies(
    command: &GeneratedCommand,
    chat: &str,
    replies: &[&SentMessage],
    deaths: &HashMap<u64, Instant>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    if replies.is_empty() {
        wrong.push("has no reply".to_owned());
    }
    for reply in replies {
        if !command.reply.matches(&reply.text) {
            wrong.push(format!("has a wrong reply: {:?}, not {:?}", reply.text, command.reply));
        }
        if reply.chat != chat {
            wrong.push("got its reply in another chat".to_owned());
        }
    }
    for pair in replies.windows(2) {
        if !died_between(deaths, pair[0].generation, pair[1].generation, pair[1].at) {
            wrong.push("got two replies, and no process died in between".to_owned());
        }
    }
    wrong
}

/// Whether a call may be repeated: by another process, after the first one died.
fn died_between(deaths: &HashMap<u64, Instant>, first: u64, second: u64, second_at: Instant) -> bool {
    first != second && deaths.get(&first).is_some_and(|died_at| *died_at <= second_at)
}

/// Compares the changing calls of a chat with its commands: each call is a repetition of the current
/// command's call, or the call of the next command.
fn check_calls(chat: &Chat, index: usize, evidence: &Evidence, findings: &mut Findings) {
    let Evidence { sent, records, deaths, .. } = evidence;
    let mut commands: Vec<&GeneratedCommand> =
        sent.iter().map(|sent| &sent.command).filter(|command| command.chat == index).collect();
    commands.sort_by(|one, other| one.message_id.cmp(&other.message_id));
    let mut expected =
        commands.into_iter().filter_map(|command| Some((command, command.call.as_ref()?))).peekable();
    let mut current: Option<(&GeneratedCommand, &ExpectedCall, &RecordedChange)> = None;
    for change in records.changes.iter().filter(|change| chat.owns(&change.community)) {
        let made = ExpectedCall {
            is_link: change.is_link,
            community: change.community.clone(),
            groups: change.groups.clone(),
        };
        findings.changes += 1;
        if let Some((command, call, earlier)) = current
            && *call == made
        {
            findings.repeated_calls += 1;
            if !died_between(deaths, earlier.generation, change.generation, change.at) {
                let what = "repeated its call, and no process had died in between";
                findings.violations.push(format!("command {} {what}", command.message_id));
            }
            current = Some((command, call, change));
            continue;
        }
        match expected.next() {
            Some((command, call)) if *call == made => current = Some((command, call, change)),
            Some((command, call)) => {
                let id = &command.message_id;
                findings
                    .violations
                    .push(format!("command {id} should have called {call:?}; then came {made:?}"));
                return;
            }
            None => {
                findings
                    .violations
                    .push(format!("a call that no command of {} asked for: {made:?}", chat.address));
                return;
            }
        }
    }
    if let Some((command, call)) = expected.next() {
        findings.violations.push(format!("command {} never made its call {call:?}", command.message_id));
    }
}
