//! Fail points (crash points): in a debug build, the process can be made to stop exactly at a named step.
//!
//! `VINCULA_FAIL_AT=planned` aborts the process when it reaches that step, `planned:2` when it
//! reaches it for the second time: no unwinding, no clean-up, as `kill -9` does it. The tests in
//! `tests/it/cli/crash_points.rs` stop at each step of [`Step::ALL`] and start again.
//!
//! `VINCULA_HANG_AT` names a step in the same way, and the thread that reaches it hangs, as if its disk did.
//!
//! `VINCULA_INJECT_BUG` injects a known bug, so that the crash tests in `tests/crash_test` can show that they
//! find it. All exist only with `debug_assertions`: in a release build [`reach`] is empty,
//! [`is_injected`] is `false`, and none of the variables' names is in the binary (the crash tests check that).

macro_rules! steps {
    ($($(#[doc = $what:literal])* $step:ident = $name:literal,)*) => {
        /// A step of a command from the webhook to its end, first to last.
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
    /// A request arrived; its body is not read yet.
    Received = "received",
    /// Its body is authenticated.
    Verified = "verified",
    /// It is a command of an admin.
    Recognized = "recognized",
    /// Its row is written; the transaction is not committed.
    Writing = "writing",
    /// The transaction is committed; the sender has no response.
    Committed = "committed",
    /// The sender has its response and closed the connection.
    ConnectionClosed = "connection_closed",
    /// A worker leased the command's chat queue.
    Claimed = "claimed",
    /// The state of the groups was read; nothing of it is in the journal.
    StateRead = "state_read",
    /// The plan is in the journal; nothing is changed.
    Planned = "planned",
    /// The changing call is about to be made.
    Calling = "calling",
    /// The response to the changing call arrived.
    Called = "called",
    /// The outcome was read back.
    ReadBack = "read_back",
    /// The reply is built, but not in the journal.
    ReplyBuilt = "reply_built",
    /// The reply is in the journal.
    ReplyStored = "reply_stored",
    /// A message of the reply is about to be sent.
    Sending = "sending",
    /// It is sent, but not recorded: after this step alone it is sent again.
    Sent = "sent",
    /// It is recorded as sent. The last message of a reply is recorded by the write that ends the command, so
    /// this and the next step are reached only where more messages follow, or a progress reaction is removed.
    SendRecorded = "send_recorded",
    /// The command is about to be finished.
    Finishing = "finishing",
    /// The command is finished in the journal.
    Finished = "finished",
}

/// A bug that is injected on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedBug {
    /// The webhook responds `accepted` 200 ms before its command is in the journal.
    RespondBeforeCommit,
    /// A claimed command is run from scratch, whatever an earlier attempt recorded.
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

/// Stops the process, or this thread, where a variable names this step.
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

        // An unknown name stops at the first step, so that a typo is noticed.
        let is_known = Step::ALL.iter().any(|step| step.name() == self.name);
        !is_known || self.name == step.name() && self.reached.fetch_add(1, Ordering::SeqCst) + 1 == self.nth
    }
}

/// Does nothing in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn reach(_: Step) {}

/// Whether this bug is injected.
#[cfg(debug_assertions)]
pub fn is_injected(by: InjectedBug) -> bool {
    use std::sync::LazyLock;

    static WANTED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("VINCULA_INJECT_BUG").ok());

    WANTED.as_deref() == Some(by.name())
}

/// `false` in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn is_injected(_: InjectedBug) -> bool {
    false
}
