//! Each check of the judge is seen failing: a good run's facts are falsified, one thing at a time.

use anyhow::bail;

use crate::Outcome;
use crate::kill::SETTLE_TIMEOUT;
use crate::sender::SentCommand;
use crate::service::ServiceBinary;
use crate::setup::TestSetup;
use crate::summary::Summary;
use crate::verifier::{Evidence, find_violations, gather_evidence};

/// A falsification, and what the judge must say of it.
struct Falsification {
    what: &'static str,
    apply: fn(&mut Evidence, usize),
    noticed_as: &'static str,
}

/// Each is told of the order at this place, a changing one.
const FALSIFICATIONS: &[Falsification] = &[
    Falsification {
        what: "an order is not in the journal",
        apply: |facts, at| drop(facts.journal.remove(&id(facts, at))),
        noticed_as: "is 0 times in the journal",
    },
    Falsification {
        what: "an order is in the journal twice",
        apply: |facts, at| {
            let id = id(facts, at);
            facts.journal.entry(id).and_modify(|rows| rows.extend_from_within(..));
        },
        noticed_as: "is 2 times in the journal",
    },
    Falsification {
        what: "the journal holds an order that nobody gave",
        apply: |facts, at| {
            let rows = facts.journal[&id(facts, at)].clone();
            facts.journal.insert("stranger".to_owned(), rows);
        },
        noticed_as: "messages in the journal",
    },
    Falsification {
        what: "an order was given up",
        apply: |facts, at| {
            let id = id(facts, at);
            facts.journal.entry(id).and_modify(|rows| "dead".clone_into(&mut rows[0].state));
        },
        noticed_as: "ended as dead",
    },
    Falsification {
        what: "a reply was noted twice",
        apply: |facts, at| {
            let id = id(facts, at);
            facts.journal.entry(id).and_modify(|rows| rows[0].audit_events.push("sent".to_owned()));
        },
        noticed_as: "was noted as sent 2 times",
    },
    Falsification {
        what: "one message was accepted twice",
        apply: |facts, at| facts.sent[at].accepted = 2,
        noticed_as: "was accepted 2 times",
    },
    Falsification {
        what: "a first delivery was called a duplicate",
        apply: |facts, at| (facts.sent[at].accepted, facts.sent[at].unanswered) = (0, 0),
        noticed_as: "a duplicate at its first delivery",
    },
    Falsification {
        what: "a reply is missing",
        apply: |facts, at| {
            let id = id(facts, at);
            facts.records.said.retain(|said| said.quoted.as_deref() != Some(id.as_str()));
        },
        noticed_as: "has no reply",
    },
    Falsification {
        what: "a reply came twice, and nothing had died",
        apply: |facts, at| {
            let place = reply(facts, at);
            let again = facts.records.said[place].clone();
            facts.records.said.push(again);
        },
        noticed_as: "was answered twice",
    },
    Falsification {
        what: "a mark is another one",
        apply: |facts, at| {
            let place = reply(facts, at);
            let said = &mut facts.records.said[place];
            said.text = said.text.replacen('✅', "☑️", 1);
        },
        noticed_as: "a reply that is not true",
    },
    Falsification {
        what: "a reply lacks a line",
        apply: |facts, at| {
            let place = reply(facts, at);
            let said = &mut facts.records.said[place];
            said.text = said.text.lines().next().unwrap_or_default().to_owned();
        },
        noticed_as: "a reply that is not true",
    },
    Falsification {
        what: "a reply went into another chat",
        apply: |facts, at| {
            let place = reply(facts, at);
            facts.records.said[place].chat.push('0');
        },
        noticed_as: "in another chat",
    },
    Falsification {
        what: "a message quotes nothing",
        apply: |facts, at| {
            let place = reply(facts, at);
            facts.records.said[place].quoted = None;
        },
        noticed_as: "a message quotes no order",
    },
    Falsification {
        what: "a message quotes what nobody wrote",
        apply: |facts, at| {
            let place = reply(facts, at);
            facts.records.said[place].quoted = Some("stranger".to_owned());
        },
        noticed_as: "which nobody wrote",
    },
    Falsification {
        what: "a call was never made",
        apply: |facts, at| {
            let place = call(facts, at);
            facts.records.changes.truncate(place);
        },
        noticed_as: "never made its call",
    },
    Falsification {
        what: "a call was made twice, and nothing had died",
        apply: |facts, at| {
            let place = call(facts, at);
            let again = facts.records.changes[place].clone();
            facts.records.changes.insert(place, again);
        },
        noticed_as: "made its call again",
    },
    Falsification {
        what: "a call was made for other groups",
        apply: |facts, at| {
            let place = call(facts, at);
            facts.records.changes[place].groups.push("stranger".to_owned());
        },
        noticed_as: "should have called",
    },
    Falsification {
        what: "the calls of a chat came in another order",
        apply: |facts, at| {
            let place = call(facts, at);
            let moved = facts.records.changes.remove(place);
            facts.records.changes.push(moved);
        },
        noticed_as: "should have called",
    },
    Falsification {
        what: "a call that nobody asked for",
        apply: |facts, at| {
            let place = call(facts, at);
            let mut more = facts.records.changes[place].clone();
            more.groups = vec!["stranger".to_owned()];
            facts.records.changes.push(more);
        },
        noticed_as: "a call that no order",
    },
    Falsification {
        what: "a group is somewhere else in the end",
        apply: |facts, at| {
            let call = facts.sent[at].order.call.clone();
            let groups = call.map(|call| call.groups).unwrap_or_default();
            for group in groups {
                match facts.world.community_of(&group).map(str::to_owned) {
                    Some(community) => drop(facts.world.unlink(&community, &group)),
                    None => {
                        let community = facts.world.communities()[0].id.clone();
                        drop(facts.world.link(&community, &group));
                    }
                }
            }
        },
        noticed_as: "and should be in",
    },
];

