//! Texts that are not understood, but name a community or group. A question of small words, `onde tá o suporte`, shows what
//! it names; any other text gets a menu of the commands that fit the names.

use tokio::time::{Instant, timeout_at};

use super::argument_finder::{ArgumentFinder, is_misspelled};
use super::command_outcome::CommandOutcome;
use super::community_names::{CommunityNames, NAMES_TIMEOUT};
use super::correction::{join_arguments, last_change, split_arguments};
use super::request::Request;
use super::sentence::is_small;
use super::undo_part::{is_regret, reply_to_quote};
use super::wish::show_undo_command;
use crate::authorization::{may_everywhere, may_use};
use crate::command::consent::is_reaction;
use crate::command::context::CommandError;
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::command::talk_pause::MAX_REQUEST_WORDS;
use crate::commands::{CATALOG, undo};
use crate::directory::{CommunityEntry, NamedEntry};
use crate::domain::{CommunityId, GroupId};
use crate::parse::names::{Fit, Name, is_exclusion, run_end};
use crate::parse::numbered_names::numbered_names_at;
use crate::parse::small_question::question_locales;
use crate::parse::tokenizer::Tokenizer;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, quote, typed};

/// The most commands of a menu.
const MAX_CHOICES: usize = 5;
/// The fewest letters of the beginning of a name: shorter words are everyday words.
const MIN_LETTERS: usize = 4;

