//! `/invite <community|group>`: shows the invitation link; with `reset`, makes a new one.
//!
//! A community has the link of its announcement group. A new link can be made again after a crash; which one
//! is valid is read.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::directory::{CommunityEntry, NamedEntry, fold};
use crate::domain::{CommunityId, GroupId};
use crate::engine::api_change::{self, ApiChange};
use crate::engine::audience::announcement_group;
use crate::engine::target::{self, Target};
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::zapi::{ApiError, ChangePermit, InvitationScope, Zapi};

// Mutating: a new link is a change.
pub const SPEC: CommandSpec = CommandSpec::mutating(
    "invite",
    Pt(&["convite"]),
    Es(&["invitación", "invitar"]),
    &[ArgKind::Keyword("arg-invite")],
);

/// A new link.
#[derive(Serialize, Deserialize)]
struct NewLink {
    /// The link is for its community itself.
    is_whole: bool,
    /// The group of the link.
    group: GroupId,
    /// The name of what the link is for.
    place: String,
    /// The community that it is of, if any.
    community: Option<CommunityId>,
    /// The name of its community.
    name: Option<String>,
    /// The link before, if it can be read.
    old: Option<String>,
    /// This attempt planned it: no earlier one has made another link.
    #[serde(skip)]
    is_first: bool,
    /// The response of the call.
    #[serde(skip)]
    returned: OnceLock<String>,
    /// The link that was read.
    #[serde(skip)]
    current: OnceLock<String>,
}

impl ApiChange for NewLink {
    const COMMAND: &'static str = SPEC.name;
    const CALL: &'static str = "redefine-invitation-link";
    const WAITS_BEFORE_REPEAT: bool = true;

    async fn plan(context: &mut Context<'_>, arguments: &Arguments) -> Result<Self, CommandError> {
        let (mut link, is_reset) = parse_target(context, arguments).await?;
        link.old = context.zapi.invitation(&link.group).await?.filter(|link| is_displayable_link(link));
        if !is_reset {
            return Err(match &link.old {
                Some(old) => Reply::Lines(link_lines(ReplyLine::new("invite-link"), &link.place, old)).into(),
                None => ReplyLine::not_done("invite-unseen").name("place", link.place).into(),
            });
        }
        failpoint::reach(Step::StateRead);
        let preview = ReplyLine::preview("invite-would").name("place", link.place.as_str());
        let (command, arguments) = ((SPEC.name, Some(&*link.place)), format!("{} reset", link.target_id()));
        context.preview_or_confirm_for(command, arguments, vec![preview], true)?;
        Ok(link)
    }

    async fn call(&self, zapi: &Zapi, permit: ChangePermit) -> Result<(), ApiError> {
        let scope = match &self.community {
            Some(community) if self.is_whole => InvitationScope::Community(community),
            _ => InvitationScope::Group(&self.group),
        };
        let _ = self.returned.set(zapi.reset_invitation(scope, permit).await?);
        Ok(())
    }

    async fn is_applied(&self, zapi: &Zapi) -> Result<bool, ApiError> {
        let Some(link) = zapi.invitation(&self.group).await? else { return Ok(false) };
        let is_new = match self.returned.get() {
            // Of several new links only the last one is valid.
            Some(returned) if !self.is_first || self.old.is_none() => link == *returned,
            _ => self.old.as_ref().is_some_and(|old| link != *old),
        };
        if is_new {
            let _ = self.current.set(link);
        }
        Ok(is_new)
    }

    fn status_command(&self) -> Option<(&'static str, Vec<&str>)> {
        Some((SPEC.name, vec![self.target_id()]))
    }

    fn done_lines(&self, _: &mut Context<'_>) -> Vec<ReplyLine> {
        match self.link() {
            Some(link) => link_lines(ReplyLine::done("invite-done"), &self.place, link),
            None => vec![ReplyLine::unknown("invite-unseen").name("place", self.place.as_str())],
        }
    }

    fn not_done_lines(&self, _: &mut Context<'_>, reason: ReplyLine) -> Vec<ReplyLine> {
        let line = |link: &String| ReplyLine::new("invite-answered").with_plain("link", link);
        std::iter::once(reason).chain(self.link().map(line)).collect()
    }
}

impl NewLink {
    /// The id of what the link is for.
    fn target_id(&self) -> &str {
        self.community.as_ref().filter(|_| self.is_whole).map_or(self.group.as_str(), CommunityId::as_str)
    }

