//! Passwords of the console: their hashes (argon2id in the PHC format), and checks that take bounded memory.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::console::viewer::Role;

/// The shortest password that `vincula password` takes, in characters.
pub(crate) const MIN_PASSWORD_CHARS: usize = 12;
/// The longest password, in bytes.
pub(crate) const MAX_PASSWORD_BYTES: usize = 1_024;
/// The cost of a new hash: 19 MiB, 2 passes, 1 lane, as OWASP recommends.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Random bytes in a new hash.
const SALT_BYTES: usize = 16;
/// Checks at a time: each takes the memory of a hash.
const MAX_CHECKS: usize = 2;
/// How long a sign-in waits for its turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(3);

/// A password cannot be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub(crate) struct HashError(String);

/// Hashes a password with a random salt.
pub(crate) fn hash_password(password: &SecretString) -> Result<String, HashError> {
    let to_error = |error: &dyn std::fmt::Display| HashError(error.to_string());
    let mut salt = [0; SALT_BYTES];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut salt).map_err(|_| to_error(&"the system has no random numbers"))?;
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| to_error(&error))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
    Ok(hash.map_err(|error| to_error(&error))?.to_string())
}

/// Too many passwords are being checked.
#[derive(Debug)]
pub(super) struct Overloaded;

/// Checks passwords against the configured hashes.
pub(super) struct PasswordChecker {
    /// Operators first.
    hashes: Arc<[(Role, SecretString)]>,
    turns: Arc<Semaphore>,
}

impl PasswordChecker {
    pub(super) fn new(hashes: Vec<(Role, SecretString)>) -> Self {
        Self { hashes: hashes.into(), turns: Arc::new(Semaphore::new(MAX_CHECKS)) }
    }

    /// Whether there is a password at all.
    pub(super) fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The hash of this role's password.
    pub(super) fn hash(&self, role: Role) -> Option<&SecretString> {
        self.hashes.iter().find(|(each, _)| *each == role).map(|(_, hash)| hash)
    }

    /// The role whose password this is. Every hash is compared, so that the time tells nothing.
    pub(super) async fn check(&self, password: SecretString) -> Result<Option<Role>, Overloaded> {
        if password.expose_secret().len() > MAX_PASSWORD_BYTES {
            return Ok(None);
        }
        let turn = timeout(TURN_TIMEOUT, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Overloaded) };
        let hashes = self.hashes.clone();
        let check = spawn_blocking(move || {
            // Kept until the memory is free, even if the client is gone.
            let _turn = turn;
            let matches: Vec<Role> = hashes
                .iter()
                .filter(|(_, hash)| is_match(password.expose_secret(), hash.expose_secret()))
                .map(|(role, _)| *role)
                .collect();
            matches.first().copied()
        });
        check.await.map_err(|_| Overloaded)
    }
}

fn is_match(password: &str, hash: &str) -> bool {
    let hash = PasswordHash::new(hash);
    hash.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_gives_the_role_of_its_hash() {
        let hash = |password: &str| SecretString::from(hash_password(&password.into()).unwrap());
        let operators = hash("correct horse battery");
        assert!(operators.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let hashes = vec![(Role::Operator, operators), (Role::Viewer, hash("staple and window"))];
        let checker = PasswordChecker::new(hashes);

        for (password, role) in [
            ("correct horse battery", Some(Role::Operator)),
            ("staple and window", Some(Role::Viewer)),
            ("correct horse batterY", None),
            ("", None),
        ] {
            assert_eq!(checker.check(password.into()).await.unwrap(), role, "{password}");
        }
        let long = "x".repeat(MAX_PASSWORD_BYTES + 1);
        assert_eq!(checker.check(long.into()).await.unwrap(), None);
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let hash = || hash_password(&"correct horse battery".into()).unwrap();
        assert_ne!(hash(), hash());
    }

    #[tokio::test]
    async fn t38_no_more_than_two_passwords_are_checked_at_a_time() {
        let checker = PasswordChecker::new(Vec::new());
        let turns = checker.turns.clone().acquire_many_owned(2).await.unwrap();
        // The third one waits for its turn until the timeout.
        assert!(checker.check("correct horse battery".into()).await.is_err());
        drop(turns);
        assert_eq!(checker.check("correct horse battery".into()).await.unwrap(), None);
    }
}
