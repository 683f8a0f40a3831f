//! `/who <community>`: who may do what in a community.

use futures_util::future::BoxFuture;

use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec, named};
use crate::authorise::{NOT_OF_COMMUNITIES, may_in};
use crate::config::Admin;
use crate::domain::Person;
use crate::reply::{Phrase, Reply};

/// The command.
pub const SPEC: Spec = Spec {
    name: "who",
    pt: &["quem"],
    es: &["quién"],
    args: &[Arg::Community],
    is_mutating: false,
    chapter: Chapter::People,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let community = context.named_community()?;
        let here = |admin: &&Admin| may_in(admin, &community.id, &community.name, context.directory);
        let named: Vec<&Admin> = context.admins.all().filter(here).collect();
        let mut lines = vec![Phrase::new("who").name("community", community.name.as_str())];
        lines.extend(named.iter().map(|admin| of_config(context, admin)));
        if context.admins.has_owner() {
            lines.push(Phrase::new("who-owner").mark("•"));
        }
        if lines.len() == 1 {
            lines.push(Phrase::new("who-nobody"));
        }
        let Some(roster) = context.roster else {
            lines.push(Phrase::new("who-not-community"));
            return Ok(Reply::Said(lines));
        };
        let Some(admins) = roster.admins_of(context.zapi, &community).await? else {
            lines.push(Phrase::unsure("no-announcement-group").name("community", community.name.as_str()));
            return Ok(Reply::Said(lines));
        };
        // Whom the configuration knows has the rights that it gives.
        let is_named = |admin: &Person| context.admins.find(*admin, false).is_some();
        let mut shown: Vec<String> =
            admins.iter().filter(|admin| !is_named(admin)).map(|admin| admin.shown()).collect();
        shown.sort_unstable();
        shown.dedup();
        let key = if shown.is_empty() { "who-community-nobody" } else { "who-community" };
        lines.push(Phrase::new(key).plain("orders", forbidden(context)));
        let unknown = shown.iter().any(String::is_empty);
        lines.extend(
            shown
                .into_iter()
                .filter(|shown| !shown.is_empty())
                .map(|shown| Phrase::new("who-person").mark("•").plain("person", shown)),
        );
        if unknown {
            lines.push(Phrase::new("who-hidden").mark("•"));
        }
        Ok(Reply::Said(lines))
    })
}

/// What an admin of the configuration may.
fn of_config(context: &Context<'_>, admin: &Admin) -> Phrase {
    let is_all = admin.commands.iter().any(|name| name == "*");
    let key = if is_all { "who-admin-all" } else { "who-admin" };
    let line = Phrase::new(key).mark("•").name("name", admin.name.as_str());
    if is_all {
        line
    } else {
        line.plain("orders", orders(context, admin.commands.iter().map(String::as_str)))
    }
}

/// What the admins of a community may not.
pub(super) fn forbidden(context: &Context<'_>) -> String {
    orders(context, NOT_OF_COMMUNITIES.into_iter())
}

fn orders<'a>(context: &Context<'_>, names: impl Iterator<Item = &'a str>) -> String {
    let order = |name: &str| match named(name) {
        Some(spec) => context.speech.order(spec.name, &[]),
        None => format!("{}{name}", context.speech.prefix),
    };
    names.map(order).collect::<Vec<_>>().join(", ")
}
