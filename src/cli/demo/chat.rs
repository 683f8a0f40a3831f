//! The chats between people and the bot: what a line does, and what the bot says to it, as it comes.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context as _;

use super::line::{Deed, Line};
use super::people::Writer;
use super::{print, steps};
use crate::sandbox::phony::{Event, post};
use crate::sandbox::{Sandbox, Sent, Told};
use crate::storage::Store;

/// The picture that `[photo]` sends.
const PICTURE: &str = "https://pictures.example.com/bairro.jpg";
/// No answer takes longer, whatever the sandbox is told to do.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// The chats between people and the bot.
pub(super) struct Chat {
    url: String,
    store: Store,
    sandbox: Sandbox,
    /// How much of what the chats saw is shown.
    shown: usize,
    /// The id of each person's last message, by where the bot reaches them.
    last: HashMap<String, String>,
}

impl Chat {
    pub(super) fn new(url: String, store: Store, sandbox: Sandbox) -> Self {
        Self { url, store, sandbox, shown: 0, last: HashMap::new() }
    }

    /// Where webhooks arrive.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The bot has not said anything yet.
    pub(super) fn is_new(&self) -> bool {
        self.shown == 0
    }

    /// Shows a line, and says it.
    pub(super) async fn hear(&mut self, line: &str) -> anyhow::Result<()> {
        let Line { who, typed, .. } = Line::of(line);
        print(&spoken(&self.writer(who).name, typed))?;
        self.say(line).await
    }

    /// The same, with each step of an order on many groups.
    pub(super) async fn hear_slowly(&mut self, line: &str) -> anyhow::Result<()> {
        let (sandbox, shown) = (self.sandbox.clone(), self.shown);
        let heard = tokio::select! {
            biased;
            never = steps::shown(&sandbox, shown) => match never {},
            heard = self.hear(line) => heard,
        };
        steps::over(&sandbox);
        heard
    }

    /// Does what a line says, and shows what the bot says to it, as it comes.
    pub(super) async fn say(&mut self, line: &str) -> anyhow::Result<()> {
        let Line { who, deed, .. } = Line::of(line);
        let writer = self.writer(who);
        let event = writer.send(self.event(deed, writer.address()));
        let event = event.connected_phone(&self.sandbox.account().phone);
        if !matches!(deed, Deed::Reaction(_)) {
            self.last.insert(writer.address().to_owned(), event.message_id().to_owned());
        }
        let token = self.sandbox.account().token.as_str();
        let answer = post(&self.url, &[("z-api-token", token)], event.body().as_bytes()).await?;
        let answer: serde_json::Value = serde_json::from_str(&answer.text()).unwrap_or_default();
        match (answer["status"].as_str(), answer["id"].as_str()) {
            (Some("accepted"), Some(order)) => {
                tokio::time::timeout(PATIENCE, self.show_until_answered(order, &writer))
                    .await
                    .context("the bot did not answer in two minutes")?
            }
            (Some("ignored"), _) => {
                print(&spoken("", &format!("(no order: {})", answer["reason"].as_str().unwrap_or("?"))))
            }
            _ => print(&spoken("", &format!("(not taken: {answer})"))),
        }
    }

    fn writer(&self, who: Option<&str>) -> Writer {
        who.map_or_else(Writer::you, |who| self.sandbox.world(|world| Writer::called(world, who)))
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
    fn event(&self, deed: Deed<'_>, chat: &str) -> Event {
        let id = &self.sandbox.account().id;
        match deed {
            Deed::Text(text) => Event::text(id, text),
            Deed::Edit(text) => match self.last.get(chat) {
                Some(last) => Event::text(id, text).with_id(last).edited(),
                None => Event::text(id, text),
            },
            Deed::Owner(text) => Event::text(id, text).from_me(),
            Deed::Picture(caption) => Event::picture(id, caption, PICTURE),
            Deed::Reaction(sign) => {
                let sent = self.sandbox.sent();
                let last = sent.iter().rfind(|message| message.chat == chat);
                Event::reaction(id, sign, last.map(|message| message.message_id.as_str()).unwrap_or_default())
            }
        }
    }

    /// Shows what the bot writes until the order is at its end.
    async fn show_until_answered(&mut self, order: &str, writer: &Writer) -> anyhow::Result<()> {
        let (sandbox, store) = (self.sandbox.clone(), self.store.clone());
        let mut answered = std::pin::pin!(answered(&store, order));
        loop {
            let is_answered = tokio::select! {
                ended = &mut answered => ended.map(|()| true)?,
                _ = sandbox.next_told_after(self.shown) => false,
            };
            for told in sandbox.told_after(self.shown) {
                self.shown = told.nth;
                print(&spoken("bot", &self.written(&told, writer)))?;
            }
            if is_answered {
                return Ok(());
            }
        }
    }

    /// What the bot wrote, with where, unless it is the chat with this writer.
    fn written(&self, told: &Told, writer: &Writer) -> String {
        let Sent { chat, text, .. } = &told.message;
        let edited = if told.is_edit { "(edited) " } else { "" };
        let place = match chat == writer.address() {
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
async fn answered(store: &Store, order: &str) -> anyhow::Result<()> {
    loop {
        let found = store.find(order).await?;
        if found.iter().any(|row| row.finished_at.is_some()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn spoken(who: &str, text: &str) -> String {
    let mut lines = text.lines();
    let first = format!("{who:<4} {}\n", lines.next().unwrap_or_default());
    lines.fold(first, |said, line| said + format!("     {line}").trim_end() + "\n")
}
