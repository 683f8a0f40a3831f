//! Finds the arguments of a command among words: a community at either end, and what stands beside it. Small words around
//! names mean nothing: `o futebol no bairro feliz`.

use std::ops::Range;

use super::command_outcome::CommandOutcome;
use super::community_names::CommunityNames;
use super::request::Request;
use super::sentence::{Kind, KnownNames, Mention, Sentence, is_small};
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::command::talk_pause::MAX_REQUEST_WORDS;
use crate::config::AdminsFrom;
use crate::directory::is_misspelled;
use crate::domain::GroupId;
use crate::parse::arguments::ArgKind;
use crate::parse::dialing_code::DialingCode;
use crate::parse::names::{Fit, Name, NameReader, find_exclusion, next_in_list};
use crate::parse::numbers::list_numbers;
use crate::parse::people::{find_leftover, parse_people};
use crate::parse::text::is_comma;
use crate::parse::tokenizer::{Token, Tokenizer, join, parse_quoted_name};
use crate::parse::word_lists::{in_word_list, is_nameless, plain_word};
use crate::reply::{Reply, ReplyLine, UsageError, typed};

/// The most words of the name of a group before the name of a community that it ends in.
const MAX_WORDS_BEFORE_COMMUNITY: usize = 8;

/// Finds arguments among these words.
#[derive(Clone, Copy)]
pub(super) struct ArgumentFinder<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) names: &'a CommunityNames<'a>,
    /// What was typed.
    pub(super) source: &'a str,
    pub(super) tokens: &'a [Token],
    /// The words are a sentence, not the arguments of a typed command: behind other words, the community needs a
    /// preposition, and all groups must be known.
    pub(super) is_sentence: bool,
}

impl<'a> ArgumentFinder<'a> {
    /// The arguments of a command that takes a community and something else, in their order: communities and known
    /// groups by id.
    pub(super) fn find(&self, spec: &CommandSpec) -> Option<String> {
        match spec.args {
            [ArgKind::Groups, ArgKind::Community] => {
                let read = |(community, others): (String, _)| {
                    // From another community: `move o futebol do bairro para o marketing`.
                    let without = || self.groups(self.community_at_end(others, true)?.1);
                    let groups = self.groups(others).or_else(without);
                    let groups = groups.or_else(|| self.others(ArgKind::Groups, others))?;
                    Some(join_arguments(spec, &community, &groups))
                };
                let at_end = self.community_at_end(self.tokens, false).and_then(read);
                at_end.or_else(|| self.community_at_start().and_then(read))
            }
            [ArgKind::Community, next] if next.is_verbatim() => self.text_before_community(),
            [ArgKind::Community, ArgKind::Groups] if self.is_sentence && self.list_below().is_some() => {
                let (community, groups) = self.list_below()?;
                Some(join_arguments(spec, &community, &self.groups(groups)?))
            }
            [ArgKind::Community, next, ..] => {
                let read = |(community, others): (String, _)| {
                    // They may be of another community.
                    let is_list = spec.name == "unlink" && self.all_of_list(others).is_some();
                    let others = self.others(*next, others).filter(|_| !is_list)?;
                    Some(join_arguments(spec, &community, &others))
                };
                let at_end = self.community_at_end(self.tokens, self.is_sentence).and_then(read);
                let named = at_end.or_else(|| self.community_at_start().and_then(read));
                named.or_else(|| (spec.name == "unlink").then(|| self.groups_of_list())?)
            }
            _ => None,
        }
    }

    /// A community on the first line, and the list below it: `esses no marketing:⏎Vendas Norte⏎Vendas Atacado`.
    pub(super) fn list_below(&self) -> Option<(String, &'a [Token])> {
        let end = self.source.find('\n')?;
        let count = self.tokens.iter().take_while(|token| token.span.start < end).count();
        let list = self.tokens.get(count..).filter(|list| !list.is_empty())?;
        let line = self.source[..end].trim_end_matches(|c: char| c.is_whitespace() || c == ':');
        let head = &Tokenizer::new(line, false).read_all(false).ok()?[..];
        let leads_to_list = |token: &Token| {
            let word = plain_word(&token.text);
            let is_listed = || ["list-words", "reply-verbs-link"].iter().any(|list| in_word_list(word, list));
            word.is_empty() || is_nameless(word) || is_listed()
        };
        let on_line = ArgumentFinder { source: line, tokens: head, ..*self };
        let named = on_line.community_at_end(head, false).or_else(|| on_line.community_at_start());
        named.filter(|(_, others)| others.iter().all(leads_to_list)).map(|(community, _)| (community, list))
    }

