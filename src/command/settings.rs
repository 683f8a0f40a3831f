//! `/settings <community> add-groups admins|all`: says who may add groups to a community.
//!
//! WhatsApp does not show how it is, so Z-API's word is what is known. What was set here last is
//! remembered, for undo.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::args::means;
use super::single::{self, Change};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::domain::CommunityId;
use crate::i18n;
use crate::reply::{Phrase, Reply};
use crate::storage::MemoryKind;
use crate::zapi::{ApiError, TurnToChange, WhoMayAdd, Zapi};

/// The command.
pub const SPEC: Spec = Spec {
    name: "settings",
    pt: &["configurar", "ajustes"],
    es: &["ajustes", "configurar"],
    args: &[Arg::Community, Arg::Own("arg-settings")],
    is_mutating: true,
    chapter: Chapter::Communities,
    run: Run::This(run),
};

/// What is written to the journal before the call.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    community: String,
    name: String,
    /// `admins` or `all`.
    who: String,
}

struct SetWhoMayAdd {
    community: CommunityId,
    who: WhoMayAdd,
}

impl Change for SetWhoMayAdd {
    const CALL: &'static str = "communities/settings";

    fn call<'a>(&'a self, zapi: &'a Zapi, turn: TurnToChange) -> BoxFuture<'a, Result<(), ApiError>> {
        zapi.set_who_may_add(&self.community, self.who, turn).boxed()
    }

    fn is_so<'a>(&'a self, _: &'a Zapi) -> Option<BoxFuture<'a, Result<bool, ApiError>>> {
        None
    }

    fn look(&self) -> (&'static str, Vec<&str>) {
        ("community", vec![self.community.as_str()])
    }
}

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let community = context.named_community()?;
        let id = community.id.to_string();
        let set = context.recall(MemoryKind::Setting, &id).await?;
        let before = set.and_then(|set| of_word(&set.value));
        let begun: Option<Plan> = single::planned(context)?;
        let is_begun = begun.is_some();
        let plan = match begun {
            Some(plan) => plan,
            None => {
                let words = arguments.words.join(" ");
                let Some(who) = who(&words) else {
                    return Ok(Reply::Said(what(context, &community.name, &words, before)));
                };
                let would =
                    Phrase::new(keys(who).would).mark("➡️").name("community", community.name.as_str());
                let rest = format!("{id} {}", words_for(who));
                if let Some(reply) = context.shown_first(SPEC.name, rest, Reply::Said(vec![would]), false) {
                    return Ok(reply);
                }
                let plan = Plan { community: id.clone(), name: community.name, who: word(who).to_owned() };
                single::write_down(context, &plan).await?;
                plan
            }
        };
        let Some(who) = of_word(&plan.who) else { return Err(Failure::NoCommunity) };
        let change = SetWhoMayAdd { community: community.id, who };
        let done = single::carry_out(context, &change, is_begun).await?;
        let may_be_done = single::may_be_done(&done);
        if let Err(why_not) = done {
            if may_be_done {
                context.can_be_undone(SPEC.name, None);
                context.remember(MemoryKind::Setting, id, None);
            }
            return Ok(Reply::Said(vec![why_not]));
        }
        context.remember(MemoryKind::Setting, id.clone(), Some(plan.who));
        match before {
            // It was so already: what took the earlier order back still does.
            Some(before) if before == who => {}
            Some(before) => {
                context.can_be_undone(SPEC.name, Some((SPEC.name, format!("{id} {}", words_for(before)))));
            }
            // How it was is not known; the other way round is all there is.
            None => {
                let other = i18n::text(context.speech.locale, keys(other(who)).words, &[]);
                let words: Vec<&str> = std::iter::once(id.as_str()).chain(other.split(' ')).collect();
                context.cannot_be_undone(SPEC.name, SPEC.name, &words);
            }
        }
        Ok(Reply::Said(vec![Phrase::done(keys(who).done).name("community", plan.name)]))
    })
}

