//! Running an order: recognised once more, authorised as of now, run, and made an answer.

use std::time::Duration;

use tokio::time::sleep;

use crate::authorise::{Denied, authorise, may_use};
use crate::clock::Clock;
use crate::command::args::{self, Flags};
use crate::command::progress::Progress;
use crate::command::question::Question;
use crate::command::several::has_further_command;
use crate::command::{
    Arg, Arguments, Consent, Context, Failure, Meant, MemoryName, Order, OrderMeant, Past, Run, Spec, Timing,
    named, nearest, nearly_recognise, planned_community, question, recognise, rest_as_typed, whole_groups,
};
use crate::config::{Admin, AdminsFrom};
use crate::directory::CommunityEntry;
use crate::domain::{Chat, CommunityId, Lid, Locale, Person, Phone};
use crate::reply::{Mistake, Phrase, Reply, Speech};
use crate::storage::{
    Claim, Lost, Memory, MemoryKind, Outcome, Remembered, SenderIdentity, Store, Stored, Unavailable,
    number_of,
};
use crate::zapi::Zapi;

use super::mend::{self, Likely};
use super::which::{complete_community, directory, find_community, likely, named_behind, numbered, which};
use super::{Bot, GREETING, TOO_MANY, identity};

/// How often it is looked whether the versions before this one are over, and how long it is between two looks.
const MOST_LOOKS: u32 = 15;
const LOOK: Duration = Duration::from_millis(100);

/// The command that answers a question.
const CONFIRM: &str = "confirm";
/// The command that takes groups out of other communities than the one that it names.
const MOVE: &str = "move";

/// What a run may use besides its bot.
pub(super) struct Means<'a> {
    /// Z-API, watched for this order.
    pub(super) zapi: &'a Zapi,
    /// How to speak.
    pub(super) speech: &'a Speech,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) timing: Timing,
    pub(super) progress: &'a Progress,
    pub(super) is_last_try: bool,
}

/// How a run ended: what is answered, how the order ends once that is sent, and what is remembered.
pub(super) struct Ended {
    pub(super) reply: Reply,
    pub(super) outcome: Outcome,
    pub(super) memories: Vec<Memory>,
}

impl Ended {
    /// An answer that changed nothing and remembers nothing.
    pub(super) fn with(reply: Reply, outcome: Outcome) -> Self {
        Self { reply, outcome, memories: Vec::new() }
    }

    pub(super) fn mistaken(reply: Reply) -> Self {
        Self::with(reply, Outcome::Mistaken)
    }
}

/// The order that a claim carries out: what was typed, or what that stands for.
struct Given {
    spec: &'static Spec,
    order: Order,
    arguments: Arguments,
    /// It was said yes to, or begun before.
    is_confirmed: bool,
    /// What is forgotten with the answer.
    forgotten: Vec<Memory>,
    /// The order that it stands for, as the journal keeps it with its plan.
    meant: Option<String>,
}

