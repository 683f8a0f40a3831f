//! Finding the community that a command is about: by its name, an id, or the number in a list. One that is unclear stops
//! the command; the reply asks which one is meant.

use std::ops::Range;

use tokio::time::Instant;

use super::argument_finder::{ArgumentFinder, is_preposition};
use super::command_outcome::{CommandOutcome, EarlyExit};
use super::community_names::CommunityNames;
use super::missing_part::add_their_community;
use super::request::{Request, RunContext};
use super::resolve::ResolvedCommand;
use crate::authorization::may_use;
use crate::command::context::CommandError;
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::commands::CATALOG;
use crate::config::AdminsFrom;
use crate::directory::{CommunityEntry, Directory, MIN_SIMILARITY, disambiguate, fold, similarity_of};
use crate::domain::{CommunityId, GroupId};
use crate::engine::aliases::load_chat_aliases;
use crate::engine::links::change::stored_plan_community;
use crate::engine::listing::load_list;
use crate::parse::arguments::{self, ArgKind, TypedArguments, is_person};
use crate::parse::names::{Fit, Name, NameReader, is_sign, next_in_list, run_end};
use crate::parse::numbers::parse_range;
use crate::parse::tokenizer::{Separator, Token, join};
use crate::parse::word_lists::{in_word_list, is_stop_word};
use crate::reply::{MAX_CANDIDATES, Reply, ReplyLine, UsageError};

/// The most words between the beginning of a name and another name that is whole: `minha comunidade Bairro Feliz`.
const MAX_WORDS_BETWEEN: usize = 4;
/// The most words of a misspelled name.
const MAX_MISSPELLED_WORDS: usize = 4;
/// The most names that are suggested for an unknown one.
const MAX_NEAREST: usize = 3;

/// The names that a command may use. Aliases that were set in a chat are read anew: another process may have set
/// them.
pub(super) async fn directory_with_chat_aliases(
    spec: &CommandSpec,
    run: &RunContext<'_>,
) -> Result<Directory, CommandError> {
    let aliases = match spec.takes_names() {
        true => load_chat_aliases(run.store, &run.instance.config.name).await?,
        false => Vec::new(),
    };
    Ok(run.instance.directory.with_aliases(aliases))
}

/// Finds the community that the command names, if it takes one; else ends it with a prompt or an error reply.
pub(super) async fn find_named_community(
    request: &Request<'_>,
    directory: &Directory,
    resolved: &mut ResolvedCommand,
) -> Result<Option<CommunityEntry>, EarlyExit> {
    let Request { run, admin, command, .. } = request;
    if resolved.arguments.community.is_none() {
        return Ok(None);
    }
    // A command that already started keeps its community, even if the name now means another one.
    if let Some(community) = command.plan.as_deref().and_then(stored_plan_community) {
        return Ok(Some(community));
    }
    let spec = resolved.spec;
    let list = load_list(run.store, (command, resolved.deferred.as_ref()), &request.list_key()).await?;
    let asked = Instant::now();
    let mut snapshot = directory.snapshot(run.zapi).await?;
    let mut is_refreshed = false;
    loop {
        let names = CommunityNames::new(snapshot.clone(), directory, admin, list.clone());
        let is_deferred = resolved.deferred.is_some();
        let search = Search { request, names: &names, typed: &resolved.typed, spec, is_deferred };
        match search.find() {
            Ok((name, community)) => {
                if !is_deferred
                    && let Some(question) =
                        search.finder().ask_for_target(spec, resolved.typed.flags.to_typed())
                {
                    return Err(question.into());
                }
                if let Some((command, arguments)) = search.find_sibling(&name, &community) {
                    return Err(search.suggest(command, arguments));
                }
                let arguments = resolved.typed.assign_community(spec.args, name.tokens, &name.text);
                resolved.arguments =
                    arguments.map_err(|error| CommandOutcome::misused(spec, error, run.localizer))?;
                return Ok(Some(community));
            }
            Err(unclear) if is_refreshed => {
                let finder = search.finder();
                let arguments = if spec.name == "unlink" { add_their_community(&finder).await } else { None };
                let flags = resolved.typed.flags.to_typed();
                let suggest =
                    |arguments| search.suggest(spec, format!("{flags} {arguments}").trim().to_owned());
                return Err(arguments.map_or(unclear, suggest));
            }
            Err(_) => {
                snapshot = directory.newer_snapshot(run.zapi, asked).await?;
                is_refreshed = true;
            }
        }
    }
}

