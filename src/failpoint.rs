//! Fail points: in a debug build, the process can be made to stop exactly at a named step.
//!
//! `VINCULA_FAIL_AT=planned` aborts the process when it reaches that step, `planned:2` when it
//! reaches it for the second time: no unwinding, no clean-up, as `kill -9` does it. The tests in
//! `tests/it/cli/steps.rs` stop at each step of [`Step::ALL`] and start again.
//!
//! `VINCULA_HANG_AT` names a step in the same way, and the thread that reaches it never goes on: so does one
//! whose disk hangs.
//!
//! `VINCULA_INJECT_BUG` breaks a promise on purpose, so that the runs of `benches/ordeal` can show that
//! they would notice. All exist only with `debug_assertions`: in a release build [`reach`] is empty,
//! [`is_injected`] is `false`, and none of the variables' names is in the binary (the runs look).

macro_rules! steps {
    ($($(#[doc = $what:literal])* $step:ident = $name:literal,)*) => {
        /// A step of an order on its way from the webhook to its end, in the order of the way.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Step {
            $($(#[doc = $what])* $step,)*
        }

        impl Step {
            /// All steps, first to last.
            pub const ALL: &[Self] = &[$(Self::$step),*];

            /// The step's name, as `VINCULA_FAIL_AT` has it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$step => $name,)*
                }
            }
        }
    };
}

steps! {
    /// A request has come; its body is not read.
    Received = "received",
    /// Its body proved to be from Z-API.
    Verified = "verified",
    /// It is an order of an admin.
    Recognised = "recognised",
    /// Its row is written, and the transaction not committed.
    Writing = "writing",
    /// The transaction is committed, and the sender has no answer.
    Committed = "committed",
    /// The sender has its answer and has hung up.
    Answered = "answered",
    /// A worker has leased the order's lane.
    Claimed = "claimed",
    /// It is known how the groups stand; nothing is written of that.
    Surveyed = "surveyed",
    /// The plan is in the journal, and nothing is changed.
    Planned = "planned",
    /// The changing call is about to be made.
    Calling = "calling",
    /// The changing call was answered.
    Called = "called",
    /// The outcome is read back.
    ReadBack = "read_back",
    /// The reply is known, and not in the journal.
    Judged = "judged",
    /// The reply is in the journal.
    Replied = "replied",
    /// A message of the reply is about to be sent.
    Sending = "sending",
    /// It is sent, and not noted: the one step after which it is sent again.
    Sent = "sent",
    /// It is noted as sent. The last message of a reply is noted by the write that ends the order, so
    /// this and the next step are passed only where more messages follow, or an hourglass is taken away.
    Noted = "noted",
    /// The order is about to be ended.
    Finishing = "finishing",
    /// The order is ended in the journal.
    Finished = "finished",
}

/// A promise that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedBug {
    /// The webhook is answered `accepted` 200 ms before its order is in the journal.
    RespondBeforeCommit,
    /// A claimed order is run from scratch, whatever an earlier try wrote down.
    BlindRetry,
}

impl InjectedBug {
    /// The name, as `VINCULA_INJECT_BUG` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RespondBeforeCommit => "respond_before_commit",
            Self::BlindRetry => "blind_retry",
        }
    }
}

/// Stops the process, or this thread, where it is told to stop at this step.
#[cfg(debug_assertions)]
pub fn reach(step: Step) {
    use std::sync::LazyLock;

    static FAIL_POINT: LazyLock<Option<Point>> = LazyLock::new(|| Point::from_env("VINCULA_FAIL_AT"));
    static HANG_POINT: LazyLock<Option<Point>> = LazyLock::new(|| Point::from_env("VINCULA_HANG_AT"));

    if FAIL_POINT.as_ref().is_some_and(|point| point.is_reached_by(step)) {
        std::process::abort();
    }
    if HANG_POINT.as_ref().is_some_and(|point| point.is_reached_by(step)) {
        loop {
            std::thread::park();
        }
    }
}

/// A step that a variable names, and how often it was reached.
#[cfg(debug_assertions)]
struct Point {
    name: String,
    nth: usize,
    reached: std::sync::atomic::AtomicUsize,
}

#[cfg(debug_assertions)]
impl Point {
    fn from_env(variable: &str) -> Option<Self> {
        let wanted = std::env::var(variable).ok()?;
        let (name, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
        Some(Self { name: name.to_owned(), nth: nth.parse().unwrap_or(1), reached: 0.into() })
    }

    fn is_reached_by(&self, step: Step) -> bool {
        use std::sync::atomic::Ordering;

        // A name that no step has stops at the first one, so that a slip is noticed.
        let is_known = Step::ALL.iter().any(|step| step.name() == self.name);
        !is_known || self.name == step.name() && self.reached.fetch_add(1, Ordering::SeqCst) + 1 == self.nth
    }
}

/// Stops the process where it is told to stop at this step: never, in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn reach(_: Step) {}

/// Whether this promise is to be broken.
#[cfg(debug_assertions)]
pub fn is_injected(by: InjectedBug) -> bool {
    use std::sync::LazyLock;

    static WANTED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("VINCULA_INJECT_BUG").ok());

    WANTED.as_deref() == Some(by.name())
}

/// Whether this promise is to be broken: never, in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn is_injected(_: InjectedBug) -> bool {
    false
}
