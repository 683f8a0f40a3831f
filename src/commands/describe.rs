//! `/describe <community> <text>`: changes the description of a community, kept as it is typed.
//!
//! A lone `-` removes the description, since a text is required.

use serde::{Deserialize, Serialize};

use crate::command::{CommandError, CommandSpec, Context, Es, Pt};
use crate::domain::CommunityId;
use crate::engine::api_change::{self, ApiChange};
use crate::engine::free_text::{
    check_length, command_line_warning, is_same_text, parses_back_to, trailing_yes_line,
};
use crate::failpoint::{self, Step};
use crate::parse::arguments::{ArgKind, Arguments};
use crate::parse::flags::ends_in_yes;
use crate::parse::remark::may_be_remark;
use crate::parse::text::is_signs;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, UsageError};
use crate::zapi::{ApiError, ChangePermit, Zapi};

pub const SPEC: CommandSpec = CommandSpec::mutating(
    "describe",
    Pt(&["descrever", "descrição"]),
    Es(&["describir", "descripción"]),
    &[ArgKind::Community, ArgKind::Text],
);

/// The most characters of a description (WhatsApp accepts no more).
const MAX_DESCRIPTION_LEN: usize = 2_048;
/// The text for no description.
const NO_DESCRIPTION: &str = "-";

/// A new description.
#[derive(Serialize, Deserialize)]
struct Description {
    community: CommunityId,
    name: String,
    text: String,
    /// The description before.
    before: String,
}

impl ApiChange for Description {
    const COMMAND: &'static str = SPEC.name;
    const CALL: &'static str = "update-community-description";

    async fn plan(context: &mut Context<'_>, arguments: &Arguments) -> Result<Self, CommandError> {
        let community = context.require_community()?;
        let text = match arguments.text.as_str() {
            NO_DESCRIPTION => String::new(),
            // `?` asks how it is written.
            text if context.precondition.is_none() && is_signs(text) => {
                return Err(SPEC.usage_error_reply(UsageError::MissingText, context.localizer).into());
            }
            text => text.to_owned(),
        };
        check_length(&text, MAX_DESCRIPTION_LEN)?;
        let details = context.zapi.community(&community.id).await?;
        let name = details.name_or(community.name);
        let before = details.description.unwrap_or_default();
        failpoint::reach(Step::StateRead);
        let change = Self { community: community.id, name, text, before };
        if is_same_text(&change.before, &change.text) {
            let key = if change.text.is_empty() { "describe-none-already" } else { "describe-already" };
            return Err(ReplyLine::already_done(key).name("community", change.name).into());
        }
        let is_not_so = |text: &String| !is_same_text(&change.before, text);
        let is_changed_since = context.precondition.as_ref().is_some_and(is_not_so);
        let key = if change.text.is_empty() { "describe-none-would" } else { "describe-would" };
        let mut preview = change.lines(ReplyLine::preview(key), &change.text);
        let may_hold_a_flag = ends_in_yes(&change.text);
        preview.extend(may_hold_a_flag.then(trailing_yes_line));
        let command_line = command_line_warning(context, arguments);
        let has_command = command_line.is_some() && !context.is_undo();
        preview.extend(command_line);
        if is_changed_since {
            // Undoing one's own text does not confirm removing the text of another person.
            context.require_confirmation();
            // A yes removes the text that was shown, no later one.
            context.precondition = Some(change.before.clone());
            let is_none = change.before.trim().is_empty();
            let key = if is_none { "describe-none-changed-since" } else { "describe-changed-since" };
            preview.splice(..0, change.lines(ReplyLine::not_done(key), &change.before));
        }
        let rest = command_for(&change.community, &change.text).unwrap_or_default();
        let may_be_reply = !context.is_undo() && may_be_remark(&change.text, context.localizer.locale);
        let is_grave =
            is_changed_since || may_hold_a_flag || has_command || may_be_reply || may_be_cut(arguments);
        context.preview_or_confirm(SPEC.name, rest, preview, is_grave)?;
        Ok(change)
    }

    async fn call(&self, zapi: &Zapi, permit: ChangePermit) -> Result<(), ApiError> {
        zapi.describe(&self.community, &self.text, permit).await
    }

    async fn is_applied(&self, zapi: &Zapi) -> Result<bool, ApiError> {
        let now = zapi.community(&self.community).await?.description.unwrap_or_default();
        Ok(is_same_text(&now, &self.text))
    }

    fn status_command(&self) -> Option<(&'static str, Vec<&str>)> {
        Some(("community", vec![self.community.as_str()]))
    }

    fn done_lines(&self, context: &mut Context<'_>) -> Vec<ReplyLine> {
        let key = match (self.text.is_empty(), context.is_undo()) {
            (true, _) => "describe-none-done",
            (false, true) => "describe-back",
            (false, false) => "describe-done",
        };
        self.lines(ReplyLine::done(key), &self.text)
    }

    fn set_undo(&self, context: &mut Context<'_>) {
        let by = command_for(&self.community, &self.before).map(|rest| (SPEC.name, rest));
        context.set_undo_if(SPEC.name, by, Some(self.text.clone()));
    }
}

impl Description {
    /// A line about a description, and the text below it.
    fn lines(&self, line: ReplyLine, text: &str) -> Vec<ReplyLine> {
        let text = Some(text.trim()).filter(|text| !text.is_empty());
        let line = line.name("community", self.name.as_str());
        std::iter::once(line).chain(text.map(ReplyLine::from_quote)).collect()
    }
}

pub async fn run(context: &mut Context<'_>, arguments: &Arguments) -> Result<Reply, CommandError> {
    api_change::run::<Description>(context, arguments).await
}

/// `/describe bairro Feliz and united`: whether the name may have taken words of the text.
fn may_be_cut(arguments: &Arguments) -> bool {
    let first = arguments.text.split_whitespace().next();
    arguments.community.as_deref().is_some_and(|name| name.contains(' '))
        && first.is_some_and(|first| in_word_list(first, "stop-words-between-names"))
}

/// The arguments that set this description; none if no arguments do.
fn command_for(community: &CommunityId, text: &str) -> Option<String> {
    let rest = format!("{community} {}", if text.is_empty() { NO_DESCRIPTION } else { text });
    (text.is_empty() || (parses_back_to(&SPEC, &rest, text) && text.trim() != NO_DESCRIPTION)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gives_back_every_description_but_what_means_something_else() {
        let community = CommunityId::parse("120363186053925765").unwrap();
        let rows = [
            ("", Some("120363186053925765 -")),
            ("Regras:\n\n1. paz", Some("120363186053925765 Regras:\n\n1. paz")),
            ("“Aspas” -- e *tudo*", Some("120363186053925765 “Aspas” -- e *tudo*")),
            ("-", None),
            ("--yes", None),
            ("--try de novo", None),
            ("antes --try 🙏", None),
        ];
        for (text, expected) in rows {
            assert_eq!(command_for(&community, text).as_deref(), expected, "{text:?}");
        }
    }
}
