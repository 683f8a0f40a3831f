//! Texts that commands keep as they are typed: descriptions and announcements.

use crate::command::{CommandError, CommandSpec, Context};
use crate::parse::arguments::{self, Arguments};
use crate::parse::command_lines::find_command_line;
use crate::parse::flags::Flags;
use crate::parse::prefix::CommandParser;
use crate::reply::{ReplyLine, quote_text};

/// Ends the command where a text has more characters than WhatsApp accepts.
pub fn check_length(text: &str, most: usize) -> Result<(), CommandError> {
    let count = text.chars().count();
    if count <= most {
        return Ok(());
    }
    let line = ReplyLine::not_done("text-too-long").with_count("count", count);
    Err(line.with_plain("most", most.to_string()).into())
}

/// The warning for a text that ends in what may be a flag.
pub fn trailing_yes_line() -> ReplyLine {
    ReplyLine::new("text-ends-in-yes").with_icon("⚠️")
}

/// The warning for a text with a line that is written like a command. It must be confirmed, even with `--yes`.
pub fn command_line_warning(context: &mut Context<'_>, arguments: &Arguments) -> Option<ReplyLine> {
    let parser = CommandParser::new(&context.instance.prefixes);
    let is_command = |name: &str| context.catalog.lookup(name).is_some();
    let line = find_command_line(&arguments.text, &parser, is_command)?;
    if arguments.flags.yes {
        context.require_confirmation();
    }
    Some(ReplyLine::new("text-has-command").with_icon("⚠️").with_plain("command", quote_text(line.trim())))
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
