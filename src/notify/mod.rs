//! Notifies the operator of incidents (`[notify]`): by a signed POST to a URL, and by a WhatsApp message to the owner.
//!
//! A watch compares what is known with the stored incidents, and changes them: an incident starts, is resolved, or has news.
//! Two senders deliver what is due, one for each channel, so that neither waits for the other. All of them work on
//! versions of the incident in the journal, so that of several replicas one sends, and a restart neither repeats nor
//! forgets. While the journal cannot be used there is only the incident that says so: it is kept in memory, by each
//! process for itself.

mod incident;
mod incident_store;
mod message;
mod notifier;
mod observe;
mod post;
mod test_message;
mod whatsapp;

pub use notifier::Notifier;
pub use post::NotifyClientError;
pub use test_message::{TestResult, send_test};