/// The end of an order with what becomes of questions. One that changes something leaves no earlier question
/// behind: an `ok` to its answer would be taken for a yes to that. A list leaves no earlier choice behind: its
/// numbers are newer. Whatever asked for what was done is not run anew by an edit.
pub(super) async fn with_questions(store: &Store, command: &Stored, mut ended: Ended) -> Result<Ended, Lost> {
    let meant: Option<OrderMeant> =
        command.meant.as_deref().and_then(|meant| serde_json::from_str(meant).ok());
    let askers = meant.map(|meant| meant.askers).unwrap_or_default();
    let is_answer = !askers.is_empty();
    if matches!(ended.outcome, Outcome::Mistaken | Outcome::Shown) {
        ended.memories.iter_mut().for_each(|memory| question::behind(askers.clone(), memory));
    } else {
        let taken = |place| Memory { kind: MemoryKind::Taken, place, value: Some(command.id.clone()) };
        ended.memories.extend(askers.into_iter().map(taken));
    }
    if ended.memories.iter().any(|memory| memory.kind == MemoryKind::Question) {
        return Ok(ended);
    }
    let chat = Chat::from_address(&command.chat);
    let place = question::place(&command.admin, &chat, command.by_owner);
    let is_change = command.name != CONFIRM && named(&command.name).is_some_and(|spec| spec.is_mutating);
    let is_list = ended.memories.iter().any(|memory| memory.kind == MemoryKind::List);
    let version = number_of(&command.message_id);
    let asked = match is_list || version > 0 {
        true => store.recall(&command.instance, MemoryKind::Question, &place).await?,
        false => None,
    };
    let question = asked.as_ref().and_then(Question::of);
    // What an earlier version of the message asked was not meant, even where it was not asked yet when this
    // one came.
    let is_version = match &question {
        Some(question) if version > 0 => {
            let before =
                store.revisions(&command.instance, command.message(), &command.sender(), version).await?;
            let mut askers = question.askers.iter().chain([&question.asked_by]);
            askers.any(|asker| before.iter().any(|version| version.id == *asker))
        }
        _ => false,
    };
    let is_choice = || question.as_ref().is_some_and(|question| !question.options.is_empty());
    if is_version && asked.as_ref().is_some_and(|asked| asked.at > command.accepted_at) {
        ended.memories.push(question::void(place));
    } else if is_change || is_answer || is_version || (is_list && is_choice()) {
        ended.memories.push(question::dropped(place));
    }
    Ok(ended)
}