/// A community that may be meant, and the tokens that name it.
type Reading = (CommunityEntry, Range<usize>);

/// The search for the community of a command. Where it is unclear, the command ends with a reply.
struct Search<'a> {
    request: &'a Request<'a>,
    names: &'a CommunityNames<'a>,
    typed: &'a TypedArguments,
    spec: &'static CommandSpec,
    /// The bot wrote the arguments, with an id in place of the name.
    is_deferred: bool,
}

impl Search<'_> {
    fn find(&self) -> Result<(Name, CommunityEntry), EarlyExit> {
        let tokens = &self.typed.tokens;
        let fit = |text: &str| self.names.find(text).1;
        let reader = NameReader { fit: &fit, locale: self.request.run.localizer.locale };
        let is_person = self.followed_by(ArgKind::People) && is_person(tokens);
        let all = || Name::unknown(tokens, 0..tokens.len());
        let name = match self.spec.args {
            [ArgKind::Groups, ..] => reader.read_last(tokens),
            _ if is_person => Name::unknown(tokens, 0..1),
            [_] if self.names.find(&join(tokens)).1 == Fit::Whole => Name { fit: Fit::Whole, ..all() },
            [_] => Some(reader.read_first(tokens))
                .filter(|name| reader.is_courtesy(&tokens[name.tokens.end..]))
                .unwrap_or_else(all),
            _ => reader.read_first(tokens),
        };
        let entries = self.names.find(&name.text).0;
        if let Some(unclear) = self.find_competing(&reader, &name, &entries) {
            return Err(unclear);
        }
        match (name.fit, <[CommunityEntry; 1]>::try_from(entries)) {
            (Fit::Whole | Fit::Beginning, Ok([community])) => Ok((name, community)),
            (Fit::Ambiguous, Err(entries)) => {
                let readings = entries.into_iter().map(|entry| (entry, name.tokens.clone()));
                Err(self.ask(&name.text, readings.collect(), true))
            }
            _ => Err(self.find_nearest(&reader, name, is_person)),
        }
    }

    fn followed_by(&self, arg: ArgKind) -> bool {
        self.spec.args.get(1) == Some(&arg)
    }

    /// Asks which community is meant. `is_known`: each of them has the name.
    fn ask(&self, typed: &str, mut readings: Vec<Reading>, is_known: bool) -> EarlyExit {
        readings.truncate(MAX_CANDIDATES);
        let (entries, tokens): (Vec<_>, Vec<_>) = readings.into_iter().unzip();
        let arguments = |(entry, tokens): (&CommunityEntry, Range<usize>)| {
            self.typed.with_community(self.spec.args, tokens, &entry.id)
        };
        let options = entries.iter().zip(tokens).map(arguments).collect();
        let candidates = disambiguate(&entries);
        let (key, count) =
            (if is_known { "many-communities" } else { "no-community-nearest" }, candidates.len());
        let line = ReplyLine::new(key).name("name", typed).with_count("count", count);
        let line = line.with_candidates("candidates", candidates.clone(), usize::from(is_known || count > 1));
        self.request.offer(Reply::UsageError(vec![line]), self.spec, options, candidates).into()
    }

    /// Asks where another community is named behind the one that was found: in a list before a text or people, `a, b: text`,
    /// or as a whole name shortly behind a mere beginning, `minha comunidade Bairro Feliz`.
    fn find_competing(
        &self,
        reader: &NameReader<'_>,
        name: &Name,
        entries: &[CommunityEntry],
    ) -> Option<EarlyExit> {
        let [community] = entries else { return None };
        let [ArgKind::Community, next, ..] = self.spec.args else { return None };
        let tokens = &self.typed.tokens;
        let name_at = |at: usize| reader.name_at(tokens, at, run_end(tokens, at));
        let mut listed = vec![community.clone()];
        let mut last = name.tokens.clone();
        while (next.is_verbatim() || *next == ArgKind::People)
            && let Some(other) = next_in_list(tokens, last.end).and_then(name_at)
        {
            let ends_in_colon = tokens[other.tokens.end - 1].text.ends_with(':');
            let is_clear = other.fit == Fit::Whole || ends_in_colon || *next == ArgKind::People;
            if other.fit == Fit::Ambiguous || !is_clear {
                break;
            }
            listed
                .extend(self.names.find(&other.text).0.into_iter().filter(|entry| entry.id != community.id));
            last = other.tokens;
        }
        if listed.len() > 1 {
            let typed = join(&tokens[name.tokens.start..last.end]);
            let readings = listed.into_iter().map(|entry| (entry, last.clone())).collect();
            return Some(self.ask(typed.trim_matches(is_sign), readings, true));
        }
        let is_number = |other: &Name| parse_range(&other.text).is_some();
        let is_other = |other: Name| other.fit > Fit::Ambiguous && !is_number(&other);
        let mut others =
            (last.end..tokens.len()).filter_map(|at| next_in_list(tokens, at)).filter_map(name_at);
        let has_another = match next {
            ArgKind::People => others.any(is_other),
            _ => next.is_verbatim() && self.joins_another(reader, name, last.end, community),
        };
        if has_another {
            let reply = Reply::Lines(vec![ReplyLine::not_done("one-community")]);
            return Some(CommandOutcome::usage_error(reply).into());
        }
        let is_another =
            |other: &Name| other.fit == Fit::Whole && !is_number(other) && !self.is_group(&other.text);
        let behind = name.tokens.end..tokens.len().min(name.tokens.end + MAX_WORDS_BETWEEN);
        let mut behind = behind.take_while(|at| tokens[*at].separator != Separator::Line);
        let is_beginning = name.fit == Fit::Beginning && last == name.tokens;
        let other = is_beginning.then(|| behind.find_map(|at| name_at(at).filter(is_another)))??;
        let entry = self.names.find(&other.text).0.pop().filter(|entry| entry.id != community.id)?;
        let readings = vec![(entry, other.tokens), (community.clone(), name.tokens.clone())];
        Some(self.ask(&name.text, readings, true))
    }

    /// Whether the text behind a community begins with “and” and another one: `bairro e também no marketing Festa`. Behind an
    /// id, a command of the bot's own, the text is already clear.
    fn joins_another(
        &self,
        reader: &NameReader<'_>,
        name: &Name,
        end: usize,
        community: &CommunityEntry,
    ) -> bool {
        let tokens = &self.typed.tokens;
        let is_joined = tokens.get(end).is_some_and(Token::joins_names)
            && !tokens[end - 1].text.ends_with(':')
            && CommunityId::parse(&name.text).is_none();
        let name_at = |at: usize| reader.name_at(tokens, at, run_end(tokens, at));
        let is_small = |word: &str| is_stop_word(word) || in_word_list(word, "stop-words");
        let next = (end + 1..tokens.len()).find(|at| !is_small(&tokens[*at].text) || name_at(*at).is_some());
        let other = next.filter(|_| is_joined).and_then(name_at);
        other.is_some_and(|other| self.names.find(&other.text).0.iter().any(|entry| entry.id != community.id))
    }

    /// Whether a name is also that of a group besides the announcement group.
    fn is_group(&self, name: &str) -> bool {
        let groups = self.names.snapshot.groups.all();
        self.followed_by(ArgKind::Groups)
            && groups.filter(|group| fold(&group.name) == fold(name)).count() > 1
    }

    /// The group of a whole name or id. What a community admin does not see is not revealed.
    fn find_group(&self, typed: &str) -> Option<String> {
        let groups = &self.names.snapshot.groups;
        let by_id = GroupId::parse(typed).and_then(|id| groups.by_id(&id));
        let by_name = || match groups.matches(typed) {
            (found, true) => found.first().copied(),
            _ => None,
        };
        let group = by_id.or_else(by_name).filter(|_| self.request.admin.from == AdminsFrom::Config)?;
        Some(group.name.clone())
    }

    /// What an unknown name may mean: a community in another place, else those with the nearest names.
    fn find_nearest(&self, reader: &NameReader<'_>, name: Name, is_person: bool) -> EarlyExit {
        let localizer = self.request.run.localizer;
        if self.is_deferred && CommunityId::parse(&name.text).is_some() {
            let gone = ReplyLine::not_done("community-gone");
            return CommandOutcome::usage_error(Reply::Lines(vec![gone])).into();
        }
        if let Some(arguments) = self.find_elsewhere() {
            return self.suggest(self.spec, arguments);
        }
        if let Some(question) = self.ask_for_number(reader, is_person) {
            return question;
        }
        let at_end = self.name_at_end();
        let (name, is_person) = at_end.map_or((name, is_person), |name| (name, false));
        let takes_groups =
            self.spec.args.contains(&ArgKind::Groups) && self.request.admin.from == AdminsFrom::Config;
        // The groups beside which a community belongs.
        let groups = takes_groups.then(|| self.finder().whole_groups(&self.typed.tokens)).flatten();
        if is_person || name.text.contains("://") || name.text.is_empty() || groups.is_some() {
            let groups = groups.unwrap_or_default();
            let (before, after) = match self.followed_by(ArgKind::Groups) {
                true => (String::new(), groups),
                // Behind a community stand the people.
                false if is_person => (groups, self.typed.source.clone()),
                false => (groups, String::new()),
            };
            let before = format!("{} {before}", self.typed.flags.to_typed()).trim().to_owned();
            let shown = localizer.format_command(self.spec.name, &[]);
            let known = Prompt { before, after, shown, ..Prompt::default() };
            return self.request.misused(self.spec, UsageError::MissingCommunity, known).into();
        }
        let tokens = &self.typed.tokens;
        // Among other words, or several: `manda no bairro`, `marketing e bairro`.
        let (first, last) = (reader.read_first(tokens), reader.read_last(tokens));
        if self.spec.args.len() == 1 && last.fit >= Fit::Beginning {
            let named = [first, last.clone()].into_iter().filter(|name| name.fit >= Fit::Beginning);
            let mut entries: Vec<_> = named.flat_map(|name| self.names.find(&name.text).0).collect();
            entries.sort_by(|one, other| one.name.cmp(&other.name));
            entries.dedup_by(|one, other| one.id == other.id);
            let is_known = entries.len() > 1;
            let readings = entries.into_iter().map(|entry| (entry, last.tokens.clone()));
            return self.ask(&name.text, readings.collect(), is_known);
        }
        let text = |run: &Range<usize>| join(&tokens[run.clone()]).trim_matches(is_sign).to_owned();
        let runs: Vec<_> = self.find_runs(&name).into_iter().map(|run| (text(&run), run)).collect();
        let mut scored: Vec<(f64, Reading)> = Vec::new();
        for entry in self.names.allowed.all() {
            let scores = runs.iter().map(|(text, run)| (similarity_of(text, &entry.name), run));
            let best = scores.max_by(|one, other| one.0.total_cmp(&other.0));
            scored.extend(best.map(|(score, run)| (score, (entry.clone(), run.clone()))));
        }
        scored.retain(|(score, _)| *score >= MIN_SIMILARITY);
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        let typed = name.text.trim_matches(is_sign);
        let nearest: Vec<Reading> =
            scored.into_iter().take(MAX_NEAREST).map(|(_, reading)| reading).collect();
        if !nearest.is_empty() {
            return self.ask(typed, nearest, false);
        }
        if let Some(group) = self.find_group(typed) {
            let line = ReplyLine::not_done("is-group").name("name", group);
            let line = line.with_plain("usage", self.spec.usage(localizer));
            return CommandOutcome::usage_error(Reply::Lines(vec![line])).into();
        }
        CommandOutcome::usage_error(self.names.unknown_community(typed)).into()
    }

    /// The words behind the last preposition, where the community is expected: `futebol na Escola`. None where they end
    /// the name of a group.
    fn name_at_end(&self) -> Option<Name> {
        let tokens = &self.typed.tokens;
        let takes_items = self.followed_by(ArgKind::Groups) || self.followed_by(ArgKind::People);
        let is_end = takes_items && self.typed.ends_with_tokens();
        let at = tokens.iter().rposition(is_preposition).filter(|at| is_end && *at > 0)?;
        let behind = &tokens[at + 1..];
        let is_one = behind.iter().skip(1).all(Token::may_join) && behind.len() <= MAX_MISSPELLED_WORDS;
        let ends_group = |start: usize| self.finder().group_fit(&join(&tokens[start..])) > Fit::None;
        let is_name = is_one && !behind.iter().all(|token| is_stop_word(&token.text));
        (is_name && !(0..at).any(ends_group)).then(|| Name::unknown(tokens, at + 1..tokens.len()))
    }

    /// The tokens that may be the misspelled name of a community: all of them, or some side by side.
    fn find_runs(&self, name: &Name) -> Vec<Range<usize>> {
        let tokens = &self.typed.tokens;
        let Range { start, end } = name.tokens;
        let is_behind_groups = self.spec.args.first() == Some(&ArgKind::Groups);
        let may_join = |run: &Range<usize>| {
            let is_between = |token: &Token| in_word_list(&token.text, "stop-words-between-names");
            // Behind “and” stands a group.
            let is_cut = is_behind_groups && run.len() > 1 && tokens[run.clone()].iter().any(is_between);
            !is_cut && tokens[run.start + 1..run.end].iter().all(Token::may_join)
        };
        let most = if is_behind_groups { end.saturating_sub(1) } else { tokens.len() - start };
        let run = |length| if is_behind_groups { end - length..end } else { start..start + length };
        match self.spec.args {
            [_] => vec![Range { start: 0, end: tokens.len() }],
            _ if !is_behind_groups && start > 0 && end == tokens.len() => vec![Range { start, end }],
            _ => (1..=MAX_MISSPELLED_WORDS.min(most)).map(run).take_while(may_join).collect(),
        }
    }

    fn suggest(&self, spec: &CommandSpec, arguments: String) -> EarlyExit {
        let shown = self.names.show(&arguments);
        self.request.offer_command("suggestion", spec, arguments, &shown).into()
    }

    /// The command for people where people are named instead of groups, and the reverse, with its arguments.
    fn find_sibling(
        &self,
        name: &Name,
        community: &CommunityEntry,
    ) -> Option<(&'static CommandSpec, String)> {
        let command = match self.spec.name {
            "link" => "add",
            "unlink" => "remove",
            "add" => "link",
            "remove" => "unlink",
            _ => return None,
        };
        let command = CATALOG.lookup(command).filter(|_| may_use(self.request.admin, command))?;
        let others = self.typed.tokens.get(name.tokens.end..).filter(|_| self.typed.ends_with_tokens())?;
        let finder = self.finder();
        let items = match self.followed_by(ArgKind::Groups) {
            true => finder
                .people(finder.source_of(others))
                .filter(|_| finder.group_fit(&join(others)) == Fit::None),
            false => finder.whole_groups(others),
        }?;
        let arguments = format!("{} {} {items}", self.typed.flags.to_typed(), community.id);
        Some((command, arguments.trim().to_owned()))
    }

    fn finder(&self) -> ArgumentFinder<'_> {
        let Self { request, names, typed, .. } = self;
        ArgumentFinder { request, names, source: &typed.source, tokens: &typed.tokens, is_sentence: false }
    }

    /// The arguments of a move from the community at the beginning to the one behind it: `marketing bairro vendas sul`.
    fn find_source_and_target(&self) -> Option<String> {
        let [ArgKind::Groups, ArgKind::Community] = self.spec.args else { return None };
        let (_, others) = self.finder().community_at_start()?;
        let (target, groups) = ArgumentFinder { tokens: others, ..self.finder() }.community_at_start()?;
        Some(format!("{} {target}", self.finder().groups(groups)?))
    }

    /// Asks for the number of a person whose name stands before a whole community: `/promote Carla Sales`.
    fn ask_for_number(&self, reader: &NameReader<'_>, is_person: bool) -> Option<EarlyExit> {
        if is_person || !self.followed_by(ArgKind::People) {
            return None;
        }
        let last = reader.read_last(&self.typed.tokens);
        let entries = self.names.find(&last.text).0;
        let [community] = entries.as_slice() else { return None };
        let before = format!("{} {}", self.typed.flags.to_typed(), community.id).trim().to_owned();
        let command = self.request.run.localizer.format_command(self.spec.name, &[]);
        let shown = format!("{command} {}", self.names.show(&before));
        let known = Prompt { before, shown, ..Prompt::default() };
        let question = || self.request.misused(self.spec, UsageError::MissingPeople, known).into();
        (last.fit == Fit::Whole).then(question)
    }

    /// The arguments if the community stands at the other end.
    fn find_elsewhere(&self) -> Option<String> {
        let Self { typed, spec, .. } = self;
        if spec.args.first() == Some(&ArgKind::Community) && !typed.ends_with_tokens() {
            return None;
        }
        let arguments = self.find_source_and_target().or_else(|| self.finder().find(spec))?;
        // Flags that stood elsewhere must not get lost.
        let flags = typed.flags.to_typed();
        let flags = if arguments.contains(flags) { "" } else { flags };
        let arguments = format!("{flags} {arguments}").trim().to_owned();
        arguments::parse(spec.args, spec.is_mutating, &arguments).ok().map(|_| arguments)
    }
}
