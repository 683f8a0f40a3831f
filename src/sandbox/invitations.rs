//! Invite links: one for each group; a community's is that of its announcement group. A new link invalidates the
//! old one.

use super::world::{BotRole, Group, Refusal, World};

impl World {
    /// The valid link of a group or a community.
    pub fn invitation(&self, id: &str) -> Option<&str> {
        self.find_group(self.invitation_owner(id)).map(|group| group.invitation.as_str())
    }

    /// The group of a valid link.
    pub fn group_invited_by(&self, link: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.invitation == link)
    }

    /// Resets the link of a group or a community, and returns the new one.
    ///
    /// # Errors
    /// There is no such group or community, or the bot is no admin of it; nothing has changed.
    pub fn reset_invitation(&mut self, id: &str) -> Result<String, Refusal> {
        let into = match self.find_community(id) {
            Some(_) => self.may_change(id)?.announcement.clone(),
            None => match self.find_group(id).map(|group| group.bot_role) {
                None | Some(BotRole::Absent) => return Err(Refusal::NoGroup),
                Some(BotRole::Member) => return Err(Refusal::NotAdmin),
                Some(BotRole::Admin) => id.to_owned(),
            },
        };
        let link = self.next_invitation();
        for group in self.groups.iter_mut().filter(|group| group.id == into) {
            group.invitation.clone_from(&link);
        }
        Ok(link)
    }

    fn invitation_owner<'a>(&'a self, id: &'a str) -> &'a str {
        self.find_community(id).map_or(id, |community| &community.announcement)
    }

    /// A link that did not exist yet: 22 letters and digits, as in real ones.
    pub(super) fn next_invitation(&mut self) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.invitations += 1;
        // The characters come from a simple generator whose seed differs for each link.
        let mut number = self.invitations;
        let mut sign = || {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let nth = usize::try_from((number >> 33) % 62).unwrap_or_default();
            char::from(ALPHABET[nth])
        };
        let code: String = (0..22).map(|_| sign()).collect();
        format!("https://chat.whatsapp.com/{code}")
    }
}
