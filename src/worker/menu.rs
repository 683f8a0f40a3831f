//! Texts that are not understood, but name a community or group. A question of small words, `onde tá o suporte`, shows what
//! it names; any other text gets a menu of the commands that fit the names.

use tokio::time::{Instant, timeout_at};

use super::argument_finder::{ArgumentFinder, join_arguments};
use super::command_outcome::CommandOutcome;
use super::community_names::{CommunityNames, NAMES_TIMEOUT};
use super::correction::{last_change, split_arguments};
use super::request::Request;
use super::sentence::Sentence;
use super::subjects::{GroupSubject, Subjects};
use super::undo_part::{is_regret, reply_to_quote};
use super::wish::show_undo_command;
use crate::authorization::may_use;
use crate::command::consent::is_reaction;
use crate::command::context::CommandError;
use crate::command::prompt::Prompt;
use crate::command::spec::CommandSpec;
use crate::command::talk_pause::MAX_REQUEST_WORDS;
use crate::commands::{CATALOG, undo};
use crate::directory::CommunityEntry;
use crate::domain::{CommunityId, GroupId};
use crate::parse::arguments::parse;
use crate::parse::small_question::question_locales;
use crate::parse::tokenizer::Tokenizer;
use crate::parse::word_lists::in_word_list;
use crate::reply::{Reply, ReplyLine, typed};

/// The most commands of a menu.
const MAX_CHOICES: usize = 5;

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

/// What a text means that names a community or group; none if it names nothing that its admin may see.
pub(super) async fn read_named(
    request: &Request<'_>,
    text: &str,
) -> Result<Option<NamedMeaning>, CommandError> {
    let Request { run, admin, command, .. } = request;
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
    let sentence = finder.read_sentence();
    let subjects = Subjects::new(&finder, &sentence);
    let shown = subjects.shown();
    if shown.is_empty() {
        return Ok(None);
    }
    let mut lookups = subjects.lookups(names);
    lookups.retain(|choice| may_use(admin, choice.spec.name));
    let is_about_one = subjects.groups.len() == 1 || shown.len() == 1;
    if is_about_one && !question_locales(&sentence.text_beside_names).is_empty() && !lookups.is_empty() {
        let Choice { spec, arguments } = lookups.swap_remove(0);
        return Ok(Some(NamedMeaning::Show(spec, arguments)));
    }
    let mut choices = Vec::new();
    let offered = OfferedChanges::new(text, &sentence);
    let undone = if offered.undo { show_undo_command(request, names).await? } else { None };
    // Only the last change can be undone.
    if undone.is_some()
        && let Some(reply) = reply_to_quote(request).await?
    {
        return Ok(Some(NamedMeaning::Menu(reply.into())));
    }
    let places = match subjects.group_ids() {
        Some(ids) => places_of(request, &ids, names, deadline).await,
        None => None,
    };
    if offered.repeated {
        choices.extend(repeat_last(request, &subjects, names, places.as_deref()).await?);
    }
    let changes = match offered.new && choices.is_empty() {
        true => changes_of(&subjects, places.as_deref()),
        false => Vec::new(),
    };
    // Where only groups or only a community is named, the commands that show it come first.
    let has_both = !subjects.groups.is_empty() && !subjects.communities.is_empty();
    choices.extend(if has_both { [changes, lookups] } else { [lookups, changes] }.into_iter().flatten());
    if undone.is_some() {
        choices.truncate(MAX_CHOICES - 1);
        choices.extend(choice(undo::SPEC.name, String::new()));
    }
    choices.retain(|choice| may_use(admin, choice.spec.name));
    choices.truncate(MAX_CHOICES);
    // There is nothing to choose.
    if let [Choice { spec, arguments }] = choices.as_slice()
        && spec.is_read_only()
    {
        return Ok(Some(NamedMeaning::Show(spec, arguments.clone())));
    }
    let menu = || show_menu(request, &shown, &choices, (names, undone.as_deref()));
    Ok((!choices.is_empty()).then(|| NamedMeaning::Menu(menu().into())))
}