/// What a text means that names a community or group.
pub(super) enum NamedMeaning {
    /// A question: this command is run, with these arguments.
    Show(&'static CommandSpec, String),
    /// A menu of commands.
    Menu(Box<CommandOutcome>),
}

/// A command of a menu.
struct Choice {
    spec: &'static CommandSpec,
    arguments: String,
}

/// The communities and groups that a text names.
#[derive(Default)]
pub(super) struct Named {
    pub(super) communities: Vec<CommunityEntry>,
    pub(super) groups: Vec<NamedGroup>,
}

/// A group that a text names, or words with which the names of several groups begin.
pub(super) struct NamedGroup {
    /// What was typed; its whole name only for admins who may see all groups.
    name: String,
    /// Its id, if it is only one group.
    id: Option<GroupId>,
    /// It as an argument.
    argument: String,
}

/// What a text means that names a community or group; none if it names nothing that its admin may see.
pub(super) async fn read_named(request: &Request<'_>) -> Result<Option<NamedMeaning>, CommandError> {
    let Request { run, admin, command, .. } = request;
    let text = command.text.as_str();
    let is_text = request.is_direct() && command.media.is_none() && !is_reaction(command);
    if !is_text || text.split_whitespace().count() > MAX_REQUEST_WORDS {
        return Ok(None);
    }
    let directory = &run.instance.directory;
    // The reply to talk waits for no outage.
    let deadline = Instant::now() + NAMES_TIMEOUT;
    let snapshot = match timeout_at(deadline, directory.snapshot(run.zapi)).await {
        Ok(Ok(snapshot)) => Some(snapshot),
        _ => directory.last_snapshot().map(|(_, snapshot)| snapshot),
    };
    let Some(snapshot) = snapshot else { return Ok(None) };
    let names = &CommunityNames::load(request, snapshot).await?.without_list();
    let tokens = &Tokenizer::new(text, false).read_all(false).unwrap_or_default();
    let finder = ArgumentFinder { request, names, source: text, tokens, is_sentence: true };
    let (named, others) = find_named(&finder);
    let shown = named.shown();
    if shown.is_empty() {
        return Ok(None);
    }
    if !question_locales(&others).is_empty()
        && let Some(Choice { spec, arguments }) =
            named.lookup().filter(|choice| may_use(admin, choice.spec.name))
    {
        return Ok(Some(NamedMeaning::Show(spec, arguments)));
    }
    let mut choices = Vec::new();
    let tone = Tone::read(&finder, &others);
    let undone = if tone.has_trouble { show_undo_command(request, names).await? } else { None };
    // Only the last change can be undone.
    if undone.is_some()
        && let Some(reply) = reply_to_quote(request).await?
    {
        return Ok(Some(NamedMeaning::Menu(reply.into())));
    }
    let places = match named.group_ids() {
        Some(ids) => places_of(request, &ids, names, deadline).await,
        None => None,
    };
    if tone.wants_repeat {
        choices.extend(repeat_last(request, &named, names, places.as_deref()).await?);
    }
    let change = places.and_then(|places| change_of(&named, &places));
    choices.extend(change.filter(|_| tone.wants_changes));
    choices.extend(named.lookups(names));
    if undone.is_some() {
        choices.truncate(MAX_CHOICES - 1);
        choices.extend(choice(undo::SPEC.name, String::new()));
    }
    choices.retain(|choice| may_use(admin, choice.spec.name));
    choices.truncate(MAX_CHOICES);
    let menu = || show_menu(request, &shown, &choices, (names, undone.as_deref()));
    Ok((!choices.is_empty()).then(|| NamedMeaning::Menu(menu().into())))
}

/// The names in a text, and what else it says.
pub(super) fn find_named(finder: &ArgumentFinder<'_>) -> (Named, String) {
    let fit = |text: &str| finder.group_fit(text).max(finder.community_fit(text));
    // `os blocos` are the groups that begin with “Bloco”.
    let fit_of_any = |text: &str| fit(text).max(text.strip_suffix('s').map_or(Fit::None, &fit));
    let reader = finder.reader(&fit_of_any);
    let (mut named, mut others) = (Named::default(), String::new());
    let (mut at, mut end_of_last) = (0, 0);
    while at < finder.tokens.len() {
        let end = run_end(finder.tokens, at);
        let is_whole = |text: &str| fit(text) == Fit::Whole;
        let is_begun = |text: &str| fit(text) > Fit::None;
        let numbered = numbered_names_at(finder.tokens, at..end, &is_whole, &is_begun);
        if let Some(numbered) = numbered.filter(|numbered| numbered.is_known) {
            others.push_str(&finder.source[end_of_last..finder.tokens[at].span.start]);
            for name in &numbered.names {
                named.add(finder, name);
            }
            at = numbered.end;
            end_of_last = finder.tokens[at - 1].span.end;
            continue;
        }
        let is_name = |name: &Name| {
            name.fit == Fit::Whole || name.text.chars().filter(|c| c.is_alphanumeric()).count() >= MIN_LETTERS
        };
        // Of `vendas no bairro`, “Vendas Norte” begins with two words.
        let ends_small = |name: &Name| name.fit < Fit::Whole && is_small(&finder.tokens[name.tokens.end - 1]);
        let name = match reader.name_at(finder.tokens, at, end) {
            Some(name) if ends_small(&name) => reader.name_at(finder.tokens, at, name.tokens.end - 1),
            name => name,
        };
        let name = name.filter(is_name).or_else(|| misspelled_name(finder, at));
        let is_known = name.as_ref().is_some_and(|name| named.add(finder, &name.text));
        at = match name.filter(|_| is_known) {
            Some(name) => {
                let last = &finder.tokens[name.tokens.end - 1];
                others.push_str(&finder.source[end_of_last..finder.tokens[at].span.start]);
                others.push_str(if last.text.ends_with('?') { "? " } else { " " });
                end_of_last = last.span.end;
                name.tokens.end
            }
            None => at + 1,
        };
    }
    others.push_str(&finder.source[end_of_last..]);
    (named, others)
}

/// The only name whose first word is nearly this one.
fn misspelled_name(finder: &ArgumentFinder<'_>, at: usize) -> Option<Name> {
    let word = finder.tokens[at].text.trim_matches(|c: char| !c.is_alphanumeric());
    if is_small(&finder.tokens[at]) {
        return None;
    }
    let groups = finder.names.visible.groups.all().map(|group| group.name.as_str());
    let communities = finder.names.allowed.all().map(|entry| entry.name.as_str());
    let mut near = communities.chain(groups).filter(|name| is_misspelled(word, name));
    let name = near.next()?;
    // An announcement group has the name of its community.
    let is_only = near.all(|other| other == name);
    is_only.then(|| Name { tokens: at..at + 1, text: name.to_owned(), fit: Fit::Whole })
}

impl Named {
    /// Adds what these words name, if the admin may see it.
    fn add(&mut self, finder: &ArgumentFinder<'_>, text: &str) -> bool {
        let has_fit = finder.community_fit(text).max(finder.group_fit(text)) > Fit::None;
        let text = text.strip_suffix('s').filter(|_| !has_fit).unwrap_or(text);
        let (mut communities, fit) = finder.names.find(text);
        communities.retain(|entry| finder.names.allowed.by_id(&entry.id).is_some());
        if fit >= finder.group_fit(text) && !communities.is_empty() {
            communities.retain(|entry| self.communities.iter().all(|other| other.id != entry.id));
            self.communities.extend(communities);
            return true;
        }
        let mut groups = finder.names.find_groups(text).0;
        groups.retain(|group| !finder.names.snapshot.communities.has_name(&group.name));
        let group = match groups.as_slice() {
            [] => return false,
            [group] if may_everywhere(finder.request.admin) => NamedGroup::new(group),
            [group] => NamedGroup { id: Some(group.id.clone()), ..NamedGroup::as_typed(text) },
            _ => NamedGroup::as_typed(text),
        };
        if self.groups.iter().all(|other| other.argument != group.argument) {
            self.groups.push(group);
        }
        true
    }

