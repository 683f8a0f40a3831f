//! The report on groups or people: a first line with counts, then a line for each; one line for one (see
//! "Reading a reply" in docs/commands.md).

use crate::reply::ReplyLine;

/// The line of an item that is, was or would be as wanted: a sentence if it is the only one of `count`, else
/// `below`, which stands below a first line.
pub fn wanted_line(count: usize, key: &str, below: &str) -> ReplyLine {
    match count {
        1 => ReplyLine::new(format!("{key}-one")),
        _ => ReplyLine::new(below.to_owned()),
    }
}

/// The lines of the items below the first line of this key. `takes_away`: an item that was as wanted before was not
/// taken away now, and does not count.
pub fn with_first_line(
    key: String,
    community: &str,
    takes_away: bool,
    lines: Vec<ReplyLine>,
) -> Vec<ReplyLine> {
    if lines.len() == 1 {
        return lines;
    }
    let was_so = |line: &ReplyLine| line.icon() == Some("☑️");
    let is_so = |line: &ReplyLine| match line.icon() {
        Some("☑️") => !takes_away,
        icon => matches!(icon, Some("✅" | "➡️")),
    };
    let done = lines.iter().filter(|line| is_so(line)).count();
    let is_unclear = lines.iter().any(|line| line.icon() == Some("❓"));
    let key = match () {
        () if lines.iter().all(was_so) => "nothing-changed".to_owned(),
        () if done == 0 && is_unclear => "none-certain".to_owned(),
        () => key,
    };
    let first = ReplyLine::new(key).with_count("done", done).with_count("all", lines.len());
    std::iter::once(first.name("community", community)).chain(lines).collect()
}
