//! The only list of commands: help, documentation, rights and recognition follow from it.

use super::{
    CommandSpec, add, alias, aliases, announce, cancel, communities, community, confirm, create, deactivate,
    demote, describe, groups, help, history, invite, language, link, more, move_groups, photo, promote,
    remove, settings, status, undo, unlink, who, whoami,
};
use crate::domain::Locale;

/// Every command, in the order of the help.
pub const COMMANDS: &[&CommandSpec] = &[
    &link::SPEC,
    &unlink::SPEC,
    &move_groups::SPEC,
    &communities::SPEC,
    &community::SPEC,
    &groups::SPEC,
    &create::SPEC,
    &describe::SPEC,
    &photo::SPEC,
    &settings::SPEC,
    &invite::SPEC,
    &announce::SPEC,
    &deactivate::SPEC,
    &add::SPEC,
    &remove::SPEC,
    &promote::SPEC,
    &demote::SPEC,
    &who::SPEC,
    &history::SPEC,
    &more::SPEC,
    &confirm::SPEC,
    &undo::SPEC,
    &cancel::SPEC,
    &status::SPEC,
    &whoami::SPEC,
    &language::SPEC,
    &alias::SPEC,
    &aliases::SPEC,
    &help::SPEC,
];

/// The English names, as the configuration's `commands` has them.
pub fn names() -> Vec<&'static str> {
    COMMANDS.iter().map(|spec| spec.name).collect()
}

/// The name of a command in the help of a language; what is no command stays as it is typed in
/// English.
pub fn name_in(name: &str, locale: Locale) -> &'static str {
    COMMANDS.iter().find(|spec| spec.name == name).map_or("help", |spec| spec.name_in(locale))
}

/// The commands as a Markdown table, for docs/commands.md.
pub fn markdown() -> String {
    let mut table = "| command | Português | Español | what it does |\n|---|---|---|---|\n".to_owned();
    for spec in COMMANDS {
        let words: Vec<String> =
            spec.args.iter().map(|arg| crate::i18n::text(Locale::En, arg.key(), &[])).collect();
        let listed =
            |names: &[&str]| names.iter().map(|name| format!("`/{name}`")).collect::<Vec<_>>().join(", ");
        let about = crate::i18n::text(Locale::En, &format!("help-{}", spec.name), &[]);
        let usage = format!("/{} {}", spec.name, words.join(" "));
        table.push_str(&format!(
            "| `{}` | {} | {} | {about} |\n",
            usage.trim(),
            listed(spec.pt),
            listed(spec.es)
        ));
    }
    table
}
