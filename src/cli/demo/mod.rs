//! `vincula demo`: the whole service against the built-in sandbox, as a chat in the terminal and a page in the browser.
//!
//! Everything is real but Z-API: a line becomes a signed webhook over HTTP and goes through the
//! journal, and the reply is what the sandbox received. From a pipe each line is one message. Replies and edits of the
//! bot are shown as they arrive.
//!
//! Other actions of a phone, and other senders, have a notation: see [`user_action`].

mod chat;
mod progress_demo;
mod end_signals;
mod user_action;

use std::io::{BufRead, IsTerminal};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use rustyline::error::ReadlineError;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use tracing_subscriber::filter::LevelFilter;

use self::chat::{DemoChat, REPLY_TIMEOUT};
use self::end_signals::EndSignals;
use super::common::{ExitStatus, print_output, start_log};
use crate::command::context::TimingConfig;
use crate::commands::name_in;
use crate::domain::Locale;
use crate::i18n;
use crate::lifecycle;
use crate::playground::{self, ADMIN_NAME, ADMIN_PHONE, DemoService, Playground, translate_command};
use crate::sandbox::{InstanceCredentials, Options as SandboxOptions, Sandbox, World};
use crate::server::{ListenerConfig, MAX_PRIVATE_CONNECTIONS, Timeouts, listen, serve};

#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// The address for webhooks [default: a free port on loopback]
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", hide_default_value = true)]
    listen: SocketAddr,
    /// The language of the bot: en, pt-BR or es.
    #[arg(long, default_value = "en", value_parser = parse_locale)]
    locale: Locale,
    /// Show a tour of everything that the bot can do.
    #[arg(long)]
    tour: bool,
    /// The address of the page, printed even without a terminal [default: a free port on loopback]
    #[arg(long, value_name = "ADDR")]
    page: Option<SocketAddr>,
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
}

/// How many messages, calls and reactions the sandbox keeps.
const MAX_HISTORY: usize = 1_000;
/// The longest delay between attempts: a visitor who ends an outage sees the command go on.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(4);

/// The lines of `--tour`: each is a message, with English command names; those that begin with `##` are titles in each
/// language, with `#` comments.
const TOUR: &str = include_str!("tour.txt");

fn parse_locale(tag: &str) -> Result<Locale, String> {
    Locale::parse(tag).ok_or_else(|| "the languages are en, pt-BR and es".to_owned())
}

pub(super) fn demo(options: &DemoArgs) -> anyhow::Result<ExitStatus> {
    let addresses = [Some(options.listen), options.page];
    if addresses.into_iter().flatten().any(|address| !address.ip().is_loopback()) {
        anyhow::bail!("the demo listens on loopback only, for example --listen 127.0.0.1:8080");
    }
    start_log(None, LevelFilter::OFF, "")?;
    let runtime = lifecycle::runtime()?;
    let result = runtime.block_on(run(options));
    runtime.shutdown_background();
    result
}

/// The listeners of the service, of the sandbox and of the page.
struct DemoListeners {
    public: TcpListener,
    private: TcpListener,
    upstream: TcpListener,
    page: TcpListener,
}

async fn run(options: &DemoArgs) -> anyhow::Result<ExitStatus> {
    // Before there is a folder that a signal would leave behind.
    let mut signals = EndSignals::new()?;
    let folder = tempfile::Builder::new().prefix("vincula-demo-").tempdir()?;
    let sandbox_options = SandboxOptions { max_history: Some(MAX_HISTORY), ..SandboxOptions::default() };
    let sandbox = Sandbox::new(World::neighbourhood(), InstanceCredentials::generate(), sandbox_options);
    let page = options.page.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    let listeners = DemoListeners {
        public: listen(options.listen).with_context(|| format!("cannot listen on {}", options.listen))?,
        private: TcpListener::bind("127.0.0.1:0").await?,
        upstream: TcpListener::bind("127.0.0.1:0").await?,
        page: listen(page).with_context(|| format!("cannot listen on {page}"))?,
    };
    let file = folder.path().join("vincula.toml");
    let text = build_config(options.locale, &sandbox, &listeners, &folder)?;
    std::fs::write(&file, text)?;
    let mut timing = TimingConfig { max_retry_delay: MAX_RETRY_DELAY, ..TimingConfig::default() };
    if options.tour {
        // The transcript is the same on a slow machine: only commands on many groups show progress.
        timing.progress_message_after = REPLY_TIMEOUT;
    }
    let shutdown = CancellationToken::new();
    let DemoListeners { public, private, upstream, page } = listeners;
    let url = format!("http://{}/webhooks/demo", public.local_addr()?);
    let page_address = page.local_addr()?;
    let service = Arc::new(DemoService::new(public, private, file.clone(), timing)?);
    let playground = Playground::new(sandbox.clone(), service.clone(), url, options.locale, shutdown.clone());
    let upstream =
        tokio::spawn(lifecycle::serve_router(upstream, playground.sandbox_routes(), shutdown.clone()));
    // Admins of communities are known from the first line on.
    service.start(true).await?;
    let beside = tokio::spawn(playground.clone().run());
    let page = tokio::spawn(serve(page, playground::routes(playground.clone()), page_config(&shutdown)));
    show_page_address(options, page_address);
    let mut chat = DemoChat::new(playground.messenger().clone(), service.clone(), sandbox);
    chat.locale = options.locale;
    chat.columns = terminal_columns();
    let talk = async {
        if options.tour { play_script(chat, TOUR).await } else { run_interactive(chat, file).await }
    };
    let result = tokio::select! {
        result = talk => result,
        () = signals.wait() => {
            signals.restore_terminal();
            Ok(ExitStatus::Success)
        }
    };
    shutdown.cancel();
    tokio::select! {
        _ = async { tokio::join!(service.stop(), upstream, beside, page) } => {}
        // A second signal: the folder goes, whatever still runs.
        () = signals.wait() => {}
    }
    result
}

