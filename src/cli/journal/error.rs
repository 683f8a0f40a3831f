//! Errors of filters on the command line.

use crate::cli::common::CliUsageError;
use crate::journal::FilterError;

/// A filter that names nothing known is a usage error.
pub(super) fn to_cli_error(error: FilterError) -> anyhow::Error {
    match error {
        FilterError::Unknown(message) => CliUsageError(message).into(),
        FilterError::Store(error) => error.into(),
    }
}
