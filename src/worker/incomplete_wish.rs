//! Wishes that leave a part out: `manda um aviso pro bairro`, `bota o suporte aí`, `tira ele`, `quero criar uma comunidade
//! nova`. The bot asks for that part.

use super::argument_finder::ArgumentFinder;
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::request::Request;
use super::subjects::Subjects;
use super::wish::CREATE_WORDS;
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::parse::arguments::{ArgKind, parse};
use crate::parse::tokenizer::Tokenizer;
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::reply::UsageError;

/// Asks for the first part of a command that a text wishes without one, or for the part beside what it names.
pub(super) async fn ask_for_missing_part(
    request: &Request<'_>,
    spec: &CommandSpec,
) -> Option<CommandOutcome> {
    let wish = CATALOG.parse_wish(&request.command.text)?;
    let shown = request.run.localizer.format_command(spec.name, &[]);
    let is_create_word = |word: &str| {
        matches!(spec.args, [ArgKind::FreeText(_)])
            && CREATE_WORDS.iter().any(|list| in_word_list(word, list))
    };
    if wish.rest.split_whitespace().all(|word| is_nothing(word) || is_create_word(word)) {
        let missing =
            parse(spec.args, spec.is_mutating, "").err().filter(|error| error.question().is_some())?;
        return Some(request.misused(spec, missing, Prompt { shown, ..Prompt::default() }));
    }
    ask_beside_name(request, spec, &wish, shown).await
}

/// Whether words say nothing about what is meant: `ele`, `as duas`, `um grupo`, `lá também`.
fn is_nothing(text: &str) -> bool {
    let lists = [
        "wish-pronouns",
        "wish-prepositions",
        "wish-last-words",
        "wish-some-words",
        "question-small",
        "how-people-words",
        "wish-audience-words",
    ];
    let is_listed = |word: &str| lists.iter().any(|list| in_word_list(word, list));
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| is_stop_word(word) || is_listed(word))
}

/// Asks for the part beside the community, or beside the groups.
async fn ask_beside_name(
    request: &Request<'_>,
    spec: &CommandSpec,
    wish: &Wish,
    shown: String,
) -> Option<CommandOutcome> {
    // Which of these people are meant is not asked.
    if spec.args.contains(&ArgKind::People) && wish.rest.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let run = request.run;
    let snapshot = run.instance.directory.snapshot(run.zapi).await.ok()?;
    let names = &CommunityNames::load(request, snapshot).await.ok()?;
    let tokens = &Tokenizer::new(&wish.rest, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names, source: &wish.rest, tokens, is_sentence: true };
    let sentence = finder.read_sentence();
    let subjects = Subjects::new(&finder, &sentence);
    let others = sentence.text_beside_names.as_str();
    let community = subjects.communities.as_slice();
    let (missing, known) = match (spec.args, community, subjects.groups.is_empty()) {
        // Only the number says who is meant.
        ([ArgKind::Community, ArgKind::People, ..], [], true) => {
            (UsageError::MissingCommunity, Prompt { shown, ..Prompt::default() })
        }
        ([ArgKind::Community, next, ..], [community], true) => {
            let missing = match next {
                ArgKind::Groups if is_nothing(others) => UsageError::MissingGroups,
                ArgKind::People => UsageError::MissingPeople,
                ArgKind::Text if is_nothing(others) => UsageError::MissingText,
                _ => return None,
            };
            let before = community.id.to_string();
            let shown = format!("{shown} {}", names.show(&before));
            (missing, Prompt { before, shown, ..Prompt::default() })
        }
        ([ArgKind::Groups, ArgKind::Community], [community], true) if is_nothing(others) => {
            let after = community.id.to_string();
            (UsageError::MissingGroups, Prompt { after, shown, ..Prompt::default() })
        }
        ([ArgKind::Community, ArgKind::Groups, ..], [], false) if is_nothing(others) => {
            let after = subjects.group_arguments();
            (UsageError::MissingCommunity, Prompt { after, shown, ..Prompt::default() })
        }
        ([ArgKind::Groups, ArgKind::Community], [], false) if is_nothing(others) => {
            let before = subjects.group_arguments();
            let shown = format!("{shown} {}", names.show(&before));
            (UsageError::MissingCommunity, Prompt { before, shown, ..Prompt::default() })
        }
        _ => return None,
    };
    Some(request.misused(spec, missing, known))
}