/// The limits of the page: event streams end with the demo.
fn page_config(shutdown: &CancellationToken) -> ListenerConfig {
    ListenerConfig {
        max_connections: MAX_PRIVATE_CONNECTIONS,
        trusted_proxies: Vec::new(),
        timeouts: Timeouts::default(),
        shutdown: shutdown.clone(),
        tasks: TaskTracker::new(),
        metrics: Arc::default(),
    }
}

/// Says where the page is, to a person or if its address was given, and opens it.
fn show_page_address(options: &DemoArgs, address: SocketAddr) {
    let url = format!("http://{address}/");
    if options.page.is_some() || options.open || std::io::stdin().is_terminal() {
        eprintln!("{}", i18n::text(options.locale, "demo-page", &[("url", (&url).into())]));
    }
    if options.open {
        let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let mut browser = Command::new(program);
        browser.arg(&url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if browser.spawn().is_err() {
            eprintln!("{}", i18n::text(options.locale, "demo-no-browser", &[]));
        }
    }
}

fn build_config(
    locale: Locale,
    sandbox: &Sandbox,
    listeners: &DemoListeners,
    folder: &tempfile::TempDir,
) -> anyhow::Result<String> {
    let InstanceCredentials { id, token, client_token, .. } = sandbox.account();
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
    section(&["server"], "listen", listeners.public.local_addr()?.to_string().into());
    section(&["server"], "admin_listen", listeners.private.local_addr()?.to_string().into());
    section(&["store"], "url", format!("sqlite:{}", journal.display()).into());
    let instance = ["instances", "demo"];
    section(&instance, "id", id.clone().into());
    section(&instance, "token", token.clone().into());
    if let Some(client_token) = client_token {
        section(&instance, "client_token", client_token.clone().into());
    }
    section(&instance, "base_url", format!("http://{}", listeners.upstream.local_addr()?).into());
    section(&instance, "locale", locale.tag().into());
    section(&instance, "owner_commands", true.into());
    section(&instance, "admins_from", "community".into());
    section(&["instances", "demo", "verify"], "zapi_token", true.into());
    // A script types faster than a person.
    for limit in ["commands_per_minute", "changes_per_second", "messages_per_minute"] {
        section(&["instances", "demo", "limits"], limit, 60_000.into());
    }
    section(&["instances", "demo", "admins", "ana"], "phone", ADMIN_PHONE.into());
    section(&["instances", "demo", "admins", "ana"], "name", ADMIN_NAME.into());
    Ok(demo.to_string())
}

/// Plays the lines of a script. `\n` ends a line of the message, and `<link>` is the invite link that the bot
/// showed last.
async fn play_script(mut chat: DemoChat, script: &str) -> anyhow::Result<ExitStatus> {
    for line in script.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(title) = line.strip_prefix("## ") {
            let index = Locale::ALL.iter().position(|locale| *locale == chat.locale).unwrap_or(0);
            let title = title.split(" | ").nth(index).unwrap_or(title);
            let gap = if chat.is_new() { "" } else { "\n" };
            print_output(&format!("{gap}# {title}\n"))?;
        } else if !line.starts_with('#') {
            let line = translate_command(line, chat.locale);
            chat.play_line_stepwise(&line.replace("\\n", "\n").replace("<link>", &chat.last_link())).await?;
        }
    }
    Ok(ExitStatus::Success)
}

/// The columns of the terminal, if the output is one.
fn terminal_columns() -> Option<usize> {
    let (columns, _) = rustyline::DefaultEditor::new().ok()?.dimensions()?;
    std::io::stdout().is_terminal().then_some(columns.into())
}

async fn run_interactive(mut chat: DemoChat, file: PathBuf) -> anyhow::Result<ExitStatus> {
    if std::io::stdin().is_terminal() {
        let command = |name| format!("/{}", name_in(name, chat.locale));
        let (help, list) = (command("help"), command("communities"));
        let file = file.display().to_string();
        let values = [
            ("name", ADMIN_NAME.into()),
            ("help", (&help).into()),
            ("communities", (&list).into()),
            ("url", chat.url().into()),
            ("file", (&file).into()),
        ];
        eprintln!("{}", i18n::text(chat.locale, "demo-welcome", &values));
        let mut editor = rustyline::DefaultEditor::new()?;
        loop {
            let (line, back) =
                tokio::task::spawn_blocking(move || (editor.readline(&format!("{ADMIN_NAME:<4} ")), editor))
                    .await?;
            editor = back;
            match line {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => {
                    let _ = editor.add_history_entry(&line);
                    chat.send_line(&line).await?;
                }
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(ExitStatus::Success),
                Err(error) => return Err(error.into()),
            }
        }
    }
    loop {
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|length| (length > 0).then_some(line))
        });
        let Some(line) = line.await?? else { return Ok(ExitStatus::Success) };
        let line = line.trim_end_matches(['\r', '\n']);
        if !line.trim().is_empty() {
            chat.play_line(line).await?;
        }
    }
}
