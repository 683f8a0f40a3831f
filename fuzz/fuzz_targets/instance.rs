//! Instance configuration of the targets.

use std::time::Duration;

use vincula::config::{Instance, RateLimits, NonAdminPolicy, VerifyConfig};
use vincula::domain::{InstanceName, Locale};

pub const ID: &str = "3C67AB641C8AA0412F6A2242B4E23AC7";

pub fn instance(verify: VerifyConfig) -> Instance {
    Instance {
        name: InstanceName::parse("main").expect("a name"),
        id: ID.to_owned(),
        token: "0A1B2C3D4E5F60718293A4B5".into(),
        client_token: None,
        base_url: "https://api.z-api.io".to_owned(),
        locale: Locale::En,
        prefixes: vec!["/".to_owned()],
        non_admins: NonAdminPolicy::Ignore,
        owner_commands: false,
        time_zone: vincula::config::TimeZone::UTC,
        admins_from: vincula::config::AdminsFrom::Config,
        max_event_age: Duration::from_secs(600),
        give_up_after: Duration::from_secs(1800),
        community_limit: 50,
        verify,
        limits: RateLimits { commands_per_minute: 30, changes_per_second: 1, messages_per_minute: 30 },
        admins: Vec::new(),
        aliases: Vec::new(),
    }
}