/// Runs the order of a claim.
pub(super) async fn run(bot: &Bot, claim: &mut Claim, means: Means<'_>) -> Result<Ended, Failure> {
    let command = &claim.command;
    let sender = Person {
        phone: command.phone.as_deref().and_then(Phone::parse),
        lid: command.lid.as_deref().and_then(Lid::parse),
    };
    if let Some(roster) = &bot.roster {
        // Another process may have changed who is an admin since this one read it.
        roster.expire_before(people_changes(means.store, bot.instance.name.as_str()).await?);
    }
    let no_longer = |is_begun| Ok(Ended::with(Reply::NoLonger { is_begun }, Outcome::Refused));
    // The rights of now decide, not those of when the order was given.
    let admin_now = bot.admin_now(sender, command.by_owner);
    let Some(known) = means.zapi.before_deadline("communities", admin_now).await?? else {
        return no_longer(command.plan.is_some());
    };
    let admin = &*known;
    if command.name == TOO_MANY {
        let limit = bot.instance.limits.commands_per_minute;
        // Who mends an order too soon may mend it once more.
        let is_mended = number_of(&command.message_id) > 0;
        let outcome = if is_mended { Outcome::Mistaken } else { Outcome::Refused };
        return Ok(Ended::with(Reply::TooManyOrders { limit }, outcome));
    }
    let is_cancelled = command.is_cancelled;
    if is_cancelled && command.plan.is_none() {
        // Nothing is changed before there is a plan.
        return Ok(Ended::with(Reply::Cancelled, Outcome::Cancelled));
    }
    let age = command.sent_at.map(|sent_at| command.accepted_at.since(sent_at)).unwrap_or_default();
    if age > bot.instance.max_event_age {
        return Ok(Ended::with(Reply::TooOld { minutes: age.as_secs() / 60 }, Outcome::Expired));
    }
    if command.name == GREETING {
        return greet(bot, admin, command, &means).await;
    }
    if let Some(ended) = superseded(bot, &identity(admin, sender), command, &means).await? {
        return Ok(ended);
    }
    let chat = Chat::from_address(&command.chat);
    let place = question::place(&admin.key, &chat, command.by_owner);
    let given = match given(bot, admin, command, &means, &place).await? {
        Ok(given) => given,
        Err(ended) => return Ok(ended),
    };
    let Given { spec, order, mut arguments, is_confirmed, forgotten, meant } = given;
    if let Some(meant) = meant.filter(|_| claim.command.meant.is_none()) {
        claim.mean(meant).await?;
    }
    let command = &claim.command;
    let directory = directory(bot, spec, &means).await?;
    // What was begun is ended where it was begun, whatever its name means by now.
    let begun = command.plan.as_deref().and_then(planned_community);
    let community = match &arguments.community {
        Some(_) if begun.is_some() => begun,
        Some(_) => {
            complete_community(&directory, means.zapi, admin, spec, &mut arguments).await?;
            let typed = arguments.community.as_deref().unwrap_or_default();
            let meant = numbered(bot, &means, &chat, command, typed).await?;
            let typed = typed.to_owned();
            match find_community(&directory, means.zapi, admin, &typed, &meant).await? {
                Ok(community) => {
                    let (found, who) = ((&community, typed.as_str()), (admin, &directory));
                    if let Some(likely) = named_behind(spec, &order, &arguments, found, who, &means).await? {
                        return Ok(likely.offered(command, means.speech, &place));
                    }
                    spec.end_name(&mut arguments, &community.name, &typed);
                    Some(community)
                }
                Err((reply, options)) => {
                    if options.is_empty() || mend::is_beside_a_name(&typed) {
                        let likely = likely(admin, spec, &order, &directory, &means).await?;
                        if let Some(likely) = likely {
                            return Ok(likely.offered(command, means.speech, &place));
                        }
                    }
                    // Whichever is chosen: the rest of its name is no part of what follows the name.
                    options.iter().any(|option| spec.take_likely_name(&mut arguments, &option.name, &typed));
                    let options = options.into_iter().map(|option| option.id).collect();
                    let asked = which(spec, &arguments, options, command, means.speech, &place);
                    return Ok(Ended { memories: asked, ..Ended::mistaken(reply) });
                }
            }
        }
        None => None,
    };
    if let (None, Some(mistake)) = (&command.plan, spec.lacks(&arguments)) {
        return Ok(Ended::mistaken(spec.mistake(mistake, means.speech)));
    }
    // To change something, an admin of a community must be one by a reading that is made for it, each time
    // that it is tried. What was cancelled changes nothing more.
    let confirmed = match spec.is_mutating && !is_cancelled {
        true => {
            let concerned = community.as_ref().filter(|_| spec.name != MOVE);
            bot.admin_for_change(means.zapi, known.clone(), sender, concerned).await?
        }
        false => Some(known.clone()),
    };
    let Some(admin) = confirmed.as_deref() else { return no_longer(command.plan.is_some()) };
    if let Err(denied) = authorise(admin, spec.name, community.as_ref(), &directory) {
        let reply = match command.plan {
            Some(_) => Reply::NoLonger { is_begun: true },
            None => may_not(spec, denied, community),
        };
        return Ok(Ended::with(reply, Outcome::Refused));
    }
    if let (None, Some(community)) = (&command.plan, &community) {
        let people = mend::on_people(spec, &arguments, community, means.speech);
        if let Some(likely) = people.filter(|likely| may_use(admin, likely.command())) {
            return Ok(likely.offered(command, means.speech, &place));
        }
    }
    let Run::This(run) = spec.run else { return Err(Failure::NoOrder) };
    let consent = match arguments.flags {
        Flags { trial: true, .. } => Consent::Trial,
        Flags { yes: true, .. } => Consent::Given,
        _ if is_confirmed || command.plan.is_some() => Consent::Given,
        _ => Consent::Due,
    };
    let mut context = Context {
        instance: &bot.instance,
        speech: means.speech,
        zapi: means.zapi,
        directory: &directory,
        admins: &bot.admins,
        roster: bot.roster.as_ref(),
        store: means.store,
        claim,
        clock: means.clock,
        timing: means.timing,
        progress: means.progress,
        admin,
        sender,
        chat: &chat,
        community,
        is_last_try: means.is_last_try || is_cancelled,
        is_cancelled,
        gave_up: false,
        consent,
        is_undo: arguments.is_back,
        only_if: arguments.only_if.clone(),
        place,
        memories: forgotten,
    };
    let reply = run(&mut context, &arguments).await?;
    let outcome = match context.gave_up {
        _ if is_cancelled => Outcome::Cancelled,
        true => Outcome::GaveUp,
        false if reply.is_refusal() => Outcome::Refused,
        false if reply.is_mistake() => Outcome::Mistaken,
        false if reply.is_shown() => Outcome::Shown,
        false => Outcome::Answered,
    };
    let mut memories = context.memories;
    if outcome == Outcome::Shown {
        // What was only shown takes nothing back yet.
        memories.retain(|memory| memory.kind != MemoryKind::Undo || memory.value.is_some());
    }
    Ok(Ended { reply, outcome, memories })
}

