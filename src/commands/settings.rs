//! `/settings <community> add-groups admins|all`: sets who may add groups to a community.
//!
//! WhatsApp does not show the setting: the response of Z-API is all that is known. The last setting from here
//! is stored, for undo.

use serde::{Deserialize, Serialize};

use crate::command::{CommandError, CommandSpec, Context, Es, Prompt, Pt};
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::i18n;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::storage::StateKind;
use crate::zapi::{AddPolicy, ApiError, ChangePermit, Zapi};

/// The command.
pub const SPEC: CommandSpec = CommandSpec::mutating(
    "settings",
    Pt(&["configurar", "ajustes"]),
    Es(&["ajustes", "configurar"]),
    &[ArgKind::Community, ArgKind::Keyword("arg-settings")],
);

/// A setting of a community.
#[derive(Serialize, Deserialize)]
struct Setting {
    community: CommunityId,
    name: String,
    who: AddPolicy,
    /// The setting before, if it is known.
    before: Option<AddPolicy>,
}

impl ApiChange for Setting {
    const COMMAND: &'static str = SPEC.name;
    const CALL: &'static str = "communities/settings";

    async fn plan(context: &mut Context<'_>, arguments: &Arguments) -> Result<Self, CommandError> {
        let community = context.require_community()?;
        let set = context.get_state(StateKind::Setting, community.id.as_str()).await?;
        let before = set.and_then(|set| parse_policy(&set.value));
        let words = arguments.keywords().join(" ");
        let Some(who) = parse_setting(&words) else {
            // The setting may follow.
            let id = community.id.to_string();
            let known = Prompt { before: id, is_in_passing: true, ..Prompt::default() };
            context.wait_for(&SPEC, UsageError::MissingWords, known);
            return Err(Reply::Lines(usage_lines(context, &community.name, &words, before)).into());
        };
        let preview = ReplyLine::preview(text_key(who, "would")).name("community", community.name.as_str());
        let rest = command_arguments(&community.id, who);
        context.preview_or_confirm(SPEC.name, rest, vec![preview], false)?;
        Ok(Self { community: community.id, name: community.name, who, before })
    }

    async fn call(&self, zapi: &Zapi, permit: ChangePermit) -> Result<(), ApiError> {
        zapi.set_add_policy(&self.community, self.who, permit).await
    }

    fn done_lines(&self, context: &mut Context<'_>) -> Vec<ReplyLine> {
        let set = Some(self.who.as_str().to_owned());
        context.set_state(StateKind::Setting, self.community.to_string(), set);
        vec![ReplyLine::done(text_key(self.who, "done")).name("community", self.name.as_str())]
    }

    fn not_done_lines(&self, context: &mut Context<'_>, reason: ReplyLine) -> Vec<ReplyLine> {
        if reason.icon() == Some("❓") {
            // It is not known which setting an undo would give back.
            context.set_undo(SPEC.name, None);
            context.set_state(StateKind::Setting, self.community.to_string(), None);
        }
        vec![reason]
    }

    fn set_undo(&self, context: &mut Context<'_>) {
        match self.before {
            // Nothing changed: the earlier undo record stays.
            Some(before) if before == self.who => {}
            Some(before) => {
                let undo = (SPEC.name, command_arguments(&self.community, before));
                context.set_undo(SPEC.name, Some(undo));
            }
            // The setting before is not known; undo sets the opposite.
            None => {
                let opposite = if self.who == AddPolicy::All { AddPolicy::Admins } else { AddPolicy::All };
                let words = typed_setting(context, opposite);
                let words: Vec<&str> = std::iter::once(self.name.as_str()).chain(words.split(' ')).collect();
                context.set_not_undoable(SPEC.name, SPEC.name, &words);
            }
        }
    }
}

/// Runs the command.
pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    api_change::run::<Setting>(context, arguments).await
}

/// Parses the setting: `add-groups admins`, `adicionar grupos: todos`, `todos`.
pub fn parse_setting(words: &str) -> Option<AddPolicy> {
    let words = split_words(words);
    let (last, setting) = words.split_last()?;
    match () {
        () if !is_setting_name(setting) => None,
        () if in_word_list(last, "setting-admins") => Some(AddPolicy::Admins),
        () if in_word_list(last, "setting-all") => Some(AddPolicy::All),
        () => None,
    }
}

fn split_words(words: &str) -> Vec<&str> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | ',' | '.' | '!');
    words.split(is_between).filter(|word| !word.is_empty()).collect()
}

/// Whether words name the setting without a value.
fn is_setting_name(words: &[&str]) -> bool {
    words.iter().all(|word| in_word_list(word, "setting-add-groups"))
}

/// The settings, and what was set here last.
fn usage_lines(context: &Context<'_>, name: &str, words: &str, before: Option<AddPolicy>) -> Vec<ReplyLine> {
    let mut lines = Vec::new();
    match split_words(words).as_slice() {
        [] => {}
        parted if is_setting_name(parted) => lines.push(ReplyLine::not_done("settings-whom")),
        _ => lines.push(ReplyLine::not_done("settings-unknown").name("words", words)),
    }
    let current = before.map_or("settings-not-known".to_owned(), |who| text_key(who, "known"));
    lines.push(ReplyLine::new(current).name("community", name));
    for who in [AddPolicy::Admins, AddPolicy::All] {
        let words = typed_setting(context, who);
        let words: Vec<&str> = std::iter::once(name).chain(words.split(' ')).collect();
        lines.push(ReplyLine::new(text_key(who, "how")).with_command("command", SPEC.name, &words));
    }
    lines
}

/// The setting as it is typed.
fn typed_setting(context: &Context<'_>, who: AddPolicy) -> String {
    i18n::text(context.localizer.locale, &text_key(who, "words"), &[])
}

fn parse_policy(text: &str) -> Option<AddPolicy> {
    [AddPolicy::Admins, AddPolicy::All].into_iter().find(|who| who.as_str() == text)
}

/// The arguments that set it.
fn command_arguments(community: &CommunityId, who: AddPolicy) -> String {
    format!("{community} add-groups {}", who.as_str())
}

/// The key of a text about a setting.
fn text_key(who: AddPolicy, text: &str) -> String {
    format!("settings-{}-{text}", who.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_understood_in_every_language_and_as_phones_write_it() {
        let rows = [
            ("add-groups admins", Some(AddPolicy::Admins)),
            ("add-groups all", Some(AddPolicy::All)),
            ("add—groups everyone", Some(AddPolicy::All)),
            ("Adicionar grupos: Todos", Some(AddPolicy::All)),
            ("adicionar-grupos admins", Some(AddPolicy::Admins)),
            ("agregar-grupos todos", Some(AddPolicy::All)),
            ("agregar grupos = administradores", Some(AddPolicy::Admins)),
            ("todos", Some(AddPolicy::All)),
            ("só adms.", Some(AddPolicy::Admins)),
            ("adicionar-grupo participantes", Some(AddPolicy::All)),
            ("", None),
            ("add-groups", None),
            ("mensagens admins", None),
            ("add-groups ninguém", None),
        ];
        for (words, expected) in rows {
            assert_eq!(parse_setting(words), expected, "{words}");
        }
    }
}
