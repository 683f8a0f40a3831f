//! `/alias <short> = <community or group>`: sets a short name that all admins may use; `/alias remove
//! <short>`.
//!
//! It is stored with the reply. Aliases of the configuration cannot be changed from a chat, and rights depend
//! on them alone: an alias of a chat gives nobody more rights.

use crate::command::{CommandError, CommandSpec, Context, Es, Prompt, Pt};
use crate::directory::{CommunityEntry, Snapshot, fold};
use crate::domain::{CommunityId, GroupId, InviteLink};
use crate::engine::aliases::alias_line;
use crate::engine::target::{Target, TargetMatch, match_target, prompt_choice};
use crate::i18n;
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::numbers::parse_range;
use crate::parse::prompt_reply::{ParsedReply, PromptFacts, parse_reply};
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::reply::{Reply, ReplyLine, UsageError, typed};
use crate::storage::StateKind;

/// The command.
pub const SPEC: CommandSpec = CommandSpec::mutating(
    "alias",
    Pt(&["apelido"]),
    Es(&["apodo", "alias"]),
    &[ArgKind::Keyword("arg-alias")],
);

/// The most characters of an alias.
const MAX_NAME_LEN: usize = 40;
/// The most aliases: all are read with each command that names something.
const MAX_ALIASES: usize = 300;

/// A parsed request.
#[derive(Debug, PartialEq, Eq)]
enum AliasRequest {
    /// It cannot be parsed.
    Usage,
    /// Shows an alias.
    Show(String),
    /// Sets an alias.
    Set { short: String, thing: String },
    /// Removes an alias.
    Remove(String),
}

/// Runs the command.
pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    let words = arguments.words();
    match parse_request(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        AliasRequest::Usage => Ok(ask_for_all(context)),
        AliasRequest::Show(short) => show_alias(context, &short).await,
        AliasRequest::Set { short, .. } | AliasRequest::Remove(short)
            if context.directory.config_alias(&fold(&short)).is_some() =>
        {
            Err(ReplyLine::not_done("alias-fixed").name("short", short).into())
        }
        AliasRequest::Set { short, thing } => set_alias(context, &short, &thing).await,
        AliasRequest::Remove(short) => remove_alias(context, &short).await,
    }
}

/// Parses `bf = Bairro Feliz`, and what people write instead of the sign.
fn parse_request(words: &[&str]) -> AliasRequest {
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
            let (short, thing) = ([&words[..at], &[left]].concat(), [&[right], &words[at + 1..]].concat());
            // Quotes right after the sign open nothing.
            let thing = thing.join(" ").trim().trim_matches(['"', '“', '”', '„']).to_owned();
            (short.join(" ").trim().to_owned(), thing)
        }
        (None, []) => return AliasRequest::Usage,
        (None, [short]) => return AliasRequest::Show((*short).to_owned()),
        (None, [word, rest @ ..]) if in_word_list(word, "alias-remove-words") => {
            return AliasRequest::Remove(rest.join(" "));
        }
        (None, [short, rest @ ..]) => {
            let rest = if rest.len() > 1 && is_arrow(rest[0]) { &rest[1..] } else { rest };
            (short.trim_end_matches(':').to_owned(), rest.join(" "))
        }
    };
    match (short.is_empty(), thing.is_empty()) {
        (true, _) => AliasRequest::Usage,
        (false, true) => AliasRequest::Show(short),
        (false, false) => AliasRequest::Set { short, thing },
    }
}

/// Whether a text has a sign, as it stands between an alias and a name: `bf = Bairro Feliz`, `bf → Bairro Feliz`.
pub fn has_sign(text: &str) -> bool {
    text.contains(['=', '＝', '>', '→', '➡'])
}

fn usage_reply() -> Reply {
    let set = ReplyLine::not_done("alias-how").with_command("command", "alias", &["bf", "=", "Bairro Feliz"]);
    Reply::Lines(vec![set.with_command("all", "aliases", &[])])
}

/// Why a name cannot be an alias, as a translation key.
fn alias_error(short: &str) -> Option<&'static str> {
    let is_id = CommunityId::parse(short).is_some() || GroupId::parse(short).is_some();
    let is_word = short.starts_with(char::is_alphanumeric)
        && short.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    match () {
        () if short.chars().count() > MAX_NAME_LEN => Some("alias-long"),
        () if is_id || parse_range(short).is_some() || short.bytes().all(|b| b.is_ascii_digit()) => {
            Some("alias-number")
        }
        () if InviteLink::looks_like_invite(short) => Some("alias-taken"),
        () if !is_word => Some("alias-word"),
        () if is_word_of_commands(short) => Some("alias-taken"),
        () => None,
    }
}

