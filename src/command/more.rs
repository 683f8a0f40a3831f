//! `/more`: the next page of the last long list that this admin was shown in this chat.

use futures_util::future::BoxFuture;

use super::{Arguments, CommandError, CommandSpec, Context, Handler, HelpSection};
use crate::reply::{ListPage, Reply, ReplyLine};

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "more",
    pt: &["mais"],
    es: &["más"],
    args: &[],
    is_mutating: false,
    section: HelpSection::Lookup,
    handler: Handler::Run(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, CommandError>> {
    Box::pin(async move {
        let nothing = || ReplyLine::new("more-nothing").order("groups", "groups", &[]);
        let more = context.show_next_page().await?;
        Ok(more.unwrap_or_else(|| Reply::ListPage(ListPage::from_lines(vec![nothing()]))))
    })
}
