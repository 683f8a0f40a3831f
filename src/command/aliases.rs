//! `/aliases`: the short names of communities and groups.

use futures_util::future::BoxFuture;

use super::alias::{self, kept};
use super::place::Place;
use super::{Arguments, Chapter, Context, Failure, Run, Spec};
use crate::reply::{Phrase, Reply};

/// The command.
pub const SPEC: Spec = Spec {
    name: "aliases",
    pt: &["apelidos"],
    es: &["apodos"],
    args: &[],
    is_mutating: false,
    chapter: Chapter::Bot,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, _: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let kept = kept(context.store, context.instance.name.as_str()).await?;
        let snapshot = context.directory.snapshot(context.zapi).await?;
        let fixed = context.directory.aliases();
        // One of the configuration hides one of a chat that was there before.
        let kept = kept.iter().filter(|(name, _)| context.directory.aliased(name).is_none());
        let all = fixed.iter().map(|alias| (alias, true)).chain(kept.map(|alias| (alias, false)));
        let mut lines: Vec<(&String, Phrase)> = Vec::new();
        for ((name, id), is_fixed) in all {
            let line = match Place::of(id, &snapshot) {
                Some(thing) if !thing.is_shown(context) => continue,
                Some(thing) => alias::line(name, &thing),
                None => Phrase::new("alias-gone").name("short", name).plain("id", id),
            };
            lines.push((name, line.mark(if is_fixed { "🔒" } else { "•" })));
        }
        lines.sort_by_key(|(name, _)| *name);
        let add = Phrase::new("aliases-add").order("order", "alias", &["bf", "=", "Bairro Feliz"]);
        if lines.is_empty() {
            return Ok(Reply::Said(vec![Phrase::new("aliases-none"), add]));
        }
        let mut said = vec![Phrase::new("aliases").count("count", lines.len())];
        said.extend(lines.into_iter().map(|(_, line)| line));
        if !fixed.is_empty() {
            said.push(Phrase::new("aliases-fixed"));
        }
        said.push(add);
        Ok(Reply::Said(said))
    })
}
