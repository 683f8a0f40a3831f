//! A session: what the cookie of a person who signed in with a password says.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::clock::Timestamp;
use crate::console::viewer::Role;

/// How far the clocks of two replicas may differ.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(60);
/// The format of the text.
const VERSION: &str = "1";

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) role: Role,
    /// When the person signed in.
    started_at: Timestamp,
    /// When the session was last used.
    used_at: Timestamp,
    /// The hash of the password hash: another password ends the session.
    password: String,
}

/// How long sessions hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionLimits {
    /// Without use.
    pub(super) idle: Duration,
    /// Since the sign-in.
    pub(super) absolute: Duration,
}

impl Session {
    /// A session that begins now.
    pub(super) fn new(role: Role, password_hash: &SecretString, now: Timestamp) -> Self {
        Self { role, started_at: now, used_at: now, password: fingerprint(password_hash) }
    }

    /// The text of the cookie, before it is encrypted.
    pub(super) fn to_text(&self) -> String {
        let Self { role, started_at, used_at, password } = self;
        format!("{VERSION} {} {} {} {password}", role.as_str(), started_at.0, used_at.0)
    }

    /// The session of a decrypted cookie.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let mut next = || parts.next();
        next().filter(|version| *version == VERSION)?;
        let role = Role::parse(next()?)?;
        let started_at = Timestamp(next()?.parse().ok()?);
        let used_at = Timestamp(next()?.parse().ok()?);
        let password = next()?.to_owned();
        if next().is_some() { None } else { Some(Self { role, started_at, used_at, password }) }
    }

    /// Whether it holds now. `password_hash` is that of its role in the configuration.
    pub(super) fn is_valid(
        &self,
        password_hash: &SecretString,
        limits: SessionLimits,
        now: Timestamp,
    ) -> bool {
        let is_same_password = self.password.as_bytes().ct_eq(fingerprint(password_hash).as_bytes());
        // A clock that was set back makes no session longer.
        let is_plausible = self.started_at <= self.used_at && self.used_at <= now.plus(MAX_CLOCK_SKEW);
        bool::from(is_same_password)
            && is_plausible
            && now.since(self.used_at) < limits.idle
            && now.since(self.started_at) < limits.absolute
    }

    /// The same session used now, if the time of its last use is old enough to write it again.
    pub(super) fn renewed(&self, limits: SessionLimits, now: Timestamp) -> Option<Self> {
        let is_due = now.since(self.used_at) >= limits.idle / 32;
        is_due.then(|| Self { used_at: now, ..self.clone() })
    }

    /// How long it holds without further use.
    pub(super) fn remaining(&self, limits: SessionLimits, now: Timestamp) -> Duration {
        let absolute = limits.absolute.saturating_sub(now.since(self.started_at));
        limits.idle.saturating_sub(now.since(self.used_at)).min(absolute)
    }
}

fn fingerprint(password_hash: &SecretString) -> String {
    base16ct::lower::encode_string(&Sha256::digest(password_hash.expose_secret())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);
    const LIMITS: SessionLimits = SessionLimits { idle: hours(8), absolute: hours(24) };

    const fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * 3_600)
    }

    fn hash(text: &str) -> SecretString {
        text.into()
    }

    #[test]
    fn a_session_survives_its_cookie() {
        for role in [Role::Operator, Role::Viewer] {
            let session = Session::new(role, &hash("a"), NOW);
            assert_eq!(Session::parse(&session.to_text()), Some(session));
        }
        let valid = Session::new(Role::Operator, &hash("a"), NOW).to_text();
        for text in ["", "1", "1 operator", &valid[2..], &format!("{valid} "), &valid.replacen('1', "2", 1)] {
            assert_eq!(Session::parse(text), None, "{text:?}");
        }
        assert_eq!(Session::parse(&valid.replace("operator", "owner")), None);
    }

    #[test]
    fn t38_a_session_ends_when_idle_when_old_and_with_its_password() {
        let session = Session::new(Role::Operator, &hash("a"), NOW);
        let is_valid = |session: &Session, later| session.is_valid(&hash("a"), LIMITS, NOW.plus(later));
        assert!(is_valid(&session, hours(7)));
        assert!(!is_valid(&session, hours(8)));
        assert!(!session.is_valid(&hash("b"), LIMITS, NOW));

        let mut used = session;
        for hour in [6, 12, 18, 23] {
            used = used.renewed(LIMITS, NOW.plus(hours(hour))).unwrap();
            assert!(is_valid(&used, hours(hour)));
        }
        assert_eq!(used.remaining(LIMITS, NOW.plus(hours(23))), hours(1));
        assert!(!is_valid(&used, hours(24)));
        assert_eq!(used.renewed(LIMITS, NOW.plus(hours(23))), None);
    }

    #[test]
    fn t38_a_session_of_tomorrow_does_not_hold() {
        let session = Session::new(Role::Operator, &hash("a"), NOW.plus(hours(1)));
        assert!(!session.is_valid(&hash("a"), LIMITS, NOW));
    }
}
