//! The only list of commands: help, README, rights and recognition follow from it.

use super::{
    Spec, add, cancel, communities, community, confirm, demote, groups, help, history, link, more, moving,
    promote, remove, status, undo, unlink, who, whoami,
};
use crate::domain::Locale;

/// Every command, in the order of the help.
pub const COMMANDS: &[&Spec] = &[
    &link::SPEC,
    &unlink::SPEC,
    &moving::SPEC,
    &communities::SPEC,
    &community::SPEC,
    &groups::SPEC,
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

/// The commands as a Markdown table, for the README.
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
