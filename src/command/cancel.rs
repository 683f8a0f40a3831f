//! `/cancel [all]`: stops orders of this chat that wait.
//!
//! An order is stopped by a mark in the journal: whoever takes it next changes nothing more, reads
//! what is so, and answers that. One that a worker is carrying out is not torn from a call; it gets
//! the mark too, and no try after this one. This order itself waits behind nobody.
//!
//! Who may do what they want stopped may stop it: their own orders, and those of other admins in
//! the same group. An order is never stopped by somebody who could not have given it.

use futures_util::future::BoxFuture;

use super::args::means;
use super::question::{dropped, is_in_time};
use super::{Arg, Arguments, Chapter, Context, Failure, Run, Spec, named};
use crate::authorise::{may_everywhere, may_use};
use crate::domain::Chat;
use crate::reply::{Mistake, Phrase, Reply};
use crate::storage::{Lost, MemoryKind, Waiting};

/// The command.
pub const SPEC: Spec = Spec {
    name: "cancel",
    pt: &["cancelar"],
    es: &["cancelar"],
    args: &[Arg::All],
    // Not in the lane of what it cancels.
    is_mutating: false,
    chapter: Chapter::Orders,
    run: Run::This(run),
};

fn run<'a>(context: &'a mut Context<'_>, arguments: &'a Arguments) -> BoxFuture<'a, Result<Reply, Failure>> {
    Box::pin(async move {
        let most = match arguments.words.first() {
            None => 1,
            Some(word) if means(word, "all") => usize::MAX,
            Some(word) => return Ok(SPEC.mistake(Mistake::TooManyWords(word.clone()), context.speech)),
        };
        let this = context.claim.command.id.clone();
        let by_owner = context.claim.command.by_owner;
        let lane = context.chat.lane(&context.admin.key, by_owner);
        let waiting = context.store.waiting(context.instance.name.as_str()).await.map_err(Lost::Store)?;
        let here = waiting.into_iter().filter(|order| {
            let is_open = order.cancelled_by.is_none() && order.id != this && order.name != SPEC.name;
            is_open && Chat::from_address(&order.chat).lane(&order.admin, order.by_owner) == lane
        });
        // Where another's order changes something, whoever may not order everywhere may have no say.
        let is_everywhere = may_everywhere(context.admin);
        let (mine, others): (Vec<Waiting>, Vec<Waiting>) = here.partition(|order| {
            order.admin == context.admin.key || (is_everywhere && may_use(context.admin, &order.name))
        });
        let candidates = mine.into_iter().map(|order| order.id).collect();
        let now = context.clock.now();
        let cancelled = context.store.cancel(candidates, most, this, now).await.map_err(Lost::Store)?;
        // What is asked about waits, too.
        let asked = context.recall(MemoryKind::Question, &context.place).await?;
        let asked = asked.filter(|asked| is_in_time(asked.at, context.clock.now()));
        context.memories.push(dropped(context.place.clone()));
        if cancelled.is_empty() && asked.is_some() {
            return Ok(Reply::Said(vec![Phrase::new("confirm-left")]));
        }
        let not_allowed = others.iter().find_map(|order| named(&order.name));
        if let (true, Some(spec)) = (cancelled.is_empty(), not_allowed) {
            return Ok(Reply::MayNot { command: spec.name, place: None });
        }
        let (at_work, stopped): (Vec<_>, Vec<_>) = cancelled.into_iter().partition(|order| order.at_work);
        let texts = |orders: Vec<crate::storage::Cancelled>| orders.into_iter().map(|order| order.text);
        Ok(Reply::Cancelling { stopped: texts(stopped).collect(), at_work: texts(at_work).collect() })
    })
}
