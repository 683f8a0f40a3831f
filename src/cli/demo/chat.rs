//! The chats between people and the bot: runs lines, and prints replies as they arrive.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context as _;

use super::progress_demo;
use super::sender::Sender;
use super::user_action::{ScriptLine, UserAction};
use crate::cli::common::print_output;
use crate::domain::{InstanceName, Locale};
use crate::i18n::{self, Value};
use crate::reply::quote;
use crate::sandbox::webhook_event::{self, EventBuilder, post};
use crate::sandbox::{ChatUpdate, Sandbox, SentMessage};
use crate::storage::Store;

/// The picture that `[photo]` sends.
const PICTURE_URL: &str = "https://pictures.example.com/bairro.jpg";
/// The timeout for replies.
pub(super) const REPLY_TIMEOUT: Duration = Duration::from_secs(120);

/// The chats between people and the bot.
pub(super) struct DemoChat {
    url: String,
    store: Store,
    sandbox: Sandbox,
    /// How many chat updates were printed.
    printed: usize,
    /// The id of each person's last message, by chat.
    last_message_ids: HashMap<String, String>,
    /// The language of the bot, and of what the demo itself says.
    pub(super) locale: Locale,
    /// The columns of the terminal, if the output is one: lines are broken between words.
    pub(super) columns: Option<usize>,
}

impl DemoChat {
    pub(super) fn new(url: String, store: Store, sandbox: Sandbox) -> Self {
        Self {
            url,
            store,
            sandbox,
            printed: 0,
            last_message_ids: HashMap::new(),
            locale: Locale::En,
            columns: None,
        }
    }

    /// The URL for webhooks.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Whether the bot has sent nothing yet.
    pub(super) fn is_new(&self) -> bool {
        self.printed == 0
    }

    /// Prints a line, and runs it.
    pub(super) async fn play_line(&mut self, line: &str) -> anyhow::Result<()> {
        let ScriptLine { sender: who, text: typed, .. } = ScriptLine::parse(line);
        self.print(&self.sender_for(who).name, typed)?;
        self.send_line(line).await
    }

    /// The same, with each step of a command on many groups.
    pub(super) async fn play_line_stepwise(&mut self, line: &str) -> anyhow::Result<()> {
        let (sandbox, shown) = (self.sandbox.clone(), self.printed);
        let result = tokio::select! {
            biased;
            never = progress_demo::step_through(&sandbox, shown) => match never {},
            result = self.play_line(line) => result,
        };
        progress_demo::release_all(&sandbox);
        result
    }

    /// Runs a line, and prints the replies as they arrive.
    pub(super) async fn send_line(&mut self, line: &str) -> anyhow::Result<()> {
        let ScriptLine { sender: who, action, .. } = ScriptLine::parse(line);
        let sender = self.sender_for(who);
        let event = sender.apply_to(self.build_event(action, sender.chat_id()));
        let event = event.connected_phone(&self.sandbox.account().phone);
        if !matches!(action, UserAction::Reaction(_)) {
            self.last_message_ids.insert(sender.chat_id().to_owned(), event.message_id().to_owned());
        }
        let token = self.sandbox.account().token.as_str();
        let response = post(&self.url, &[("z-api-token", token)], event.body().as_bytes()).await?;
        let response: serde_json::Value = serde_json::from_str(&response.text()).unwrap_or_default();
        match (response["status"].as_str(), response["id"].as_str()) {
            (Some("accepted"), Some(id)) => {
                tokio::time::timeout(REPLY_TIMEOUT, self.print_until_done(id, &sender))
                    .await
                    .context("the bot did not reply in two minutes")?
            }
            (Some("ignored"), _) => {
                let reason = response["reason"].as_str().unwrap_or("?");
                let key = format!("demo-ignored-{}", reason.replace('_', "-"));
                let text = self.text(&key, &[]);
                // The rarer reasons have no text of their own.
                let reason = if text == key { reason } else { &text };
                self.print("", &format!("({})", self.text("demo-ignored", &[("reason", reason.into())])))
            }
            _ => self.print("", &format!("({response})")),
        }
    }

    fn text(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        i18n::text(self.locale, key, values)
    }

