//! Shared helpers: sending commands without waiting, two admins, and comparing a reply with the world.

use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{FaultResponse, SentMessage, World};
use vincula::storage::CommandRow;

use crate::support::Service;

/// A second admin.
pub const RUI: &str = "5521977770002";

/// Ana and Rui, each with all rights.
pub const ANA_AND_RUI: &str = r#"
[instances.main.admins.ana]
phone = "5544999990001"
lid = "81896604192873@lid"
name = "Ana"
[instances.main.admins.rui]
phone = "5521977770002"
name = "Rui"
"#;

/// A Z-API response with status 200.
pub fn ok(json: &str) -> FaultResponse {
    FaultResponse::json(200, &serde_json::from_str(json).unwrap())
}

/// A Z-API error with status 400.
pub fn refusal(error: &str) -> FaultResponse {
    FaultResponse::json(400, &serde_json::json!({ "error": error }))
}

impl Service {
    /// Sends a command and returns its message id, without waiting for the reply.
    pub async fn send_to_completion(&self, from: &str, text: &str) -> String {
        self.deliver_to_completion(&self.message(from, text)).await
    }

    /// Posts a command that is accepted, and returns its message id.
    pub async fn deliver_to_completion(&self, event: &EventBuilder) -> String {
        let response = self.post(event).await.text();
        assert!(response.contains(r#""status":"accepted""#), "{response}");
        event.message_id().to_owned()
    }

    /// The texts that quote a message, after all commands have finished.
    pub async fn replies_to(&self, message_id: &str) -> Vec<String> {
        self.settled().await;
        let quotes = |sent: &SentMessage| sent.quoted.as_deref() == Some(message_id);
        self.sandbox.sent().into_iter().filter(quotes).map(|sent| sent.text).collect()
    }

    /// The texts that quote a message so far.
    pub fn messages_quoting(&self, message_id: &str) -> Vec<String> {
        let quotes = |sent: &SentMessage| sent.quoted.as_deref() == Some(message_id);
        self.sandbox.sent().into_iter().filter(quotes).map(|sent| sent.text).collect()
    }

    /// The messages sent by the bot so far, oldest first.
    pub fn said(&self) -> Vec<String> {
        self.sandbox.sent().into_iter().map(|sent| sent.text).collect()
    }

    /// Waits until the bot sends this message.
    pub async fn wait_for_message(&self, text: &str) {
        let shows = |view: &vincula::sandbox::View<'_>| {
            view.world.sent().iter().find(|sent| sent.text == text).map(drop)
        };
        self.within(self.sandbox.wait_until(shows)).await;
    }

    /// The current world.
    pub fn world(&self) -> World {
        self.sandbox.world(|world| world.clone())
    }

    /// The id of an ordinary group.
    pub fn group(&self, name: &str) -> String {
        self.world().group_named(name).unwrap_or_else(|| panic!("there is no group {name}"))
    }

    /// The id of a community.
    pub fn community(&self, name: &str) -> String {
        self.world().community_named(name).unwrap_or_else(|| panic!("there is no community {name}"))
    }

    /// Number of link and unlink calls.
    pub fn changes(&self) -> usize {
        self.sandbox.calls().iter().filter(|call| call.is_change()).count()
    }

    /// The groups named by each link call, in order.
    pub fn link_calls(&self) -> Vec<Vec<String>> {
        let world = self.world();
        let name = |id: &serde_json::Value| world.find_group(id.as_str().unwrap()).unwrap().name.clone();
        let groups = |body: &serde_json::Value| {
            body["groupsPhones"].as_array().unwrap().iter().map(name).collect::<Vec<_>>()
        };
        self.calls_to("communities/link").iter().map(|call| groups(call.body.as_ref().unwrap())).collect()
    }

    /// The journal's row of a message as it was first sent.
    pub async fn row(&self, message_id: &str) -> CommandRow {
        self.find_version(message_id, 0).await.expect("the command is in the journal")
    }

    async fn find_version(&self, message_id: &str, version: u32) -> Option<CommandRow> {
        let rows = self.store.list(None, 1_000).await.unwrap();
        rows.into_iter().find(|row| row.message_id == message_id && row.version == version)
    }

    /// Waits until an edit of a message has this audit event.
    pub async fn wait_for_version(&self, message_id: &str, version: u32, event: &str) {
        self.within(async {
            loop {
                let row = self.find_version(message_id, version).await.expect("the edit is in the journal");
                let events = self.store.audit_events(&row.id).await.unwrap();
                if events.iter().any(|found| found.event == event) {
                    break;
                }
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Waits until a command has failed this many attempts.
    pub async fn wait_for_attempts(&self, message_id: &str, times: i64) {
        self.within(async {
            while self.row(message_id).await.attempts < times {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// The audit events of a command without its calls: `accepted`, `claimed`, `planned`, …
    pub async fn audit_events(&self, message_id: &str) -> Vec<String> {
        let row = self.row(message_id).await;
        let notes = self.store.audit_events(&row.id).await.unwrap().into_iter().map(|note| note.event);
        notes.filter(|what| what != "api_call").collect()
    }

    /// The recorded calls of a command, without their durations.
    pub async fn recorded_calls(&self, message_id: &str) -> Vec<String> {
        let row = self.row(message_id).await;
        let notes = self.store.audit_events(&row.id).await.unwrap().into_iter();
        let calls = notes.filter(|note| note.event == "api_call").filter_map(|note| note.detail);
        calls
            .map(|call| {
                let (call, took) = call.rsplit_once(" (").expect("a call says how long it took");
                assert!(took.ends_with(" ms)"), "{took}");
                call.to_owned()
            })
            .collect()
    }

    /// Waits for an audit event of a command.
    pub async fn wait_for_audit_event(&self, message_id: &str, what: &str) {
        self.within(async {
            while !self.audit_events(message_id).await.iter().any(|noted| noted == what) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Compares the counts and every icon of a reply to link or unlink with the world before and after the
    /// command. A `❓` claims nothing, but must not stand for something known.
    #[track_caller]
    pub fn expect_true(&self, reply: &str, before: &World) {
        let now = self.world();
        let (first, lines) = reply.split_once('\n').expect("a reply has a line a group");
        let is_link = first.contains(" now in ");
        let community = now.community_named(quoted(first)).unwrap();
        let is_in = |world: &World, group: &str| world.community_of(group) == Some(&community);
        let mut done = 0;
        for line in lines.lines() {
            let group = now.group_named(quoted(line)).unwrap();
            let belongs_elsewhere = now.community_of(&group).is_some_and(|other| other != community);
            let expected = match (is_in(before, &group) == is_link, is_in(&now, &group) == is_link) {
                _ if belongs_elsewhere => "⚠️",
                (true, true) => "☑️",
                (false, true) => "✅",
                (_, false) if line.starts_with("❓") => "❓",
                (_, false) => "❌",
            };
            assert!(line.starts_with(expected), "{line}: it should be {expected} in\n{reply}");
            done += usize::from(matches!(expected, "☑️" | "✅"));
        }
        assert!(first.starts_with(&format!("{done} of {} ", lines.lines().count())), "{reply}");
    }
}

/// The text in the first quotes of a line.
fn quoted(line: &str) -> &str {
    line.split_once('“').and_then(|(_, rest)| rest.split_once('”')).expect("a line quotes a name").0
}
