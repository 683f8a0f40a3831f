//! The command line: one file a sub-command; the only module that prints.
//!
//! Machine output goes to stdout, everything else to stderr. Exit codes: 0 success, 1 failure, 2 invalid
//! configuration or usage.
#![expect(clippy::print_stderr, reason = "the command line prints")]

mod api_error_help;
mod check;
mod common;
mod demo;
mod event;
mod health;
mod journal;
mod man;
mod notify;
mod password;
mod serve;
mod webhook;
mod who;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use self::common::{CliUsageError, ConfigArg, ExitStatus, print_output};
use crate::config::schema;
use crate::telemetry::RustLogError;

/// WhatsApp bot that manages communities by text commands, over the webhooks of Z-API.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "\
Examples:
  vincula demo                      talk to the bot in this terminal or in a browser, without an account
  vincula check                     check the configuration and the connection to Z-API
  vincula serve                     run the service"
)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Run the service until SIGTERM or SIGINT.
    #[command(after_help = "\
Examples:
  vincula serve --config /etc/vincula/vincula.toml
  RUST_LOG=vincula=debug vincula serve --log-format text

RUST_LOG is the log filter: a level (error, warn, info, debug, trace), or
target=level, separated by commas.")]
    Serve(serve::ServeArgs),
    /// Talk to the bot in this terminal or in a browser: with the built-in Z-API sandbox, without account or configuration.
    #[command(after_help = "\
Examples:
  vincula demo
  vincula demo --open                       opens its page in the browser
  printf '/communities\\n/groups vendas\\n' | vincula demo
  vincula demo --tour                       shows everything that it can do
  vincula demo --listen 127.0.0.1:8080      accepts webhooks; a terminal shows its --config

In the chat, ^ before a line edits your last message, [photo] sends a picture
with the line as its caption, [owner] types it on the bot's own phone,
[👍] reacts to the bot's last message, and [as Bruno] does any of this as
another person: Bruno is an admin of one community, Carla, Davi and Elisa are
not, and any other name or number is unknown to the bot.")]
    Demo(demo::DemoArgs),
    /// Show and validate the configuration, and check that Z-API accepts it.
    #[command(after_help = "Examples:\n  vincula check\n  vincula check --offline --config vincula.toml")]
    Check(check::CheckArgs),
    /// Set the webhooks of an instance at Z-API.
    #[command(subcommand, after_help = "Example:\n  vincula webhook register")]
    Webhook(webhook::WebhookCommand),
    /// Send test events, as Z-API would send them.
    #[command(
        subcommand,
        after_help = "Example:\n  vincula event send --from 5544999999999 --text '/communities'"
    )]
    Event(event::EventCommand),
    /// Test the notifications of trouble.
    #[command(subcommand, after_help = "Example:\n  vincula notify test")]
    Notify(notify::NotifyCommand),
    /// Show who may do what: by the configuration, and with `admins_from = "community"` by what Z-API says now.
    #[command(after_help = "Examples:\n  vincula who\n  vincula who 'Bairro Feliz'")]
    Who(who::WhoArgs),
    /// Show the journal of commands, retry or drop dead letters, and back it up.
    #[command(
        subcommand,
        after_help = "\
Examples:
  vincula journal list
  vincula journal show 019ab1f2
  vincula journal retry --all-dead
  vincula journal export > commands.csv
  vincula journal backup vincula-backup.db"
    )]
    Journal(journal::JournalCommand),
    /// Check that the service is running: for a container's health check.
    #[command(after_help = "Example:\n  vincula health --config /etc/vincula/vincula.toml")]
    Health(ConfigArg),
    /// Print the JSON Schema of the configuration file, for editors and validators.
    #[command(after_help = "Example:\n  vincula schema > vincula.schema.json")]
    Schema,
    /// Print the hash of a password for the console: asks twice, or reads one line from a pipe.
    #[command(after_help = "\
Examples:
  vincula password
  vincula password > /etc/vincula/secrets/console-password

The hash belongs into console.password_hash (operators) or
console.viewer_password_hash (viewers), in single quotes, or into a file that
console.password_hash_file names.")]
    Password,
    /// Print completions for a shell.
    #[command(after_help = "Example:\n  vincula completions bash > /etc/bash_completion.d/vincula")]
    Completions(man::Shell),
    /// Print the manual page.
    #[command(after_help = "Example:\n  vincula man | man -l -")]
    Man,
}

/// Parses the command line and runs the sub-command.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        CliCommand::Serve(args) => serve::serve(&args),
        CliCommand::Demo(args) => demo::demo(&args),
        CliCommand::Check(args) => check::check(&args),
        CliCommand::Webhook(command) => webhook::webhook(&command),
        CliCommand::Event(command) => event::event(&command),
        CliCommand::Notify(command) => notify::notify(&command),
        CliCommand::Who(args) => who::who(&args),
        CliCommand::Journal(command) => journal::journal(&command),
        CliCommand::Health(config) => health::health(&config),
        CliCommand::Schema => {
            print_output(&format!("{:#}\n", schema::json_schema())).map(|()| ExitStatus::Success)
        }
        CliCommand::Password => password::password(),
        CliCommand::Completions(shell) => man::completions(&shell, Cli::command()),
        CliCommand::Man => man::man(Cli::command()),
    };
    match result {
        Ok(ExitStatus::Success) => ExitCode::SUCCESS,
        Ok(ExitStatus::Failure) => ExitCode::from(1),
        Ok(ExitStatus::InvalidConfig) => ExitCode::from(2),
        Err(error) if error.is::<RustLogError>() || error.is::<CliUsageError>() => {
            eprintln!("vincula: {error}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("vincula: {error:#}");
            ExitCode::from(1)
        }
    }
}
