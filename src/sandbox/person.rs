//! A person of the world.

/// Somebody whom the world knows beyond a group's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// Their number.
    pub phone: String,
    /// Their lid, `…@lid`.
    pub lid: Option<String>,
    /// Their name.
    pub name: String,
    /// Only an invitation reaches them: they let nobody add them to groups.
    pub is_hard_to_add: bool,
    /// Groups show their lid in place of the number.
    pub hides_number: bool,
}

/// What became of somebody who was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddResult {
    /// They are in, or were so already.
    Added,
    /// They got a private invitation, and are not in.
    Invited,
}
