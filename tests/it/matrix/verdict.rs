//! Rules for every cell.

use vincula::sandbox::ApiCall;

use super::changes::{ChangeCase, Repeats};
use super::responses::DocumentedEffect;
use super::{Cell, Observation};

const ICONS: [&str; 5] = ["✅", "☑️", "⚠️", "❌", "❓"];

/// Violations of a cell.
pub fn find(cell: &Cell<'_>, seen: &Observation) -> Vec<String> {
    let mut flaws: Vec<String> =
        cell.change.about.iter().filter_map(|about| icon(cell, seen, about)).collect();
    flaws.extend(count(&seen.reply));
    flaws.extend(repeats(cell, seen));
    flaws.extend((cell.change.also)(seen));
    flaws
}

/// The status icon of an item is true.
fn icon(cell: &Cell<'_>, seen: &Observation, about: &str) -> Option<String> {
    let ChangeCase { is_so, can_be_read, .. } = *cell.change;
    // What is not called again, and could not be read at first, is not known.
    let is_lost = cell.reads.is_some() && cell.change.repeats == Repeats::Never;
    // Nothing can be read from the first call on.
    let is_blind = can_be_read && cell.reads.is_some() && !cell.is_once;
    let was_so = is_so(&seen.before, &seen.before, about);
    let so = is_so(&seen.before, &seen.after, about);
    let lines = || seen.reply.lines().filter_map(|line| Some((icon_of(line)?, line)));
    let line = lines().find(|(_, line)| line.contains(about)).or_else(|| lines().next());
    let Some((icon, _)) = line else { return Some("no icon".to_owned()) };
    let effect = cell.response.effect;
    // If nothing can be read, only the response counts.
    let by_word = |says: &[DocumentedEffect]| !can_be_read && says.contains(&effect);
    let flaw = match icon {
        "✅" if is_blind => "nothing could be read",
        "❓" if is_blind || is_lost => return None,
        "✅" | "⚠️" if was_so => "it was so before",
        "✅" | "⚠️" if !so && !by_word(&[DocumentedEffect::Done]) => "it is not so",
        "✅" | "⚠️" if !can_be_read && !cell.is_once && effect != DocumentedEffect::Done => {
            "nothing says that it is so"
        }
        "☑️" if !was_so => "it was not so before",
        "❌" if so && !by_word(&[DocumentedEffect::Refused, DocumentedEffect::NotNow]) => "it is so",
        "❓" if can_be_read && so => "it is so, and can be read",
        "❓" if !so && effect == DocumentedEffect::Refused => "it was refused and is not so",
        "❓" if !so && effect == DocumentedEffect::NotNow && can_be_read => "it was not done and is not so",
        "❓" if by_word(&[DocumentedEffect::Done]) => "the response said that it is so",
        _ => return None,
    };
    Some(format!("{icon} though {flaw}"))
}

/// The count in the first line matches the lines.
fn count(reply: &str) -> Option<String> {
    let (first, lines) = reply.split_once('\n')?;
    let (done, rest) = first.split_once(" of ")?;
    let done: usize = done.parse().ok()?;
    rest.split(' ').next()?.parse::<usize>().ok()?;
    let counted = lines.lines().filter(|line| matches!(icon_of(line), Some("✅" | "☑️"))).count();
    (done != counted).then(|| format!("counts {done}, shows {counted}"))
}

/// Unsafe calls are not repeated, and safe ones are repeated until done.
fn repeats(cell: &Cell<'_>, seen: &Observation) -> Option<String> {
    let Cell { change, response, is_done, is_once, .. } = *cell;
    let effect = response.effect;
    let calls = most_calls(&seen.calls);
    let may_be_done = matches!(effect, DocumentedEffect::Done | DocumentedEffect::Unknown)
        || (is_done && change.can_be_read);
    if change.repeats != Repeats::Always && may_be_done && calls > 1 {
        return Some(format!("called {calls} times"));
    }
    // One that cannot be repeated is called again only where it is read that it was not done.
    let is_read = cell.reads.is_none() || change.repeats != Repeats::Never;
    let is_due = match effect {
        DocumentedEffect::NotNow => true,
        DocumentedEffect::Unknown => change.repeats != Repeats::Never,
        DocumentedEffect::Done | DocumentedEffect::Refused => false,
    };
    let is_so = change.about.iter().all(|about| (change.is_so)(&seen.before, &seen.after, about));
    (is_once && !is_done && is_due && !is_so && is_read)
        .then(|| format!("not repeated after {} calls", seen.calls.len()))
}

/// How often the same call was made; a member call without an invitation is harmless.
fn most_calls(calls: &[ApiCall]) -> usize {
    let body =
        |call: &ApiCall, key: &str| call.body.as_ref().map(|body| body[key].clone()).unwrap_or_default();
    let grave: Vec<_> = calls.iter().filter(|call| body(call, "autoInvite") != false).collect();
    let same = |one: &&ApiCall| grave.iter().filter(|other| other.body == one.body).count();
    grave.iter().map(same).max().unwrap_or(0)
}

fn icon_of(line: &str) -> Option<&'static str> {
    ICONS.into_iter().find(|icon| line.starts_with(icon))
}
