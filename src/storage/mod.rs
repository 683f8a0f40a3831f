//! The store of the journal, and the only place with SQL. One SQL serves SQLite and PostgreSQL, except for the
//! statement that inserts commands, which every command waits for.
//!
//! One writer per process runs all writes. It collects what is queued into one transaction (on SQLite one for
//! commands and one for the rest) and answers each caller after the commit, so that many commands share one fsync.
//! Writers of several processes take turns. Every write of a worker carries the token of its lease; if the token no
//! longer matches, the lease is lost and the worker stops.

mod announcements;
mod audit;
mod backup;
mod cancel_and_requeue;
mod chat_queue;
mod chat_state;
mod claim;
mod claim_writes;
mod connection_status;
mod console_access;
mod conversation;
mod database;
mod error;
mod health;
mod history;
mod ids;
mod incidents;
mod insert_postgres;
mod insert_sqlite;
mod lease_state;
mod list;
mod message_versions;
mod migrations;
mod new_command;
mod open;
mod postgres;
mod preflight;
#[cfg(test)]
mod query_plans;
mod rate_limits;
mod read;
mod record;
mod refused;
mod retention;
mod secret_key;
mod search;
mod sqlite;
mod store;
mod wal_checkpoint;
mod writer;

pub use announcements::Announcement;
pub use backup::{BackupError, BackupStats};
pub use cancel_and_requeue::{CancelledCommand, OpenCommand, RequeueResult};
pub use chat_state::{StateChange, StateEntry, StateKind};
pub use claim_writes::Claim;
pub use connection_status::{ConnectionReport, MAX_CLOCK_SKEW};
pub use console_access::ConsoleAccess;
pub use conversation::PastCommand;
pub use error::{LeaseError, OpenError, StoreUnavailable};
pub use history::{HistoryEntry, HistoryPage};
pub use incidents::{DeadLetters, IncidentRow};
pub use lease_state::LEASE_TTL;
pub use list::{ListColumn, ListFilter};
pub use message_versions::{DELETION_VERSION, DELIVERY_VERSION, EDIT_WINDOW, MAX_EDITS, MessageVersion};
pub use new_command::{InsertResult, NewCommand, SenderIdentity};
pub use open::OpenedStore;
pub use rate_limits::SqlRateLimitStore;
pub use read::{AuditEvent, CommandRow, QueueStats};
pub use record::{CommandRecord, Outcome};
pub use refused::{HOUR_MS, REFUSED_TTL_MS, RefusedCount, RefusedRow};
pub use retention::{RetentionPolicy, RetentionStats};
pub use search::{CommandDetails, ReplyTime, SearchPage};
pub use store::Store;
