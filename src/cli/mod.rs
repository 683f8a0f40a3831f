//! The command line: one file a sub-command; the only place that prints.
//!
//! Machine output goes to stdout, everything else to stderr. Exit codes: 0 well, 1 not, 2 a bad
//! configuration or call.
#![expect(clippy::print_stderr, reason = "this is the place that prints")]

mod check;
mod demo;
mod event;
mod health;
mod journal;
mod man;
mod api_error_help;
mod serve;
mod webhook;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use tracing_subscriber::filter::LevelFilter;

use crate::commands::CATALOG;
use crate::config::{self, Config, ConfigSource, LoadedConfig};
use crate::telemetry::{self, LogFilterError};

/// WhatsApp communities run from a chat: a Z-API webhook service.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "\
Examples:
  vincula demo                      talk to the bot here, without any account
  vincula check                     is the configuration right, is Z-API reached?
  vincula serve                     run the service"
)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Run the service until SIGTERM or SIGINT.
    #[command(after_help = "Example:\n  vincula serve --config /etc/vincula/vincula.toml")]
    Serve(ConfigArg),
    /// Talk to the bot in this terminal, against a Z-API made up inside: no account, no configuration.
    #[command(after_help = "\
Examples:
  vincula demo
  printf '/communities\\n/groups vendas\\n' | vincula demo
  vincula demo --tour                       plays all that it can do
  vincula demo --listen 127.0.0.1:8080      to send it webhooks; a terminal shows its --config

In the chat, ^ before a line edits your last message, [photo] sends a picture
with the line as its caption, [owner] types it on the bot's own phone,
[👍] answers the bot's last message, and [as Bruno] does any of this on the
phone of somebody else: Bruno is an admin of one community, Carla, Davi and
Elisa are not, and any other name or number is a stranger's.")]
    Demo(demo::DemoArgs),
    /// Explain and validate the configuration, and ask Z-API whether it works.
    #[command(after_help = "Examples:\n  vincula check\n  vincula check --offline --config vincula.toml")]
    Check(check::CheckArgs),
    /// Set the webhooks of an instance at Z-API.
    #[command(subcommand, after_help = "Example:\n  vincula webhook register")]
    Webhook(webhook::WebhookCommand),
    /// Make up events, as Z-API would send them.
    #[command(
        subcommand,
        after_help = "Example:\n  vincula event send --from 5544999999999 --text '/communities'"
    )]
    Event(event::EventCommand),
    /// Read the journal of orders, and take dead letters up again.
    #[command(
        subcommand,
        after_help = "\
Examples:
  vincula journal list
  vincula journal show 019ab1f2
  vincula journal retry --all-dead
  vincula journal export > orders.csv"
    )]
    Journal(journal::JournalCommand),
    /// Ask a running service whether it lives: for a container's health check.
    #[command(after_help = "Example:\n  vincula health --config /etc/vincula/vincula.toml")]
    Health(ConfigArg),
    /// Print completions for a shell.
    #[command(after_help = "Example:\n  vincula completions bash > /etc/bash_completion.d/vincula")]
    Completions(man::Shell),
    /// Print the manual page.
    #[command(after_help = "Example:\n  vincula man | man -l -")]
    Man,
}

/// Where the configuration is.
#[derive(Args, Clone, Debug)]
struct ConfigArg {
    /// The configuration file [default: $VINCULA_CONFIG, ./vincula.toml, /etc/vincula/vincula.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExitStatus {
    Success,
    Failure,
    InvalidConfig,
}

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    let end = match Cli::parse().command {
        CliCommand::Serve(config) => serve::serve(&config),
        CliCommand::Demo(options) => demo::demo(&options),
        CliCommand::Check(options) => check::check(&options),
        CliCommand::Webhook(call) => webhook::webhook(&call),
        CliCommand::Event(call) => event::event(&call),
        CliCommand::Journal(call) => journal::journal(&call),
        CliCommand::Health(config) => health::health(&config),
        CliCommand::Completions(shell) => man::completions(&shell),
        CliCommand::Man => man::man(),
    };
    match end {
        Ok(ExitStatus::Success) => ExitCode::SUCCESS,
        Ok(ExitStatus::Failure) => ExitCode::from(1),
        Ok(ExitStatus::InvalidConfig) => ExitCode::from(2),
        Err(error) if error.is::<LogFilterError>() => {
            eprintln!("vincula: {error}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("vincula: {error:#}");
            ExitCode::from(1)
        }
    }
}

impl ConfigArg {
    fn read(&self) -> Result<LoadedConfig, Vec<config::Diagnostic>> {
        config::load(&ConfigSource::from_process(self.config.clone()), &CATALOG.names())
    }

    /// The configuration, or everything that is wrong with it on stderr.
    fn load(&self) -> Option<Config> {
        match self.read() {
            Ok(loaded) => {
                for warning in &loaded.warnings {
                    eprintln!("vincula: warning: {warning}");
                }
                Some(loaded.config)
            }
            Err(findings) => {
                for finding in &findings {
                    eprintln!("vincula: {finding}");
                }
                None
            }
        }
    }
}

fn start_log(default: LevelFilter) -> Result<(), LogFilterError> {
    let is_terminal = std::io::stderr().is_terminal();
    let has_colour = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    telemetry::start_log(is_terminal, has_colour, default)
}

/// Runs a future on a runtime of this thread: for calls that ask or say one thing.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Where machine output goes that is too much for one [`print`].
fn machine_output() -> impl std::io::Write {
    std::io::stdout().lock()
}

/// Writes machine output; a closed pipe ends the call without a word.
fn print_output(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Writes a line for a person or a script; nobody need be there to read it.
fn print_line(line: &str) {
    let _ = print_output(&format!("{line}\n"));
}
