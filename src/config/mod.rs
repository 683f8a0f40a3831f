//! The configuration: sections, keys, defaults.
//!
//! [`load`] finds the file, applies the environment and reports every error of both at once. In a [`Config`], ids parse,
//! secrets are long enough and addresses are valid.
//!
//! `file` and `environment` fill the tree of values, in which `check_keys` checks each key against its row. Then the
//! sections are read and their values compared: `server`, `console`, `instance`, `verify`, `admins` and `notify` have the
//! rows, `section` reads them. An error is a [`Diagnostic`], and reading goes on.
//!
//! A new key is a row in its section's file, and a line in the sample of `tests`.

mod admins;
mod check_keys;
mod console;
mod diagnostic;
mod effective;
mod environment;
mod file;
mod instance;
mod key;
mod load;
mod log_filter;
mod notify;
mod parse;
pub mod schema;
mod secrets;
mod section;
mod server;
#[cfg(test)]
mod tests;
mod urls;
mod value_text;
mod value_tree;
mod verify;

pub use admins::{Admin, AdminsFrom};
pub use console::ConsoleConfig;
pub use diagnostic::Diagnostic;
pub use effective::{ConfigOrigin, ConfigValue, EffectiveConfig, EffectiveValues};
pub use instance::{Instance, NonAdminPolicy, RateLimits};
pub use jiff::tz::TimeZone;
pub use load::{Config, ConfigSource, LoadedConfig, load};
pub use log_filter::{LOG_FILTER_HELP, LogFilterError, parse_directives};
pub use notify::NotifyConfig;
pub use server::{ServerConfig, StoreConfig};
pub use urls::{AddressRange, is_loopback_host};
pub use verify::{HmacConfig, VerifyConfig};
