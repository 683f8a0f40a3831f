//! The list of commands. One file a command; nothing else lives here.

mod add;
pub mod alias;
mod aliases;
pub mod announce;
mod cancel;
mod communities;
mod community;
pub mod confirm;
mod create;
mod deactivate;
mod demote;
mod describe;
mod groups;
mod help;
mod history;
mod invite;
pub mod language;
mod link;
mod more;
mod move_groups;
pub mod photo;
mod promote;
mod remove;
pub mod settings;
mod status;
pub mod undo;
mod unlink;
mod who;
mod whoami;

use std::sync::LazyLock;

use crate::command::CommandSpec;
use crate::command::catalog::Catalog;
use crate::command::handler::{Command, Run};
use crate::domain::Locale;

/// A command that is run by itself.
macro_rules! direct {
    ($module:ident) => {
        Command {
            spec: &$module::SPEC,
            run: Some(|context, arguments| Box::pin($module::run(context, arguments))),
        }
    };
}

/// Every command, in the order of the help.
const COMMANDS: &[Command] = &[
    direct!(link),
    direct!(unlink),
    direct!(move_groups),
    direct!(communities),
    direct!(community),
    direct!(groups),
    direct!(create),
    direct!(describe),
    direct!(photo),
    direct!(settings),
    direct!(invite),
    direct!(announce),
    direct!(deactivate),
    direct!(add),
    direct!(remove),
    direct!(promote),
    direct!(demote),
    direct!(who),
    direct!(history),
    direct!(more),
    Command { spec: &confirm::SPEC, run: None },
    Command { spec: &undo::SPEC, run: None },
    direct!(cancel),
    direct!(status),
    direct!(whoami),
    direct!(language),
    direct!(alias),
    direct!(aliases),
    direct!(help),
];

/// The commands by name.
pub static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::new(COMMANDS.iter().map(|command| command.spec)));

/// How a command of the catalog is run; none if it stands for another command.
pub fn handler(spec: &CommandSpec) -> Option<Run> {
    COMMANDS.iter().find(|command| command.spec.name == spec.name)?.run
}

/// The name of a command in the help of a language, by its English name.
pub fn name_in(name: &str, locale: Locale) -> &'static str {
    CATALOG.name_in(name, locale)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::directory::fold;
    use crate::i18n;

    #[test]
    fn no_two_commands_share_a_name_and_each_is_documented() {
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for Command { spec, run } in COMMANDS {
            assert_eq!(spec.is_indirect(), run.is_none(), "{}", spec.name);
            for name in spec.names() {
                let other = owners.insert(fold(name), spec.name);
                assert!(other.is_none_or(|other| other == spec.name), "{name}");
            }
            for locale in Locale::ALL {
                for key in ["", "-long", "-example"] {
                    let key = format!("help-{}{key}", spec.name);
                    assert_ne!(i18n::text(locale, &key, &[]), key);
                }
            }
        }
    }
}