/// Whether a word means something in commands or replies: `aqui`, `todos`, `sim`, `menos`, `talvez`.
fn is_word_of_commands(word: &str) -> bool {
    let lists = ["here", "setting-all", "exclusion-words", "hesitation-words", "delay-words", "stop-words"];
    let is_reply = || {
        let reply = parse_reply(word, true, PromptFacts::default());
        !matches!(reply, None | Some(ParsedReply::Numbers(_)))
    };
    // One letter is a handy alias.
    let is_small = || word.chars().count() > 1 && is_stop_word(word);
    lists.iter().any(|key| in_word_list(word, key)) || is_small() || is_reply()
}

/// The usage reply; in a direct chat, alias and name may follow.
fn ask_for_all(context: &mut Context<'_>) -> Reply {
    let shown = context.localizer.format_command(SPEC.name, &[]);
    context.wait_for(&SPEC, UsageError::MissingWords, Prompt { shown, ..Prompt::default() });
    usage_reply()
}

async fn show_alias(context: &mut Context<'_>, short: &str) -> Result<Reply, CommandError> {
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let name = fold(short);
    let thing = context.directory.alias(short).and_then(|id| Target::from_id(id, &snapshot));
    if let Some(thing) = thing.filter(|thing| thing.is_visible_to(context)) {
        return Ok(Reply::Lines(vec![alias_line(&name, &thing)]));
    }
    let is_free = alias_error(&name).is_none()
        && context.directory.alias(short).is_none()
        && !in_word_list(short, "alias-remove-words");
    if !is_free || !matches!(find_target(context, short).await?, TargetMatch::NotFound(_)) {
        return Ok(ask_for_all(context));
    }
    // What it stands for may follow.
    let shown = context.localizer.format_command(SPEC.name, &[&name]);
    let known = Prompt { before: format!("{name} ="), shown, ..Prompt::default() };
    context.wait_for(&SPEC, UsageError::MissingTarget, known);
    Ok(usage_reply())
}

/// Ends the command with the one that was likely meant, if another one was typed.
async fn check_order(
    context: &mut Context<'_>,
    short: &str,
    wanted: &str,
    sought: &TargetMatch,
) -> Result<(), CommandError> {
    let name = fold(short);
    let is_whole = |found: &TargetMatch, typed: &str| match found {
        TargetMatch::One(thing) => fold(thing.name()) == fold(typed) || thing.id() == typed,
        _ => false,
    };
    let is_unknown = matches!(sought, TargetMatch::NotFound(_));
    // A mere beginning of a name may be the alias of a whole one.
    let is_beginning = matches!(sought, TargetMatch::One(_)) && !is_whole(sought, wanted);
    // Name and alias in reverse order; without a sign between the two, the last word may be the alias.
    let last = wanted.rsplit_once(' ').map(|(rest, last)| (last, format!("{short} {rest}")));
    let readings = std::iter::once((wanted, short.to_owned())).chain(last);
    let may_swap = (is_unknown || is_beginning) && context.directory.chat_alias(&name).is_none();
    for (alias, thing) in readings.filter(|_| may_swap) {
        let is_free = alias_error(&fold(alias)).is_none() && context.directory.alias(alias).is_none();
        if !is_free {
            continue;
        }
        let found = find_target(context, &thing).await?;
        let is_alias = match find_target(context, alias).await? {
            TargetMatch::NotFound(_) => matches!(found, TargetMatch::One(_)),
            beginning => is_whole(&found, &thing) && !is_whole(&beginning, alias),
        };
        if let (true, TargetMatch::One(found)) = (is_alias, found) {
            let words = [alias, "=", found.name()];
            let prompt = Prompt::new(&context.claim.command, context.localizer.locale, SPEC.name);
            let shown = context.localizer.format_command(SPEC.name, &words);
            let options = vec![format!("{} = {}", typed(alias), found.id())];
            context.set_prompt(Prompt { options, shown, ..prompt });
            let line = ReplyLine::not_done("alias-swapped").name("name", found.name());
            return Err(line.with_command("command", SPEC.name, &words).into());
        }
    }
    let word = slugify(&name);
    if alias_error(&name) == Some("alias-word") && !is_unknown && alias_error(&word).is_none() {
        let line = ReplyLine::not_done("alias-one-word").name("short", short);
        return Err(line.with_command("command", SPEC.name, &[&word, "=", wanted]).into());
    }
    Ok(())
}

