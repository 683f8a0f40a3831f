//! The chats between people and the bot: runs lines, and prints replies as they arrive.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::progress_demo;
use super::user_action::{ScriptLine, UserAction};
use crate::cli::common::print_output;
use crate::domain::{InstanceName, Locale};
use crate::i18n::{self, Value};
use crate::playground::{Action, DemoService, Messenger, OutgoingMessage, Sender};
use crate::reply::quote;
use crate::sandbox::{ChatUpdate, Sandbox, SentMessage};

/// The timeout for replies.
pub(super) const REPLY_TIMEOUT: Duration = Duration::from_secs(120);

/// The chats between people and the bot.
pub(super) struct DemoChat {
    messenger: Messenger,
    service: Arc<DemoService>,
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
    pub(super) fn new(messenger: Messenger, service: Arc<DemoService>, sandbox: Sandbox) -> Self {
        Self {
            messenger,
            service,
            sandbox,
            printed: 0,
            last_message_ids: HashMap::new(),
            locale: Locale::En,
            columns: None,
        }
    }

    /// The URL for webhooks.
    pub(super) fn url(&self) -> &str {
        self.messenger.url()
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
        let message = OutgoingMessage {
            is_by_owner: matches!(action, UserAction::Owner(_)),
            ..OutgoingMessage::direct(sender.clone(), self.outgoing_action(action, sender.chat_id()))
        };
        let (message_id, response) = self.messenger.send(&message).await?;
        if !matches!(action, UserAction::Reaction(_)) {
            self.last_message_ids.insert(sender.chat_id().to_owned(), message_id);
        }
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
        who.map_or_else(Sender::main_admin, |who| {
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

    /// The action of a line in a chat, without the notation.
    fn outgoing_action(&self, action: UserAction<'_>, chat: &str) -> Action {
        match action {
            UserAction::Text(text) | UserAction::Owner(text) => Action::Text(text.to_owned()),
            UserAction::Edit(text) => match self.last_message_ids.get(chat).cloned() {
                Some(message_id) => Action::Edit { message_id, text: text.to_owned() },
                None => Action::Text(text.to_owned()),
            },
            UserAction::Picture(caption) => Action::Picture(caption.to_owned()),
            UserAction::Reaction(emoji) => {
                let sent = self.sandbox.sent();
                let last = sent.iter().rfind(|message| message.chat == chat);
                let message_id = last.map(|message| message.message_id.clone()).unwrap_or_default();
                Action::Reaction { message_id, emoji: emoji.to_owned() }
            }
        }
    }

    /// Prints the updates of chats until the command is finished.
    async fn print_until_done(&mut self, id: &str, sender: &Sender) -> anyhow::Result<()> {
        let (sandbox, service, seen) = (self.sandbox.clone(), self.service.clone(), self.printed);
        let mut done = std::pin::pin!(wait_until_done(&service, id));
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
        for update in self.sandbox.updates_after(seen).iter().filter(|update| !update.is_edit) {
            self.messenger.report_delivery(&update.message).await?;
        }
        let instance = InstanceName::parse("demo").context("the name of the instance")?;
        while is_any_open(&self.service, &instance).await {
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
async fn wait_until_done(service: &DemoService, id: &str) -> anyhow::Result<()> {
    loop {
        // A store that cannot be read is that of a killed service.
        let store = service.store().context("the service did not start")?;
        let found = store.find(id).await.unwrap_or_default();
        if found.iter().any(|row| row.finished_at.is_some()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether a command of this instance is not finished.
async fn is_any_open(service: &DemoService, instance: &InstanceName) -> bool {
    match service.store() {
        Some(store) => store.queue_stats(instance).await.map_or(true, |stats| stats.open > 0),
        None => false,
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
