//! The people of the simulated WhatsApp: their membership and roles.
//!
//! The announcement group lists everybody in a community: the people that were added to the community itself, and those of
//! its groups. An admin of a group is not an admin of the community by that.

use std::collections::HashSet;

use super::person::{AddResult, KnownPerson};
use super::world::{BotRole, Community, Group, GroupMember, Refusal, World};

/// The most admins a community can have, the bot among them (Z-API's documentation).
const MAX_ADMINS: usize = 20;

impl World {
    /// Adds a person with a lid and a name.
    pub fn person(&mut self, phone: &str, lid: Option<&str>, name: &str) {
        self.people.push(KnownPerson {
            phone: phone.to_owned(),
            lid: lid.map(str::to_owned),
            name: name.to_owned(),
            is_hard_to_add: false,
            hides_number: false,
        });
    }

    /// The person cannot be added to groups, only invited.
    pub fn set_hard_to_add(&mut self, phone: &str) {
        self.person_entry(phone).is_hard_to_add = true;
    }

    /// Groups show the person's lid in place of the number, if they have one.
    pub fn set_hides_number(&mut self, phone: &str) {
        self.person_entry(phone).hides_number = true;
    }

    /// The number has no WhatsApp; every other one has.
    pub fn set_no_whatsapp(&mut self, phone: &str) {
        self.without_whatsapp.push(phone.to_owned());
    }

    fn person_entry(&mut self, phone: &str) -> &mut KnownPerson {
        let at = self.people.iter().position(|person| person.phone == phone).unwrap_or_else(|| {
            self.person(phone, None, phone);
            self.people.len() - 1
        });
        &mut self.people[at]
    }

    /// The people with a lid or a name.
    pub fn people(&self) -> &[KnownPerson] {
        &self.people
    }

    /// Whether a number has WhatsApp: 8 to 15 digits do, unless said otherwise.
    pub fn has_whatsapp(&self, phone: &str) -> bool {
        is_number(phone) && !self.without_whatsapp.iter().any(|without| without == phone)
    }

    /// The lid of a number, if it is known.
    pub fn lid_of(&self, phone: &str) -> Option<&str> {
        let person = self.people.iter().find(|person| person.phone == phone);
        person.and_then(|person| person.lid.as_deref()).or_else(|| {
            let mut everybody = self.groups.iter().flat_map(|group| &group.participants);
            everybody.find(|person| person.phone == phone).and_then(|person| person.lid.as_deref())
        })
    }

    /// The people in a group; in an announcement group, everybody in its community, once.
    pub fn participants(&self, group: &Group) -> Vec<GroupMember> {
        let mut all = group.participants.clone();
        let mut seen: HashSet<&str> = group.participants.iter().map(|person| person.phone.as_str()).collect();
        let community = group.community.as_deref().filter(|_| group.is_announcement);
        for linked in community.map(|id| self.groups_of(id)).unwrap_or_default() {
            for person in &linked.participants {
                if seen.insert(&person.phone) {
                    all.push(GroupMember { is_admin: false, is_super_admin: false, ..person.clone() });
                }
            }
        }
        all
    }

    /// Everybody in a community, without the bot.
    pub fn people_of(&self, community: &str) -> Vec<GroupMember> {
        self.announcement_of(community).map(|group| self.participants(group)).unwrap_or_default()
    }

    /// The numbers that a community invited in private since they could not be added, in order.
    pub fn invited(&self, community: &str) -> Vec<&str> {
        let here = self.invited.iter().filter(|(own, _)| own == community);
        here.map(|(_, phone)| phone.as_str()).collect()
    }

    /// Adds a person to a community directly, for the initial world or as if done by hand.
    pub fn join(&mut self, community: &str, phone: &str, is_admin: bool, is_super_admin: bool) {
        let lid = self.lid_of(phone).map(str::to_owned);
        let joined = GroupMember { phone: phone.to_owned(), lid, is_admin, is_super_admin };
        if let Some(kept) = self.participants_mut(community) {
            kept.retain(|person| person.phone != phone);
            kept.push(joined);
        }
    }