    /// The new link, as it was read, else as the call returned it.
    fn link(&self) -> Option<&String> {
        self.current.get().or(self.returned.get()).filter(|link| is_displayable_link(link))
    }
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    if let Some(plan) = api_change::stored_plan::<NewLink>(context)? {
        let community = plan.community.map(|id| NamedEntry { id, name: plan.name.unwrap_or_default() });
        if !target::may_manage(context, community.as_ref()) {
            return Ok(Reply::rights_revoked(true));
        }
    }
    api_change::run::<NewLink>(context, arguments).await
}

/// Parses what the link is for, and whether to make a new one.
async fn parse_target(
    context: &mut Context<'_>,
    arguments: &Arguments,
) -> Result<(NewLink, bool), CommandError> {
    let (typed, is_reset) = match arguments.words().join(" ") {
        // `novo` may belong to its name.
        whole if is_whole_name(context, &whole).await? => (whole, false),
        _ => parse_target_words(&arguments.keywords()),
    };
    let after = if is_reset { "reset" } else { "" };
    if typed.is_empty() {
        return Err(context.ask_for(&SPEC, UsageError::MissingTarget, after).into());
    }
    let target = target::find_target(context, SPEC.name, &typed, after).await?;
    Ok((find_link_target(context, target, &typed).await?, is_reset))
}

/// The name, quoted or not, and whether to make a new link. A single word is a name, unless it is the keyword
/// itself.
fn parse_target_words(words: &[String]) -> (String, bool) {
    let is_reset = |word: &String| in_word_list(word.trim_end_matches(['.', '!', '?']), "invite-reset");
    // `the link of sales`, `sales new link`.
    let words: Vec<_> = words.iter().filter(|word| fold(word) != "link").cloned().collect();
    match words.as_slice() {
        [first, rest @ ..] if is_reset(first) => (rest.join(" "), true),
        [rest @ .., last] if is_reset(last) => (rest.join(" "), true),
        words => (words.join(" "), false),
    }
}

/// Whether these words are the whole name of a group, or of a community that the admin sees.
async fn is_whole_name(context: &Context<'_>, words: &str) -> Result<bool, CommandError> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let is_it = |entry: &CommunityEntry| fold(&entry.name) == fold(words) && context.sees(entry);
    Ok(snapshot.groups.has_name(words) || snapshot.communities.all().any(is_it))
}

/// The link of a community or group, which is not read yet, if it may be shown.
async fn find_link_target(
    context: &Context<'_>,
    target: Target,
    typed: &str,
) -> Result<NewLink, CommandError> {
    let (group, community) = match &target {
        Target::Community(community) => {
            let details = context.zapi.community(&community.id).await?;
            (announcement_group(&details, target.name())?, Some(community.clone()))
        }
        Target::Group(group) => {
            let community = match context.zapi.group(&group.id).await?.community {
                Some(id) => {
                    let snapshot = context.directory.snapshot(context.zapi).await?;
                    let known = snapshot.communities.by_id(&id).cloned();
                    Some(known.unwrap_or(NamedEntry { id, name: String::new() }))
                }
                None => None,
            };
            (group.id.clone(), community)
        }
    };
    if !target::may_manage(context, community.as_ref()) {
        // Reveals no more than was typed of what the admin may not see.
        return Err(Reply::forbidden(SPEC.name, Some(typed.to_owned())).into());
    }
    let (community, name) = community.map(|entry| (entry.id, entry.name)).unzip();
    Ok(NewLink {
        is_whole: matches!(target, Target::Community(_)),
        group,
        place: target.name().to_owned(),
        community,
        name,
        old: None,
        is_first: true,
        returned: OnceLock::new(),
        current: OnceLock::new(),
    })
}

/// A link on a line of its own, easy to tap.
fn link_lines(head: ReplyLine, place: &str, link: &str) -> Vec<ReplyLine> {
    vec![head.name("place", place), ReplyLine::new("invite-address").with_plain("link", link)]
}

/// An https link in one word; nothing else is shown as one.
fn is_displayable_link(link: &str) -> bool {
    link.starts_with("https://") && link.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_for_a_new_link_stands_before_or_behind_the_place() {
        let rows: [(&[&str], &str, bool); 10] = [
            (&["bairro", "resetar."], "bairro", true),
            (&["bairro", "novo", "link"], "bairro", true),
            (&["Bairro Feliz"], "Bairro Feliz", false),
            (&["Bairro", "Feliz"], "Bairro Feliz", false),
            (&["Bairro Feliz", "reset"], "Bairro Feliz", true),
            (&["redefinir", "Bairro", "Feliz"], "Bairro Feliz", true),
            (&["Vendas", "restablecer"], "Vendas", true),
            (&["reset"], "", true),
            (&[], "", false),
            (&["Resetados"], "Resetados", false),
        ];
        for (words, place, is_reset) in rows {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(parse_target_words(&words), (place.to_owned(), is_reset), "{words:?}");
        }
    }
}
