//! What a command is: its names and its arguments.

use crate::directory::fold;
use crate::domain::Locale;
use crate::i18n;
use crate::parse::arguments::ArgKind;
use crate::reply::{Localizer, Reply, ReplyLine, UsageError};

/// The commands that may need a confirmation: they cannot be undone, or many people notice them.
pub const CONFIRMABLE: [&str; 9] =
    ["link", "unlink", "move", "create", "describe", "invite", "announce", "remove", "deactivate"];

/// Commands that run another, earlier command: `/confirm` the prompted one, `/undo` the reverse of the last change.
const INDIRECT: [&str; 2] = ["confirm", "undo"];

/// A command: its names and its arguments. Help and documentation are generated from it.
///
/// Five lists name commands in addition: `SECTIONS` of the help in commands/help.rs, [`CONFIRMABLE`] and `INDIRECT` in
/// this file, `IRREVERSIBLE` in command/prompt.rs, and `CONFIG_ADMINS_ONLY` in authorization.rs.
pub struct CommandSpec {
    /// The English name: the key in configuration, journal and translation files.
    pub name: &'static str,
    /// The names in Brazilian Portuguese; the help shows the first.
    pub pt: &'static [&'static str],
    /// The names in Spanish; the help shows the first.
    pub es: &'static [&'static str],
    /// Its arguments.
    pub args: &'static [ArgKind],
    /// Whether it changes something. Such commands of a chat run one after the other, and before each attempt a community
    /// admin is checked again.
    pub is_mutating: bool,
}

/// The Portuguese names of a command: a type of their own, so that they cannot be swapped with the Spanish ones.
pub struct Pt(pub &'static [&'static str]);

/// The Spanish names of a command.
pub struct Es(pub &'static [&'static str]);

impl CommandSpec {
    /// A command that changes something: its English name, its other names, and its arguments.
    pub const fn mutating(name: &'static str, Pt(pt): Pt, Es(es): Es, args: &'static [ArgKind]) -> Self {
        Self { name, pt, es, args, is_mutating: true }
    }

    /// A command that changes nothing.
    pub const fn non_mutating(name: &'static str, pt: Pt, es: Es, args: &'static [ArgKind]) -> Self {
        Self { is_mutating: false, ..Self::mutating(name, pt, es, args) }
    }

    /// Whether it only shows something.
    pub fn is_read_only(&self) -> bool {
        // These two change nothing in WhatsApp, but what the bot does.
        !self.is_mutating && !["cancel", "language"].contains(&self.name)
    }

    /// Whether its arguments may be names of communities or groups.
    pub fn takes_names(&self) -> bool {
        self.args.iter().any(|arg| matches!(arg, ArgKind::Community | ArgKind::Groups | ArgKind::Keyword(_)))
    }

    /// Whether it runs another, earlier command.
    pub fn is_indirect(&self) -> bool {
        INDIRECT.contains(&self.name)
    }

    /// Whether it says yes to a prompt.
    pub fn is_confirmation(&self) -> bool {
        self.name == "confirm"
    }

    /// Whether it may need a confirmation.
    pub fn is_confirmable(&self) -> bool {
        CONFIRMABLE.contains(&self.name)
    }

    /// Whether a part of its arguments is kept as it is typed.
    pub fn is_verbatim(&self) -> bool {
        self.args.iter().any(|arg| arg.is_verbatim())
    }

    /// All names in a language.
    pub fn names_in(&self, locale: Locale) -> &[&'static str] {
        match locale {
            Locale::En => std::slice::from_ref(&self.name),
            Locale::PtBr => self.pt,
            Locale::Es => self.es,
        }
    }

    /// The languages that have this name.
    pub fn locales_of_name(&self, typed: &str) -> Vec<Locale> {
        let typed = fold(typed);
        let is_of = |locale: &Locale| self.names_in(*locale).iter().any(|name| fold(name) == typed);
        Locale::ALL.into_iter().filter(is_of).collect()
    }

    /// The name in the help of a language.
    pub fn name_in(&self, locale: Locale) -> &'static str {
        self.names_in(locale).first().copied().unwrap_or(self.name)
    }

    /// Every name, the English one first, none twice.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let mut seen = Vec::new();
        let names = Locale::ALL.into_iter().flat_map(|locale| self.names_in(locale));
        names.copied().filter(move |name| {
            let is_new = !seen.contains(name);
            seen.push(name);
            is_new
        })
    }

    /// The usage: `/link <community> <groups…>`.
    pub fn usage(&self, localizer: &Localizer) -> String {
        let words = self.args.iter().map(|arg| i18n::text(localizer.locale, arg.key(), &[]));
        std::iter::once(localizer.format_command(self.name, &[])).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Examples.
    pub fn examples(&self, localizer: &Localizer) -> Vec<String> {
        let words = i18n::text(localizer.locale, &format!("help-{}-example", self.name), &[]);
        let command = localizer.format_command(self.name, &[]);
        words.split('\n').map(|words| format!("{command} {words}").trim_end().to_owned()).collect()
    }

    /// The question for a missing argument; none where the error is another one.
    pub fn question(&self, error: &UsageError, localizer: &Localizer) -> Option<Reply> {
        let example = self.examples(localizer).swap_remove(0);
        let whole = ReplyLine::new("ask-whole").with_plain("example", example);
        Some(Reply::UsageError(vec![ReplyLine::new(error.question()?), whole]))
    }

    /// The reply to a usage error.
    pub fn usage_error_reply(&self, error: UsageError, localizer: &Localizer) -> Reply {
        let example = self.examples(localizer).swap_remove(0);
        let usage = self.usage(localizer);
        // Without arguments, the usage is the example.
        let example = (example != usage).then(|| ReplyLine::new("example").with_plain("example", example));
        Reply::UsageError(std::iter::once(error.line(&usage)).chain(example).collect())
    }
}