    /// Adds many people to a community at once, with names and with numbers from `5511960000000` on, so that a
    /// test with thousands is quick.
    pub fn crowd(&mut self, community: &str, count: u32) {
        let phone = |nth: u32| (5_511_960_000_000_u64 + u64::from(nth)).to_string();
        let new_person =
            |nth: u32| GroupMember { phone: phone(nth), lid: None, is_admin: false, is_super_admin: false };
        for nth in 0..count {
            self.person(&phone(nth), None, &format!("Maria Aparecida de Souza {nth:05}"));
        }
        if let Some(kept) = self.participants_mut(community) {
            kept.extend((0..count).map(new_person));
        }
    }

    /// Adds a person to an ordinary group directly, as if done by hand.
    pub fn join_group(&mut self, group: &str, phone: &str, is_admin: bool) {
        let lid = self.lid_of(phone).map(str::to_owned);
        let joined = GroupMember { phone: phone.to_owned(), lid, is_admin, is_super_admin: false };
        for group in self.groups.iter_mut().filter(|known| known.id == group) {
            group.participants.retain(|person| person.phone != phone);
            group.participants.push(joined.clone());
        }
    }

    /// Adds a request to join a group.
    pub fn ask_to_join(&mut self, group: &str, phone: &str) {
        self.requests.push((group.to_owned(), phone.to_owned()));
    }

    /// The numbers that asked to join a group, in order.
    pub fn requests(&self, group: &str) -> Vec<&str> {
        let here = self.requests.iter().filter(|(own, _)| own == group);
        here.map(|(_, phone)| phone.as_str()).collect()
    }

