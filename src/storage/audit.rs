//! The audit trail of commands.

use sqlx::AnyConnection;

use crate::clock::Timestamp;

/// Appends an event to the audit trail of a command.
pub(super) async fn insert_audit_event(
    connection: &mut AnyConnection,
    command: &str,
    at: Timestamp,
    event: &'static str,
    detail: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO audit_event (command, at, event, detail, seq)
         SELECT $1, $2, $3, $4, COALESCE(MAX(seq), 0) + 1 FROM audit_event WHERE command = $1",
    )
    .bind(command)
    .bind(at.0)
    .bind(event)
    .bind(detail)
    .execute(&mut *connection)
    .await?;
    Ok(())
}
