//! `/alias <short> = <community or group>`: a short name that everybody may use; `/alias remove <short>`.
//!
//! It is kept in the journal's store, with the answer that says so. Those of the configuration cannot be
//! changed from a chat, and rights go by them alone: no alias made here lets anybody do more.

use futures_util::future::BoxFuture;

use super::args::means;
use super::place::{Meant, Place, meant, which};
use super::question::range;
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec};
use crate::directory::{CommunityEntry, Snapshot, fold};
use crate::domain::{CommunityId, GroupId, InviteLink};
use crate::i18n;
use crate::reply::{Phrase, Reply, typed};
use crate::storage::{Lost, MemoryKind, Store};

/// The command.
pub const SPEC: Spec = Spec {
    name: "alias",
    pt: &["apelido"],
    es: &["apodo", "alias"],
    args: &[Arg::Own("arg-alias")],
    is_mutating: true,
    chapter: Chapter::Bot,
    run: Run::This(run),
};

/// The longest name, in characters.
const LONGEST: usize = 40;
/// The most of them: all are read with each order that names something.
const MOST: usize = 300;

/// The aliases that were kept from a chat, as folded name and id.
pub async fn kept(store: &Store, instance: &str) -> Result<Vec<(String, String)>, Lost> {
    let kept = store.recall_all(instance, MemoryKind::Alias).await.map_err(Lost::Store)?;
    Ok(kept.into_iter().map(|alias| (alias.place, alias.value)).collect())
}

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// Nothing that can be read.
    Nothing,
    /// What a name stands for.
    Meaning(String),
    /// That a name stands for something.
    Set { short: String, thing: String },
    /// That it stands for nothing any more.
    Remove(String),
}

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        match asked(&arguments.words) {
            Asked::Nothing => Ok(how()),
            Asked::Meaning(short) => meaning(context, &short).await,
            Asked::Set { short, thing } => set(context, arguments, &short, &thing).await,
            Asked::Remove(short) => remove(context, arguments, &short).await,
        }
    })
}

