//! A person of the world.

/// A person with more data than a group's list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// Their number.
    pub phone: String,
    /// Their lid, `…@lid`.
    pub lid: Option<String>,
    /// Their name.
    pub name: String,
    /// They cannot be added to groups, only invited.
    pub is_hard_to_add: bool,
    /// Groups show their lid in place of the number.
    pub hides_number: bool,
}

/// The result of adding a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddResult {
    /// They are a member, or were one already.
    Added,
    /// They got a private invitation, and are not a member.
    Invited,
}
