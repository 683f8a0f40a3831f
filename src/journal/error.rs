//! Why a filter cannot be used.

use crate::storage::StoreUnavailable;

/// Why a filter cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// It names something that is not known; the text lists the nearest names.
    #[error("{0}")]
    Unknown(String),
    /// The journal cannot be read.
    #[error(transparent)]
    Store(#[from] StoreUnavailable),
}
