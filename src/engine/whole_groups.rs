//! Commands that would create or delete a group, which the bot does not do.

use crate::command::CommandSpec;
use crate::parse::text::is_flag;
use crate::parse::tokenizer::parse_quoted_name;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine};

/// The reply to a command about a group as a whole: `/create group X`, `/apagar grupo X`.
pub fn reject_group_lifecycle(spec: &CommandSpec, rest: &str) -> Option<Reply> {
    let (key, command) = match spec.name {
        "create" => ("group-not-created", "link"),
        "deactivate" => ("group-not-deleted", "unlink"),
        // People are named by number.
        "remove" if !rest.contains(|c: char| c.is_ascii_digit()) => ("group-not-deleted", "unlink"),
        _ => return None,
    };
    // Flags and small words before it do not count.
    let word = |word: &&str| {
        !is_flag(word)
            && !in_word_list(word.trim_matches(|c: char| !c.is_alphanumeric()), "words-before-group")
    };
    let first = rest.split_whitespace().find(word)?;
    let is_group = in_word_list(first.trim_matches(|c: char| !c.is_alphanumeric()), "group-words");
    (is_group && parse_quoted_name(rest).is_none())
        .then(|| Reply::Lines(vec![ReplyLine::not_done(key).with_command("command", command, &[])]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::CATALOG;

    #[test]
    fn what_is_about_a_group_as_a_whole_is_told_from_what_is_about_a_community() {
        let is_refused = |command: &str| {
            let (name, rest) = command.split_once(' ').unwrap();
            reject_group_lifecycle(CATALOG.lookup(name).unwrap(), rest).is_some()
        };
        for command in [
            "criar grupo Pais",
            "criar um novo grupo Pais",
            "create group: Parents",
            "crear un grupo Padres",
            "desativar o grupo Pais",
            "deactivate the group x",
            "excluir grupo Pais",
            "criar 1 grupo Pais",
            "criar por favor um grupo Pais",
            "criar subgrupo Pais",
            "desativar do grupo Pais",
            "desativar --sim grupo Pais",
            "eliminar grupo",
        ] {
            assert!(is_refused(command), "{command}");
        }
        for command in [
            "criar Bairro Novo",
            "criar comunidade Grupo Alfa",
            "criar \"Grupo Alfa\"",
            "desativar bairro",
            "remover Grupo Alfa 44 99999-0001",
            "vincular bairro grupo suporte",
        ] {
            assert!(!is_refused(command), "{command}");
        }
    }
}
