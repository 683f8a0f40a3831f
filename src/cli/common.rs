//! What sub-commands share: the configuration argument, the exit status, the log and the output.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use clap::Args;
use tracing_subscriber::filter::LevelFilter;

use crate::commands::CATALOG;
use crate::config::{self, Config, ConfigSource, LoadedConfig};
use crate::telemetry::{self, LogFormat, RustLogError};

/// The argument that names the configuration file.
#[derive(Args, Clone, Debug)]
pub(super) struct ConfigArg {
    /// The configuration file [default: $VINCULA_CONFIG, ./vincula.toml, /etc/vincula/vincula.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The result of a sub-command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitStatus {
    Success,
    Failure,
    InvalidConfig,
}

/// A mistake in the call: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct CliUsageError(pub(super) String);

impl ConfigArg {
    /// Reads the configuration.
    pub(super) fn read(&self) -> Result<LoadedConfig, Vec<config::Diagnostic>> {
        config::load(&ConfigSource::from_process(self.config.clone()), &CATALOG.names())
    }

    /// Reads the configuration; prints its warnings, or all its errors, to stderr.
    pub(super) fn load(&self) -> Option<Config> {
        match self.read() {
            Ok(loaded) => {
                for warning in &loaded.warnings {
                    eprintln!("vincula: warning: {warning}");
                }
                Some(loaded.config)
            }
            Err(errors) => {
                for error in &errors {
                    eprintln!("vincula: {error}");
                }
                None
            }
        }
    }
}

/// Starts the log; `default` holds for what neither `RUST_LOG` nor `filter` names. Without a format, a terminal gets
/// text.
pub(super) fn start_log(
    format: Option<LogFormat>,
    default: LevelFilter,
    filter: &str,
) -> Result<(), RustLogError> {
    let is_terminal = std::io::stderr().is_terminal();
    let has_colour = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let default_format = if is_terminal { LogFormat::Text } else { LogFormat::Json };
    telemetry::start_log(format.unwrap_or(default_format), has_colour, default, filter)
}

/// Asks a question on the terminal; true is a yes.
pub(super) fn confirm(question: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(CliUsageError("there is no terminal to ask on: add --yes".to_owned()).into());
    }
    eprint!("{question} [y/N] ");
    let mut reply = String::new();
    std::io::stdin().read_line(&mut reply)?;
    Ok(matches!(reply.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Runs a future on a runtime of this thread, for sub-commands that do one thing.
pub(super) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Standard output, for output that is too large for one [`print_output`].
pub(super) fn machine_output() -> impl Write {
    std::io::stdout().lock()
}

/// Writes to standard output; a closed pipe is no error.
pub(super) fn print_output(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes a line to standard output, if it can be written.
pub(super) fn print_line(line: &str) {
    let _ = print_output(&format!("{line}\n"));
}

pub(super) use crate::directory::strip_control;
