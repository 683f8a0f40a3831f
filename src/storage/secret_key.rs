//! Random keys of this journal, made when they are first needed. All replicas share them.

use sqlx::AnyConnection;

use super::error::StoreUnavailable;
use super::store::Store;

/// A key: its name in the database, and how many bytes it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecretKey {
    pub(super) name: &'static str,
    pub(super) length: usize,
}

/// The length of the key of session cookies, in bytes.
const SESSION_KEY_LENGTH: usize = 64;
/// Encrypts the session cookies of the console.
const CONSOLE_SESSION: SecretKey = SecretKey { name: "console_session", length: SESSION_KEY_LENGTH };

impl Store {
    /// The key of the session cookies, if somebody has signed in before.
    pub async fn console_session_key(&self) -> Result<Option<[u8; SESSION_KEY_LENGTH]>, StoreUnavailable> {
        let key = self.read_secret_key(CONSOLE_SESSION).await?;
        Ok(key.map(to_session_key).transpose()?)
    }

    /// The same; it is made if it is missing.
    pub async fn create_console_session_key(&self) -> Result<[u8; SESSION_KEY_LENGTH], StoreUnavailable> {
        let key = self
            .writer
            .write(|connection| Box::pin(async move { find_or_create(connection, CONSOLE_SESSION).await }))
            .await?;
        Ok(to_session_key(key)?)
    }

    /// A key, if it was made.
    pub(super) async fn read_secret_key(&self, key: SecretKey) -> Result<Option<Vec<u8>>, StoreUnavailable> {
        let read = sqlx::query_scalar("SELECT value FROM secret_key WHERE name = $1").bind(key.name);
        let hex: Option<String> = self.read(read.fetch_optional(&self.reads)).await?;
        Ok(hex.map(|hex| decode(&hex)).transpose()?)
    }
}

/// A key; it is made if it is missing. Writers of all replicas take turns, so that it is made once.
pub(super) async fn find_or_create(
    connection: &mut AnyConnection,
    key: SecretKey,
) -> Result<Vec<u8>, sqlx::Error> {
    let find = sqlx::query_scalar("SELECT value FROM secret_key WHERE name = $1").bind(key.name);
    let known: Option<String> = find.fetch_optional(&mut *connection).await?;
    if let Some(hex) = known {
        return decode(&hex);
    }
    let mut bytes = vec![0; key.length];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| sqlx::Error::Encode("the system has no random numbers".into()))?;
    sqlx::query("INSERT INTO secret_key (name, value) VALUES ($1, $2)")
        .bind(key.name)
        .bind(base16ct::lower::encode_string(&bytes))
        .execute(&mut *connection)
        .await?;
    Ok(bytes)
}

fn to_session_key(bytes: Vec<u8>) -> Result<[u8; SESSION_KEY_LENGTH], sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("the key of the console has another length".into()))
}

fn decode(hex: &str) -> Result<Vec<u8>, sqlx::Error> {
    base16ct::lower::decode_vec(hex).map_err(|error| sqlx::Error::Decode(error.to_string().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Timestamp};

    #[tokio::test]
    async fn a_key_is_made_once_and_each_has_its_own() {
        let (store, _writer, _folder) = Store::open_temporary(&Clock::manual(Timestamp(1))).await;
        assert_eq!(store.console_session_key().await.unwrap(), None);

        let key = store.create_console_session_key().await.unwrap();

        assert_ne!(key, [0; SESSION_KEY_LENGTH]);
        assert_eq!(store.create_console_session_key().await.unwrap(), key);
        assert_eq!(store.console_session_key().await.unwrap(), Some(key));
        assert_eq!(store.read_secret_key(SecretKey { name: "other", length: 64 }).await.unwrap(), None);
    }
}
