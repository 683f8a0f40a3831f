//! The people that a visitor of the page can be.

use super::sender::{ADMIN_NAME, Sender};
use crate::sandbox::World;

/// A person that a visitor can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Persona {
    /// The main admin.
    #[default]
    Admin,
    /// The admin of one community.
    CommunityAdmin,
    /// Somebody whom the bot does not know.
    Stranger,
    /// The owner of the bot's phone, in the chat with the main admin.
    Owner,
}

impl Persona {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Admin, Self::CommunityAdmin, Self::Stranger, Self::Owner];

    /// Its name in addresses and in the keys of texts.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Admin => "ana",
            Self::CommunityAdmin => "bruno",
            Self::Stranger => "zeca",
            Self::Owner => "owner",
        }
    }

    /// The persona with this name.
    pub(super) fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|persona| persona.tag() == tag)
    }

    /// The sender of its messages; of the owner, the partner of the direct chat.
    pub(super) fn sender(self, world: &World) -> Sender {
        match self {
            Self::Admin | Self::Owner => Sender::find_or_unknown(world, ADMIN_NAME),
            Self::CommunityAdmin => Sender::find_or_unknown(world, "Bruno"),
            Self::Stranger => Sender::find_or_unknown(world, "Zeca"),
        }
    }
}
