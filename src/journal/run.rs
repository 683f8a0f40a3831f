//! Running an order: recognised once more, authorised as of now, run, and made an answer.

use crate::authorise::{Denied, authorise, may_in, may_use};
use crate::clock::Clock;
use crate::command::{Context, Failure, Spec, Timing, args, named, nearest, planned_community, recognise};
use crate::config::Admin;
use crate::directory::{CommunityEntry, Found, told_apart};
use crate::domain::{Chat, CommunityId, Lid, Person, Phone};
use crate::reply::Reply;
use crate::storage::{Claim, Outcome, Store};
use crate::zapi::Zapi;

use super::{Bot, TOO_MANY};

/// What a run may use besides its bot.
pub(super) struct Means<'a> {
    /// Z-API, watched for this order.
    pub(super) zapi: &'a Zapi,
    pub(super) store: &'a Store,
    pub(super) clock: &'a Clock,
    pub(super) timing: Timing,
    pub(super) is_last_try: bool,
}

/// Runs the order of a claim; its reply, and how it ends once that is sent.
pub(super) async fn run(bot: &Bot, claim: &mut Claim, means: Means<'_>) -> Result<(Reply, Outcome), Failure> {
    let command = &claim.command;
    let sender = Person {
        phone: command.phone.as_deref().and_then(Phone::parse),
        lid: command.lid.as_deref().and_then(Lid::parse),
    };
    // The rights of now decide, not those of when the order was given.
    let Some(admin) = bot.admins.find(sender, command.by_owner) else {
        return Ok((Reply::NoLonger { is_begun: command.plan.is_some() }, Outcome::Refused));
    };
    if command.name == TOO_MANY {
        return Ok((Reply::TooManyOrders { limit: bot.instance.limits.orders_per_minute }, Outcome::Refused));
    }
    let is_cancelled = command.is_cancelled;
    if is_cancelled && command.plan.is_none() {
        // Nothing is changed before there is a plan.
        return Ok((Reply::Cancelled, Outcome::Cancelled));
    }
    let age = command.sent_at.map(|sent_at| command.accepted_at.since(sent_at)).unwrap_or_default();
    if age > bot.instance.max_event_age {
        return Ok((Reply::TooOld { minutes: age.as_secs() / 60 }, Outcome::Expired));
    }
    let Some(order) = recognise(&command.text, &bot.instance.prefixes) else {
        // Its prefix was one when it was accepted.
        return Ok((unknown(&command.text, bot), Outcome::Answered));
    };
    let Some(spec) = named(&order.typed) else { return Ok((unknown(&order.typed, bot), Outcome::Answered)) };
    if !may_use(admin, spec.name) && command.plan.is_none() {
        return Ok((Reply::MayNot { command: spec.name, community: None }, Outcome::Refused));
    }
    let arguments = match args::parse(spec.args, &order.rest) {
        Ok(arguments) => arguments,
        Err(mistake) => return Ok((spec.mistake(mistake, &bot.speech), Outcome::Answered)),
    };
    // What was begun is ended where it was begun, whatever its name means by now.
    let begun = command.plan.as_deref().and_then(planned_community);
    let community = match &arguments.community {
        Some(_) if begun.is_some() => begun,
        Some(typed) => match find_community(bot, means.zapi, admin, typed).await? {
            Ok(community) => Some(community),
            Err(reply) => return Ok((reply, Outcome::Answered)),
        },
        None => None,
    };
    if let Err(denied) = authorise(admin, spec.name, community.as_ref(), &bot.directory) {
        let reply = match command.plan {
            Some(_) => Reply::NoLonger { is_begun: true },
            None => may_not(spec, denied, community),
        };
        return Ok((reply, Outcome::Refused));
    }
    let chat = Chat::from_address(&command.chat);
    let mut context = Context {
        instance: &bot.instance,
        speech: &bot.speech,
        zapi: means.zapi,
        directory: &bot.directory,
        store: means.store,
        claim,
        clock: means.clock,
        timing: means.timing,
        admin,
        sender,
        chat: &chat,
        community,
        is_last_try: means.is_last_try || is_cancelled,
        is_cancelled,
        gave_up: false,
    };
    let reply = (spec.run)(&mut context, &arguments).await?;
    let outcome = match context.gave_up {
        _ if is_cancelled => Outcome::Cancelled,
        true => Outcome::GaveUp,
        false => Outcome::Answered,
    };
    Ok((reply, outcome))
}

fn unknown(typed: &str, bot: &Bot) -> Reply {
    Reply::UnknownCommand { typed: typed.to_owned(), nearest: nearest(typed, bot.speech.locale) }
}

fn may_not(spec: &Spec, denied: Denied, community: Option<CommunityEntry>) -> Reply {
    let community = community.filter(|_| denied == Denied::Community).map(|community| community.name);
    Reply::MayNot { command: spec.name, community }
}

/// The community that was typed, or the reply that asks which. Communities that the admin may not
/// use are not told, and what they do not see cannot make a name unclear.
async fn find_community(
    bot: &Bot,
    zapi: &Zapi,
    admin: &Admin,
    typed: &str,
) -> Result<Result<CommunityEntry, Reply>, Failure> {
    let allowed = |mut entries: Vec<CommunityEntry>| {
        entries.retain(|entry| may_in(admin, &entry.id, &entry.name, &bot.directory));
        entries
    };
    let typed_as = || typed.to_owned();
    Ok(match bot.directory.community(zapi, typed).await? {
        Found::One(community) => Ok(community),
        Found::Unclear(several) | Found::Several(several) => match allowed(several).as_slice() {
            [] => Err(Reply::NoCommunity { typed: typed_as(), nearest: Vec::new() }),
            [community] => Ok(community.clone()),
            several => Err(Reply::ManyCommunities {
                typed: typed_as(),
                candidates: told_apart::<CommunityId>(several),
            }),
        },
        Found::Nothing { nearest } => {
            Err(Reply::NoCommunity { typed: typed_as(), nearest: told_apart(&allowed(nearest)) })
        }
    })
}