impl Subjects {
    /// Commands that change nothing.
    fn lookups(&self, names: &CommunityNames<'_>) -> Vec<Choice> {
        let groups = self.groups.iter().map(|group| choice("groups", typed(&group.name)));
        let invite = match self.groups.as_slice() {
            [GroupSubject { id: Some(id), argument, .. }] if names.visible.groups.by_id(id).is_some() => {
                choice("invite", argument.clone())
            }
            _ => None,
        };
        let commands: &[&str] = match (self.groups.as_slice(), self.communities.as_slice()) {
            ([], [_]) => &["community", "who", "invite"],
            _ => &["community"],
        };
        let of = |entry: &CommunityEntry| {
            commands.iter().map(|name| choice(name, entry.id.to_string())).collect::<Vec<_>>()
        };
        groups.chain([invite]).chain(self.communities.iter().flat_map(of)).flatten().collect()
    }
}

fn choice(name: &str, arguments: String) -> Option<Choice> {
    Some(Choice { spec: CATALOG.lookup(name)?, arguments })
}

/// The last change of groups in a community, with these groups: `agora o suporte`. None if it is not known where they are.
async fn repeat_last(
    request: &Request<'_>,
    subjects: &Subjects,
    names: &CommunityNames<'_>,
    places: Option<&[Place]>,
) -> Result<Option<Choice>, CommandError> {
    let is_unknown = subjects.group_ids().is_some() && places.is_none();
    if subjects.groups.is_empty() || !subjects.communities.is_empty() || is_unknown {
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
    Ok(choice(spec.name, join_arguments(spec, &community, &subjects.group_arguments())))
}

/// The changes that fit groups and a community, by where the groups are now. What is missing, the bot asks for when one is
/// chosen: `/vincular "Bairro Feliz" …`.
fn changes_of(subjects: &Subjects, places: Option<&[Place]>) -> Vec<Choice> {
    let groups = subjects.group_arguments();
    let of = |name, community: &CommunityId| {
        let spec = CATALOG.lookup(name)?;
        Some(Choice { spec, arguments: join_arguments(spec, community.as_str(), &groups) })
    };
    let changes = match (subjects.communities.as_slice(), places) {
        ([community], None) if groups.is_empty() => {
            ["link", "announce"].map(|name| choice(name, community.id.to_string())).into()
        }
        ([community], Some(places)) => {
            let is_there = |place: &Place| place.as_ref() == Some(&community.id);
            let name = match () {
                () if places.iter().all(is_there) => "unlink",
                () if places.iter().all(|place| place.is_some() && !is_there(place)) => "move",
                () => "link",
            };
            vec![of(name, &community.id)]
        }
        ([], Some([first, others @ ..])) if others.iter().all(|place| place == first) => match first {
            Some(community) => vec![of("unlink", community), choice("move", groups)],
            // By name: an id in its place would be read as that of the community.
            None => {
                let names: Vec<_> = subjects.groups.iter().map(|group| typed(&group.name)).collect();
                vec![choice("link", names.join(" "))]
            }
        },
        _ => Vec::new(),
    };
    changes.into_iter().flatten().collect()
}

/// The community of a group; none if it is in no community.
pub(super) type Place = Option<CommunityId>;

/// Where groups are. None if that is not known, or if one is in a community that the admin may not change.
pub(super) async fn places_of(
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

/// Which changes a menu offers.
struct OfferedChanges {
    /// Something went wrong: the last change may be taken back.
    undo: bool,
    /// Nothing speaks against a change: no no, no question, no condition.
    new: bool,
    /// The last change may be meant, with other groups: `e o suporte?`.
    repeated: bool,
}

impl OfferedChanges {
    fn new(text: &str, sentence: &Sentence) -> Self {
        let split = |text| str::split(text, |c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let has = |list| split(text).any(|word| in_word_list(word, list));
        let asks = text.contains('?') || has("condition-words");
        // `não tira o futebol` says nothing about what was done.
        let denies = sentence.has_no && sentence.verbs.is_empty();
        let undo = !asks && (denies || is_regret(text) || has("correction-words") || has("trouble-words"));
        let is_follow_up =
            || split(&sentence.text_beside_names).all(|word| in_word_list(word, "follow-up-words"));
        let repeated = !sentence.has_no && !undo && (!asks || is_follow_up());
        Self { undo, new: !asks && !sentence.has_no && !sentence.has_objection, repeated }
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
        let shown = match undone.filter(|_| spec.name == undo::SPEC.name) {
            Some(undone) => format!("({undone})"),
            None => names.show(arguments),
        };
        let more = if parse(spec.args, spec.is_mutating, arguments).is_err() { "…" } else { "" };
        let command = format!("{} {shown} {more}", localizer.format_command(spec.name, &[]));
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
