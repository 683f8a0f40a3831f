//! What the sign-in of the console knows: the configuration, the key of the cookies, and the attempts of late.

use axum_extra::extract::cookie::Key;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::attempt_limiter::AttemptLimiter;
use super::audit::AuditLog;
use super::password::PasswordChecker;
use super::session::{Session, SessionLimits};
use crate::clock::Clock;
use crate::config::ConsoleConfig;
use crate::console::viewer::Role;
use crate::storage::{Store, StoreUnavailable};

/// The sign-in of the console.
pub struct SignIn {
    pub(super) config: ConsoleConfig,
    pub(super) clock: Clock,
    pub(super) passwords: PasswordChecker,
    pub(super) attempts: AttemptLimiter,
    pub(super) audit: AuditLog,
    store: Store,
    key: OnceCell<Key>,
}

impl SignIn {
    /// The sign-in of a configuration. The key of its cookies is in the journal, so that sessions survive restarts and
    /// hold on all replicas.
    pub fn new(config: ConsoleConfig, store: Store, clock: Clock) -> Self {
        let hash = |role, hash: &Option<SecretString>| hash.clone().map(|hash| (role, hash));
        let hashes =
            [hash(Role::Operator, &config.password_hash), hash(Role::Viewer, &config.viewer_password_hash)];
        Self {
            passwords: PasswordChecker::new(hashes.into_iter().flatten().collect()),
            attempts: AttemptLimiter::default(),
            audit: AuditLog::new(store.clone(), clock.clone()),
            key: OnceCell::new(),
            config,
            store,
            clock,
        }
    }

    pub(super) fn limits(&self) -> SessionLimits {
        SessionLimits { idle: self.config.idle_timeout, absolute: self.config.absolute_timeout }
    }

    /// Whether a session holds now.
    pub(super) fn is_valid(&self, session: &Session) -> bool {
        let hash = self.passwords.hash(session.role);
        hash.is_some_and(|hash| session.is_valid(hash, self.limits(), self.clock.now()))
    }

    /// The key of the cookies, if somebody has signed in before.
    pub(super) async fn find_key(&self) -> Result<Option<Key>, StoreUnavailable> {
        if let Some(key) = self.key.get() {
            return Ok(Some(key.clone()));
        }
        let Some(key) = self.store.console_session_key().await? else { return Ok(None) };
        Ok(Some(self.key.get_or_init(async || Key::from(&key)).await.clone()))
    }

    /// The same; it is made if it is missing.
    pub(super) async fn find_or_create_key(&self) -> Result<Key, StoreUnavailable> {
        let create = async || Ok(Key::from(&self.store.create_console_session_key().await?));
        self.key.get_or_try_init(create).await.cloned()
    }
}