/// The last change of people of each community, by the id of its command, whichever process made it.
async fn people_changes(store: &Store, instance: &str) -> Result<Vec<(CommunityId, String)>, Failure> {
    let changes = store.recall_all(instance, MemoryKind::People).await.map_err(Lost::Store)?;
    let change = |change: Remembered| Some((CommunityId::parse(&change.place)?, change.value));
    Ok(changes.into_iter().filter_map(change).collect())
}

/// The word of greeting, once a day by the calendar of the instance.
async fn greet(bot: &Bot, admin: &Admin, command: &Stored, means: &Means<'_>) -> Result<Ended, Failure> {
    let instance = bot.instance.name.as_str();
    let day = command.accepted_at.date_in(&bot.instance.time_zone);
    let greeted =
        means.store.recall(instance, MemoryKind::Greeting, &admin.key).await.map_err(Lost::Store)?;
    if greeted.is_some_and(|greeted| greeted.value == day) {
        return Ok(Ended::with(Reply::Nothing, Outcome::Answered));
    }
    let greeting = Memory { kind: MemoryKind::Greeting, place: admin.key.clone(), value: Some(day) };
    // Whoever the configuration does not name is called nothing: a number is no name.
    let is_named = admin.from == AdminsFrom::Config && !command.by_owner;
    let hello = match is_named {
        true => Phrase::new("greeting").plain("name", admin.name.as_str()),
        false => Phrase::new("greeting-nameless"),
    };
    let reply = Reply::Said(vec![
        hello,
        Phrase::new("greeting-way-in").order("communities", "communities", &[]).order("help", "help", &[]),
    ]);
    Ok(Ended { memories: vec![greeting], ..Ended::with(reply, Outcome::Answered) })
}

/// What is answered to a later version of a message instead of running it: an earlier one may have done
/// something, or may still do it. One that waits behind nothing of its chat may be about to end: it is
/// waited for a moment.
async fn superseded(
    bot: &Bot,
    sender: &SenderIdentity,
    command: &Stored,
    means: &Means<'_>,
) -> Result<Option<Ended>, Failure> {
    let version = number_of(&command.message_id);
    if version == 0 || command.plan.is_some() {
        return Ok(None);
    }
    let instance = bot.instance.name.as_str();
    let mut looks = 0;
    let before = loop {
        let before = means.store.revisions(instance, command.message(), sender, version).await;
        let before = before.map_err(Lost::Store)?;
        if looks == MOST_LOOKS || before.iter().all(|version| version.is_over) {
            break before;
        }
        looks += 1;
        sleep(LOOK).await;
    };
    let mut is_taken = false;
    for version in &before {
        let taken = means.store.recall(instance, MemoryKind::Taken, &version.id).await;
        is_taken |= taken.map_err(Lost::Store)?.is_some();
    }
    Ok(if before.iter().any(|version| !version.is_over) {
        let early = Phrase::not_done("edit-too-early");
        Some(Ended::mistaken(Reply::Said(vec![early])))
    } else if is_taken {
        let late = Phrase::not_done("edit-too-late");
        Some(Ended::with(Reply::Said(vec![late]), Outcome::Answered))
    } else if before.iter().any(|version| !version.may_be_mended()) {
        let late = Phrase::not_done("edit-after-end");
        Some(Ended::with(Reply::Said(vec![late]), Outcome::Refused))
    } else {
        None
    })
}

