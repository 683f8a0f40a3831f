//! Each check of the judge is seen failing: a good run's facts are falsified, one thing at a time.

use anyhow::bail;

use crate::Outcome;
use crate::judge::{Facts, gather, weigh};
use crate::kill::SETTLE;
use crate::load::Given;
use crate::service::Binary;
use crate::stage::Stage;
use crate::summary::Summary;

/// A falsification, and what the judge must say of it.
struct Lie {
    what: &'static str,
    tell: fn(&mut Facts, usize),
    noticed_as: &'static str,
}

/// Each is told of the order at this place, a changing one.
const LIES: &[Lie] = &[
    Lie {
        what: "an order is not in the journal",
        tell: |facts, at| drop(facts.journal.remove(&id(facts, at))),
        noticed_as: "is 0 times in the journal",
    },
    Lie {
        what: "an order is in the journal twice",
        tell: |facts, at| {
            let id = id(facts, at);
            facts.journal.entry(id).and_modify(|rows| rows.extend_from_within(..));
        },
        noticed_as: "is 2 times in the journal",
    },
    Lie {
        what: "the journal holds an order that nobody gave",
        tell: |facts, at| {
            let rows = facts.journal[&id(facts, at)].clone();
            facts.journal.insert("stranger".to_owned(), rows);
        },
        noticed_as: "messages in the journal",
    },
    Lie {
        what: "an order was given up",
        tell: |facts, at| {
            let id = id(facts, at);
            facts.journal.entry(id).and_modify(|rows| "dead".clone_into(&mut rows[0].state));
        },
        noticed_as: "ended as dead",
    },
    Lie {
        what: "a reply was noted twice",
        tell: |facts, at| {
            let id = id(facts, at);
            facts.journal.entry(id).and_modify(|rows| rows[0].notes.push("sent".to_owned()));
        },
        noticed_as: "was noted as sent 2 times",
    },
    Lie {
        what: "one message was accepted twice",
        tell: |facts, at| facts.given[at].accepted = 2,
        noticed_as: "was accepted 2 times",
    },
    Lie {
        what: "a first delivery was called a duplicate",
        tell: |facts, at| (facts.given[at].accepted, facts.given[at].unanswered) = (0, 0),
        noticed_as: "a duplicate at its first delivery",
    },
    Lie {
        what: "a reply is missing",
        tell: |facts, at| {
            let id = id(facts, at);
            facts.records.said.retain(|said| said.quoted.as_deref() != Some(id.as_str()));
        },
        noticed_as: "has no reply",
    },
    Lie {
        what: "a reply came twice, and nothing had died",
        tell: |facts, at| {
            let place = reply(facts, at);
            let again = facts.records.said[place].clone();
            facts.records.said.push(again);
        },
        noticed_as: "was answered twice",
    },
    Lie {
        what: "a mark is another one",
        tell: |facts, at| {
            let place = reply(facts, at);
            let said = &mut facts.records.said[place];
            said.text = said.text.replacen('✅', "☑️", 1);
        },
        noticed_as: "a reply that is not true",
    },
    Lie {
        what: "a reply lacks a line",
        tell: |facts, at| {
            let place = reply(facts, at);
            let said = &mut facts.records.said[place];
            said.text = said.text.lines().next().unwrap_or_default().to_owned();
        },
        noticed_as: "a reply that is not true",
    },
    Lie {
        what: "a reply went into another chat",
        tell: |facts, at| {
            let place = reply(facts, at);
            facts.records.said[place].chat.push('0');
        },
        noticed_as: "in another chat",
    },
    Lie {
        what: "a message quotes nothing",
        tell: |facts, at| {
            let place = reply(facts, at);
            facts.records.said[place].quoted = None;
        },
        noticed_as: "a message quotes no order",
    },
    Lie {
        what: "a message quotes what nobody wrote",
        tell: |facts, at| {
            let place = reply(facts, at);
            facts.records.said[place].quoted = Some("stranger".to_owned());
        },
        noticed_as: "which nobody wrote",
    },
    Lie {
        what: "a call was never made",
        tell: |facts, at| {
            let place = call(facts, at);
            facts.records.changes.truncate(place);
        },
        noticed_as: "never made its call",
    },
    Lie {
        what: "a call was made twice, and nothing had died",
        tell: |facts, at| {
            let place = call(facts, at);
            let again = facts.records.changes[place].clone();
            facts.records.changes.insert(place, again);
        },
        noticed_as: "made its call again",
    },
    Lie {
        what: "a call was made for other groups",
        tell: |facts, at| {
            let place = call(facts, at);
            facts.records.changes[place].groups.push("stranger".to_owned());
        },
        noticed_as: "should have called",
    },
    Lie {
        what: "the calls of a chat came in another order",
        tell: |facts, at| {
            let place = call(facts, at);
            let moved = facts.records.changes.remove(place);
            facts.records.changes.push(moved);
        },
        noticed_as: "should have called",
    },
    Lie {
        what: "a call that nobody asked for",
        tell: |facts, at| {
            let place = call(facts, at);
            let mut more = facts.records.changes[place].clone();
            more.groups = vec!["stranger".to_owned()];
            facts.records.changes.push(more);
        },
        noticed_as: "a call that no order",
    },
    Lie {
        what: "a group is somewhere else in the end",
        tell: |facts, at| {
            let call = facts.given[at].order.call.clone();
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
fn id(facts: &Facts, at: usize) -> String {
    facts.given[at].order.message_id.clone()
}

/// Where the reply to an order is.
fn reply(facts: &Facts, at: usize) -> usize {
    let id = id(facts, at);
    let replies = |said: &crate::ledger::Said| said.quoted.as_deref() == Some(id.as_str());
    facts.records.said.iter().position(replies).unwrap_or_default()
}

/// Where the call of an order is.
fn call(facts: &Facts, at: usize) -> usize {
    let Some(call) = &facts.given[at].order.call else { return 0 };
    let made = |change: &crate::ledger::Change| {
        (change.is_link, &change.community, &change.groups) == (call.is_link, &call.community, &call.groups)
    };
    facts.records.changes.iter().position(made).unwrap_or_default()
}

pub(crate) async fn run(binary: Binary, seed: u64) -> anyhow::Result<Outcome> {
    let summary = Summary::new("judge", &binary, seed);
    let Stage { site, mut chats, sender, mut random, .. } = Stage::furnish(binary, seed).await?;
    let _process = site.start_ready(0).await?;
    let given = sender.give(&mut chats, 60, &mut random).await?;
    let journal = site.journal().await?;
    site.settled(&journal, 0, SETTLE).await?;
    let truth = gather(&site, &given, &journal).await?;
    let mut violations = weigh(&chats, &truth).violations;
    // The first change of the first chat that makes several, so that its calls can be put in another order.
    let changes = |chat: usize| -> Vec<usize> {
        let is_change = |given: &Given| given.order.chat == chat && given.order.call.is_some();
        (0..given.len()).filter(|place| is_change(&given[*place])).collect()
    };
    let Some(at) = (0..chats.chats.len()).map(changes).find(|changes| changes.len() > 2) else {
        bail!("no chat made three changes: take another seed")
    };
    let mut noticed = 0;
    for lie in LIES {
        let mut facts = truth.clone();
        (lie.tell)(&mut facts, at[0]);
        let found = weigh(&chats, &facts).violations;
        match found.iter().any(|violation| violation.contains(lie.noticed_as)) {
            true => noticed += 1,
            false => violations.push(format!("not noticed: {}; found was {found:?}", lie.what)),
        }
    }
    summary.row("orders, none of them disturbed", given.len());
    summary.row("falsifications of what came of them", LIES.len());
    summary.row("  noticed as what they are", noticed);
    Ok(summary.end(violations))
}
