//! Self-test of the verifier: falsifies the evidence of a good run one fact at a time; each must be detected.

use anyhow::bail;

use crate::sender::SentCommand;
use crate::service::{SETTLE_TIMEOUT, ServiceBinary};
use crate::setup::TestSetup;
use crate::summary::{Outcome, Summary};
use crate::verifier::{Evidence, find_violations, gather_evidence};

/// A falsification, and the violation that must result.
struct Falsification {
    what: &'static str,
    apply: fn(&mut Evidence, usize),
    violation: &'static str,
}

/// Each gets the index of a command that changes something.
const FALSIFICATIONS: &[Falsification] = &[
    Falsification {
        what: "a command is not in the journal",
        apply: |evidence, at| drop(evidence.journal.remove(&id(evidence, at))),
        violation: "is 0 times in the journal",
    },
    Falsification {
        what: "a command is in the journal twice",
        apply: |evidence, at| {
            let id = id(evidence, at);
            evidence.journal.entry(id).and_modify(|rows| rows.extend_from_within(..));
        },
        violation: "is 2 times in the journal",
    },
    Falsification {
        what: "the journal holds a command that nobody sent",
        apply: |evidence, at| {
            let rows = evidence.journal[&id(evidence, at)].clone();
            evidence.journal.insert("unknown".to_owned(), rows);
        },
        violation: "messages in the journal",
    },
    Falsification {
        what: "a command is a dead letter",
        apply: |evidence, at| {
            let id = id(evidence, at);
            evidence.journal.entry(id).and_modify(|rows| "dead".clone_into(&mut rows[0].state));
        },
        violation: "ended as dead",
    },
    Falsification {
        what: "a reply has two audit events",
        apply: |evidence, at| {
            let id = id(evidence, at);
            evidence.journal.entry(id).and_modify(|rows| rows[0].audit_events.push("sent".to_owned()));
        },
        violation: "has 2 audit events sent",
    },
    Falsification {
        what: "a message was accepted twice",
        apply: |evidence, at| evidence.sent[at].accepted = 2,
        violation: "was accepted 2 times",
    },
    Falsification {
        what: "a first delivery was reported as a duplicate",
        apply: |evidence, at| (evidence.sent[at].accepted, evidence.sent[at].without_response) = (0, 0),
        violation: "a duplicate at its first delivery",
    },
    Falsification {
        what: "a reply is missing",
        apply: |evidence, at| {
            let id = id(evidence, at);
            evidence.records.sent_messages.retain(|said| said.quoted.as_deref() != Some(id.as_str()));
        },
        violation: "has no reply",
    },
    Falsification {
        what: "a reply was sent twice, and no process had died",
        apply: |evidence, at| {
            let place = reply(evidence, at);
            let again = evidence.records.sent_messages[place].clone();
            evidence.records.sent_messages.push(again);
        },
        violation: "got two replies",
    },
    Falsification {
        what: "a status icon differs",
        apply: |evidence, at| {
            let place = reply(evidence, at);
            let said = &mut evidence.records.sent_messages[place];
            said.text = said.text.replacen('✅', "☑️", 1);
        },
        violation: "a wrong reply",
    },
    Falsification {
        what: "a reply lacks a line",
        apply: |evidence, at| {
            let place = reply(evidence, at);
            let said = &mut evidence.records.sent_messages[place];
            let lines: Vec<&str> = said.text.lines().collect();
            said.text = lines[..lines.len().saturating_sub(1)].join("\n");
        },
        violation: "a wrong reply",
    },
    Falsification {
        what: "a reply went into another chat",
        apply: |evidence, at| {
            let place = reply(evidence, at);
            evidence.records.sent_messages[place].chat.push('0');
        },
        violation: "in another chat",
    },
    Falsification {
        what: "a message quotes nothing",
        apply: |evidence, at| {
            let place = reply(evidence, at);
            evidence.records.sent_messages[place].quoted = None;
        },
        violation: "a message quotes no command",
    },
    Falsification {
        what: "a message quotes an unknown message",
        apply: |evidence, at| {
            let place = reply(evidence, at);
            evidence.records.sent_messages[place].quoted = Some("unknown".to_owned());
        },
        violation: "which nobody sent",
    },
    Falsification {
        what: "a call was never made",
        apply: |evidence, at| {
            let place = call(evidence, at);
            evidence.records.changes.truncate(place);
        },
        violation: "never made its call",
    },
    Falsification {
        what: "a call was made twice, and no process had died",
        apply: |evidence, at| {
            let place = call(evidence, at);
            let again = evidence.records.changes[place].clone();
            evidence.records.changes.insert(place, again);
        },
        violation: "repeated its call",
    },
    Falsification {
        what: "a call was made for other groups",
        apply: |evidence, at| {
            let place = call(evidence, at);
            evidence.records.changes[place].groups.push("unknown".to_owned());
        },
        violation: "should have called",
    },
    Falsification {
        what: "the calls of a chat came out of order",
        apply: |evidence, at| {
            let place = call(evidence, at);
            let moved = evidence.records.changes.remove(place);
            evidence.records.changes.push(moved);
        },
        violation: "should have called",
    },
    Falsification {
        what: "a call that nobody asked for",
        apply: |evidence, at| {
            let place = call(evidence, at);
            let mut more = evidence.records.changes[place].clone();
            more.groups = vec!["unknown".to_owned()];
            evidence.records.changes.push(more);
        },
        violation: "a call that no command",
    },
    Falsification {
        what: "a group ends up in another community",
        apply: |evidence, at| {
            let call = evidence.sent[at].command.call.clone();
            let groups = call.map(|call| call.groups).unwrap_or_default();
            for group in groups {
                match evidence.world.community_of(&group).map(str::to_owned) {
                    Some(community) => drop(evidence.world.unlink(&community, &group)),
                    None => {
                        let community = evidence.world.communities()[0].id.clone();
                        drop(evidence.world.link(&community, &group));
                    }
                }
            }
        },
        violation: "and should be in",
    },
];

