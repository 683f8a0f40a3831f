//! A community or a group, as people name it: a word may mean either.
//!
//! A whole name or an id comes before the beginning of a name. Communities that the admin may not see are
//! ignored.

use crate::authorization::may_everywhere;
use crate::command::{CommandError, Context, Prompt};
use crate::directory::{
    CommunityEntry, GroupEntry, InviteTarget, NameMatch, NamedEntry, Snapshot, disambiguate, fold,
};
use crate::domain::{CommunityId, GroupId};
use crate::parse::flags::Flags;
use crate::parse::names::strip_courtesy;
use crate::parse::word_lists::here_words;
use crate::reply::{MAX_CANDIDATES, Reply, ReplyLine};

/// A community or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A community.
    Community(CommunityEntry),
    /// A group.
    Group(GroupEntry),
}

impl Target {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Community(entry) => entry.id.as_str(),
            Self::Group(entry) => entry.id.as_str(),
        }
    }

    /// Its name, else its id.
    pub fn name(&self) -> &str {
        let name = match self {
            Self::Community(entry) => &entry.name,
            Self::Group(entry) => &entry.name,
        };
        if name.is_empty() { self.id() } else { name }
    }

    /// The translation key for what it is.
    pub fn kind_key(&self) -> &'static str {
        match self {
            Self::Community(_) => "kind-community",
            Self::Group(_) => "kind-group",
        }
    }

    /// The community or group of an id, if the lists have it.
    pub fn from_id(id: &str, snapshot: &Snapshot) -> Option<Self> {
        let community = CommunityId::parse(id).and_then(|id| snapshot.communities.by_id(&id));
        if let Some(entry) = community {
            return Some(Self::Community(entry.clone()));
        }
        let group = snapshot.groups.by_id(&GroupId::parse(id)?)?;
        Some(Self::Group(group.clone()))
    }

    /// Whether this admin may see it.
    pub fn is_visible_to(&self, context: &Context<'_>) -> bool {
        match self {
            Self::Community(entry) => context.sees(entry),
            Self::Group(_) => true,
        }
    }
}

/// The matches of a name.
pub enum TargetMatch {
    /// This one.
    One(Target),
    /// One of these.
    Many(Vec<Target>),
    /// None; these are the nearest.
    NotFound(Vec<Target>),
}

/// The community or group that was typed for a command; ends the command with a prompt where it is not clear. A choice
/// by number runs the command again, with `after` as its last arguments.
pub async fn find_target(
    context: &mut Context<'_>,
    command: &str,
    typed: &str,
    after: &str,
) -> Result<Target, CommandError> {
    match match_target(context, typed).await? {
        TargetMatch::One(target) => Ok(target),
        TargetMatch::Many(options) | TargetMatch::NotFound(options) => {
            let prompt = Prompt::new(&context.claim.command, context.localizer.locale, command);
            let prompt = Prompt { after: after.to_owned(), ..prompt };
            Err(prompt_choice(context, typed, options, prompt).into())
        }
    }
}

/// Asks which one is meant, and lets a number choose it: the command of the prompt is run again with the choice between
/// its arguments.
pub fn prompt_choice(
    context: &mut Context<'_>,
    typed: &str,
    mut options: Vec<Target>,
    prompt: Prompt,
) -> Reply {
    if options.is_empty() {
        let none = ReplyLine::not_done("no-target").name("name", typed);
        let none = none.with_command("communities", "communities", &[]).with_command("groups", "groups", &[]);
        return Reply::Lines(vec![none]);
    }
    options.truncate(MAX_CANDIDATES);
    // A dry run stays one.
    let dry_run = Flags { dry_run: context.is_dry_run(), ..Flags::default() };
    let names = disambiguate(&options.iter().map(to_entry).collect::<Vec<_>>());
    context.set_prompt(Prompt {
        names: names.clone(),
        before: format!("{} {}", dry_run.to_typed(), prompt.before).trim().to_owned(),
        options: options.iter().map(|place| place.id().to_owned()).collect(),
        ..prompt
    });
    let mut lines = vec![ReplyLine::not_done("many-targets").name("name", typed)];
    for (at, (place, name)) in options.iter().zip(names).enumerate() {
        let option = ReplyLine::new("target-option").with_plain("number", (at + 1).to_string());
        lines.push(option.name("name", name).text("kind", place.kind_key()));
    }
    lines.push(ReplyLine::new("choose-one"));
    Reply::Lines(lines)
}

