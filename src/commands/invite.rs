//! `/invite <community|group>`: shows the invitation link; with `reset`, makes a new one.
//!
//! A community has the link of its announcement group. A new link can be made again after a crash; which one
//! is valid is read.

use std::sync::OnceLock;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::directory::{CommunityEntry, NamedEntry, fold};
use crate::domain::{CommunityId, GroupId};
use crate::engine::api_change::{self, ApiChange};
use crate::engine::target::{self, Target, TargetMatch};
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::zapi::{ApiError, ChangePermit, InvitationScope, Zapi};

pub const SPEC: CommandSpec = CommandSpec {
    name: "invite",
    pt: &["convite"],
    es: &["invitación", "invitar"],
    args: &[ArgKind::Keyword("arg-invite")],
    // A new link is a change.
    is_mutating: true,
    section: HelpSection::Communities,
};

/// What is stored before the call that makes a new link.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct InvitePlan {
    /// What the link is for: the community itself, or a group of one or of none.
    whole: Option<String>,
    /// The group of the link.
    group: String,
    /// The name of what the link is for.
    place: String,
    /// Its community.
    community: Option<String>,
    /// The name of its community.
    name: Option<String>,
    /// The link before, if it can be read.
    old: Option<String>,
}

/// What a link is for.
struct LinkTarget {
    target: Target,
    /// The group whose link it is.
    group: GroupId,
    /// The community that it is of.
    community: Option<CommunityEntry>,
}

struct ResetInvite {
    community: Option<CommunityId>,
    group: GroupId,
    old_link: Option<String>,
    /// An earlier attempt may have made another link.
    is_started: bool,
    /// The response of the call.
    returned_link: OnceLock<String>,
    /// The link that was read.
    current_link: OnceLock<String>,
}

impl ApiChange for ResetInvite {
    const CALL: &'static str = "redefine-invitation-link";
    const ENDS_ANEW: bool = true;

    fn call<'a>(&'a self, zapi: &'a Zapi, permit: ChangePermit) -> BoxFuture<'a, Result<(), ApiError>> {
        let of = match &self.community {
            Some(community) => InvitationScope::Community(community),
            None => InvitationScope::Group(&self.group),
        };
        async move {
            let link = zapi.reset_invitation(of, permit).await?;
            let _ = self.returned_link.set(link);
            Ok(())
        }
        .boxed()
    }

    fn is_applied<'a>(&'a self, zapi: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        let read = async {
            let link = zapi.invitation(&self.group).await?;
            let answered = self.returned_link.get();
            let is_new = link.is_some()
                && match answered {
                    // Of several new links only the last one is valid.
                    Some(_) if self.is_started || self.old_link.is_none() => link.as_ref() == answered,
                    _ => self.old_link.is_some() && link != self.old_link,
                };
            if let (true, Some(link)) = (is_new, link) {
                let _ = self.current_link.set(link);
            }
            Ok(is_new)
        };
        Some(read.boxed())
    }

    fn status_command(&self) -> (&'static str, Vec<&str>) {
        (SPEC.name, vec![self.community.as_ref().map_or(self.group.as_str(), CommunityId::as_str)])
    }
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    if let Some(plan) = api_change::stored_plan::<InvitePlan>(context)? {
        let id = plan.community.as_deref().and_then(CommunityId::parse);
        let of = id.map(|id| NamedEntry { id, name: plan.name.clone().unwrap_or_default() });
        if !target::may_manage(context, of.as_ref()) {
            return Ok(Reply::RightsRevoked { is_started: true });
        }
        return reset_invite(context, plan, true).await;
    }
    let (typed, is_reset) = match arguments.words.join(" ") {
        // `novo` may belong to its name.
        whole if is_whole_name(context, &whole).await? => (whole, false),
        _ => parse_target_words(&arguments.words),
    };
    if typed.is_empty() {
        return Ok(SPEC.usage_error_reply(UsageError::MissingTarget, context.localizer));
    }
    let typed = strip_link_word(context, typed).await?;
    let after = if is_reset { "reset" } else { "" };
    let place = match target::find_target(context, SPEC.name, &typed, after).await? {
        Ok(place) => place,
        Err(reply) => return Ok(reply),
    };
    let target = match find_link_target(context, place, &typed).await? {
        Ok(target) => target,
        Err(reply) => return Ok(reply),
    };
    let link = context.zapi.invitation(&target.group).await?.filter(|link| is_displayable_link(link));
    let name = target.target.name();
    if !is_reset {
        return Ok(Reply::Lines(match link {
            Some(link) => link_lines(ReplyLine::new("invite-link"), name, &link),
            None => vec![ReplyLine::not_done("invite-unseen").name("place", name)],
        }));
    }
    failpoint::reach(Step::StateRead);
    let would = ReplyLine::new("invite-would").with_icon("➡️").name("place", name);
    let rest = format!("{} reset", target.target.id());
    if let Some(reply) = context.preview_or_confirm(SPEC.name, rest, Reply::Lines(vec![would]), true) {
        return Ok(reply);
    }
    let (community, of) = target.community.map(|entry| (entry.id.to_string(), entry.name)).unzip();
    let plan = InvitePlan {
        whole: matches!(target.target, Target::Community(_)).then(|| target.target.id().to_owned()),
        group: target.group.to_string(),
        place: name.to_owned(),
        community,
        name: of,
        old: link,
    };
    api_change::store_plan(context, &plan).await?;
    reset_invite(context, plan, false).await
}

