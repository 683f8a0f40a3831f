//! `/whoami`: how the bot knows the person who asks.

use futures_util::future::BoxFuture;

use super::who::forbidden;
use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::config::AdminsFrom;
use crate::directory::Roster;
use crate::reply::{Phrase, Reply, quoted};

/// The command.
pub const SPEC: Spec = Spec {
    name: "whoami",
    pt: &["quemsou"],
    es: &["quiensoy"],
    args: &[],
    is_mutating: false,
    chapter: Chapter::Bot,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        if let Some(roster) = context.roster.filter(|_| context.admin.from == AdminsFrom::Community) {
            return Ok(of_communities(context, roster));
        }
        let listed =
            |names: &[String]| if names.iter().any(|name| name == "*") { Vec::new() } else { names.to_vec() };
        Ok(Reply::WhoAmI {
            name: context.own_name(),
            phone: context.sender.phone.map(|phone| phone.to_string()),
            lid: context.sender.lid.map(|lid| lid.to_string()),
            chat: context.chat.to_string(),
            commands: listed(&context.admin.commands),
            communities: listed(&context.admin.communities),
        })
    })
}

/// The same for an admin of communities, with the names of these.
fn of_communities(context: &Context<'_>, roster: &Roster) -> Reply {
    let known = roster.find(context.sender).map(|found| found.communities).unwrap_or_default();
    let named = |id: &String| {
        let known = known.iter().find(|community| community.id.as_str() == id);
        known.map_or_else(|| id.clone(), |community| quoted(&community.name))
    };
    let communities: Vec<String> = context.admin.communities.iter().map(named).collect();
    let seen = context.sender;
    let mut lines = vec![Phrase::new("whoami").name("name", context.admin.name.as_str())];
    lines.extend(seen.phone.map(|phone| Phrase::new("whoami-phone").plain("phone", phone.to_string())));
    lines.extend(seen.lid.map(|lid| Phrase::new("whoami-lid").plain("lid", lid.to_string())));
    lines.push(Phrase::new("whoami-chat").plain("chat", context.chat.to_string()));
    lines.push(Phrase::new("whoami-may-but").plain("orders", forbidden(context)));
    lines.push(Phrase::new("whoami-where").plain("communities", communities.join(", ")));
    Reply::Said(lines)
}
