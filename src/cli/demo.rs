//! `vincula demo`: the whole service against the built-in sandbox, as a chat in the terminal.
//!
//! Everything is real but Z-API: a line becomes a signed webhook over HTTP, goes through the
//! journal, and the answer is what the sandbox was asked to send. From a pipe each line is one
//! message, and the answers come in order.
//!
//! What a phone does besides typing is typed, too: see [`Line`].

use std::io::{BufRead, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use rustyline::error::ReadlineError;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use tracing_subscriber::filter::LevelFilter;

use super::{End, print, start_log};
use crate::app::App;
use crate::clock::Clock;
use crate::command::{Timing, registry};
use crate::config::{self, Source};
use crate::domain::Locale;
use crate::http::listen;
use crate::lifecycle;
use crate::sandbox::phony::{Event, post};
use crate::sandbox::{Account, Options as SandboxOptions, Sandbox, World};
use crate::storage::Store;

/// The number of the person who types.
const ADMIN: &str = "5544999990001";
/// No answer takes longer, whatever the sandbox is told to do.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Args, Debug)]
pub(super) struct Options {
    /// Where webhooks are received [default: a free port on loopback]
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", hide_default_value = true)]
    listen: SocketAddr,
    /// The language of the bot: en, pt-BR or es.
    #[arg(long, default_value = "en", value_parser = language)]
    locale: Locale,
    /// Play a tour of all that the bot can do, instead of asking.
    #[arg(long)]
    tour: bool,
}

/// The lines of `--tour`.
const TOUR: &str = include_str!("tour.txt");
/// The picture that `[photo]` sends.
const PICTURE: &str = "https://pictures.example.com/bairro.jpg";

/// A line of the chat: what the person's phone does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'a> {
    /// Sends a text.
    Text(&'a str),
    /// `^text`: gives the last message another text.
    Edit(&'a str),
    /// `[photo] text`: sends a picture with this caption.
    Picture(&'a str),
    /// `[owner] text`: is typed on the bot's own phone.
    Owner(&'a str),
    /// `[👍]`: puts a sign on the bot's last message.
    Reaction(&'a str),
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        if let Some(text) = line.strip_prefix('^') {
            return Self::Edit(text.trim());
        }
        let bracketed = line.strip_prefix('[').and_then(|line| line.split_once(']'));
        match bracketed {
            Some(("photo", caption)) => Self::Picture(caption.trim()),
            Some(("owner", text)) => Self::Owner(text.trim()),
            Some((sign, "")) if !sign.chars().any(char::is_alphanumeric) => Self::Reaction(sign),
            _ => Self::Text(line),
        }
    }
}

fn language(tag: &str) -> Result<Locale, String> {
    Locale::parse(tag).ok_or_else(|| "there is en, pt-BR and es".to_owned())
}

pub(super) fn demo(options: &Options) -> anyhow::Result<End> {
    if !options.listen.ip().is_loopback() {
        anyhow::bail!("the demo listens on loopback only, for example --listen 127.0.0.1:8080");
    }
    start_log(LevelFilter::OFF);
    let runtime = lifecycle::runtime()?;
    let ended = runtime.block_on(run(options));
    runtime.shutdown_background();
    ended
}

async fn run(options: &Options) -> anyhow::Result<End> {
    let folder = tempfile::Builder::new().prefix("vincula-demo-").tempdir()?;
    let sandbox = Sandbox::new(World::playground(), Account::made_up(), SandboxOptions::default());
    let (public, private, upstream) = (
        listen(options.listen).with_context(|| format!("cannot listen on {}", options.listen))?,
        TcpListener::bind("127.0.0.1:0").await?,
        TcpListener::bind("127.0.0.1:0").await?,
    );
    let file = folder.path().join("vincula.toml");
    let text = configuration(options.locale, &sandbox, &public, &private, &upstream, &folder)?;
    std::fs::write(&file, text)?;
    // The demo is configured like any service, but for the environment, which is not its own.
    let source = Source { env: Vec::new(), ..Source::from_process(Some(file.clone())) };
    let loaded = config::load(&source, &registry::names())
        .map_err(|findings| anyhow::anyhow!("the demo's own configuration: {}", findings[0]))?;
    let shutdown = CancellationToken::new();
    let app = App::compose(loaded.config, Clock::system(), Timing::default()).await?;
    let chat = Chat {
        url: format!("http://{}/webhooks/demo", public.local_addr()?),
        store: app.store.clone(),
        sandbox: sandbox.clone(),
        shown: Vec::new(),
        last: None,
    };
    let upstream = tokio::spawn(lifecycle::serve_router(upstream, sandbox.router(), shutdown.clone()));
    let service = tokio::spawn(lifecycle::run(app, public, private, shutdown.clone()));
    let talked = if options.tour { play(chat, TOUR).await } else { talk(chat, file).await };
    shutdown.cancel();
    let _ = tokio::join!(upstream, service);
    talked
}

fn configuration(
    locale: Locale,
    sandbox: &Sandbox,
    public: &TcpListener,
    private: &TcpListener,
    upstream: &TcpListener,
    folder: &tempfile::TempDir,
) -> anyhow::Result<String> {
    let Account { id, token, client_token, .. } = sandbox.account();
    let mut demo = toml::Table::new();
    let mut section = |path: &[&str], key: &str, value: toml::Value| {
        let mut table = &mut demo;
        for name in path {
            let entry = table.entry(*name).or_insert_with(|| toml::Table::new().into());
            let toml::Value::Table(inner) = entry else { return };
            table = inner;
        }
        table.insert(key.to_owned(), value);
    };
    let journal = folder.path().join("vincula.db");
    section(&["server"], "listen", public.local_addr()?.to_string().into());
    section(&["server"], "admin_listen", private.local_addr()?.to_string().into());
    section(&["store"], "url", format!("sqlite:{}", journal.display()).into());
    let instance = ["instances", "demo"];
    section(&instance, "id", id.clone().into());
    section(&instance, "token", token.clone().into());
    if let Some(client_token) = client_token {
        section(&instance, "client_token", client_token.clone().into());
    }
    section(&instance, "base_url", format!("http://{}", upstream.local_addr()?).into());
    section(&instance, "locale", locale.tag().into());
    section(&instance, "owner_commands", true.into());
    section(&["instances", "demo", "verify"], "zapi_token", true.into());
    // A script is no phone: it types faster.
    for limit in ["orders_per_minute", "changes_per_second", "messages_per_minute"] {
        section(&["instances", "demo", "limits"], limit, 60_000.into());
    }
    section(&["instances", "demo", "admins", "you"], "phone", ADMIN.into());
    section(&["instances", "demo", "admins", "you"], "name", "you".into());
    Ok(demo.to_string())
}

/// The chat between the person at the terminal and the bot.
struct Chat {
    url: String,
    store: Store,
    sandbox: Sandbox,
    /// The bot's messages as they were shown.
    shown: Vec<String>,
    /// The id of the person's last message.
    last: Option<String>,
}

/// Says the lines of a script, but those that are empty or begin with `#`. `\n` ends a line of the message,
/// and `<link>` is the invite link that the bot showed last.
async fn play(mut chat: Chat, script: &str) -> anyhow::Result<End> {
    for line in script.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let line = line.replace("\\n", "\n").replace("<link>", &chat.last_link());
        print(&spoken("you", &line))?;
        chat.say(&line).await?;
    }
    Ok(End::Well)
}

async fn talk(mut chat: Chat, file: PathBuf) -> anyhow::Result<End> {
    if std::io::stdin().is_terminal() {
        eprintln!("You are an admin of a made-up WhatsApp number. Try /help or /communities; Ctrl-D ends.");
        eprintln!(
            "Webhooks arrive at {}; other calls find all of it with --config {}",
            chat.url,
            file.display()
        );
        let mut editor = rustyline::DefaultEditor::new()?;
        loop {
            let (line, back) =
                tokio::task::spawn_blocking(move || (editor.readline("you  "), editor)).await?;
            editor = back;
            match line {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => {
                    let _ = editor.add_history_entry(&line);
                    chat.say(&line).await?;
                }
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(End::Well),
                Err(error) => return Err(error.into()),
            }
        }
    }
    loop {
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|length| (length > 0).then_some(line))
        });
        let Some(line) = line.await?? else { return Ok(End::Well) };
        let line = line.trim_end_matches(['\r', '\n']);
        if !line.trim().is_empty() {
            print(&spoken("you", line))?;
            chat.say(line).await?;
        }
    }
}

