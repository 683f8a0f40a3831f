//! The groups that the words of a command name.

use crate::command::{CommandError, CommandSpec, Context};
use crate::config::AdminsFrom;
use crate::directory::{GroupEntry, Snapshot, is_similar};
use crate::domain::{GroupId, InviteLink};
use crate::parse::hesitation::{count_delay, find_hesitation};
use crate::parse::names::{Exclusion, Fit, Name, NameReader, find_leftover, is_exclusion, strip_courtesy};
use crate::parse::numbers::list_numbers;
use crate::parse::tokenizer::Token;
use crate::parse::word_lists::in_word_list;
use crate::reply::{ReplyLine, UsageError, quote};

/// The most names that a reply repeats as clear.
const MAX_CLEAR_NAMES: usize = 10;

impl Context<'_> {
    /// The names of groups in the tokens of a command. Where these are only numbers, the ids of the last list, if that
    /// showed groups. A usage error ends the command where there are none, where words are left over, and where some are
    /// excluded: to take just these would be the opposite.
    pub async fn resolve_group_words(
        &mut self,
        spec: &CommandSpec,
        tokens: &[Token],
    ) -> Result<Vec<String>, CommandError> {
        let localizer = self.localizer;
        let usage_error = |error| spec.usage_error_reply(error, localizer).into();
        let snapshot = self.directory.snapshot(self.zapi).await?;
        if let Some(numbers) = list_numbers(tokens) {
            let list = self.load_last_list().await?;
            let ids = |word: &str, range| {
                list.as_ref().filter(|_| !snapshot.groups.has_name(word))?.group_ids(range)
            };
            let words = numbers.into_iter().flat_map(|(word, range)| ids(&word, range).unwrap_or(vec![word]));
            return Ok(words.collect());
        }
        let visible = self.visible_lists(&snapshot, tokens).await?;
        let known = GroupNames { all: &snapshot, visible: visible.as_ref().unwrap_or(&snapshot) };
        let fit = |text: &str| self.fit_of_word(known, text, tokens);
        let reader = NameReader { fit: &fit, locale: self.localizer.locale };
        let names = match reader.read_names(tokens) {
            Ok(names) if names.is_empty() => {
                return Err(self.ask_for(spec, UsageError::MissingGroups, "").into());
            }
            Ok(names) => names,
            Err(Exclusion(word)) if count_delay(&word.split(' ').collect::<Vec<_>>()).is_some() => {
                let line = ReplyLine::not_done("no-later").name("word", word);
                return Err(line.with_plain("usage", spec.usage(localizer)).into());
            }
            Err(Exclusion(word))
                if is_exclusion(&word, self.localizer.locale) || find_hesitation(&word).is_some() =>
            {
                return Err(usage_error(UsageError::Exclusion(word)));
            }
            Err(Exclusion(word)) => return Err(usage_error(UsageError::TooManyWords(word))),
        };
        // Another community may be meant for the groups beside it. Its announcement group has its name.
        let names_community = |name: &&Name| {
            let text = strip_courtesy(&name.text);
            let communities = snapshot.communities.matches(text).0;
            names.len() > 1
                && !tokens[name.tokens.start].is_quoted
                && (name.fit == Fit::None || known.find(text).0.len() == 1)
                && (name.fit == Fit::None || snapshot.communities.has_name(text))
                && communities.iter().any(|community| self.sees(community))
        };
        let is_misspelled =
            |text: &str| known.visible.groups.all().any(|group| is_similar(text, &group.name));
        let leftover =
            find_leftover(tokens, &names, &is_misspelled).or_else(|| names.iter().find(names_community));
        let Some(leftover) = leftover else { return Ok(names.into_iter().map(|name| name.text).collect()) };
        let clear = names.iter().filter(|name| name.fit == Fit::Whole || name.fit == Fit::Beginning);
        let clear = clear.filter(|name| *name != leftover).map(|name| quote(&name.text));
        let clear: Vec<String> = clear.take(MAX_CLEAR_NAMES).collect();
        if clear.is_empty() {
            return Err(usage_error(UsageError::TooManyWords(leftover.text.clone())));
        }
        let line = ReplyLine::not_done("leftover-words").name("word", &leftover.text);
        let line = line.with_plain("names", clear.join(", "));
        Err(line.with_plain("usage", spec.usage(self.localizer)).into())
    }

    /// The lists with the groups that the admin sees; none where these are all, as for words that are whole names.
    async fn visible_lists(
        &self,
        all: &Snapshot,
        tokens: &[Token],
    ) -> Result<Option<Snapshot>, CommandError> {
        if self.admin.from == AdminsFrom::Config {
            return Ok(None);
        }
        let unseen = all.with_groups(|_| false);
        let known = GroupNames { all, visible: &unseen };
        let fit = |text: &str| self.fit_of_word(known, text, tokens);
        let names = NameReader { fit: &fit, locale: self.localizer.locale }.read_names(tokens);
        let is_whole = |name: &Name| name.fit == Fit::Whole && !name.text.contains('*');
        if names.is_ok_and(|names| names.iter().all(is_whole)) {
            return Ok(Some(unseen));
        }
        let visible = self.visible_groups().await?;
        Ok(Some(all.with_groups(|group| visible.contains(&group.id))))
    }

    /// How a word fits a group that is given in any way. An alias of what the admin does not see is none.
    fn fit_of_word(&self, known: GroupNames<'_>, text: &str, tokens: &[Token]) -> Fit {
        let is_given = !text.contains(' ')
            && (text.contains('*') && (tokens.len() == 1 || !is_bullet(text))
                || InviteLink::looks_like_invite(text)
                || in_word_list(text, "here"));
        let is_seen = |id: &str| {
            self.admin.from == AdminsFrom::Config
                || GroupId::parse(id).is_some_and(|id| known.visible.groups.by_id(&id).is_some())
        };
        if is_given || self.directory.alias(text).is_some_and(is_seen) { Fit::Whole } else { known.fit(text) }
    }
}

/// Whether a text is a star alone, which stands before the items of a list.
fn is_bullet(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'*')
}

/// The groups that words may name.
#[derive(Clone, Copy)]
pub struct GroupNames<'a> {
    /// All of them: by its whole name each may be named, but for the announcement group of a community that is not seen.
    pub all: &'a Snapshot,
    /// Those that the admin sees, and the beginning of a name may mean.
    pub visible: &'a Snapshot,
}

impl<'a> GroupNames<'a> {
    /// The groups that a text names, and whether by their whole name.
    pub fn find(self, text: &str) -> (Vec<&'a GroupEntry>, bool) {
        let (mut groups, is_whole) = self.all.groups.matches(text);
        groups.retain(|group| {
            !self.all.communities.has_name(&group.name) || self.visible.groups.by_id(&group.id).is_some()
        });
        if is_whole && !groups.is_empty() { (groups, true) } else { self.visible.groups.matches(text) }
    }

    /// How a text fits their names.
    pub fn fit(self, text: &str) -> Fit {
        if is_bullet(text) {
            return Fit::None;
        }
        let (groups, is_whole) = self.find(text);
        let is_pattern = || text.contains('*') && !self.visible.groups.matching(text).is_empty();
        if is_whole || GroupId::parse(text).is_some() || is_pattern() {
            return Fit::Whole;
        }
        // An announcement group has the name of its community, and is found by no beginning.
        match groups.iter().filter(|group| !self.all.communities.has_name(&group.name)).take(2).count() {
            0 => Fit::None,
            1 => Fit::Beginning,
            _ => Fit::Ambiguous,
        }
    }
}
