//! The simulated WhatsApp: communities, groups and their people, with WhatsApp's rules.
//!
//! Pure state: no time, no I/O. [`World::link`], [`World::unlink`] and the like enforce the rules
//! (Z-API's documentation), for calls over HTTP and for changes by hand.
//! Ids are plain text, as in calls. People are in `people`, invite links in `invitations`.

use super::messages::{ChatUpdate, Chats, Reaction, SentMessage};
use super::person::KnownPerson;

/// Communities and groups, and the messages that the bot sent.
#[derive(Clone, Debug)]
pub struct World {
    communities: Vec<Community>,
    pub(super) groups: Vec<Group>,
    pub(super) people: Vec<KnownPerson>,
    /// Numbers without WhatsApp.
    pub(super) without_whatsapp: Vec<String>,
    /// A community, and a number that it invited in private.
    pub(super) invited: Vec<(String, String)>,
    /// A group, and a number that asks to join it.
    pub(super) requests: Vec<(String, String)>,
    limit: usize,
    created: u64,
    /// How many invite links were created.
    pub(super) invitations: u64,
    pub(super) chats: Chats,
}

/// A community. Its announcement group is a [`Group`] of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    /// 18 digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of its announcement group.
    pub announcement: String,
    /// Its description.
    pub description: String,
    /// Its photo as it was set: a URL or base64.
    pub photo: Option<String>,
    /// Everybody may add groups to it, not only its admins.
    pub groups_added_by_all: bool,
    /// The bot's role in it.
    pub bot_role: BotRole,
}

/// A group, ordinary or a community's announcement group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `<18 digits>-group`, or the old form `<phone>-<unix seconds>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The community that it belongs to.
    pub community: Option<String>,
    /// It is the announcement group of a community: no target of link or unlink.
    pub is_announcement: bool,
    /// The bot's role in it.
    pub bot_role: BotRole,
    /// The people in it, without the bot; of an announcement group, the people that were added to the community
    /// itself: [`World::participants`] has the others too.
    pub participants: Vec<GroupMember>,
    /// Its invite link; an announcement group's is its community's.
    pub invitation: String,
}

/// A person in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// Their number.
    pub phone: String,
    /// Their lid.
    pub lid: Option<String>,
    /// They are an admin of the group.
    pub is_admin: bool,
    /// They created it, and stay its admin.
    pub is_super_admin: bool,
}

/// The bot's role in a group or a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BotRole {
    /// An admin: may link and unlink.
    Admin,
    /// A member without rights.
    Member,
    /// Not a member: Z-API does not show it.
    Absent,
}

/// Why WhatsApp refuses a change. Invented: all texts, since none is documented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such community, or the bot is not in it.
    #[error("Community not found")]
    NoCommunity,
    /// There is no such group, or the bot is not in it.
    #[error("Group not found")]
    NoGroup,
    /// The bot is no admin of the community or of the group.
    #[error("You must be an admin")]
    NotAdmin,
    /// An announcement group stays with its community.
    #[error("The announcement group can not be changed")]
    Announcement,
    /// The group belongs to the community with this id.
    #[error("The group belongs to another community")]
    Elsewhere(String),
    /// The group is not in this community.
    #[error("The group is not linked to this community")]
    NotLinked,
    /// At least one ordinary group must stay.
    #[error("A community needs at least one group")]
    LastGroup,
    /// The community is full of groups.
    #[error("The community is full")]
    Full,
    /// The number has no WhatsApp, or is invalid.
    #[error("The phone does not exist on WhatsApp")]
    NoWhatsApp,
    /// They cannot be added, and no invitation was requested.
    #[error("The participant can not be added")]
    HardToAdd,
    /// They are not in the community.
    #[error("The participant is not in the community")]
    NotIn,
    /// They created the community, and stay its admin.
    #[error("The owner of the community can not be changed")]
    Owner,
    /// The community has as many admins as it can.
    #[error("The community has too many admins")]
    TooManyAdmins,
}

impl World {
    /// An empty world.
    pub fn empty() -> Self {
        Self {
            communities: Vec::new(),
            groups: Vec::new(),
            people: Vec::new(),
            without_whatsapp: Vec::new(),
            invited: Vec::new(),
            requests: Vec::new(),
            limit: 100,
            created: 0,
            invitations: 0,
            chats: Chats::default(),
        }
    }

