//! `/more`: the next page of the last long list that this admin was shown in this chat.

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::parse::arguments::Arguments;
use crate::reply::{ListPage, Reply, ReplyLine};

pub const SPEC: CommandSpec = CommandSpec {
    name: "more",
    pt: &["mais"],
    es: &["más"],
    args: &[],
    is_mutating: false,
    section: HelpSection::Lookup,
};

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let nothing = || ReplyLine::new("more-nothing").with_command("groups", "groups", &[]);
    let more = context.show_next_page().await?;
    Ok(more.unwrap_or_else(|| Reply::ListPage(ListPage::from_lines(vec![nothing()]))))
}
