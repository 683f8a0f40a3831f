//! `/more`: the next page of the last long list that this admin was shown in this chat.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine};

pub const SPEC: CommandSpec = CommandSpec::non_mutating("more", Pt(&["mais"]), Es(&["más"]), &[]);

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let nothing = ReplyLine::new("more-nothing").with_command("groups", "groups", &[]);
    Ok(context.show_next_page().await?.unwrap_or(Reply::Report(vec![nothing])))
}
