//! What an operator configures: the sections, their defaults, and nothing that is not used.
//!
//! [`load`] finds the file, lays the environment over it and reports every mistake of both at once.
//! Whoever holds a [`Config`] may rely on it: ids parse, secrets are long enough, addresses fit.
//!
//! A value walks `tree` (file), `environment` (laid over it), `section` (checked against `keys`),
//! then the reader of its section (`server`, `instance`, `verify`, `admin`). A mistake on the way
//! is a [`Diagnostic`], and reading goes on.

mod urls;
mod admin;
mod credential;
mod environment;
mod diagnostic;
mod instance;
pub mod schema;
mod load;
mod ip_range;
mod secret_file;
mod section;
mod server;
#[cfg(test)]
mod tests;
mod value_tree;
mod unknown_keys;
mod parse;
mod verify;

pub use diagnostic::Diagnostic;
pub use ip_range::{AddressRange, ParseRangeError};
pub use load::{ConfigSource, LoadedConfig, load};

use std::net::SocketAddr;
use std::time::Duration;

use http::HeaderName;
pub use jiff::tz::TimeZone;
use secrecy::{SecretSlice, SecretString};

use crate::domain::{InstanceName, Lid, Locale, Phone};

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Listeners and limits of HTTP.
    pub server: ServerConfig,
    /// Where the journal is.
    pub store: StoreConfig,
    /// The connected WhatsApp numbers, in the order of their names; at least one.
    pub instances: Vec<Instance>,
}

/// `[server]`
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The public side: webhooks only.
    pub listen: SocketAddr,
    /// The private side: health and metrics.
    pub admin_listen: SocketAddr,
    /// Where Z-API reaches the public side: https, without a trailing slash.
    pub public_url: Option<String>,
    /// The largest body of a webhook, in bytes.
    pub max_body: usize,
    /// The most connections at a time.
    pub max_connections: usize,
    /// Addresses and ranges whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AddressRange>,
}

/// `[store]`
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// `sqlite:<path>` or `postgres://…`; a secret, since a URL may hold a password.
    pub url: SecretString,
    /// How long an order is kept after its end.
    pub retention: Duration,
    /// How long its texts are kept; never longer than `keep`.
    pub text_retention: Duration,
}

/// `[instances.<name>]`: one WhatsApp number connected at Z-API.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The name: a part of the webhook URL.
    pub name: InstanceName,
    /// Z-API's id of the instance.
    pub id: String,
    /// The instance token.
    pub token: SecretString,
    /// The account security token.
    pub client_token: Option<SecretString>,
    /// Where Z-API is: https (or http on loopback), without a trailing slash.
    pub base_url: String,
    /// The language of replies.
    pub locale: Locale,
    /// What an order begins with.
    pub prefixes: Vec<String>,
    /// What becomes of orders of people who are no admins.
    pub non_admins: NonAdminPolicy,
    /// Orders typed on the bot's own phone count as the owner's.
    pub owner_commands: bool,
    /// The time zone in which replies tell times.
    pub time_zone: TimeZone,
    /// Whether communities' own admins may give orders in them.
    pub admins_from: AdminsFrom,
    /// Orders sent longer ago are not run.
    pub max_event_age: Duration,
    /// How long an order is retried.
    pub give_up_after: Duration,
    /// How many ordinary groups a community can hold: a warning, not a wall.
    pub community_limit: usize,
    /// How a webhook proves where it comes from.
    pub verify: VerifyConfig,
    /// How much and how fast.
    pub limits: RateLimits,
    /// Who may give orders.
    pub admins: Vec<Admin>,
    /// Short names for communities and groups: as typed, and the id behind it.
    pub aliases: Vec<(String, String)>,
}

/// What becomes of orders of people who are no admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonAdminPolicy {
    /// Silence.
    Ignore,
    /// A refusal, at most once an hour a person.
    Refuse,
}

/// Who may give orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminsFrom {
    /// Those that the configuration names.
    Config,
    /// They, and the admins of a community in that community.
    Community,
}

/// `[instances.<name>.verify]`: all that is named must hold. Nothing named is `verify = "none"`.
#[derive(Clone, Debug, Default)]
pub struct VerifyConfig {
    /// The header `z-api-token` equals the instance token.
    pub zapi_token: bool,
    /// The last segment of the webhook's path.
    pub path_secret: Option<SecretString>,
    /// HMAC-SHA256 of the body in a header.
    pub hmac: Option<HmacConfig>,
    /// Standard Webhooks: any of these keys, as bytes.
    pub standard_webhooks: Option<Vec<SecretSlice<u8>>>,
}

/// `hmac = { header = "…", secrets = ["…"] }`
#[derive(Clone, Debug)]
pub struct HmacConfig {
    /// The header that carries the signature.
    pub header: HeaderName,
    /// Any of these keys may have signed.
    pub secrets: Vec<SecretSlice<u8>>,
}

/// `[instances.<name>.limits]`
#[derive(Clone, Copy, Debug)]
pub struct RateLimits {
    /// Orders of one admin a minute.
    pub commands_per_minute: u32,
    /// Changing calls to Z-API a second.
    pub changes_per_second: u32,
    /// Messages of the bot a minute.
    pub messages_per_minute: u32,
}

/// `[instances.<name>.admins.<key>]`: a person who may give orders.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Who says so.
    pub from: AdminsFrom,
    /// The key in the configuration.
    pub key: String,
    /// Their number; at least one of number and lid is there.
    pub phone: Option<Phone>,
    /// Their lid.
    pub lid: Option<Lid>,
    /// How the bot calls them.
    pub name: String,
    /// The commands they may give, by English name; `*` is all.
    pub commands: Vec<String>,
    /// The communities they may give them in, by id, alias or name; `*` is all.
    pub communities: Vec<String>,
}