    /// Creates a community with its announcement group and the bot as admin; returns its id.
    pub fn community(&mut self, name: &str) -> String {
        let id = self.next_number();
        let announcement = self.group(name);
        if let Some(group) = self.groups.last_mut() {
            group.is_announcement = true;
            group.community = Some(id.clone());
            group.participants.clear();
        }
        self.communities.push(Community {
            id: id.clone(),
            name: name.to_owned(),
            announcement,
            description: String::new(),
            photo: None,
            groups_added_by_all: false,
            bot_role: BotRole::Admin,
        });
        id
    }

    /// Creates an ordinary group in no community with the bot as admin; returns its id.
    pub fn group(&mut self, name: &str) -> String {
        let id = format!("{}-group", self.next_number());
        self.group_with_id(&id, name)
    }

    /// Creates an ordinary group with a given id, such as the old form `5511999999999-1623281429`.
    pub fn group_with_id(&mut self, id: &str, name: &str) -> String {
        self.created += 1;
        let invitation = self.next_invitation();
        let people = (1..=3).map(|nth| participant(self.created * 10 + nth, nth == 1)).collect();
        self.groups.push(Group {
            id: id.to_owned(),
            name: name.to_owned(),
            community: None,
            is_announcement: false,
            bot_role: BotRole::Admin,
            participants: people,
            invitation,
        });
        id.to_owned()
    }

    /// Creates an ordinary group in a community; returns its id.
    pub fn linked_group(&mut self, community: &str, name: &str) -> String {
        let id = self.group(name);
        if let Some(group) = self.groups.last_mut() {
            group.community = Some(community.to_owned());
        }
        id
    }

    /// Sets how many ordinary groups a community can hold; 100 by default.
    pub fn set_limit(&mut self, groups: usize) {
        self.limit = groups;
    }

    /// Sets the bot's role in a group or a community.
    pub fn set_bot_role(&mut self, id: &str, standing: BotRole) {
        for community in self.communities.iter_mut().filter(|c| c.id == id) {
            community.bot_role = standing;
        }
        for group in self.groups.iter_mut().filter(|g| g.id == id) {
            group.bot_role = standing;
        }
    }

    /// Renames a group.
    pub fn rename_group(&mut self, id: &str, name: &str) {
        for group in self.groups.iter_mut().filter(|g| g.id == id) {
            group.name = name.to_owned();
        }
    }

