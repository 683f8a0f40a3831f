//! `/who <community>`: who may do what in a community.

use crate::authorization::may_in;
use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::config::Admin;
use crate::domain::Person;
use crate::engine::rights::{forbidden_commands, format_commands};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::reply::{Reply, ReplyLine};

pub const SPEC: CommandSpec =
    CommandSpec::non_mutating("who", Pt(&["quem"]), Es(&["quién"]), &[ArgKind::Community]);

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let here = |admin: &&Admin| may_in(admin, &community.id, &community.name, context.directory);
    let named: Vec<&Admin> = context.admins.all().filter(here).collect();
    let mut lines = vec![ReplyLine::new("who").name("community", community.name.as_str())];
    lines.extend(named.iter().map(|admin| config_admin_line(context, admin)));
    if context.admins.has_owner() {
        lines.push(ReplyLine::new("who-owner").with_icon("•"));
    }
    if lines.len() == 1 {
        lines.push(ReplyLine::new("who-nobody"));
    }
    let Some(community_admins) = context.community_admins else {
        lines.push(ReplyLine::new("who-not-community"));
        return Ok(Reply::Lines(lines));
    };
    let Some(admins) = community_admins.list_admins(context.zapi, &community).await? else {
        lines.push(ReplyLine::unknown("no-announcement-group").name("community", community.name.as_str()));
        return Ok(Reply::Lines(lines));
    };
    // People in the configuration have the rights that it gives.
    let is_named = |admin: &Person| context.admins.find(*admin, false).is_some();
    let mut others: Vec<Person> = admins.iter().copied().filter(|admin| !is_named(admin)).collect();
    others.sort_unstable_by_key(|person| (person.display().is_empty(), person.display()));
    others.dedup_by_key(|person| person.display());
    let key = if others.is_empty() { "who-community-nobody" } else { "who-community" };
    lines.push(ReplyLine::new(key).with_plain("commands", forbidden_commands(context)));
    lines.extend(others.into_iter().map(|person| community_admin_line(person).with_icon("•")));
    Ok(Reply::Lines(lines))
}

/// An admin of a community. A lid names nobody to a reader: its last digits tell two people apart.
fn community_admin_line(person: Person) -> ReplyLine {
    match person {
        Person { phone: Some(phone), .. } => {
            ReplyLine::new("who-person").with_plain("person", phone.display())
        }
        Person { lid: Some(lid), .. } => {
            let last = format!("{:04}", lid.as_u64() % 10_000);
            ReplyLine::new("who-without-number").with_plain("last", last)
        }
        Person { .. } => ReplyLine::new("who-hidden"),
    }
}

/// The rights of an admin of the configuration.
fn config_admin_line(context: &Context<'_>, admin: &Admin) -> ReplyLine {
    let line = |key| ReplyLine::new(key).with_icon("•").name("name", admin.name.as_str());
    let commands = || format_commands(context, admin.commands.iter().map(String::as_str));
    match admin.commands.iter().any(|name| name == "*") {
        true => line("who-admin-all"),
        false => line("who-admin").with_plain("commands", commands()),
    }
}
