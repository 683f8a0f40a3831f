//! Short names of communities and groups that were set from a chat.

use crate::domain::InstanceName;
use crate::engine::target::Target;
use crate::reply::ReplyLine;
use crate::storage::{LeaseError, StateKind, Store};

/// The aliases that were set from a chat, as folded name and id.
pub async fn load_chat_aliases(
    store: &Store,
    instance: &InstanceName,
) -> Result<Vec<(String, String)>, LeaseError> {
    let kept = store.list_state(instance, StateKind::Alias).await?;
    Ok(kept.into_iter().map(|alias| (alias.key, alias.value)).collect())
}

/// The line for an alias.
pub fn alias_line(short: &str, thing: &Target) -> ReplyLine {
    ReplyLine::new("alias-line")
        .name("short", short)
        .name("name", thing.name())
        .text("kind", thing.kind_key())
}
