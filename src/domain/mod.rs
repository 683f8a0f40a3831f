//! Domain types: ids, people, messages, languages. No I/O.

mod delivery;
mod ids;
mod invite;
mod keys;
mod locale;
mod media;
mod message;
mod person;

pub use delivery::DeliveryReport;
pub use ids::{CommunityId, GroupId, InstanceName};
pub use invite::InviteLink;
pub use keys::{ConversationKey, OrderingKey};
pub use locale::Locale;
pub use media::{Media, MediaKind};
pub use message::{Chat, Message};
pub use person::{Lid, Person, Phone};
