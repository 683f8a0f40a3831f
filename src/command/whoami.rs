//! `/whoami`: how the bot knows the person who asks.

use futures_util::future::BoxFuture;

use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::Reply;

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
        let listed =
            |names: &[String]| if names.iter().any(|name| name == "*") { Vec::new() } else { names.to_vec() };
        Ok(Reply::WhoAmI {
            name: context.admin.name.clone(),
            phone: context.sender.phone.map(|phone| phone.to_string()),
            lid: context.sender.lid.map(|lid| lid.to_string()),
            chat: context.chat.to_string(),
            commands: listed(&context.admin.commands),
            communities: listed(&context.admin.communities),
        })
    })
}