    /// The names, in quotes.
    fn shown(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|group| quote(&group.name));
        groups.chain(self.communities.iter().map(|entry| quote(&entry.name))).collect()
    }

    /// The command that shows what is named: where a group is, or what is in a community.
    fn lookup(&self) -> Option<Choice> {
        match (self.groups.as_slice(), self.communities.as_slice()) {
            ([group], _) => choice("groups", typed(&group.name)),
            ([], [community]) => choice("community", community.id.to_string()),
            _ => None,
        }
    }

    /// Commands that change nothing.
    fn lookups(&self, names: &CommunityNames<'_>) -> Vec<Choice> {
        let is_visible = |id: &&GroupId| names.visible.groups.by_id(id).is_some();
        let community = |name, entry: &CommunityEntry| choice(name, entry.id.to_string());
        let all = match (self.groups.as_slice(), self.communities.as_slice()) {
            ([], [entry]) => ["community", "who", "invite", "history"]
                .into_iter()
                .map(|name| community(name, entry))
                .collect(),
            ([group], communities) => {
                let invite =
                    group.id.as_ref().filter(is_visible).map(|_| choice("invite", group.argument.clone()));
                let group = std::iter::once(choice("groups", typed(&group.name))).chain(invite);
                group.chain(communities.iter().map(|entry| community("community", entry))).collect::<Vec<_>>()
            }
            (groups, communities) => {
                let groups = groups.iter().map(|group| choice("groups", typed(&group.name)));
                communities
                    .iter()
                    .map(|entry| community("community", entry))
                    .chain(groups)
                    .collect::<Vec<_>>()
            }
        };
        all.into_iter().flatten().collect()
    }

    /// The ids of the groups; none where no group is named, or a word means several.
    fn group_ids(&self) -> Option<Vec<&GroupId>> {
        let ids: Option<Vec<_>> = self.groups.iter().map(|group| group.id.as_ref()).collect();
        ids.filter(|ids| !ids.is_empty())
    }

