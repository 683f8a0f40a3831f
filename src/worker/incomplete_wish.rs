//! Wishes that leave a part out: `manda um aviso pro bairro`, `bota o suporte aí`, `tira ele`, `quero criar uma comunidade
//! nova`. The bot asks for that part.

use super::argument_finder::ArgumentFinder;
use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::request::Request;
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::command::wish::Wish;
use crate::commands::CATALOG;
use crate::parse::arguments::{ArgKind, parse};
use crate::parse::tokenizer::Tokenizer;
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::reply::UsageError;

/// Words that are no name of a new community.
const CREATE_WORDS: [&str; 3] =
    ["create-community-words", "create-words-before-community", "create-words-behind-community"];

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
    let is_nothing =
        |word: &str| is_stop_word(word) || in_word_list(word, "wish-pronouns") || is_create_word(word);
    if wish.rest.split_whitespace().all(is_nothing) {
        let missing =
            parse(spec.args, spec.is_mutating, "").err().filter(|error| error.question().is_some())?;
        return Some(request.misused(spec, missing, Prompt { shown, ..Prompt::default() }));
    }
    ask_beside_name(request, spec, &wish, shown).await
}

/// Asks for the part beside the community, or beside the groups.
async fn ask_beside_name(
    request: &Request<'_>,
    spec: &CommandSpec,
    wish: &Wish,
    shown: String,
) -> Option<CommandOutcome> {
    let run = request.run;
    let snapshot = run.instance.directory.snapshot(run.zapi).await.ok()?;
    let names = &CommunityNames::load(request, snapshot).await.ok()?;
    let tokens = &Tokenizer::new(&wish.rest, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names, source: &wish.rest, tokens, is_sentence: true };
    let (missing, known) = match (spec.args, finder.whole_community()) {
        ([ArgKind::Community, next, ..], Some(community)) => {
            let missing = match next {
                ArgKind::Groups => UsageError::MissingGroups,
                ArgKind::People => UsageError::MissingPeople,
                ArgKind::Text => UsageError::MissingText,
                _ => return None,
            };
            let shown = format!("{shown} {}", names.show(&community));
            (missing, Prompt { before: community, shown, ..Prompt::default() })
        }
        ([ArgKind::Groups, ArgKind::Community], Some(community)) => {
            (UsageError::MissingGroups, Prompt { after: community, shown, ..Prompt::default() })
        }
        ([ArgKind::Community, ArgKind::Groups, ..], None) => {
            let groups = finder.groups(tokens)?;
            (UsageError::MissingCommunity, Prompt { after: groups, shown, ..Prompt::default() })
        }
        ([ArgKind::Groups, ArgKind::Community], None) => {
            let groups = finder.groups(tokens)?;
            let shown = format!("{shown} {}", names.show(&groups));
            (UsageError::MissingCommunity, Prompt { before: groups, shown, ..Prompt::default() })
        }
        _ => return None,
    };
    Some(request.misused(spec, missing, known))
}
