//! The filters of `journal list` and `journal export`.

use clap::{Args, ValueEnum};

use super::error::to_cli_error;
use super::times::TimeRangeArgs;
use crate::clock::Clock;
use crate::config::Config;
use crate::journal::{KnownNames, Zones};
use crate::storage::{ListFilter, Store};

#[derive(Args, Clone, Debug)]
pub(crate) struct FilterArgs {
    /// Only commands in this state, or with this outcome.
    #[arg(long, hide_possible_values = true)]
    state: Option<StateFilter>,
    /// Only dead letters: what --state dead shows.
    #[arg(long, conflicts_with = "state")]
    failed: bool,
    #[command(flatten)]
    times: TimeRangeArgs,
    /// Only commands of this admin: their key, name, number or lid.
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,
    /// Only commands from this chat: its id, or the name or number of an admin for their direct chat.
    #[arg(long, value_name = "CHAT")]
    chat: Option<String>,
    /// Only this command, by a name of it in any language.
    #[arg(long, value_name = "NAME")]
    command: Option<String>,
    /// Only commands whose text contains this.
    #[arg(long, value_name = "TEXT")]
    grep: Option<String>,
    /// Only commands of this instance.
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
}

/// A state of a command, or how it ended: as the table shows them.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum StateFilter {
    /// Not run yet, or waiting for a retry.
    Waiting,
    /// Run, and its reply is being sent.
    Answering,
    /// Finished, in any of the ways below.
    Done,
    /// A dead letter: failed, or its reply could not be delivered.
    Dead,
    /// Run, and replied to.
    Replied,
    /// Its sender may not do that.
    Denied,
    /// It could not be understood.
    UsageError,
    /// Only a preview, or a prompt.
    Previewed,
    /// Too old when it arrived.
    Expired,
    /// Cancelled by another command.
    Cancelled,
    /// A dead letter that was not finished in time.
    Failed,
    /// A dead letter that was run, but whose reply could not be delivered.
    ReplyFailed,
    /// What was a dead letter until `vincula journal drop`.
    Dropped,
}

impl FilterArgs {
    /// The filter, with names as the journal records them.
    pub(super) async fn resolve(&self, store: &Store, config: &Config) -> anyhow::Result<ListFilter> {
        let names = KnownNames { store, instances: &config.instances, reads_recorded: true };
        let instances = names.find_instance(self.instance.as_deref()).await.map_err(to_cli_error)?;
        let instance_name = self.instance.as_deref();
        let (since, until) =
            self.times.resolve(&Zones(&config.instances), instance_name, Clock::system().now())?;
        let state = if self.failed { Some(StateFilter::Dead) } else { self.state };
        let state = state.and_then(|state| Some(state.to_possible_value()?.get_name().to_owned()));
        Ok(ListFilter {
            state: state.unwrap_or_default(),
            instances,
            since,
            until,
            admins: names.find_admin(self.admin.as_deref()).await.map_err(to_cli_error)?,
            chats: names.find_chat(self.chat.as_deref()).await.map_err(to_cli_error)?,
            name: names.find_command(self.command.as_deref()).await.map_err(to_cli_error)?,
            text: self.grep.clone().unwrap_or_default(),
            planned: Vec::new(),
        })
    }
}
