//! The configuration: sections, keys, defaults.
//!
//! [`load`] finds the file, applies the environment and reports every error of both at once. In a [`Config`], ids parse,
//! secrets are long enough and addresses are valid.
//!
//! `value_tree` parses the file, `environment` overrides its values, `unknown_keys` reports keys that do not exist, then
//! each section is read by the file that declares it with `section!`: `server`, `instance`, `verify`, `admin`.
//! An error is a [`Diagnostic`], and reading goes on.

mod admin;
mod credential;
mod diagnostic;
mod environment;
mod instance;
mod ip_range;
mod key;
mod load;
mod parse;
pub mod schema;
mod secret_file;
mod section;
mod server;
#[cfg(test)]
mod tests;
mod unknown_keys;
mod urls;
mod value_tree;
mod verify;

pub use admin::{Admin, AdminsFrom};
pub use diagnostic::Diagnostic;
pub use instance::{Instance, NonAdminPolicy, RateLimits};
pub use ip_range::AddressRange;
pub use jiff::tz::TimeZone;
pub use load::{Config, ConfigSource, LoadedConfig, load};
pub use server::{ServerConfig, StoreConfig};
pub use verify::{HmacConfig, VerifyConfig};
