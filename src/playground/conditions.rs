//! Bad conditions that a person switches on and off.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::sandbox::{BotRole, ConnectionLoss, Fault, FaultResponse, PartialFailure, Sandbox};

/// How much later Z-API runs each call while it is slow: longer than it takes until a ⏳ appears.
const DELAY: Duration = Duration::from_millis(2_500);
/// The seconds that a 429 asks to wait.
const RETRY_AFTER: u64 = 2;

/// A bad condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    /// Z-API responds with an error page.
    Down,
    /// Each call takes seconds.
    Slow,
    /// Z-API responds with 429.
    TooManyRequests,
    /// The bot is no admin of every third group: a command succeeds in part.
    Partial,
    /// The phone has no connection.
    Offline,
    /// Each webhook is delivered several times.
    Duplicates,
}

/// The conditions that are switched on.
pub(super) type ActiveConditions = BTreeSet<Condition>;

impl Condition {
    /// All of them, in the order in which the page shows them.
    pub(super) const ALL: [Self; 6] =
        [Self::Down, Self::Slow, Self::TooManyRequests, Self::Partial, Self::Offline, Self::Duplicates];

    /// Its name in forms and in the keys of texts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Slow => "slow",
            Self::TooManyRequests => "too-many-requests",
            Self::Partial => "partial",
            Self::Offline => "offline",
            Self::Duplicates => "duplicates",
        }
    }

    /// The condition with this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.name() == name)
    }
}

/// Makes the sandbox behave as these conditions say.
pub(super) fn apply(sandbox: &Sandbox, active: &ActiveConditions) {
    let faults = sandbox.faults();
    faults.clear();
    // The first rule that fits a call is used.
    if active.contains(&Condition::Down) {
        faults.fail_always("", Fault::Replace(FaultResponse::bad_gateway()));
    }
    if active.contains(&Condition::TooManyRequests) {
        let response = FaultResponse::too_many_requests(Some(RETRY_AFTER));
        faults.fail_always("", Fault::Replace(response));
    }
    if active.contains(&Condition::Slow) {
        faults.fail_always("", Fault::Delay(DELAY));
    }
    let is_partial = active.contains(&Condition::Partial);
    faults.set_partial(if is_partial { PartialFailure::Error } else { PartialFailure::Success });
    let role = if is_partial { BotRole::Member } else { BotRole::Admin };
    sandbox.world(|world| {
        let ordinary = world.groups().iter().filter(|group| !group.is_announcement);
        let every_third: Vec<String> = ordinary.map(|group| group.id.clone()).skip(2).step_by(3).collect();
        for group in every_third {
            world.set_bot_role(&group, role);
        }
    });
    match active.contains(&Condition::Offline) {
        true => faults.disconnect(ConnectionLoss::Error),
        false => faults.reconnect(),
    }
}