    /// Links a group to a community. Invented: if it is linked already, that is no error.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn link(&mut self, community: &str, group: &str) -> Result<(), Refusal> {
        self.may_change(community)?;
        let full = self.groups_of(community).len() >= self.limit;
        let group = self.target_group(group)?;
        match &group.community {
            Some(own) if own == community => return Ok(()),
            Some(other) => return Err(Refusal::Elsewhere(other.clone())),
            None => {}
        }
        if full {
            return Err(Refusal::Full);
        }
        group.community = Some(community.to_owned());
        Ok(())
    }

    /// Unlinks a group from a community.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn unlink(&mut self, community: &str, group: &str) -> Result<(), Refusal> {
        self.may_change(community)?;
        let is_last = self.groups_of(community).len() <= 1;
        let group = self.target_group(group)?;
        if group.community.as_deref() != Some(community) {
            return Err(Refusal::NotLinked);
        }
        if is_last {
            return Err(Refusal::LastGroup);
        }
        group.community = None;
        Ok(())
    }

    /// Deactivates a community: its groups stay, in no community; its announcement group does not.
    ///
    /// # Errors
    /// There is no such community, or the bot is no admin of it; nothing has changed.
    pub fn deactivate(&mut self, community: &str) -> Result<(), Refusal> {
        let announcement = self.may_change(community)?.announcement.clone();
        self.communities.retain(|c| c.id != community);
        self.groups.retain(|g| g.id != announcement);
        self.invited.retain(|(own, _)| own != community);
        for group in self.groups.iter_mut().filter(|g| g.community.as_deref() == Some(community)) {
            group.community = None;
        }
        Ok(())
    }

    /// Sets the description of a community.
    ///
    /// # Errors
    /// There is no such community, or the bot is no admin of it; nothing has changed.
    pub fn describe(&mut self, community: &str, text: &str) -> Result<(), Refusal> {
        text.clone_into(&mut self.owned_community(community)?.description);
        Ok(())
    }

    /// Sets the photo of a community, a URL or base64.
    ///
    /// # Errors
    /// There is no such community, or the bot is no admin of it; nothing has changed.
    pub fn set_photo(&mut self, community: &str, photo: &str) -> Result<(), Refusal> {
        self.owned_community(community)?.photo = Some(photo.to_owned());
        Ok(())
    }

    /// Sets whether everybody may add groups to a community, or only its admins.
    ///
    /// # Errors
    /// There is no such community, or the bot is no admin of it; nothing has changed.
    pub fn set_groups_added_by_all(&mut self, community: &str, by_all: bool) -> Result<(), Refusal> {
        self.owned_community(community)?.groups_added_by_all = by_all;
        Ok(())
    }

    /// A community that the bot may change.
    fn owned_community(&mut self, community: &str) -> Result<&mut Community, Refusal> {
        self.may_change(community)?;
        self.communities.iter_mut().find(|c| c.id == community).ok_or(Refusal::NoCommunity)
    }

    fn target_group(&mut self, id: &str) -> Result<&mut Group, Refusal> {
        let group = self.groups.iter_mut().find(|g| g.id == id).ok_or(Refusal::NoGroup)?;
        match group.bot_role {
            BotRole::Absent => Err(Refusal::NoGroup),
            _ if group.is_announcement => Err(Refusal::Announcement),
            BotRole::Member => Err(Refusal::NotAdmin),
            BotRole::Admin => Ok(group),
        }
    }

    /// All communities, in order of creation.
    pub fn communities(&self) -> &[Community] {
        &self.communities
    }

    /// All groups, with announcement groups, in order of creation.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The community with this id.
    pub fn find_community(&self, id: &str) -> Option<&Community> {
        self.communities.iter().find(|c| c.id == id)
    }

    /// The group with this id, ordinary or not.
    pub fn find_group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|g| g.id == id)
    }

    /// The announcement group of a community.
    pub fn announcement_of(&self, community: &str) -> Option<&Group> {
        self.find_group(&self.find_community(community)?.announcement)
    }

    /// The id of the first community with exactly this name.
    pub fn community_named(&self, name: &str) -> Option<String> {
        self.communities.iter().find(|c| c.name == name).map(|c| c.id.clone())
    }

    /// The id of the first ordinary group with exactly this name.
    pub fn group_named(&self, name: &str) -> Option<String> {
        self.groups.iter().find(|g| g.name == name && !g.is_announcement).map(|g| g.id.clone())
    }

    /// The id of the community that a group is in.
    pub fn community_of(&self, group: &str) -> Option<&str> {
        self.find_group(group)?.community.as_deref()
    }

    /// The ordinary groups of a community.
    pub fn groups_of(&self, community: &str) -> Vec<&Group> {
        let is_in = |g: &&Group| !g.is_announcement && g.community.as_deref() == Some(community);
        self.groups.iter().filter(is_in).collect()
    }

    /// The delivered messages of the bot, oldest first.
    pub fn sent(&self) -> &[SentMessage] {
        self.chats.sent()
    }

    /// The chat updates after the first `n`, with edits, oldest first; only the last ones are kept.
    pub fn updates_after(&self, n: usize) -> impl Iterator<Item = &ChatUpdate> {
        self.chats.updates_after(n)
    }

    /// The bot's reactions, oldest first, with those that were removed.
    pub fn reactions(&self) -> &[Reaction] {
        self.chats.reactions()
    }

    fn next_number(&mut self) -> String {
        self.created += 1;
        format!("120363{:012}", 186_053_900_000 + self.created * 37)
    }
}

fn participant(number: u64, is_admin: bool) -> GroupMember {
    GroupMember {
        phone: format!("55119{:08}", 80_000_000 + number),
        lid: Some(format!("{}@lid", 81_896_604_100_000 + number)),
        is_admin,
        is_super_admin: is_admin,
    }
}