    /// The groups of the list shown last: `todos`.
    fn all_of_list(&self, tokens: &[Token]) -> Option<String> {
        let is_all = |token: &Token| is_small(token) || in_word_list(&token.text, "wish-all-words");
        let has_all = tokens.iter().all(is_all) && tokens.iter().any(|token| !is_small(token));
        let list = self.names.list.as_ref().filter(|_| self.is_sentence && has_all)?;
        list.all_groups().map(|groups| groups.join(" "))
    }

    /// Offers a command with these arguments.
    pub(super) fn offer(&self, spec: &CommandSpec, arguments: String) -> CommandOutcome {
        let shown = self.names.show(&arguments);
        self.request.offer_command("wish-offer", spec, arguments, &shown)
    }

    /// The groups of these numbers, where all words are numbers of the list shown last, and their community.
    fn groups_of_list(&self) -> Option<String> {
        let numbers: Vec<_> = list_numbers(self.tokens)?.into_iter().map(|(_, numbers)| numbers).collect();
        let (community, groups) = self.names.list.as_ref()?.groups_of_community(&numbers)?;
        Some(format!("{community} {}", groups.join(" ")))
    }

    /// The words as a sentence.
    pub(super) fn read_sentence(&self) -> Sentence {
        let (community, group) = (|text: &str| self.community_fit(text), |text: &str| self.group_fit(text));
        let misspelled = |word: &str| self.misspelled_name(word);
        let names = KnownNames { community: &community, group: &group, misspelled: &misspelled };
        Sentence::read(self.source, self.tokens, &names, self.request.run.localizer.locale)
    }

    /// The groups that a sentence names, but the ones that it excludes: `era o suporte, não o futebol`.
    pub(super) fn named_groups(&self, sentence: &Sentence) -> Vec<String> {
        let is_meant = |mention: &&Mention| mention.kind != Kind::Community && !mention.is_excluded;
        sentence.mentions.iter().filter(is_meant).map(|mention| self.group_id(&mention.name.text)).collect()
    }

    /// The community that a sentence names.
    pub(super) fn named_community(&self, sentence: &Sentence) -> Option<String> {
        let is_meant = |mention: &&Mention| mention.kind == Kind::Community && !mention.is_excluded;
        let mut names = sentence.mentions.iter().filter(is_meant).map(|mention| &mention.name);
        names.find(|name| name.fit > Fit::Ambiguous).map(|name| self.community_id(&name.text))
    }

    /// Whether a sentence names communities at several places: `o futebol no bairro e o suporte no marketing`. From one to
    /// another, as `/move` does, they stand side by side.
    pub(super) fn names_several_communities(&self, spec: &CommandSpec, sentence: &Sentence) -> bool {
        match (spec.args, self.community_places(sentence).as_slice()) {
            ([ArgKind::Groups, ArgKind::Community], [from, to]) => {
                !self.tokens[from.end..to.start].iter().all(is_small)
            }
            ([ArgKind::Groups, ArgKind::Community], places) => places.len() > 1,
            ([ArgKind::Community, ArgKind::Groups | ArgKind::People, ..], places) => places.len() > 1,
            _ => false,
        }
    }

