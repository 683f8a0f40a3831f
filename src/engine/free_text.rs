//! Texts that commands keep as they are typed: descriptions and announcements.

use crate::command::spec::CommandSpec;
use crate::parse::arguments;
use crate::parse::flags::Flags;
use crate::reply::ReplyLine;

/// The line for a text of more characters than WhatsApp accepts.
pub fn too_long_line(text: &str, most: usize) -> Option<ReplyLine> {
    let count = text.chars().count();
    let line = || {
        ReplyLine::not_done("text-too-long").with_count("count", count).with_plain("most", most.to_string())
    };
    (count > most).then(line)
}

/// The warning for a text that ends in what may be a flag.
pub fn trailing_yes_line() -> ReplyLine {
    ReplyLine::new("text-ends-in-yes").with_icon("⚠️")
}

/// Whether arguments are parsed as this text, without any flag.
pub fn parses_back_to(spec: &CommandSpec, rest: &str, text: &str) -> bool {
    let read = arguments::parse(spec.args, spec.is_mutating, rest);
    read.is_ok_and(|read| is_same_text(&read.text, text) && read.flags == Flags::default())
}

/// Whether texts are equal but for spaces at the ends and for line ends.
pub fn is_same_text(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}