/// The message id of a command.
fn id(evidence: &Evidence, at: usize) -> String {
    evidence.sent[at].command.message_id.clone()
}

/// The index of the reply to a command.
fn reply(evidence: &Evidence, at: usize) -> usize {
    let id = id(evidence, at);
    let replies = |said: &crate::upstream_recorder::SentMessage| said.quoted.as_deref() == Some(id.as_str());
    evidence.records.sent_messages.iter().position(replies).unwrap_or_default()
}

/// The index of the call of a command.
fn call(evidence: &Evidence, at: usize) -> usize {
    let Some(call) = &evidence.sent[at].command.call else { return 0 };
    let made = |change: &crate::upstream_recorder::RecordedChange| {
        (change.is_link, &change.community, &change.groups) == (call.is_link, &call.community, &call.groups)
    };
    evidence.records.changes.iter().position(made).unwrap_or_default()
}

pub(crate) async fn run(binary: ServiceBinary, seed: u64) -> anyhow::Result<Outcome> {
    let summary = Summary::new("verify", &binary, seed);
    let TestSetup { deployment, mut chats, sender, mut random, .. } =
        TestSetup::prepare(binary, seed).await?;
    let _process = deployment.start_ready(0).await?;
    let sent = sender.send_commands(&mut chats, 60, &mut random).await?;
    let journal = deployment.journal().await?;
    deployment.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    let evidence = gather_evidence(&deployment, &sent, &journal).await?;
    let mut violations = find_violations(&chats, &evidence).violations;
    // A chat with several changes, so that its calls can be reordered.
    let changes = |chat: usize| -> Vec<usize> {
        let is_change = |sent: &SentCommand| sent.command.chat == chat && sent.command.call.is_some();
        (0..sent.len()).filter(|place| is_change(&sent[*place])).collect()
    };
    let Some(at) = (0..chats.chats.len()).map(changes).find(|changes| changes.len() > 2) else {
        bail!("no chat made three changes: use another seed")
    };
    let mut detected = 0;
    for falsification in FALSIFICATIONS {
        let mut falsified = evidence.clone();
        (falsification.apply)(&mut falsified, at[0]);
        let found = find_violations(&chats, &falsified).violations;
        match found.iter().any(|found| found.contains(falsification.violation)) {
            true => detected += 1,
            false => violations.push(format!("not detected: {}; found {found:?}", falsification.what)),
        }
    }
    summary.row("commands, undisturbed", sent.len());
    summary.row("falsifications", FALSIFICATIONS.len());
    summary.row("  detected as expected", detected);
    Ok(summary.end(violations))
}
