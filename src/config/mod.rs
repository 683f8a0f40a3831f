//! The configuration: sections, keys, defaults.
//!
//! [`load`] finds the file, applies the environment and reports every error of both at once. In a [`Config`], ids parse,
//! secrets are long enough and addresses are valid.
//!
//! `value_tree` parses the file, `environment` overrides its values, `check_keys` checks each key against its row, then the
//! sections are read and their values compared: `sections` has all rows, `section` reads them. An error is a
//! [`Diagnostic`], and reading goes on.
//!
//! A new key is a row in `sections`, and a line in the sample of `tests`.

mod check_keys;
mod diagnostic;
mod effective;
mod environment;
mod key;
mod load;
mod log_filter;
mod parse;
pub mod schema;
mod secrets;
mod section;
mod sections;
#[cfg(test)]
mod tests;
mod urls;
mod value_tree;

pub use diagnostic::Diagnostic;
pub use effective::{ConfigOrigin, ConfigValue, EffectiveConfig, EffectiveValues};
pub use jiff::tz::TimeZone;
pub use load::{Config, ConfigSource, LoadedConfig, load};
pub use log_filter::{LOG_FILTER_HELP, LogFilterError, parse_directives};
pub use sections::{
    Admin, AdminsFrom, ConsoleConfig, HmacConfig, Instance, NonAdminPolicy, RateLimits, ServerConfig,
    StoreConfig, VerifyConfig,
};
pub use urls::AddressRange;