/// Finds a name, an id, an alias, a number or an invitation; communities that the admin may not use are ignored, and so
/// are words of courtesy around the name. An invitation that leads to no group of the bot ends the command.
pub async fn match_target(context: &Context<'_>, wanted: &str) -> Result<TargetMatch, CommandError> {
    let found = match_words(context, wanted).await?;
    let plain = strip_courtesy(wanted);
    match found {
        TargetMatch::NotFound(_) if plain != wanted && !plain.is_empty() => match_words(context, plain).await,
        found => Ok(found),
    }
}

async fn match_words(context: &Context<'_>, wanted: &str) -> Result<TargetMatch, CommandError> {
    let zapi = context.zapi;
    let typed = context.resolve_list_number(wanted).await?.map_or_else(|| wanted.to_owned(), |(_, id)| id);
    let words = std::slice::from_ref(&typed);
    if let Some(invited) = context.directory.resolve_invitations(zapi, words).await?.pop().flatten() {
        let (name, reason) = match invited {
            InviteTarget::Group(group) => return Ok(TargetMatch::One(Target::Group(group))),
            InviteTarget::NotAMember(name) => (name, "invitation-not-a-member"),
            InviteTarget::Expired => (None, "invitation-expired"),
        };
        let line = ReplyLine::not_done("target-because").name("name", name.as_deref().unwrap_or(wanted));
        return Err(line.text("reason", reason).into());
    }
    let here = here_words();
    let is_alias = context.directory.alias(&typed).is_some();
    let sees = |entry: &CommunityEntry| context.sees(entry);
    let found = context.directory.find_community_among(zapi, &typed, sees).await?.into_entries();
    let to_targets = |entries: Vec<CommunityEntry>| entries.into_iter().map(Target::Community).collect();
    let (mut places, mut nearest): (Vec<Target>, Vec<Target>) = (to_targets(found.0), to_targets(found.1));
    // An id or an alias of a community has no other meaning.
    if let (true, [_]) = (is_alias || CommunityId::parse(&typed).is_some(), places.as_slice()) {
        return Ok(TargetMatch::One(places.remove(0)));
    }
    let groups = context.directory.find_groups(zapi, words, context.chat, &here).await?;
    let mut is_given = is_alias || GroupId::parse(&typed).is_some() || here.contains(&fold(&typed));
    for groups in context.retain_visible(words, groups).await? {
        is_given &= matches!(groups, NameMatch::Exact(_));
        let (found, near) = groups.into_entries();
        places.extend(found.into_iter().map(Target::Group));
        nearest.extend(near.into_iter().map(Target::Group));
    }
    let is_whole = |place: &Target| {
        fold(place.name()) == fold(&typed) || (is_given && matches!(place, Target::Group(_)))
    };
    if places.iter().any(is_whole) {
        places.retain(is_whole);
    }
    Ok(match places.len() {
        0 => TargetMatch::NotFound(nearest),
        1 => TargetMatch::One(places.remove(0)),
        _ => TargetMatch::Many(places),
    })
}

fn to_entry(place: &Target) -> NamedEntry<String> {
    NamedEntry { id: place.id().to_owned(), name: place.name().to_owned() }
}

/// Whether the admin may give commands there. A group belongs to its community; a group of none is for admins
/// with rights everywhere.
pub fn may_manage(context: &Context<'_>, community: Option<&CommunityEntry>) -> bool {
    match community {
        Some(community) => context.sees(community),
        None => may_everywhere(context.admin),
    }
}
