//! `/whoami`: how the bot knows the sender.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::config::{Admin, AdminsFrom};
use crate::directory::CommunityAdmins;
use crate::engine::rights::forbidden_commands;
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine, quote};

pub const SPEC: CommandSpec = CommandSpec::non_mutating("whoami", Pt(&["quemsou"]), Es(&["quiensoy"]), &[]);

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let seen = context.sender;
    let mut lines = vec![ReplyLine::new("whoami").name("name", context.sender_name())];
    lines.extend(
        seen.phone.map(|phone| ReplyLine::new("whoami-phone").with_plain("phone", phone.to_string())),
    );
    lines.extend(seen.lid.map(|lid| ReplyLine::new("whoami-lid").with_plain("lid", lid.to_string())));
    lines.push(ReplyLine::new("whoami-chat").with_plain("chat", context.chat.to_string()));
    match context.community_admins.filter(|_| context.admin.from == AdminsFrom::Community) {
        Some(community_admins) => lines.extend(community_admin_lines(context, community_admins)),
        None => lines.extend(config_admin_lines(context.admin)),
    }
    Ok(Reply::Lines(lines))
}

/// The rights of an admin of the configuration.
fn config_admin_lines(admin: &Admin) -> [ReplyLine; 2] {
    let listed = |key, placeholder, names: &[String], all| match names.iter().any(|name| name == "*") {
        true => ReplyLine::new(key).text(placeholder, all),
        false => ReplyLine::new(key).with_plain(placeholder, names.join(", ")),
    };
    [
        listed("whoami-may", "commands", &admin.commands, "all-commands"),
        listed("whoami-where", "communities", &admin.communities, "all-communities"),
    ]
}

/// The rights of an admin of communities, with the names of these.
fn community_admin_lines(context: &Context<'_>, community_admins: &CommunityAdmins) -> [ReplyLine; 2] {
    let known =
        community_admins.find_current(context.sender).map(|found| found.communities).unwrap_or_default();
    let named = |id: &String| {
        let known = known.iter().find(|community| community.id.as_str() == id);
        known.map_or_else(|| id.clone(), |community| quote(&community.name))
    };
    let communities: Vec<String> = context.admin.communities.iter().map(named).collect();
    [
        ReplyLine::new("whoami-may-all-but").with_plain("commands", forbidden_commands(context)),
        ReplyLine::new("whoami-where").with_plain("communities", communities.join(", ")),
    ]
}