/// Who is meant by the words of the setting: `add-groups admins`, `adicionar grupos: todos`, `todos`.
fn who(words: &str) -> Option<WhoMayAdd> {
    let words = parted(words);
    let (last, setting) = words.split_last()?;
    match () {
        () if !is_setting(setting) => None,
        () if means(last, "setting-admins") => Some(WhoMayAdd::Admins),
        () if means(last, "setting-all") => Some(WhoMayAdd::All),
        () => None,
    }
}

fn parted(words: &str) -> Vec<&str> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | ',' | '.' | '!');
    words.split(is_between).filter(|word| !word.is_empty()).collect()
}

/// Whether words name the setting, and nobody whom it is for.
fn is_setting(words: &[&str]) -> bool {
    words.iter().all(|word| means(word, "setting-add-groups"))
}

/// What can be set, and what was set here last.
fn what(context: &Context<'_>, name: &str, words: &str, before: Option<WhoMayAdd>) -> Vec<Phrase> {
    let mut said = Vec::new();
    match parted(words).as_slice() {
        [] => {}
        parted if is_setting(parted) => said.push(Phrase::not_done("settings-whom")),
        _ => said.push(Phrase::not_done("settings-unknown").name("words", words)),
    }
    said.push(match before {
        Some(who) => Phrase::new(keys(who).known).name("community", name),
        None => Phrase::new("settings-not-known").name("community", name),
    });
    for who in [WhoMayAdd::Admins, WhoMayAdd::All] {
        let words = i18n::text(context.speech.locale, keys(who).words, &[]);
        let words: Vec<&str> = std::iter::once(name).chain(words.split(' ')).collect();
        said.push(Phrase::new(keys(who).how).order("order", SPEC.name, &words));
    }
    said
}

fn other(who: WhoMayAdd) -> WhoMayAdd {
    match who {
        WhoMayAdd::Admins => WhoMayAdd::All,
        WhoMayAdd::All => WhoMayAdd::Admins,
    }
}

fn word(who: WhoMayAdd) -> &'static str {
    match who {
        WhoMayAdd::Admins => "admins",
        WhoMayAdd::All => "all",
    }
}

fn of_word(text: &str) -> Option<WhoMayAdd> {
    [WhoMayAdd::Admins, WhoMayAdd::All].into_iter().find(|who| word(*who) == text)
}

/// The words of an order that sets it so, as the journal keeps them.
fn words_for(who: WhoMayAdd) -> String {
    format!("add-groups {}", word(who))
}

/// The texts on a setting.
struct Keys {
    /// It would be so.
    would: &'static str,
    /// It is so now.
    done: &'static str,
    /// It was set so last.
    known: &'static str,
    /// How it is set so.
    how: &'static str,
    /// The words of that order.
    words: &'static str,
}

fn keys(who: WhoMayAdd) -> Keys {
    match who {
        WhoMayAdd::Admins => Keys {
            would: "settings-admins-would",
            done: "settings-admins-done",
            known: "settings-admins-known",
            how: "settings-admins-how",
            words: "settings-admins-words",
        },
        WhoMayAdd::All => Keys {
            would: "settings-all-would",
            done: "settings-all-done",
            known: "settings-all-known",
            how: "settings-all-how",
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
            ("add-groups admins", Some(WhoMayAdd::Admins)),
            ("add-groups all", Some(WhoMayAdd::All)),
            ("add—groups everyone", Some(WhoMayAdd::All)),
            ("Adicionar grupos: Todos", Some(WhoMayAdd::All)),
            ("adicionar-grupos admins", Some(WhoMayAdd::Admins)),
            ("agregar-grupos todos", Some(WhoMayAdd::All)),
            ("agregar grupos = administradores", Some(WhoMayAdd::Admins)),
            ("todos", Some(WhoMayAdd::All)),
            ("só adms.", Some(WhoMayAdd::Admins)),
            ("adicionar-grupo participantes", Some(WhoMayAdd::All)),
            ("", None),
            ("add-groups", None),
            ("mensagens admins", None),
            ("add-groups ninguém", None),
        ];
        for (words, expected) in rows {
            assert_eq!(who(words), expected, "{words}");
        }
    }
}
