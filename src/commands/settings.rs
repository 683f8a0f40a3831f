//! `/settings <community> add-groups admins|all`: sets who may add groups to a community.
//!
//! WhatsApp does not show the setting: the response of Z-API is all that is known. The last setting from here
//! is stored, for undo.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::command::context::{CommandError, Context};
use crate::command::spec::{CommandSpec, HelpSection};
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::i18n;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine};
use crate::storage::StateKind;
use crate::zapi::{AddPolicy, ApiError, ChangePermit, Zapi};

pub const SPEC: CommandSpec = CommandSpec {
    name: "settings",
    pt: &["configurar", "ajustes"],
    es: &["ajustes", "configurar"],
    args: &[ArgKind::Community, ArgKind::Keyword("arg-settings")],
    is_mutating: true,
    section: HelpSection::Communities,
};

/// What is stored before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SettingsPlan {
    community: String,
    name: String,
    /// `admins` or `all`.
    who: String,
}

struct SetAddPolicy {
    community: CommunityId,
    policy: AddPolicy,
}

impl ApiChange for SetAddPolicy {
    const CALL: &'static str = "communities/settings";

    fn call<'a>(&'a self, zapi: &'a Zapi, permit: ChangePermit) -> BoxFuture<'a, Result<(), ApiError>> {
        zapi.set_add_policy(&self.community, self.policy, permit).boxed()
    }

    fn is_applied<'a>(&'a self, _: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        None
    }

    fn status_command(&self) -> (&'static str, Vec<&str>) {
        ("community", vec![self.community.as_str()])
    }
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let community = context.require_community()?;
    let id = community.id.to_string();
    let set = context.get_state(StateKind::Setting, &id).await?;
    let before = set.and_then(|set| parse_policy(&set.value));
    let stored: Option<SettingsPlan> = api_change::stored_plan(context)?;
    let is_started = stored.is_some();
    let plan = match stored {
        Some(plan) => plan,
        None => {
            let words = arguments.words().join(" ");
            let Some(who) = parse_setting(&words) else {
                return Ok(Reply::Lines(usage_lines(context, &community.name, &words, before)));
            };
            let would = ReplyLine::new(text_keys(who).preview)
                .with_icon("➡️")
                .name("community", community.name.as_str());
            let rest = format!("{id} {}", command_arguments(who));
            if let Some(reply) = context.preview_or_confirm(SPEC.name, rest, Reply::Lines(vec![would]), false)
            {
                return Ok(reply);
            }
            let plan =
                SettingsPlan { community: id.clone(), name: community.name, who: as_str(who).to_owned() };
            api_change::store_plan(context, &plan).await?;
            plan
        }
    };
    let Some(who) = parse_policy(&plan.who) else { return Err(CommandError::MissingCommunity) };
    let change = SetAddPolicy { community: community.id, policy: who };
    let done = api_change::apply(context, &change, is_started).await?;
    let may_be_done = api_change::may_be_done(&done);
    if let Err(why_not) = done {
        if may_be_done {
            context.set_undo(SPEC.name, None);
            context.set_state(StateKind::Setting, id, None);
        }
        return Ok(Reply::Lines(vec![why_not]));
    }
    context.set_state(StateKind::Setting, id.clone(), Some(plan.who));
    match before {
        // Nothing changed: the earlier undo record stays.
        Some(before) if before == who => {}
        Some(before) => {
            context.set_undo(SPEC.name, Some((SPEC.name, format!("{id} {}", command_arguments(before)))));
        }
        // The setting before is not known; undo sets the opposite.
        None => {
            let other = i18n::text(context.localizer.locale, text_keys(opposite(who)).words, &[]);
            let words: Vec<&str> = std::iter::once(plan.name.as_str()).chain(other.split(' ')).collect();
            context.set_not_undoable(SPEC.name, SPEC.name, &words);
        }
    }
    Ok(Reply::Lines(vec![ReplyLine::done(text_keys(who).done).name("community", plan.name)]))
}

/// Parses the setting: `add-groups admins`, `adicionar grupos: todos`, `todos`.
fn parse_setting(words: &str) -> Option<AddPolicy> {
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
    lines.push(match before {
        Some(who) => ReplyLine::new(text_keys(who).current).name("community", name),
        None => ReplyLine::new("settings-not-known").name("community", name),
    });
    for who in [AddPolicy::Admins, AddPolicy::All] {
        let words = i18n::text(context.localizer.locale, text_keys(who).words, &[]);
        let words: Vec<&str> = std::iter::once(name).chain(words.split(' ')).collect();
        lines.push(ReplyLine::new(text_keys(who).usage).with_command("command", SPEC.name, &words));
    }
    lines
}

fn opposite(who: AddPolicy) -> AddPolicy {
    match who {
        AddPolicy::Admins => AddPolicy::All,
        AddPolicy::All => AddPolicy::Admins,
    }
}

fn as_str(who: AddPolicy) -> &'static str {
    match who {
        AddPolicy::Admins => "admins",
        AddPolicy::All => "all",
    }
}

fn parse_policy(text: &str) -> Option<AddPolicy> {
    [AddPolicy::Admins, AddPolicy::All].into_iter().find(|who| as_str(*who) == text)
}

/// The arguments that set it.
fn command_arguments(who: AddPolicy) -> String {
    format!("add-groups {}", as_str(who))
}

/// The texts of a setting.
struct TextKeys {
    /// The preview.
    preview: &'static str,
    /// It is set.
    done: &'static str,
    /// It was set last.
    current: &'static str,
    /// How to set it.
    usage: &'static str,
    /// The arguments for that.
    words: &'static str,
}

fn text_keys(who: AddPolicy) -> TextKeys {
    match who {
        AddPolicy::Admins => TextKeys {
            preview: "settings-admins-would",
            done: "settings-admins-done",
            current: "settings-admins-known",
            usage: "settings-admins-how",
            words: "settings-admins-words",
        },
        AddPolicy::All => TextKeys {
            preview: "settings-all-would",
            done: "settings-all-done",
            current: "settings-all-known",
            usage: "settings-all-how",
            words: "settings-all-words",
        },
    }
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
