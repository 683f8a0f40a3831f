//! Texts that commands keep as they are typed: descriptions and announcements.

use crate::command::spec::CommandSpec;
use crate::parse::arguments;
use crate::parse::flags::Flags;
use crate::reply::ReplyLine;

/// What is told of a text of more characters than WhatsApp takes.
pub fn too_long_line(text: &str, most: usize) -> Option<ReplyLine> {
    let count = text.chars().count();
    let phrase = || {
        ReplyLine::not_done("text-too-long").with_count("count", count).with_plain("most", most.to_string())
    };
    (count > most).then(phrase)
}

/// What is told of a text at whose end there may be a word for the bot.
pub fn trailing_yes_line() -> ReplyLine {
    ReplyLine::new("text-ends-in-yes").with_icon("⚠️")
}

/// Whether the words of an order are read as this text, and nothing in it as a word for the bot.
pub fn parses_back_to(spec: &CommandSpec, rest: &str, text: &str) -> bool {
    let read = arguments::parse(spec.args, spec.is_mutating, rest);
    read.is_ok_and(|read| is_same_text(&read.text, text) && read.flags == Flags::default())
}

/// The same but for blanks at the ends, and for how lines end.
pub fn is_same_text(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}