    /// Prints what a person, the bot or, without a name, the demo says.
    fn print(&self, who: &str, text: &str) -> anyhow::Result<()> {
        print_output(&format_line(who, text, self.columns))
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

    /// Builds the event of an action in a chat.
    fn build_event(&self, action: UserAction<'_>, chat: &str) -> EventBuilder {
        let id = &self.sandbox.account().id;
        match action {
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

    /// Prints the updates of chats until the command is finished.
    async fn print_until_done(&mut self, id: &str, sender: &Sender) -> anyhow::Result<()> {
        let (sandbox, store, seen) = (self.sandbox.clone(), self.store.clone(), self.printed);
        let mut done = std::pin::pin!(wait_until_done(&store, id));
        loop {
            let is_done = tokio::select! {
                ended = &mut done => ended.map(|()| true)?,
                _ = sandbox.next_update_after(self.printed) => false,
            };
            self.print_updates(sender)?;
            if is_done {
                return self.report_deliveries(seen, sender).await;
            }
        }
    }

    fn print_updates(&mut self, sender: &Sender) -> anyhow::Result<()> {
        for update in self.sandbox.updates_after(self.printed) {
            self.printed = update.nth;
            self.print("bot", &self.format_message(&update, sender))?;
        }
        Ok(())
    }

    /// Reports the delivery of the messages after the first `seen` updates, as Z-API does, and prints what follows.
    async fn report_deliveries(&mut self, seen: usize, sender: &Sender) -> anyhow::Result<()> {
        let account = self.sandbox.account();
        for update in self.sandbox.updates_after(seen).iter().filter(|update| !update.is_edit) {
            let body = webhook_event::delivery(&account.id, &update.message, None);
            post(&self.url, &[("z-api-token", &account.token)], body.as_bytes()).await?;
        }
        let instance = InstanceName::parse("demo").context("the name of the instance")?;
        while self.store.queue_stats(&instance).await?.open > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.print_updates(sender)
    }

    /// Formats an update, with its chat unless it is the direct chat of this sender.
    fn format_message(&self, update: &ChatUpdate, sender: &Sender) -> String {
        let SentMessage { chat, text, .. } = &update.message;
        let note = |key, values: &[(&str, Value<'_>)]| format!("({}) ", self.text(key, values));
        let edited = if update.is_edit { note("demo-edited", &[]) } else { String::new() };
        let place = match chat == sender.chat_id() {
            true => String::new(),
            false => {
                let group =
                    self.sandbox.world(|world| world.find_group(chat).map(|group| group.name.clone()));
                note("demo-in", &[("group", (&quote(group.as_ref().unwrap_or(chat))).into())])
            }
        };
        format!("{place}{edited}{text}")
    }
}

/// Waits until the command is finished.
async fn wait_until_done(store: &Store, id: &str) -> anyhow::Result<()> {
    loop {
        let found = store.find(id).await?;
        if found.iter().any(|row| row.finished_at.is_some()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The columns of the name in front of a text.
const INDENT: usize = 5;

/// Lines of a text behind a name, broken between words where they are longer than a terminal's line.
fn format_line(who: &str, text: &str, columns: Option<usize>) -> String {
    let width = columns.map_or(usize::MAX, |columns| columns.saturating_sub(INDENT).max(20));
    let mut lines = text.lines().flat_map(|line| wrap(line, width));
    let first = format!("{who:<4} {}\n", lines.next().unwrap_or_default());
    lines.fold(first, |said, line| said + format!("     {line}").trim_end() + "\n")
}

/// Breaks a line between words; a longer word stays whole.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() || last.chars().count() + 1 + word.chars().count() <= width {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        let said = format_line(
            "bot",
            "✅ “Futebol” agora está em “Bairro Feliz”.\numa-palavra-bem-comprida-mesmo",
            Some(25),
        );
        assert_eq!(
            said,
            "bot  ✅ “Futebol” agora\n     está em “Bairro\n     Feliz”.\n     uma-palavra-bem-comprida-mesmo\n"
        );
        assert_eq!(format_line("", "(a b)", None), "     (a b)\n");
    }
}