impl Chat {
    /// Does what a line says, and shows what the bot says to it.
    async fn say(&mut self, line: &str) -> anyhow::Result<()> {
        let event = self.event(Line::of(line)).from(ADMIN).named("you");
        let event = event.connected_phone(&self.sandbox.account().phone);
        if !matches!(Line::of(line), Line::Reaction(_)) {
            self.last = Some(event.message_id().to_owned());
        }
        let token = self.sandbox.account().token.clone();
        let answer = post(&self.url, &[("z-api-token", token.as_str())], event.body().as_bytes()).await?;
        let answer: serde_json::Value = serde_json::from_str(&answer.text()).unwrap_or_default();
        match (answer["status"].as_str(), answer["id"].as_str()) {
            (Some("accepted"), Some(order)) => {
                tokio::time::timeout(PATIENCE, self.answered(order))
                    .await
                    .context("the bot did not answer in two minutes")??;
                self.show()?;
            }
            (Some("ignored"), _) => {
                print(&spoken("", &format!("(no order: {})", answer["reason"].as_str().unwrap_or("?"))))?;
            }
            _ => print(&spoken("", &format!("(not taken: {answer})")))?,
        }
        Ok(())
    }

    fn last_link(&self) -> String {
        let sent = self.sandbox.sent();
        let link = sent.iter().rev().find_map(|message| {
            let at = message.text.find("https://chat.whatsapp.com/")?;
            message.text[at..].split_whitespace().next().map(str::to_owned)
        });
        link.unwrap_or_default()
    }