/// The order that is carried out, or what is answered instead.
async fn given(
    bot: &Bot,
    admin: &Admin,
    command: &Stored,
    means: &Means<'_>,
    place: &str,
) -> Result<Result<Given, Ended>, Failure> {
    let typed = recognise(&command.text, &bot.instance.prefixes);
    let is_bare = typed.is_none();
    let order = match typed {
        Some(order) => order,
        // An answer without a command is kept as what it means.
        None if command.name == CONFIRM => Order { typed: CONFIRM.to_owned(), rest: String::new() },
        // What it began is not told of as nothing.
        None if command.plan.is_some() => {
            return Ok(Err(Ended::with(Reply::GaveUp { reason: None }, Outcome::GaveUp)));
        }
        None => {
            let meant = nearly_recognise(&command.text, &bot.instance.prefixes);
            let meant = meant.and_then(|order| Some((named(&order.typed)?, order.rest)));
            if let Some((spec, rest)) = &meant
                && let Some(ended) = misunderstood(bot, spec, rest, means).await?
            {
                return Ok(Err(ended));
            }
            return Ok(Err(match meant {
                Some((spec, rest)) => {
                    Likely::new(spec, &rest, means.speech).offered(command, means.speech, place)
                }
                // Its prefix was one when it was accepted.
                None => Ended::mistaken(unknown(&command.text, means.speech)),
            }));
        }
    };
    let order = match is_no(&order) {
        true => Order { typed: CONFIRM.to_owned(), rest: order.typed },
        false => order,
    };
    let Some(spec) = named(&order.typed) else {
        let chat = Chat::from_address(&command.chat);
        if matches!(chat, Chat::Group(_)) && number_of(&command.message_id) == 0 {
            // It is another bot's, and was noted since it closes the question that waited.
            return Ok(Err(Ended::with(Reply::Nothing, Outcome::Answered)));
        }
        let likely = nearest(&order.typed, means.speech.locale).and_then(named);
        if let Some(spec) = likely
            && let Some(ended) = misunderstood(bot, spec, &order.rest, means).await?
        {
            return Ok(Err(ended));
        }
        return Ok(Err(nearly(&order, command, means.speech, place)));
    };
    let may_not_use = |spec: &Spec| {
        let is_barred = !may_use(admin, spec.name) && command.plan.is_none();
        is_barred.then(|| Ended::with(Reply::MayNot { command: spec.name, place: None }, Outcome::Refused))
    };
    if let Some(ended) = may_not_use(spec) {
        return Ok(Err(ended));
    }
    if command.plan.is_none()
        && command.meant.is_none()
        && let Some(ended) = misunderstood(bot, spec, &order.rest, means).await?
    {
        return Ok(Err(ended));
    }
    let slip = |spec: &'static Spec, mistake| Ended::mistaken(spec.mistake(mistake, means.speech));
    let read = |spec: &'static Spec, rest: &str| args::parse(spec.args, spec.is_mutating, rest);
    let as_typed = rest_as_typed(&command.text, &bot.instance.prefixes).filter(|_| spec.is_verbatim());
    let arguments = match read(spec, as_typed.unwrap_or(&order.rest)) {
        Ok(arguments) => arguments,
        Err(mistake) => {
            let likely = match mistake {
                // Somebody who stands where the community is due.
                Mistake::MissingCommunity
                    if spec.args.get(1) == Some(&Arg::People) && !order.rest.is_empty() =>
                {
                    let directory = directory(bot, spec, means).await?;
                    likely(admin, spec, &order, &directory, means).await?
                }
                _ => mend::sibling(&order, &mistake, means.speech)
                    .or_else(|| mend::on_the_whole(&order, &mistake, means.speech))
                    .filter(|likely| may_use(admin, likely.command())),
            };
            let offered = likely.map(|likely| likely.offered(command, means.speech, place));
            return Ok(Err(offered.unwrap_or_else(|| slip(spec, mistake))));
        }
    };
    let Run::Another(meant) = spec.run else {
        let forgotten = Vec::new();
        return Ok(Ok(Given { spec, order, arguments, is_confirmed: false, forgotten, meant: None }));
    };
    // What was begun is what is ended, whatever was asked since.
    let begun = command.meant.as_deref().and_then(|meant| serde_json::from_str(meant).ok());
    let past = Past {
        store: means.store,
        instance: bot.instance.name.as_str(),
        place,
        command,
        is_bare,
        speech: means.speech,
    };
    let meant = match begun {
        Some(order) => Meant::Order(order),
        None => match meant(&past, &arguments).await? {
            Meant::Order(order) => through(&past, order).await?,
            meant => meant,
        },
    };
    let order = match meant {
        Meant::Order(order) => order,
        Meant::Said(reply, memories) => {
            return Ok(Err(Ended { reply, outcome: Outcome::Answered, memories }));
        }
        Meant::Nothing => return Ok(Err(Ended::with(Reply::Nothing, Outcome::Answered))),
    };
    let Some(spec) = named(&order.command).filter(|spec| matches!(spec.run, Run::This(_))) else {
        return Err(Failure::NoOrder);
    };
    if let Some(ended) = may_not_use(spec) {
        return Ok(Err(ended));
    }
    if command.plan.is_none()
        && !order.is_confirmed
        && let Some(ended) = misunderstood(bot, spec, &order.rest, means).await?
    {
        return Ok(Err(ended));
    }
    let forgotten = order.forgotten(place);
    Ok(match read(spec, &order.rest) {
        Ok(mut arguments) => {
            let meant = serde_json::to_string(&order).ok();
            arguments.only_if.clone_from(&order.only_if);
            arguments.is_back = order.forget == Some(MemoryName::Undo);
            let is_confirmed = order.is_confirmed;
            let order = Order { typed: order.command, rest: order.rest };
            Ok(Given { spec, order, arguments, is_confirmed, forgotten, meant })
        }
        Err(mistake) => Err(slip(spec, mistake)),
    })
}

