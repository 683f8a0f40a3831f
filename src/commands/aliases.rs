//! `/aliases`: the short names of communities and groups.

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::engine::aliases::{alias_line, load_chat_aliases};
use crate::engine::target::Target;
use crate::parse::arguments::Arguments;
use crate::reply::{Reply, ReplyLine};

pub const SPEC: CommandSpec = CommandSpec::non_mutating("aliases", Pt(&["apelidos"]), Es(&["apodos"]), &[]);

pub async fn run(context: &mut Context<'_>, _: &Arguments) -> Result<Reply, CommandError> {
    let kept = load_chat_aliases(context.store, &context.instance.name).await?;
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let fixed = context.directory.config_aliases();
    // Aliases of the configuration hide those of a chat.
    let kept = kept.iter().filter(|(name, _)| context.directory.config_alias(name).is_none());
    let all = fixed.iter().map(|alias| (alias, true)).chain(kept.map(|alias| (alias, false)));
    let mut lines: Vec<(&String, ReplyLine)> = Vec::new();
    for ((name, id), is_fixed) in all {
        let line = match Target::from_id(id, &snapshot) {
            Some(thing) if !thing.is_visible_to(context) => continue,
            Some(thing) => alias_line(name, &thing),
            None => ReplyLine::new("alias-gone").name("short", name),
        };
        lines.push((name, line.with_icon(if is_fixed { "🔒" } else { "•" })));
    }
    lines.sort_by_key(|(name, _)| *name);
    let add = ReplyLine::new("aliases-add").with_command("command", "alias", &["bf", "=", "Bairro Feliz"]);
    if lines.is_empty() {
        return Ok(Reply::Lines(vec![ReplyLine::new("aliases-none"), add]));
    }
    let mut said = vec![ReplyLine::new("aliases").with_count("count", lines.len())];
    said.extend(lines.into_iter().map(|(_, line)| line));
    if !fixed.is_empty() {
        said.push(ReplyLine::new("aliases-fixed"));
    }
    said.push(add);
    Ok(Reply::Lines(said))
}
