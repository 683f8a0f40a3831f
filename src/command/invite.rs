//! `/invite <community|group>`: shows the link that lets people in; with `reset`, makes a new one.
//!
//! A community's link is that of its announcement group. A new link can be made again after a crash; which
//! one holds is read.

use std::sync::OnceLock;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::args::means;
use super::place::{self, Meant, Place};
use super::single::{self, Change};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::directory::{CommunityEntry, Entry, fold};
use crate::domain::{CommunityId, GroupId};
use crate::failpoint::{self, Step};
use crate::reply::{Mistake, Phrase, Reply};
use crate::zapi::{ApiError, Invites, TurnToChange, Zapi};

/// The command.
pub const SPEC: Spec = Spec {
    name: "invite",
    pt: &["convite"],
    es: &["invitación", "invitar"],
    args: &[Arg::Own("arg-invite")],
    // A new link is a change.
    is_mutating: true,
    chapter: Chapter::Communities,
    run: Run::This(run),
};

/// What is written to the journal before the call that makes a new link.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    /// What the link leads into: the community itself, or a group of one or of none.
    whole: Option<String>,
    /// The group whose link it is.
    group: String,
    /// The name of what it leads into.
    place: String,
    /// The community that it is of.
    community: Option<String>,
    /// The name of that.
    name: Option<String>,
    /// The link before, where the bot may see it.
    old: Option<String>,
}

/// Where a link leads.
struct Target {
    place: Place,
    /// The group whose link it is.
    group: GroupId,
    /// The community that it is of.
    of: Option<CommunityEntry>,
}

struct Reset {
    whole: Option<CommunityId>,
    group: GroupId,
    old: Option<String>,
    /// An earlier try may have made another link since the old one.
    is_begun: bool,
    /// What the call answered.
    answered: OnceLock<String>,
    /// What was read.
    read: OnceLock<String>,
}

impl Change for Reset {
    const CALL: &'static str = "redefine-invitation-link";
    const ENDS_ANEW: bool = true;

    fn call<'a>(&'a self, zapi: &'a Zapi, turn: TurnToChange) -> BoxFuture<'a, Result<(), ApiError>> {
        let of = match &self.whole {
            Some(community) => Invites::Community(community),
            None => Invites::Group(&self.group),
        };
        async move {
            let link = zapi.reset_invitation(of, turn).await?;
            let _ = self.answered.set(link);
            Ok(())
        }
        .boxed()
    }

    fn is_so<'a>(&'a self, zapi: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        let read = async {
            let link = zapi.invitation(&self.group).await?;
            let answered = self.answered.get();
            let is_new = link.is_some()
                && match answered {
                    // Of several new links only the last one holds.
                    Some(_) if self.is_begun || self.old.is_none() => link.as_ref() == answered,
                    _ => self.old.is_some() && link != self.old,
                };
            if let (true, Some(link)) = (is_new, link) {
                let _ = self.read.set(link);
            }
            Ok(is_new)
        };
        Some(read.boxed())
    }

    fn look(&self) -> (&'static str, Vec<&str>) {
        (SPEC.name, vec![self.whole.as_ref().map_or(self.group.as_str(), CommunityId::as_str)])
    }
}

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        if let Some(plan) = single::planned::<Plan>(context)? {
            let id = plan.community.as_deref().and_then(CommunityId::parse);
            let of = id.map(|id| Entry { id, name: plan.name.clone().unwrap_or_default() });
            if !place::may_at(context, of.as_ref()) {
                return Ok(Reply::NoLonger { is_begun: true });
            }
            return reset(context, plan, true).await;
        }
        let (typed, is_reset) = match arguments.words.join(" ") {
            // `novo` may be of its name.
            whole if is_whole_name(context, &whole).await? => (whole, false),
            _ => typed(&arguments.words),
        };
        if typed.is_empty() {
            return Ok(SPEC.mistake(Mistake::MissingPlace, context.speech));
        }
        let typed = without_link(context, typed).await?;
        let after = if is_reset { "reset" } else { "" };
        let place = match place::find(context, SPEC.name, &typed, after).await? {
            Ok(place) => place,
            Err(reply) => return Ok(reply),
        };
        let target = match target(context, place, &typed).await? {
            Ok(target) => target,
            Err(reply) => return Ok(reply),
        };
        let link = context.zapi.invitation(&target.group).await?.filter(|link| is_shown(link));
        let name = target.place.name();
        if !is_reset {
            return Ok(Reply::Said(match link {
                Some(link) => shown(Phrase::new("invite-link"), name, &link),
                None => vec![Phrase::not_done("invite-unseen").name("place", name)],
            }));
        }
        failpoint::reach(Step::Surveyed);
        let would = Phrase::new("invite-would").mark("➡️").name("place", name);
        let rest = format!("{} reset", target.place.id());
        if let Some(reply) = context.shown_first(SPEC.name, rest, Reply::Said(vec![would]), true) {
            return Ok(reply);
        }
        let (community, of) = target.of.map(|entry| (entry.id.to_string(), entry.name)).unzip();
        let plan = Plan {
            whole: matches!(target.place, Place::Community(_)).then(|| target.place.id().to_owned()),
            group: target.group.to_string(),
            place: name.to_owned(),
            community,
            name: of,
            old: link,
        };
        single::write_down(context, &plan).await?;
        reset(context, plan, false).await
    })
}