/// What is answered instead of carrying out a command that would do something else than what was asked for: it
/// holds a second command, or is about a group as a whole. A whole known name is a name.
async fn misunderstood(
    bot: &Bot,
    spec: &Spec,
    rest: &str,
    means: &Means<'_>,
) -> Result<Option<Ended>, Failure> {
    let refused = whole_groups::refuse(spec, rest);
    let may_hold_another = !spec.is_verbatim()
        && !spec.args.contains(&Arg::Command)
        && has_further_command(rest, &bot.instance.prefixes, |_| false);
    if refused.is_none() && !may_hold_another {
        return Ok(None);
    }
    let snapshot = bot.directory.snapshot(means.zapi).await?;
    let is_name = |name: &str| snapshot.groups.has_name(name) || snapshot.communities.has_name(name);
    if let Some(reply) = refused.filter(|_| !snapshot.communities.has_name(&whole_groups::likely_name(rest)))
    {
        return Ok(Some(Ended::mistaken(reply)));
    }
    let holds_another = may_hold_another && has_further_command(rest, &bot.instance.prefixes, is_name);
    let reply = || Reply::Said(vec![Phrase::not_done("one-command")]);
    Ok(holds_another.then(|| Ended::mistaken(reply())))
}

/// What a yes means: the order itself, or what stands behind it where that is `/undo`.
async fn through(past: &Past<'_>, order: OrderMeant) -> Result<Meant, Lost> {
    let Some(spec) = named(&order.command) else { return Ok(Meant::Order(order)) };
    let Run::Another(meant) = spec.run else { return Ok(Meant::Order(order)) };
    // A trial stays one.
    let arguments = match args::parse(spec.args, spec.is_mutating, &order.rest) {
        Ok(arguments) => arguments,
        Err(mistake) => {
            return Ok(Meant::Said(spec.mistake(mistake, past.speech), order.forgotten(past.place)));
        }
    };
    let (dropped, askers) = (order.forgotten(past.place), order.askers);
    Ok(match meant(past, &arguments).await? {
        Meant::Order(order) => Meant::Order(OrderMeant { askers, ..order }),
        Meant::Said(reply, memories) => Meant::Said(reply, [dropped, memories].concat()),
        Meant::Nothing => Meant::Nothing,
    })
}