    /// Approves a request to join a group.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn approve(&mut self, group: &str, who: &str) -> Result<(), Refusal> {
        let phone = self.take_request(group, who)?;
        self.join_group(group, &phone, false);
        Ok(())
    }

    /// Rejects a request to join a group.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn reject(&mut self, group: &str, who: &str) -> Result<(), Refusal> {
        self.take_request(group, who).map(drop)
    }

    fn take_request(&mut self, group: &str, who: &str) -> Result<String, Refusal> {
        self.may_change_group(group)?;
        let asked = self.requests.iter().position(|(own, phone)| own == group && phone == who);
        Ok(self.requests.remove(asked.ok_or(Refusal::NotIn)?).1)
    }

    /// Adds a person to a group alone.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn add_to_group(&mut self, group: &str, who: &str) -> Result<(), Refusal> {
        self.may_change_group(group)?;
        if self.member_of_group(group, who).is_err() {
            let phone = self.find_number(who).ok_or(Refusal::NoWhatsApp)?;
            self.join_group(group, &phone, false);
        }
        Ok(())
    }

    /// Removes a person from a group alone.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn remove_from_group(&mut self, group: &str, who: &str) -> Result<(), Refusal> {
        self.may_change_group(group)?;
        let member = self.member_of_group(group, who)?;
        if member.is_super_admin {
            return Err(Refusal::Owner);
        }
        for group in self.groups.iter_mut().filter(|known| known.id == group) {
            group.participants.retain(|person| person.phone != member.phone);
        }
        Ok(())
    }

    /// Makes a person an admin of a group alone.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn promote_in_group(&mut self, group: &str, who: &str) -> Result<(), Refusal> {
        self.may_change_group(group)?;
        let member = self.member_of_group(group, who)?;
        if !member.is_admin {
            self.join_group(group, &member.phone, true);
        }
        Ok(())
    }

    /// Makes an admin of a group a plain member of it.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn demote_in_group(&mut self, group: &str, who: &str) -> Result<(), Refusal> {
        self.may_change_group(group)?;
        let member = self.member_of_group(group, who)?;
        if member.is_super_admin {
            return Err(Refusal::Owner);
        }
        if member.is_admin {
            self.join_group(group, &member.phone, false);
        }
        Ok(())
    }

    /// The bot must be an admin of the group to change its members.
    fn may_change_group(&self, group: &str) -> Result<(), Refusal> {
        match self.find_group(group).map(|group| group.bot_role) {
            None | Some(BotRole::Absent) => Err(Refusal::NoGroup),
            Some(BotRole::Member) => Err(Refusal::NotAdmin),
            Some(BotRole::Admin) => Ok(()),
        }
    }

    fn member_of_group(&self, group: &str, who: &str) -> Result<GroupMember, Refusal> {
        let mut people = self.find_group(group).ok_or(Refusal::NoGroup)?.participants.iter();
        people.find(|p| p.phone == who || p.lid.as_deref() == Some(who)).cloned().ok_or(Refusal::NotIn)
    }

    /// Adds a person, by number or lid, to a community. A member stays a member.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn add_person(&mut self, community: &str, who: &str, invites: bool) -> Result<AddResult, Refusal> {
        self.may_change(community)?;
        if self.member(community, who).is_ok() {
            return Ok(AddResult::Added);
        }
        let phone = self.find_number(who).ok_or(Refusal::NoWhatsApp)?;
        let is_hard_to_add = self.people.iter().any(|person| person.phone == phone && person.is_hard_to_add);
        match (is_hard_to_add, invites) {
            (true, false) => Err(Refusal::HardToAdd),
            (true, true) => {
                if !self.invited(community).contains(&phone.as_str()) {
                    self.invited.push((community.to_owned(), phone));
                }
                Ok(AddResult::Invited)
            }
            (false, _) => {
                self.join(community, &phone, false, false);
                Ok(AddResult::Added)
            }
        }
    }

    /// Removes a person from a community and all its groups.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn remove_person(&mut self, community: &str, who: &str) -> Result<(), Refusal> {
        self.may_change(community)?;
        let member = self.member(community, who)?;
        if member.is_super_admin {
            return Err(Refusal::Owner);
        }
        for group in self.groups.iter_mut().filter(|group| group.community.as_deref() == Some(community)) {
            group.participants.retain(|person| person.phone != member.phone);
        }
        Ok(())
    }

    /// Makes a person an admin of a community. An admin stays one.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn promote(&mut self, community: &str, who: &str) -> Result<(), Refusal> {
        self.may_change(community)?;
        let member = self.member(community, who)?;
        if member.is_admin {
            return Ok(());
        }
        // The bot, which is not among them, is one.
        let admins = 1 + self.people_of(community).iter().filter(|person| person.is_admin).count();
        if admins >= MAX_ADMINS {
            return Err(Refusal::TooManyAdmins);
        }
        self.join(community, &member.phone, true, false);
        Ok(())
    }

    /// Makes an admin of a community a plain member. A plain member stays one.
    ///
    /// # Errors
    /// WhatsApp's rules forbid it; nothing has changed.
    pub fn demote(&mut self, community: &str, who: &str) -> Result<(), Refusal> {
        self.may_change(community)?;
        let member = self.member(community, who)?;
        if member.is_super_admin {
            return Err(Refusal::Owner);
        }
        if member.is_admin {
            self.join(community, &member.phone, false, false);
        }
        Ok(())
    }

    /// The bot must be an admin of the community to change it.
    pub(super) fn may_change(&self, community: &str) -> Result<&Community, Refusal> {
        match self.find_community(community) {
            None | Some(Community { bot_role: BotRole::Absent, .. }) => Err(Refusal::NoCommunity),
            Some(Community { bot_role: BotRole::Member, .. }) => Err(Refusal::NotAdmin),
            Some(community) => Ok(community),
        }
    }

    /// A person in a community, named by number or lid.
    fn member(&self, community: &str, who: &str) -> Result<GroupMember, Refusal> {
        let mut people = self.people_of(community).into_iter();
        people.find(|p| p.phone == who || p.lid.as_deref() == Some(who)).ok_or(Refusal::NotIn)
    }

    /// The number behind a number or a lid, if it has WhatsApp.
    fn find_number(&self, who: &str) -> Option<String> {
        if self.has_whatsapp(who) {
            return Some(who.to_owned());
        }
        let person = self.people.iter().find(|person| person.lid.as_deref() == Some(who));
        person.map(|person| person.phone.clone()).or_else(|| {
            let mut everybody = self.groups.iter().flat_map(|group| &group.participants);
            everybody.find(|p| p.lid.as_deref() == Some(who)).map(|p| p.phone.clone())
        })
    }

    fn participants_mut(&mut self, community: &str) -> Option<&mut Vec<GroupMember>> {
        let announcement = self.find_community(community)?.announcement.clone();
        self.groups.iter_mut().find(|group| group.id == announcement).map(|group| &mut group.participants)
    }
}

fn is_number(text: &str) -> bool {
    (8..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0')
}