    /// Where communities are named: behind a preposition, or in a list behind another one.
    fn community_places(&self, sentence: &Sentence) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::new();
        for Mention { name, .. } in sentence.mentions.iter().filter(|mention| mention.kind != Kind::Group) {
            let before = self.tokens[..name.tokens.start].iter().rev().take_while(|token| is_small(token));
            let is_listed =
                |last: &Range<usize>| next_in_list(self.tokens, last.end) == Some(name.tokens.start);
            if before.into_iter().any(is_preposition) || places.last().is_some_and(is_listed) {
                places.push(name.tokens.clone());
            }
        }
        places
    }

    /// A text and the community behind it. `here it is about the marketing` is only a text, unless it is quoted.
    fn text_before_community(&self) -> Option<String> {
        let (community, others) = self.community_at_end(self.tokens, false)?;
        let text = self.source_of(others);
        let behind = self.tokens.get(others.len())?;
        let text = match parse_quoted_name(text) {
            // The quotes only keep the text together.
            Some((inside, "")) if !text.contains('\n') => inside.to_owned(),
            Some(_) => text.to_owned(),
            None => Some(text.to_owned()).filter(|_| !is_small(behind))?,
        };
        Some(format!("{community} {text}"))
    }

    /// What was typed for these tokens.
    pub(super) fn source_of(&self, tokens: &[Token]) -> &'a str {
        let span = tokens.first().zip(tokens.last()).map(|(first, last)| first.span.start..last.span.end);
        span.map_or("", |span| &self.source[span])
    }

    /// The arguments beside the community.
    fn others(&self, kind: ArgKind, tokens: &[Token]) -> Option<String> {
        let source = self.source_of(tokens);
        match kind {
            ArgKind::Groups => self.groups(tokens).or_else(|| (!self.is_sentence).then(|| source.to_owned())),
            ArgKind::People => self.people(source),
            // `a foto nova`: the picture is that of the message, or is asked for.
            ArgKind::Picture if self.is_sentence && !source.contains("://") => Some(String::new()),
            ArgKind::Picture if !source.is_empty() && !source.contains("://") => None,
            _ => Some(source.to_owned()),
        }
    }

    pub(super) fn reader<'f>(&self, fit: &'f dyn Fn(&str) -> Fit) -> NameReader<'f> {
        let run = self.request.run;
        // The words of a sentence are of the language of its phrase, whatever the language of the chat.
        NameReader { fit, locale: if self.is_sentence { run.parsed.locale } else { run.localizer.locale } }
    }

    pub(super) fn community_fit(&self, text: &str) -> Fit {
        self.names.find(text).1
    }

    pub(super) fn group_fit(&self, text: &str) -> Fit {
        self.names.group_fit(text)
    }

    /// One community by its id; an unclear name as it is typed: the command asks.
    pub(super) fn community_id(&self, name: &str) -> String {
        match self.names.find(name).0.as_slice() {
            [entry] => entry.id.to_string(),
            _ => typed(name),
        }
    }

    /// The community that all the words name, but small ones.
    pub(super) fn whole_community(&self) -> Option<String> {
        let fit = |text: &str| self.community_fit(text);
        let (community, others) = self.community_at_start()?;
        self.reader(&fit).is_courtesy(others).then_some(community)
    }

    /// The community at the beginning, and what follows.
    pub(super) fn community_at_start(&self) -> Option<(String, &'a [Token])> {
        let fit = |text: &str| self.community_fit(text);
        let tokens = &self.tokens[self.tokens.iter().take_while(|token| is_preposition(token)).count()..];
        let name = Some(self.reader(&fit).read_first(tokens)).filter(|name| self.is_clear(name))?;
        Some((self.community_id(&name.text), &tokens[name.tokens.end..]))
    }

    /// The community at the end, behind a preposition if one is needed, and what stands before it.
    pub(super) fn community_at_end(
        &self,
        tokens: &'a [Token],
        needs_preposition: bool,
    ) -> Option<(String, &'a [Token])> {
        let fit = |text: &str| self.community_fit(text);
        let name = Some(self.reader(&fit).read_last(tokens)).filter(|name| self.is_clear(name))?;
        let before = &tokens[..name.tokens.start];
        let count = before.iter().rev().take_while(|token| is_small(token)).count();
        let (others, small) = before.split_at(before.len() - count);
        (!needs_preposition || small.iter().any(is_preposition))
            .then(|| (self.community_id(&name.text), others))
    }

    /// The words before the only community, if the groups come from there, `futebol da bairro feliz`, or all words if they
    /// end in the name of a group: `mães do bairro`.
    pub(super) fn without_target(&self) -> Option<&'a [Token]> {
        let fit = |text: &str| self.community_fit(text);
        let name = Some(self.reader(&fit).read_last(self.tokens)).filter(|name| self.is_clear(name))?;
        let Range { start, end } = name.tokens;
        let is_group = |from: usize| self.group_fit(&join(&self.tokens[from..end])) == Fit::Whole;
        if (start.saturating_sub(MAX_WORDS_BEFORE_COMMUNITY)..start).any(is_group) {
            return Some(self.tokens);
        }
        let is_in = |token: &Token, list| !token.is_quoted && in_word_list(&token.text, list);
        let is_before = |token: &&Token| is_small(token) || is_in(token, "origin-words");
        let count = self.tokens[..start].iter().rev().take_while(is_before).count();
        let (others, small) = self.tokens[..start].split_at(start - count);
        let has = |list| small.iter().any(|token| is_in(token, list));
        (has("origin-words") && !has("target-words")).then_some(others)
    }

    /// Asks to which community groups are to be moved, where only the one is named in which they are. Where another one
    /// stands before it or behind it, that is offered. `flags`: as they are typed.
    pub(super) fn ask_for_target(&self, spec: &CommandSpec, flags: &str) -> Option<CommandOutcome> {
        let [ArgKind::Groups, ArgKind::Community] = spec.args else { return None };
        let offer = |groups: &[Token], target: &str| {
            Some(self.offer(spec, format!("{flags} {} {target}", self.groups(groups)?).trim().to_owned()))
        };
        let Some(others) = self.without_target() else {
            let (target, others) = self.community_at_end(self.tokens, true)?;
            let groups = ArgumentFinder { tokens: others, ..*self }.without_target()?;
            return if groups.len() < others.len() { offer(groups, &target) } else { None };
        };
        if let Some((target, groups)) = self.community_at_end(others, true).filter(|_| others != self.tokens)
            && let Some(offer) = offer(groups, &target)
        {
            return Some(offer);
        }
        let groups = self.groups(others).unwrap_or_else(|| self.source_of(others).to_owned());
        let (missing, groups) = match others.iter().all(|token| !token.is_quoted && is_nameless(&token.text))
        {
            true => (UsageError::MissingGroups, String::new()),
            false => (UsageError::MissingCommunity, groups),
        };
        let command = self.request.run.localizer.format_command(spec.name, &[]);
        let shown = format!("{command} {}", self.names.show(&groups)).trim().to_owned();
        let before = format!("{flags} {groups}").trim().to_owned();
        let line = ReplyLine::new("ask-target-community").with_plain("command", shown.as_str());
        let asks_for_target = missing == UsageError::MissingCommunity && self.request.is_direct();
        let question = self.request.misused(spec, missing, Prompt { before, shown, ..Prompt::default() });
        Some(match asks_for_target {
            true => CommandOutcome { reply: Reply::UsageError(vec![line]), ..question },
            false => question,
        })
    }

    /// Whether a name is known. Which community an ambiguous one in a sentence means is asked later.
    fn is_clear(&self, name: &Name) -> bool {
        name.fit > if self.is_sentence { Fit::None } else { Fit::Ambiguous }
    }

    /// The groups that all the words name. One whose name is unclear is kept as typed: the command asks.
    pub(super) fn groups(&self, tokens: &[Token]) -> Option<String> {
        if let Some(numbers) = list_numbers(tokens) {
            let ids = |range| self.names.listed_groups(range).filter(|_| self.is_sentence);
            let numbers = numbers.into_iter().map(|(number, range)| ids(range).unwrap_or(number));
            return Some(numbers.collect::<Vec<_>>().join(" "));
        }
        if let Some(groups) = self.all_of_list(tokens) {
            return Some(groups);
        }
        if let Some(pattern) = self.pattern_of_all(tokens) {
            return Some(pattern);
        }
        let fit = |text: &str| self.group_fit(text);
        let names = self.reader(&fit).read_names(tokens).ok().filter(|names| !names.is_empty())?;
        let id = |name: &Name| match name.fit {
            Fit::None => Some(self.group_id(&self.misspelled_name(&name.text)?)),
            _ => Some(self.group_id(&name.text)),
        };
        let ids = names.iter().map(id).collect::<Option<Vec<_>>>()?;
        // In a sentence, the name of a community does not mean its announcement group.
        let snapshot = &self.names.snapshot;
        let is_community = |id: &String| {
            let group = GroupId::parse(id).and_then(|id| snapshot.groups.by_id(&id));
            self.is_sentence && group.is_some_and(|group| snapshot.communities.has_name(&group.name))
        };
        (!ids.iter().any(is_community)).then(|| ids.join(" "))
    }

    /// The pattern of all groups that begin with a word: `todos os blocos`, `os blocos todos`, `os blocos`.
    fn pattern_of_all(&self, tokens: &[Token]) -> Option<String> {
        let is_all = |token: &&Token| in_word_list(&token.text, "wish-all-words");
        let mut words = tokens.iter().filter(|token| !is_all(token) && !is_small(token));
        let word = words.next().filter(|word| self.is_sentence && !word.is_quoted)?;
        // Of one word, the plural is enough.
        let is_plural = self.group_fit(&word.text) == Fit::None;
        if words.next().is_some() || !is_plural && !tokens.iter().any(|token| is_all(&token)) {
            return None;
        }
        let begins = |text: &&str| match self.group_fit(text) {
            Fit::Ambiguous => true,
            fit => fit == Fit::Beginning && !is_plural,
        };
        let text =
            [Some(word.text.as_str()), word.text.strip_suffix('s')].into_iter().flatten().find(begins)?;
        Some(format!("{text}*"))
    }

    /// The groups whose whole names all the words are.
    pub(super) fn whole_groups(&self, tokens: &[Token]) -> Option<String> {
        let fit = |text: &str| self.group_fit(text);
        let names = self.reader(&fit).read_names(tokens).ok().filter(|names| !names.is_empty())?;
        let is_whole = names.iter().all(|name| name.fit == Fit::Whole);
        is_whole.then(|| names.iter().map(|name| self.group_id(&name.text)).collect::<Vec<_>>().join(" "))
    }

    /// The only name that a word of a sentence misspells. A community admin sees no names of groups that they did not type.
    fn misspelled_name(&self, typed: &str) -> Option<String> {
        if !self.is_sentence || self.tokens.len() > MAX_REQUEST_WORDS {
            return None;
        }
        let sees_groups = self.request.admin.from == AdminsFrom::Config;
        let groups = self.names.visible.groups.all().filter(|_| sees_groups).map(|group| &group.name);
        let communities = self.names.allowed.all().map(|community| &community.name);
        let mut near = communities.chain(groups).filter(|name| is_misspelled(typed, name));
        let name = near.next()?;
        // An announcement group has the name of its community.
        near.all(|other| other == name).then(|| name.clone())
    }

    /// The id of a group, or words that name it. A community admin sees no names of groups that they did not type.
    fn group_id(&self, name: &str) -> String {
        let groups = self.names.find_groups(name).0;
        match groups.as_slice() {
            [group] if self.request.admin.from == AdminsFrom::Config => group.id.to_string(),
            [] if !name.contains(char::is_whitespace) => name.to_owned(),
            _ => typed(name),
        }
    }

    /// The people that all the words name, but small ones.
    pub(super) fn people(&self, text: &str) -> Option<String> {
        let small = ["stop-words-beside-name", "stop-words-beside-people", "wish-admin-words"];
        let is_small = |word: &str| small.iter().any(|key| in_word_list(word.trim_matches(is_comma), key));
        let text = text.split_whitespace().filter(|word| !is_small(word)).collect::<Vec<_>>().join(" ");
        let Request { run, admin, .. } = self.request;
        let code = DialingCode::of_admin(admin.phone, run.instance.config.locale);
        let people = parse_people(&text, code);
        let is_clear = people.iter().all(|person| person.person.is_ok())
            && find_leftover(&people).is_none()
            && find_exclusion(&text, run.localizer.locale).is_none();
        (is_clear && !people.is_empty()).then_some(text)
    }
}

pub(super) fn is_preposition(token: &Token) -> bool {
    !token.is_quoted && in_word_list(&token.text, "wish-prepositions")
}

/// The arguments of a command that takes a community and something else, in their order.
pub(super) fn join_arguments(spec: &CommandSpec, community: &str, others: &str) -> String {
    match spec.args.first() {
        Some(ArgKind::Community) => format!("{community} {others}"),
        _ => format!("{others} {community}"),
    }
}