    fn event(&self, line: Line<'_>) -> Event {
        let id = &self.sandbox.account().id;
        match line {
            Line::Text(text) => Event::text(id, text),
            Line::Edit(text) => match &self.last {
                Some(last) => Event::text(id, text).with_id(last).edited(),
                None => Event::text(id, text),
            },
            Line::Owner(text) => Event::text(id, text).from_me(),
            Line::Picture(caption) => Event::picture(id, caption, PICTURE),
            Line::Reaction(sign) => {
                let sent = self.sandbox.sent();
                let last = sent.last().map(|message| message.message_id.as_str()).unwrap_or_default();
                Event::reaction(id, sign, last)
            }
        }
    }

    /// Shows what the bot wrote since, and what it made of an earlier message.
    fn show(&mut self) -> anyhow::Result<()> {
        for (at, message) in self.sandbox.sent().into_iter().enumerate() {
            match self.shown.get_mut(at) {
                Some(shown) if *shown == message.text => {}
                Some(shown) => {
                    print(&spoken("bot", &format!("(edited) {}", message.text)))?;
                    *shown = message.text;
                }
                None => {
                    print(&spoken("bot", &message.text))?;
                    self.shown.push(message.text);
                }
            }
        }
        Ok(())
    }

    /// Returns when the order is at its end.
    async fn answered(&self, order: &str) -> anyhow::Result<()> {
        loop {
            let found = self.store.find(order).await?;
            if found.iter().any(|row| row.finished_at.is_some()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn spoken(who: &str, text: &str) -> String {
    let mut lines = text.lines();
    let first = format!("{who:<4} {}\n", lines.next().unwrap_or_default());
    lines.fold(first, |said, line| said + &format!("     {line}\n"))
}