/// `/no` says what `no` says, as `/yes` does.
fn is_no(order: &Order) -> bool {
    named(&order.typed).is_none() && question::is_no_word(&order.typed)
}

/// How an order is answered: in the language of the name that was used, else the chat's, else the
/// instance's. An answer to a question is answered in the question's.
pub(super) async fn speech(bot: &Bot, store: &Store, command: &Stored) -> Result<Speech, Unavailable> {
    let instance = bot.instance.name.as_str();
    let chat = Chat::from_address(&command.chat);
    let lane = chat.lane(&command.admin, command.by_owner);
    let order = recognise(&command.text, &bot.instance.prefixes);
    let known = order.as_ref().and_then(|order| Some((named(&order.typed)?, order)));
    let languages = known.map(|(spec, order)| spec.languages_of(&order.typed)).unwrap_or_default();
    let locale = match languages.as_slice() {
        [one] => *one,
        several => {
            let asked_in = match command.name == CONFIRM || order.as_ref().is_some_and(is_no) {
                true => {
                    let place = question::place(&command.admin, &chat, command.by_owner);
                    let asked = store.recall(instance, MemoryKind::Question, &place).await?;
                    asked.and_then(|asked| Locale::parse(&Question::of(&asked)?.language))
                }
                false => None,
            };
            let chosen = match asked_in {
                Some(locale) => Some(locale),
                None => {
                    let chosen = store.recall(instance, MemoryKind::Language, &lane).await?;
                    chosen.and_then(|chosen| Locale::parse(&chosen.value))
                }
            };
            let usual = chosen.unwrap_or(bot.instance.locale);
            match several {
                [first, ..] if !several.contains(&usual) => *first,
                _ => usual,
            }
        }
    };
    Ok(Speech { locale, ..bot.speech.clone() })
}

/// No command has the name that was typed; a yes carries the order out under the nearest one. Both speak
/// the language of that name, as its order does.
fn nearly(order: &Order, command: &Stored, speech: &Speech, place: &str) -> Ended {
    let nearest = nearest(&order.typed, speech.locale);
    let languages = nearest.and_then(|name| Some(named(name)?.languages_of(name))).unwrap_or_default();
    let locale = match languages.first() {
        Some(first) if !languages.contains(&speech.locale) => *first,
        _ => speech.locale,
    };
    // A yes to a misspelled yes is the yes itself.
    let spec = nearest.and_then(named).filter(|spec| spec.name != CONFIRM);
    let reply = Reply::UnknownCommand { typed: order.typed.clone(), nearest, is_asked: spec.is_some() };
    let question = spec.map(|spec| Question {
        asked_by: command.id.clone(),
        language: locale.tag().to_owned(),
        command: spec.name.to_owned(),
        before: String::new(),
        options: vec![order.rest.clone()],
        after: String::new(),
        takes_several: false,
        askers: Vec::new(),
        is_undo: false,
        only_if: None,
    });
    Ended {
        memories: question.iter().map(|question| question.asked(place)).collect(),
        ..Ended::mistaken(Reply::In(locale, Box::new(reply)))
    }
}

fn unknown(typed: &str, speech: &Speech) -> Reply {
    let (typed, nearest) = (typed.to_owned(), nearest(typed, speech.locale));
    Reply::UnknownCommand { typed, nearest, is_asked: false }
}

fn may_not(spec: &Spec, denied: Denied, community: Option<CommunityEntry>) -> Reply {
    let place = community.filter(|_| denied == Denied::Community).map(|community| community.name);
    Reply::MayNot { command: spec.name, place }
}
