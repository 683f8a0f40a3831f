//! Which commands an admin may use, as a line of a reply.

use crate::authorization::CONFIG_ADMINS_ONLY;
use crate::command::Context;

/// The commands that admins of communities may not use.
pub fn forbidden_commands(context: &Context<'_>) -> String {
    format_commands(context, CONFIG_ADMINS_ONLY.into_iter())
}

/// Commands, by English name, as the chat writes them.
pub fn format_commands<'a>(context: &Context<'_>, names: impl Iterator<Item = &'a str>) -> String {
    let command = |name: &str| match context.catalog.lookup(name) {
        Some(spec) => context.localizer.format_command(spec.name, &[]),
        None => format!("{}{name}", context.localizer.prefix),
    };
    names.map(command).collect::<Vec<_>>().join(", ")
}
