//! The chats between people and the bot: what a line does, and what the bot says to it, as it comes.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context as _;

use super::progress_demo;
use super::sender::Sender;
use super::user_action::{ScriptLine, UserAction};
use crate::cli::common::print_output;
use crate::sandbox::webhook_event::{EventBuilder, post};
use crate::sandbox::{ChatUpdate, Sandbox, SentMessage};
use crate::storage::Store;

/// The picture that `[photo]` sends.
const PICTURE_URL: &str = "https://pictures.example.com/bairro.jpg";
/// No answer takes longer, whatever the sandbox is told to do.
pub(super) const REPLY_TIMEOUT: Duration = Duration::from_secs(120);

/// The chats between people and the bot.
pub(super) struct DemoChat {
    url: String,
    store: Store,
    sandbox: Sandbox,
    /// How much of what the chats saw is shown.
    printed: usize,
    /// The id of each person's last message, by where the bot reaches them.
    last_message_ids: HashMap<String, String>,
}

impl DemoChat {
    pub(super) fn new(url: String, store: Store, sandbox: Sandbox) -> Self {
        Self { url, store, sandbox, printed: 0, last_message_ids: HashMap::new() }
    }

    /// Where webhooks arrive.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The bot has not said anything yet.
    pub(super) fn is_new(&self) -> bool {
        self.printed == 0
    }

    /// Shows a line, and says it.
    pub(super) async fn play_line(&mut self, line: &str) -> anyhow::Result<()> {
        let ScriptLine { sender: who, text: typed, .. } = ScriptLine::parse(line);
        print_output(&format_line(&self.sender_for(who).name, typed))?;
        self.send_line(line).await
    }

    /// The same, with each step of an order on many groups.
    pub(super) async fn play_line_stepwise(&mut self, line: &str) -> anyhow::Result<()> {
        let (sandbox, shown) = (self.sandbox.clone(), self.printed);
        let heard = tokio::select! {
            biased;
            never = progress_demo::step_through(&sandbox, shown) => match never {},
            heard = self.play_line(line) => heard,
        };
        progress_demo::release_all(&sandbox);
        heard
    }

    /// Does what a line says, and shows what the bot says to it, as it comes.
    pub(super) async fn send_line(&mut self, line: &str) -> anyhow::Result<()> {
        let ScriptLine { sender: who, action: deed, .. } = ScriptLine::parse(line);
        let writer = self.sender_for(who);
        let event = writer.apply_to(self.build_event(deed, writer.chat_id()));
        let event = event.connected_phone(&self.sandbox.account().phone);
        if !matches!(deed, UserAction::Reaction(_)) {
            self.last_message_ids.insert(writer.chat_id().to_owned(), event.message_id().to_owned());
        }
        let token = self.sandbox.account().token.as_str();
        let answer = post(&self.url, &[("z-api-token", token)], event.body().as_bytes()).await?;
        let answer: serde_json::Value = serde_json::from_str(&answer.text()).unwrap_or_default();
        match (answer["status"].as_str(), answer["id"].as_str()) {
            (Some("accepted"), Some(order)) => {
                tokio::time::timeout(REPLY_TIMEOUT, self.print_until_done(order, &writer))
                    .await
                    .context("the bot did not answer in two minutes")?
            }
            (Some("ignored"), _) => print_output(&format_line(
                "",
                &format!("(no order: {})", answer["reason"].as_str().unwrap_or("?")),
            )),
            _ => print_output(&format_line("", &format!("(not taken: {answer})"))),
        }
    }

    fn sender_for(&self, who: Option<&str>) -> Sender {
        who.map_or_else(Sender::terminal_user, |who| {
            self.sandbox.world(|world| Sender::find_or_unknown(world, who))
        })
    }

    /// The invite link that the bot showed last.
    pub(super) fn last_link(&self) -> String {
        let sent = self.sandbox.sent();
        let link = sent.iter().rev().find_map(|message| {
            let at = message.text.find("https://chat.whatsapp.com/")?;
            message.text[at..].split_whitespace().next().map(str::to_owned)
        });
        link.unwrap_or_default()
    }

    /// What a phone sends, in the chat with whom the bot reaches there.
    fn build_event(&self, deed: UserAction<'_>, chat: &str) -> EventBuilder {
        let id = &self.sandbox.account().id;
        match deed {
            UserAction::Text(text) => EventBuilder::text(id, text),
            UserAction::Edit(text) => match self.last_message_ids.get(chat) {
                Some(last) => EventBuilder::text(id, text).with_id(last).edited(),
                None => EventBuilder::text(id, text),
            },
            UserAction::Owner(text) => EventBuilder::text(id, text).from_me(),
            UserAction::Picture(caption) => EventBuilder::picture(id, caption, PICTURE_URL),
            UserAction::Reaction(sign) => {
                let sent = self.sandbox.sent();
                let last = sent.iter().rfind(|message| message.chat == chat);
                EventBuilder::reaction(
                    id,
                    sign,
                    last.map(|message| message.message_id.as_str()).unwrap_or_default(),
                )
            }
        }
    }

    /// Shows what the bot writes until the order is at its end.
    async fn print_until_done(&mut self, order: &str, writer: &Sender) -> anyhow::Result<()> {
        let (sandbox, store) = (self.sandbox.clone(), self.store.clone());
        let mut answered = std::pin::pin!(wait_until_done(&store, order));
        loop {
            let is_answered = tokio::select! {
                ended = &mut answered => ended.map(|()| true)?,
                _ = sandbox.next_update_after(self.printed) => false,
            };
            for told in sandbox.updates_after(self.printed) {
                self.printed = told.nth;
                print_output(&format_line("bot", &self.format_message(&told, writer)))?;
            }
            if is_answered {
                return Ok(());
            }
        }
    }

    /// What the bot wrote, with where, unless it is the chat with this writer.
    fn format_message(&self, told: &ChatUpdate, writer: &Sender) -> String {
        let SentMessage { chat, text, .. } = &told.message;
        let edited = if told.is_edit { "(edited) " } else { "" };
        let place = match chat == writer.chat_id() {
            true => String::new(),
            false => {
                let group =
                    self.sandbox.world(|world| world.find_group(chat).map(|group| group.name.clone()));
                format!("(in “{}”) ", group.unwrap_or_else(|| chat.clone()))
            }
        };
        format!("{place}{edited}{text}")
    }
}

/// Returns when the order is at its end.
async fn wait_until_done(store: &Store, order: &str) -> anyhow::Result<()> {
    loop {
        let found = store.find(order).await?;
        if found.iter().any(|row| row.finished_at.is_some()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn format_line(who: &str, text: &str) -> String {
    let mut lines = text.lines();
    let first = format!("{who:<4} {}\n", lines.next().unwrap_or_default());
    lines.fold(first, |said, line| said + format!("     {line}").trim_end() + "\n")
}