/// The message id of an order.
fn id(facts: &Evidence, at: usize) -> String {
    facts.sent[at].order.message_id.clone()
}

/// Where the reply to an order is.
fn reply(facts: &Evidence, at: usize) -> usize {
    let id = id(facts, at);
    let replies = |said: &crate::upstream_recorder::SentMessage| said.quoted.as_deref() == Some(id.as_str());
    facts.records.said.iter().position(replies).unwrap_or_default()
}

/// Where the call of an order is.
fn call(facts: &Evidence, at: usize) -> usize {
    let Some(call) = &facts.sent[at].order.call else { return 0 };
    let made = |change: &crate::upstream_recorder::RecordedChange| {
        (change.is_link, &change.community, &change.groups) == (call.is_link, &call.community, &call.groups)
    };
    facts.records.changes.iter().position(made).unwrap_or_default()
}

pub(crate) async fn run(binary: ServiceBinary, seed: u64) -> anyhow::Result<Outcome> {
    let summary = Summary::new("judge", &binary, seed);
    let TestSetup { site, mut chats, sender, mut random, .. } = TestSetup::prepare(binary, seed).await?;
    let _process = site.start_ready(0).await?;
    let given = sender.send_commands(&mut chats, 60, &mut random).await?;
    let journal = site.journal().await?;
    site.settled(&journal, 0, SETTLE_TIMEOUT).await?;
    let truth = gather_evidence(&site, &given, &journal).await?;
    let mut violations = find_violations(&chats, &truth).violations;
    // The first change of the first chat that makes several, so that its calls can be put in another order.
    let changes = |chat: usize| -> Vec<usize> {
        let is_change = |given: &SentCommand| given.order.chat == chat && given.order.call.is_some();
        (0..given.len()).filter(|place| is_change(&given[*place])).collect()
    };
    let Some(at) = (0..chats.chats.len()).map(changes).find(|changes| changes.len() > 2) else {
        bail!("no chat made three changes: take another seed")
    };
    let mut noticed = 0;
    for lie in FALSIFICATIONS {
        let mut facts = truth.clone();
        (lie.apply)(&mut facts, at[0]);
        let found = find_violations(&chats, &facts).violations;
        match found.iter().any(|violation| violation.contains(lie.noticed_as)) {
            true => noticed += 1,
            false => violations.push(format!("not noticed: {}; found was {found:?}", lie.what)),
        }
    }
    summary.row("orders, none of them disturbed", given.len());
    summary.row("falsifications of what came of them", FALSIFICATIONS.len());
    summary.row("  noticed as what they are", noticed);
    Ok(summary.end(violations))
}