/// How the words are meant: `bf = Bairro Feliz`, and what people write instead of the sign.
fn asked(words: &[String]) -> Asked {
    let is_sign = |c: char| matches!(c, '=' | '＝');
    let is_arrow = |word: &str| matches!(word, "->" | "–>" | "—>" | "→" | "➡" | "➡️");
    let sign = words.iter().enumerate().find_map(|(at, word)| {
        let inside = word.find(is_sign)?;
        let is_outside = inside == 0 || word.ends_with(is_sign);
        (at == 0 || is_outside).then_some((at, inside))
    });
    let (short, thing) = match (sign, words) {
        (Some((at, inside)), words) => {
            let (left, right) = words[at].split_at(inside);
            let right = right.trim_start_matches(|c| is_sign(c) || c == '>');
            let short = words[..at].iter().map(String::as_str).chain([left]);
            let thing = std::iter::once(right).chain(words[at + 1..].iter().map(String::as_str));
            // Quotes right behind the sign open nothing.
            (joined(short), joined(thing).trim_matches(['"', '“', '”', '„']).to_owned())
        }
        (None, []) => return Asked::Nothing,
        (None, [short]) => return Asked::Meaning(short.clone()),
        (None, [word, rest @ ..]) if means(word, "alias-remove-words") => {
            return Asked::Remove(joined(rest.iter().map(String::as_str)));
        }
        (None, [short, rest @ ..]) => {
            let rest = if rest.len() > 1 && is_arrow(&rest[0]) { &rest[1..] } else { rest };
            (short.trim_end_matches(':').to_owned(), joined(rest.iter().map(String::as_str)))
        }
    };
    match (short.is_empty(), thing.is_empty()) {
        (true, _) => Asked::Nothing,
        (false, true) => Asked::Meaning(short),
        (false, false) => Asked::Set { short, thing },
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn how() -> Reply {
    let set = Phrase::not_done("alias-how").order("order", "alias", &["bf", "=", "Bairro Feliz"]);
    Reply::Said(vec![set.order("all", "aliases", &[])])
}

/// Why a name can be no alias, as a key of the catalogue.
fn flaw(short: &str) -> Option<&'static str> {
    let is_id = CommunityId::parse(short).is_some() || GroupId::parse(short).is_some();
    let is_word = short.starts_with(char::is_alphanumeric)
        && short.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    match () {
        () if short.chars().count() > LONGEST => Some("alias-long"),
        () if is_id || range(short).is_some() || short.bytes().all(|b| b.is_ascii_digit()) => {
            Some("alias-number")
        }
        () if means(short, "here") || InviteLink::is_meant(short) => Some("alias-taken"),
        () if !is_word => Some("alias-word"),
        () => None,
    }
}

async fn meaning(context: &Context<'_>, short: &str) -> Result<Reply, Failure> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let id = context.directory.aliased(short).or_else(|| context.directory.kept_alias(short));
    let thing = id.and_then(|id| Place::of(id, &snapshot)).filter(|thing| thing.is_shown(context));
    Ok(match thing {
        Some(thing) => Reply::Said(vec![line(&fold(short), &thing)]),
        None => how(),
    })
}

/// A line that says what an alias stands for.
pub(super) fn line(short: &str, thing: &Place) -> Phrase {
    Phrase::new("alias-line").name("short", short).name("name", thing.name()).text("kind", thing.kind())
}

async fn set(
    context: &mut Context<'_>,
    arguments: &Arguments,
    short: &str,
    wanted: &str,
) -> Result<Reply, Failure> {
    let name = fold(short);
    let refused = |key| Ok(Reply::Said(vec![Phrase::not_done(key).name("short", short)]));
    if context.directory.aliased(&name).is_some() {
        return refused("alias-fixed");
    }
    let flaw = flaw(&name);
    let sought = seek(context, wanted).await?;
    let is_unknown = matches!(&sought, Meant::Nothing(_));
    // Who turns the two round is shown the order that they meant.
    if is_unknown
        && self::flaw(&fold(wanted)).is_none()
        && context.directory.kept_alias(&name).is_none()
        && let Meant::One(_) = seek(context, short).await?
    {
        let order = Phrase::not_done("alias-turned").name("name", wanted);
        return Ok(Reply::Said(vec![order.order("order", "alias", &[wanted, "=", short])]));
    }
    // Without a sign between the two, the last word may be the short one.
    if is_unknown
        && let Some((rest, last)) = wanted.rsplit_once(' ')
        && self::flaw(&fold(last)).is_none()
        && let turned = format!("{short} {rest}")
        && let Meant::One(_) = seek(context, &turned).await?
        && let Meant::Nothing(_) = seek(context, last).await?
    {
        let order = Phrase::not_done("alias-turned").name("name", wanted);
        return Ok(Reply::Said(vec![order.order("order", "alias", &[last, "=", &turned])]));
    }
    if flaw == Some("alias-word") && !is_unknown {
        let word = one_word(&name);
        if self::flaw(&word).is_none() {
            let order = Phrase::not_done("alias-one-word").name("short", short);
            return Ok(Reply::Said(vec![order.order("order", "alias", &[&word, "=", wanted])]));
        }
    }
    if let Some(key) = flaw {
        return refused(key);
    }
    let thing = match sought {
        Meant::One(thing) => thing,
        Meant::Several(options) | Meant::Nothing(options) => {
            let before = format!("{} =", typed(&name));
            return Ok(which(context, SPEC.name, wanted, options, (&before, "")));
        }
        Meant::Outside(why) => return Ok(Reply::Said(vec![why])),
    };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let former = context.directory.kept_alias(&name).map(str::to_owned);
    if former.as_deref() == Some(thing.id()) {
        let was_so = Phrase::was_so("alias-was-set").name("short", &name).name("name", thing.name());
        return Ok(Reply::Said(vec![was_so]));
    }
    if let Some(reply) = not_theirs(context, former.as_deref(), &snapshot) {
        return Ok(reply);
    }
    let anyway = [&name, "=", thing.name()];
    if let Some(reply) = changed_since(arguments, &name, former.as_deref(), &snapshot, &anyway) {
        return Ok(reply);
    }
    if former.is_none() && context.directory.kept_aliases().len() >= MOST {
        let many = Phrase::not_done("alias-many").count("count", MOST);
        return Ok(Reply::Said(vec![many.order("order", "aliases", &[])]));
    }
    let hidden = hidden(&name, &thing, &snapshot);
    // Nobody takes the name of a community in which they may nothing from those who may.
    if hidden.iter().any(|place| !place.is_shown(context)) {
        return refused("alias-taken");
    }
    let told = |is_trial| {
        let key = if is_trial { "alias-would" } else { "alias-set" };
        let mark = if is_trial { "➡️" } else { "✅" };
        let phrase = Phrase::new(key).mark(mark).name("short", &name).name("name", thing.name());
        let mut lines = vec![phrase.text("kind", thing.kind())];
        let former = former.as_deref().and_then(|id| Place::of(id, &snapshot));
        if let Some(former) = former {
            lines.push(Phrase::new("alias-before").name("name", former.name()));
        }
        if let Some(hidden) = hidden.first() {
            let hides = Phrase::new("alias-hides").mark("⚠️").name("short", &name);
            lines.push(hides.plain("id", hidden.id()));
        }
        Reply::Said(lines)
    };
    let rest = format!("{name} = {}", thing.id());
    if let Some(reply) = context.shown_first(SPEC.name, rest, told(true), false) {
        return Ok(reply);
    }
    let back = match &former {
        Some(id) => format!("{name} = {id}"),
        None => format!("remove {name}"),
    };
    context.can_be_undone_if(SPEC.name, Some((SPEC.name, back)), Some(thing.id().to_owned()));
    context.remember(MemoryKind::Alias, name.clone(), Some(thing.id().to_owned()));
    Ok(told(false))
}

async fn remove(context: &mut Context<'_>, arguments: &Arguments, short: &str) -> Result<Reply, Failure> {
    let name = fold(short);
    if context.directory.aliased(&name).is_some() {
        return Ok(Reply::Said(vec![Phrase::not_done("alias-fixed").name("short", short)]));
    }
    let Some(id) = context.directory.kept_alias(&name).map(str::to_owned) else {
        let none = Phrase::not_done("alias-none").name("short", short);
        return Ok(Reply::Said(vec![none.order("order", "aliases", &[])]));
    };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    if let Some(reply) = not_theirs(context, Some(&id), &snapshot) {
        return Ok(reply);
    }
    let words = i18n::text(context.speech.locale, "alias-remove-words", &[]);
    let anyway = [words.split(' ').next().unwrap_or_default(), &name];
    if let Some(reply) = changed_since(arguments, &name, Some(&id), &snapshot, &anyway) {
        return Ok(reply);
    }
    let stood_for = Place::of(&id, &snapshot).map_or_else(|| id.clone(), |thing| thing.name().to_owned());
    let told = |key, mark| {
        let phrase = Phrase::new(key).mark(mark).name("short", &name).name("name", &stood_for);
        Reply::Said(vec![phrase])
    };
    let rest = format!("remove {name}");
    if let Some(reply) = context.shown_first(SPEC.name, rest, told("alias-would-remove", "➡️"), false) {
        return Ok(reply);
    }
    // What is gone at Z-API is found by no order any more.
    let back = Place::of(&id, &snapshot).map(|_| (SPEC.name, format!("{name} = {id}")));
    context.can_be_undone_if(SPEC.name, back, Some(String::new()));
    context.remember(MemoryKind::Alias, name.clone(), None);
    Ok(told("alias-removed", "✅"))
}

/// The refusal to take an alias back where somebody gave it another meaning since, with the order that
/// does it all the same.
fn changed_since(
    arguments: &Arguments,
    name: &str,
    id: Option<&str>,
    snapshot: &Snapshot,
    anyway: &[&str],
) -> Option<Reply> {
    // Nothing stands for what is no alias.
    let id = id.unwrap_or_default();
    arguments.only_if.as_deref().filter(|only_if| *only_if != id)?;
    let now = Place::of(id, snapshot).map(|thing| line(name, &thing));
    let first = Phrase::not_done("alias-since").name("short", name);
    let order = Phrase::new("undo-instead").order("order", SPEC.name, anyway);
    Some(Reply::Said([Some(first), now, Some(order)].into_iter().flatten().collect()))
}

/// The refusal where an alias stands for a community in which this admin may nothing.
fn not_theirs(context: &Context<'_>, id: Option<&str>, snapshot: &Snapshot) -> Option<Reply> {
    let thing = id.and_then(|id| Place::of(id, snapshot))?;
    (!thing.is_shown(context)).then_some(Reply::MayNot { command: SPEC.name, place: None })
}

/// What else has this name, and would be hidden by the alias.
fn hidden(name: &str, thing: &Place, snapshot: &Snapshot) -> Vec<Place> {
    let communities = snapshot.communities.all().filter(|entry| fold(&entry.name) == name);
    let communities: Vec<&CommunityEntry> = communities.collect();
    // A group with a community's name is its announcement group, which no name finds.
    let groups = snapshot.groups.all().filter(|entry| communities.is_empty() && fold(&entry.name) == name);
    let groups = groups.cloned().map(Place::Group);
    let named = communities.iter().map(|entry| Place::Community((*entry).clone())).chain(groups);
    named.filter(|place| place.id() != thing.id()).collect()
}

/// Several words made one: `time a` → `time-a`.
fn one_word(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// What is named, by any naming; a group that the lists lack is none.
async fn seek(context: &Context<'_>, wanted: &str) -> Result<Meant, Failure> {
    let found = meant(context, wanted).await?;
    let Meant::One(place) = found else { return Ok(found) };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    Ok(Place::of(place.id(), &snapshot).map_or(Meant::Nothing(Vec::new()), Meant::One))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::args;

    fn read(rest: &str) -> Asked {
        asked(&args::parse(SPEC.args, true, rest).unwrap().words)
    }

    fn is_set(short: &str, thing: &str) -> Asked {
        Asked::Set { short: short.to_owned(), thing: thing.to_owned() }
    }

    #[test]
    fn an_alias_is_read_however_its_sign_is_written() {
        for rest in [
            "bf = Bairro Feliz",
            "bf = “Bairro Feliz”",
            "bf=\"Bairro Feliz\"",
            "bf=Bairro Feliz",
            "bf =Bairro Feliz",
            "bf= Bairro Feliz",
            "bf ＝ Bairro Feliz",
            "bf => Bairro Feliz",
            "bf -> Bairro Feliz",
            "bf: Bairro Feliz",
            "bf \"Bairro Feliz\"",
            "bf Bairro Feliz",
        ] {
            assert_eq!(read(rest), is_set("bf", "Bairro Feliz"), "{rest}");
        }
        assert_eq!(read("time a = Time A"), is_set("time a", "Time A"));
        assert_eq!(read("x \"a = b\""), is_set("x", "a = b"));
        for rest in ["remove bf", "remover bf", "quitar bf", "APAGAR bf"] {
            assert_eq!(read(rest), Asked::Remove("bf".to_owned()), "{rest}");
        }
        assert_eq!(read("remove = Vendas"), is_set("remove", "Vendas"));
        assert_eq!(read("bf"), Asked::Meaning("bf".to_owned()));
        assert_eq!(read("bf ="), Asked::Meaning("bf".to_owned()));
        assert_eq!(read("= x"), Asked::Nothing);
        assert_eq!(read(""), Asked::Nothing);
    }

    #[test]
    fn an_alias_is_a_word_that_means_nothing_else() {
        for name in ["bf", "gremio", "time-a", "x_1", "3a", "v.2", "販売"] {
            assert_eq!(flaw(name), None, "{name}");
        }
        let rows = [
            ("2", "alias-number"),
            ("3-5", "alias-number"),
            ("12345", "alias-number"),
            ("120363186053925765", "alias-number"),
            ("120363186053925765-group", "alias-number"),
            ("5511999999999-1623281429", "alias-number"),
            ("here", "alias-taken"),
            ("aqui", "alias-taken"),
            ("chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", "alias-taken"),
            ("two words", "alias-word"),
            ("vendas*", "alias-word"),
            ("--yes", "alias-word"),
            ("", "alias-number"),
        ];
        for (name, expected) in rows {
            assert_eq!(flaw(name), Some(expected), "{name}");
        }
        assert_eq!(flaw(&"x".repeat(40)), None);
        assert_eq!(flaw(&"x".repeat(41)), Some("alias-long"));
    }
}