/// The place that is named, quoted or not, and whether its link is to be made anew. A word alone is a
/// name, unless it is the very word of the command.
fn typed(words: &[String]) -> (String, bool) {
    let is_reset = |word: &String| means(word.trim_end_matches(['.', '!', '?']), "invite-reset");
    // `new link` says no more than `new`.
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
async fn is_whole_name(context: &Context<'_>, words: &str) -> Result<bool, Failure> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let is_it =
        |entry: &CommunityEntry| fold(&entry.name) == fold(words) && context.sees(&entry.id, &entry.name);
    Ok(snapshot.groups.has_name(words) || snapshot.communities.all().any(is_it))
}

/// What is named without the word for what is asked for, where only so it may be a name: `link sales`.
async fn without_link(context: &Context<'_>, typed: String) -> Result<String, Failure> {
    let rest = typed.split_once(' ').filter(|(first, _)| fold(first) == "link").map(|(_, rest)| rest);
    Ok(match rest {
        Some(rest) if matches!(place::meant(context, &typed).await?, Meant::Nothing(_)) => rest.to_owned(),
        _ => typed,
    })
}

/// The group whose link it is, or what is answered to who may not have it.
async fn target(context: &Context<'_>, place: Place, typed: &str) -> Result<Result<Target, Reply>, Failure> {
    let (group, of) = match &place {
        Place::Community(community) => {
            let details = context.zapi.community(&community.id).await?;
            let Some(group) = details.announcement().map(|group| group.id.clone()) else {
                let none = Phrase::not_done("no-announcement-group").name("community", place.name());
                return Ok(Err(Reply::Said(vec![none])));
            };
            (group, Some(community.clone()))
        }
        Place::Group(group) => {
            let of = match context.zapi.group(&group.id).await?.community {
                Some(id) => {
                    let snapshot = context.directory.snapshot(context.zapi).await?;
                    let known = snapshot.communities.by_id(&id).cloned();
                    Some(known.unwrap_or(Entry { id, name: String::new() }))
                }
                None => None,
            };
            (group.id.clone(), of)
        }
    };
    if !place::may_at(context, of.as_ref()) {
        // Of a place that may not be theirs to know, no more is told than was typed.
        return Ok(Err(Reply::MayNot { command: SPEC.name, place: Some(typed.to_owned()) }));
    }
    Ok(Ok(Target { place, group, of }))
}

async fn reset(context: &mut Context<'_>, plan: Plan, is_begun: bool) -> Result<Reply, Failure> {
    let Some(group) = GroupId::parse(&plan.group) else { return Err(Failure::NoCommunity) };
    let change = Reset {
        whole: plan.whole.as_deref().and_then(CommunityId::parse),
        group,
        old: plan.old,
        is_begun,
        answered: OnceLock::new(),
        read: OnceLock::new(),
    };
    let done = single::carry_out(context, &change, is_begun).await?;
    let link = change.read.get().or(change.answered.get()).filter(|link| is_shown(link));
    if done.is_ok() || change.answered.get().is_some() {
        context.can_be_undone(SPEC.name, None);
    }
    Ok(Reply::Said(match (done, link) {
        (Ok(()), Some(link)) => shown(Phrase::done("invite-done"), &plan.place, link),
        (Ok(()), None) => vec![Phrase::unsure("invite-unseen").name("place", plan.place)],
        (Err(why_not), Some(link)) => {
            vec![why_not, Phrase::new("invite-answered").plain("link", link.as_str())]
        }
        (Err(why_not), None) => vec![why_not],
    }))
}

/// A link on a line of its own, where a thumb finds it.
fn shown(head: Phrase, place: &str, link: &str) -> Vec<Phrase> {
    vec![head.name("place", place), Phrase::new("invite-address").plain("link", link)]
}

/// A link of the web in one word; nothing else is shown as one.
fn is_shown(link: &str) -> bool {
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
            assert_eq!(typed(&words), (place.to_owned(), is_reset), "{words:?}");
        }
    }
}
