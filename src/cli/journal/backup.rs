//! `vincula journal backup`: a copy of the journal, made while the service runs.

use std::path::PathBuf;

use clap::Args;

use crate::cli::common::{ConfigArg, ExitStatus, print_output};
use crate::storage::Store;

#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// The new file; nothing is overwritten.
    file: PathBuf,
    #[command(flatten)]
    pub(super) config: ConfigArg,
}

pub(super) async fn backup(url: &str, args: &BackupArgs) -> anyhow::Result<ExitStatus> {
    let backup = Store::back_up(url, &args.file).await?;
    print_output(&format!(
        "{}: {} commands, {} bytes\n",
        args.file.display(),
        backup.commands,
        backup.bytes
    ))?;
    Ok(ExitStatus::Success)
}