async fn set_alias(context: &mut Context<'_>, short: &str, wanted: &str) -> Result<Reply, CommandError> {
    let name = fold(short);
    let sought = find_target(context, wanted).await?;
    check_order(context, short, wanted, &sought).await?;
    let is_command = context.catalog.lookup(&name).is_some();
    if let Some(key) = alias_error(&name).or(is_command.then_some("alias-command")) {
        return Err(ReplyLine::not_done(key).name("short", short).into());
    }
    let thing = match sought {
        TargetMatch::One(thing) => thing,
        TargetMatch::Many(options) | TargetMatch::NotFound(options) => {
            let prompt = Prompt::new(&context.claim.command, context.localizer.locale, SPEC.name);
            let prompt = Prompt { before: format!("{} =", typed(&name)), ..prompt };
            return Ok(prompt_choice(context, wanted, options, prompt));
        }
    };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let former = context.directory.chat_alias(&name).map(str::to_owned);
    if former.as_deref() == Some(thing.id()) {
        let line = ReplyLine::already_done("alias-already-set").name("short", &name);
        return Err(line.name("name", thing.name()).into());
    }
    let anyway = [&name, "=", thing.name()];
    check_former(context, &name, former.as_deref(), &snapshot, &anyway)?;
    if former.is_none() && context.directory.chat_aliases().len() >= MAX_ALIASES {
        let many = ReplyLine::not_done("alias-many").with_count("count", MAX_ALIASES);
        return Err(many.with_command("command", "aliases", &[]).into());
    }
    check_not_a_name(context, &name, &thing, &snapshot)?;
    let lines = |line: ReplyLine| {
        let line = line.name("short", &name).name("name", thing.name());
        let mut lines = vec![line.text("kind", thing.kind_key())];
        let former = former.as_deref().and_then(|id| Target::from_id(id, &snapshot));
        lines.extend(former.map(|former| ReplyLine::new("alias-before").name("name", former.name())));
        lines
    };
    let rest = format!("{name} = {}", thing.id());
    context.preview_or_confirm(SPEC.name, rest, lines(ReplyLine::preview("alias-would")), false)?;
    let back = match &former {
        Some(id) => format!("{name} = {id}"),
        None => format!("remove {name}"),
    };
    context.set_undo_if(SPEC.name, Some((SPEC.name, back)), Some(thing.id().to_owned()));
    context.set_state(StateKind::Alias, name.clone(), Some(thing.id().to_owned()));
    Ok(Reply::Lines(lines(ReplyLine::done("alias-set"))))
}

async fn remove_alias(context: &mut Context<'_>, short: &str) -> Result<Reply, CommandError> {
    let name = fold(short);
    let Some(id) = context.directory.chat_alias(&name).map(str::to_owned) else {
        let none = ReplyLine::not_done("alias-none").name("short", short);
        return Err(none.with_command("command", "aliases", &[]).into());
    };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    let words = i18n::text(context.localizer.locale, "alias-remove-words", &[]);
    let anyway = [words.split(' ').next().unwrap_or_default(), &name];
    check_former(context, &name, Some(&id), &snapshot, &anyway)?;
    let thing = Target::from_id(&id, &snapshot);
    let lines = |line: ReplyLine| {
        let line = line.name("short", &name);
        vec![match &thing {
            Some(thing) => line.name("name", thing.name()),
            None => line.text("name", "place-gone"),
        }]
    };
    let rest = format!("remove {name}");
    context.preview_or_confirm(SPEC.name, rest, lines(ReplyLine::preview("alias-would-remove")), false)?;
    // What no longer exists at Z-API cannot be found by a command.
    let back = thing.is_some().then(|| (SPEC.name, format!("{name} = {id}")));
    context.set_undo_if(SPEC.name, back, Some(String::new()));
    context.set_state(StateKind::Alias, name.clone(), None);
    Ok(Reply::Lines(lines(ReplyLine::done("alias-removed"))))
}