/// The name, quoted or not, and whether to make a new link. A single word is a name, unless it is the keyword
/// itself.
fn parse_target_words(words: &[String]) -> (String, bool) {
    let is_reset = |word: &String| in_word_list(word.trim_end_matches(['.', '!', '?']), "invite-reset");
    // `new link` means the same as `new`.
    let words = match words {
        [rest @ .., reset, link] if !rest.is_empty() && is_reset(reset) && fold(link) == "link" => {
            &words[..words.len() - 1]
        }
        words => words,
    };
    match words {
        [word] if is_reset(word) => (String::new(), true),
        [first, rest @ ..] if !rest.is_empty() && is_reset(first) => (rest.join(" "), true),
        [rest @ .., last] if !rest.is_empty() && is_reset(last) => (rest.join(" "), true),
        words => (words.join(" "), false),
    }
}

/// Whether these words are the whole name of a group, or of a community that the admin sees.
async fn is_whole_name(context: &Context<'_>, words: &str) -> Result<bool, CommandError> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let is_it =
        |entry: &CommunityEntry| fold(&entry.name) == fold(words) && context.can_see(&entry.id, &entry.name);
    Ok(snapshot.groups.has_name(words) || snapshot.communities.all().any(is_it))
}

/// The name without the keyword, if that is a name: `link sales`.
async fn strip_link_word(context: &Context<'_>, typed: String) -> Result<String, CommandError> {
    let rest = typed.split_once(' ').filter(|(first, _)| fold(first) == "link").map(|(_, rest)| rest);
    Ok(match rest {
        Some(rest) if matches!(target::match_target(context, &typed).await?, TargetMatch::NotFound(_)) => {
            rest.to_owned()
        }
        _ => typed,
    })
}

/// The group of the link, or the reply if it may not be shown.
async fn find_link_target(
    context: &Context<'_>,
    place: Target,
    typed: &str,
) -> Result<Result<LinkTarget, Reply>, CommandError> {
    let (group, of) = match &place {
        Target::Community(community) => {
            let details = context.zapi.community(&community.id).await?;
            let Some(group) = details.announcement().map(|group| group.id.clone()) else {
                let none = ReplyLine::not_done("no-announcement-group").name("community", place.name());
                return Ok(Err(Reply::Lines(vec![none])));
            };
            (group, Some(community.clone()))
        }
        Target::Group(group) => {
            let of = match context.zapi.group(&group.id).await?.community {
                Some(id) => {
                    let snapshot = context.directory.snapshot(context.zapi).await?;
                    let known = snapshot.communities.by_id(&id).cloned();
                    Some(known.unwrap_or(NamedEntry { id, name: String::new() }))
                }
                None => None,
            };
            (group.id.clone(), of)
        }
    };
    if !target::may_manage(context, of.as_ref()) {
        // Reveals no more than was typed of what the admin may not see.
        return Ok(Err(Reply::Forbidden { command: SPEC.name, community: Some(typed.to_owned()) }));
    }
    Ok(Ok(LinkTarget { target: place, group, community: of }))
}

async fn reset_invite(
    context: &mut Context<'_>,
    plan: InvitePlan,
    is_started: bool,
) -> Result<Reply, CommandError> {
    let Some(group) = GroupId::parse(&plan.group) else { return Err(CommandError::MissingCommunity) };
    let change = ResetInvite {
        community: plan.whole.as_deref().and_then(CommunityId::parse),
        group,
        old_link: plan.old,
        is_started,
        returned_link: OnceLock::new(),
        current_link: OnceLock::new(),
    };
    let done = api_change::apply(context, &change, is_started).await?;
    let link =
        change.current_link.get().or(change.returned_link.get()).filter(|link| is_displayable_link(link));
    if done.is_ok() || change.returned_link.get().is_some() {
        context.set_undo(SPEC.name, None);
    }
    Ok(Reply::Lines(match (done, link) {
        (Ok(()), Some(link)) => link_lines(ReplyLine::done("invite-done"), &plan.place, link),
        (Ok(()), None) => vec![ReplyLine::unknown("invite-unseen").name("place", plan.place)],
        (Err(why_not), Some(link)) => {
            vec![why_not, ReplyLine::new("invite-answered").with_plain("link", link.as_str())]
        }
        (Err(why_not), None) => vec![why_not],
    }))
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