    /// The groups as arguments.
    pub(super) fn group_arguments(&self) -> String {
        self.groups.iter().map(|group| group.argument.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl NamedGroup {
    fn new(group: &NamedEntry<GroupId>) -> Self {
        Self { name: group.name.clone(), id: Some(group.id.clone()), argument: group.id.to_string() }
    }

    fn as_typed(text: &str) -> Self {
        Self { name: text.to_owned(), id: None, argument: typed(text) }
    }
}

fn choice(name: &str, arguments: String) -> Option<Choice> {
    Some(Choice { spec: CATALOG.lookup(name)?, arguments })
}

/// The last change of groups in a community, with these groups: `agora o suporte`. None if it is not known where they are.
async fn repeat_last(
    request: &Request<'_>,
    named: &Named,
    names: &CommunityNames<'_>,
    places: Option<&[Place]>,
) -> Result<Option<Choice>, CommandError> {
    let is_unknown = named.group_ids().is_some() && places.is_none();
    if named.groups.is_empty() || !named.communities.is_empty() || is_unknown {
        return Ok(None);
    }
    let Some((spec, rest)) = last_change(request).await? else { return Ok(None) };
    let tokens = &Tokenizer::new(&rest, false).read_all(false).unwrap_or_default();
    let last = ArgumentFinder { request, names, source: &rest, tokens, is_sentence: false };
    let Some((community, _)) = split_arguments(spec, &last) else { return Ok(None) };
    // What is so already was asked about.
    let is_in = |place: &Place| place.as_ref().is_some_and(|place| place.as_str() == community);
    if places.is_some_and(|places| places.iter().all(is_in)) != (spec.name == "unlink") {
        return Ok(None);
    }
    let groups = named.group_arguments();
    Ok(choice(spec.name, join_arguments(spec, &community, &groups)))
}

/// The change that fits groups and a community by where the groups are now.
fn change_of(named: &Named, places: &[Place]) -> Option<Choice> {
    let [community] = named.communities.as_slice() else { return None };
    let groups = named.group_arguments();
    match () {
        () if places.iter().all(|place| place.as_ref() == Some(&community.id)) => {
            choice("unlink", format!("{} {groups}", community.id))
        }
        () if places.iter().all(|place| place.as_ref().is_some_and(|place| *place != community.id)) => {
            choice("move", format!("{groups} {}", community.id))
        }
        () => choice("link", format!("{} {groups}", community.id)),
    }
}

/// The community of a group; none if it is in no community.
type Place = Option<CommunityId>;

/// Where groups are. None if that is not known, or if one is in a community that the admin may not change.
async fn places_of(
    request: &Request<'_>,
    groups: &[&GroupId],
    names: &CommunityNames<'_>,
    deadline: Instant,
) -> Option<Vec<Place>> {
    let run = request.run;
    let read = timeout_at(deadline, run.instance.directory.memberships(run.zapi)).await.ok()?;
    let memberships = read.ok().filter(|memberships| memberships.is_complete)?;
    let places: Vec<_> = groups.iter().map(|id| memberships.community_of(id).cloned()).collect();
    let is_allowed = |place: &CommunityId| names.allowed.by_id(place).is_some();
    places.iter().flatten().all(is_allowed).then_some(places)
}

/// What a text says beside its names.
struct Tone {
    /// Something went wrong: the last change may be taken back.
    has_trouble: bool,
    /// Nothing speaks against a change: no no, no question, no condition.
    wants_changes: bool,
    /// The last change may be meant, with other groups: `e o suporte?`.
    wants_repeat: bool,
}

impl Tone {
    /// `others`: what the text says beside its names.
    fn read(finder: &ArgumentFinder<'_>, others: &str) -> Self {
        let (text, locale) = (finder.source, finder.request.run.localizer.locale);
        let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let has = |list| words().any(|word| in_word_list(word, list));
        let has_no = words().any(|word| is_exclusion(word, locale));
        let asks = text.contains('?') || has("condition-words");
        // `não tira o futebol` says nothing about what was done.
        let denies = || has_no && finder.read_sentence().verbs.is_empty();
        let is_wrong = is_regret(text) || has("correction-words") || has("trouble-words") || denies();
        let mut others = others.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let is_follow_up = others.all(|word| in_word_list(word, "follow-up-words"));
        let has_trouble = !asks && is_wrong;
        let wants_repeat = !has_no && !has_trouble && (!asks || is_follow_up);
        Self { has_trouble, wants_changes: !asks && !has_no, wants_repeat }
    }
}

/// The menu: a reply with numbers chooses a command.
fn show_menu(
    request: &Request<'_>,
    named: &[String],
    choices: &[Choice],
    (names, undone): (&CommunityNames<'_>, Option<&str>),
) -> CommandOutcome {
    let localizer = request.run.localizer;
    let head = ReplyLine::new("talk-menu").with_plain("names", named.join(", "));
    let lines = choices.iter().enumerate().map(|(at, Choice { spec, arguments })| {
        let arguments = match undone.filter(|_| spec.name == undo::SPEC.name) {
            Some(undone) => format!("({undone})"),
            None => names.show(arguments),
        };
        let command = format!("{} {arguments}", localizer.format_command(spec.name, &[]));
        ReplyLine::from_text(format!("{}. {}", at + 1, command.trim_end()))
    });
    let commands = choices.iter().map(|choice| (choice.spec, choice.arguments.as_str()));
    request.offer_menu(Reply::Lines(std::iter::once(head).chain(lines).collect()), commands)
}

impl Request<'_> {
    /// A reply that shows commands with numbers: a number, or the name of one, runs it.
    pub(super) fn offer_menu<'c>(
        &self,
        reply: Reply,
        commands: impl Iterator<Item = (&'c CommandSpec, &'c str)>,
    ) -> CommandOutcome {
        let localizer = self.run.localizer;
        let named = commands.map(|(spec, arguments)| {
            (format!("{} {arguments}", spec.name), localizer.format_command(spec.name, &[]))
        });
        let (options, names) = named.unzip();
        let prompt = Prompt::new(self.command, localizer.locale, "");
        self.prompt(reply, &Prompt { options, names, is_in_passing: true, ..prompt })
    }
}