/// Ends the command if an alias names a community without rights for this admin, or was changed since: then with the
/// command that undoes it all the same.
fn check_former(
    context: &Context<'_>,
    name: &str,
    id: Option<&str>,
    snapshot: &Snapshot,
    anyway: &[&str],
) -> Result<(), CommandError> {
    let thing = id.and_then(|id| Target::from_id(id, snapshot));
    if thing.as_ref().is_some_and(|thing| !thing.is_visible_to(context)) {
        return Err(Reply::forbidden(SPEC.name, None).into());
    }
    // No alias is an empty id.
    if context.precondition.as_deref().is_none_or(|precondition| precondition == id.unwrap_or_default()) {
        return Ok(());
    }
    let mut lines = vec![ReplyLine::not_done("alias-changed-since").name("short", name)];
    lines.extend(thing.map(|thing| alias_line(name, &thing)));
    lines.push(ReplyLine::new("undo-instead").with_command("command", SPEC.name, anyway));
    Err(Reply::Lines(lines).into())
}

/// Ends the command where the alias would take over the name of something else, for all admins. What this one does not see
/// is not named.
fn check_not_a_name(
    context: &Context<'_>,
    name: &str,
    thing: &Target,
    snapshot: &Snapshot,
) -> Result<(), CommandError> {
    let taken = shadowed_targets(name, thing, snapshot);
    let Some(first) = taken.first() else { return Ok(()) };
    let line = match taken.iter().all(|place| place.is_visible_to(context)) {
        true => ReplyLine::not_done("alias-exists").name("name", first.name()),
        false => ReplyLine::not_done("alias-taken"),
    };
    Err(line.name("short", name).into())
}

/// What else has this name, or is a community whose name begins with this word.
fn shadowed_targets(name: &str, thing: &Target, snapshot: &Snapshot) -> Vec<Target> {
    let communities =
        snapshot.communities.all().filter(|entry| fold(&entry.name).split(' ').next() == Some(name));
    let communities: Vec<&CommunityEntry> = communities.collect();
    // A group with a community's name is its announcement group, which is not found by name.
    let is_announcement = communities.iter().any(|entry| fold(&entry.name) == name);
    let groups = snapshot.groups.all().filter(|entry| fold(&entry.name) == name && !is_announcement);
    let groups = groups.cloned().map(Target::Group);
    let named = communities.iter().map(|entry| Target::Community((*entry).clone())).chain(groups);
    named.filter(|place| place.id() != thing.id()).collect()
}

/// Joins words: `time a` → `time-a`.
fn slugify(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Finds a name; a group that the lists do not have is not found.
async fn find_target(context: &Context<'_>, wanted: &str) -> Result<TargetMatch, CommandError> {
    let found = match_target(context, wanted).await?;
    let TargetMatch::One(place) = found else { return Ok(found) };
    let snapshot = context.directory.snapshot(context.zapi).await?;
    Ok(Target::from_id(place.id(), &snapshot).map_or(TargetMatch::NotFound(Vec::new()), TargetMatch::One))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::arguments;

    fn read(rest: &str) -> AliasRequest {
        let words = arguments::parse(SPEC.args, true, rest).unwrap().words();
        parse_request(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn is_set(short: &str, thing: &str) -> AliasRequest {
        AliasRequest::Set { short: short.to_owned(), thing: thing.to_owned() }
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
            assert_eq!(read(rest), AliasRequest::Remove("bf".to_owned()), "{rest}");
        }
        assert_eq!(read("remove = Vendas"), is_set("remove", "Vendas"));
        assert_eq!(read("bf"), AliasRequest::Show("bf".to_owned()));
        assert_eq!(read("bf ="), AliasRequest::Show("bf".to_owned()));
        assert_eq!(read("= x"), AliasRequest::Usage);
        assert_eq!(read(""), AliasRequest::Usage);
    }

    #[test]
    fn an_alias_is_a_word_that_means_nothing_else() {
        for name in ["bf", "gremio", "time-a", "x_1", "3a", "v.2", "販売"] {
            assert_eq!(alias_error(name), None, "{name}");
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
            ("todos", "alias-taken"),
            ("grupo", "alias-taken"),
            ("nao", "alias-taken"),
            ("talvez", "alias-taken"),
            ("chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", "alias-taken"),
            ("two words", "alias-word"),
            ("vendas*", "alias-word"),
            ("--yes", "alias-word"),
            ("", "alias-number"),
        ];
        for (name, expected) in rows {
            assert_eq!(alias_error(name), Some(expected), "{name}");
        }
        assert_eq!(alias_error(&"x".repeat(40)), None);
        assert_eq!(alias_error(&"x".repeat(41)), Some("alias-long"));
    }
}
