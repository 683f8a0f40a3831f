//! `/whoami`: how the bot knows the person who asks.

use futures_util::future::BoxFuture;

use super::who::forbidden;
use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::config::{Admin, AdminsFrom};
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
        let seen = context.sender;
        let mut lines = vec![Phrase::new("whoami").name("name", context.own_name())];
        lines.extend(seen.phone.map(|phone| Phrase::new("whoami-phone").plain("phone", phone.to_string())));
        lines.extend(seen.lid.map(|lid| Phrase::new("whoami-lid").plain("lid", lid.to_string())));
        lines.push(Phrase::new("whoami-chat").plain("chat", context.chat.to_string()));
        match context.roster.filter(|_| context.admin.from == AdminsFrom::Community) {
            Some(roster) => lines.extend(of_communities(context, roster)),
            None => lines.extend(of_config(context.admin)),
        }
        Ok(Reply::Said(lines))
    })
}

/// What the configuration lets an admin do, and where.
fn of_config(admin: &Admin) -> [Phrase; 2] {
    let listed = |key, placeholder, names: &[String], all| match names.iter().any(|name| name == "*") {
        true => Phrase::new(key).text(placeholder, all),
        false => Phrase::new(key).plain(placeholder, names.join(", ")),
    };
    [
        listed("whoami-may", "commands", &admin.commands, "all-commands"),
        listed("whoami-where", "communities", &admin.communities, "all-communities"),
    ]
}

/// What an admin of communities may do, and where, with the names of these.
fn of_communities(context: &Context<'_>, roster: &Roster) -> [Phrase; 2] {
    let known = roster.find_current(context.sender).map(|found| found.communities).unwrap_or_default();
    let named = |id: &String| {
        let known = known.iter().find(|community| community.id.as_str() == id);
        known.map_or_else(|| id.clone(), |community| quoted(&community.name))
    };
    let communities: Vec<String> = context.admin.communities.iter().map(named).collect();
    [
        Phrase::new("whoami-may-but").plain("orders", forbidden(context)),
        Phrase::new("whoami-where").plain("communities", communities.join(", ")),
    ]
}
