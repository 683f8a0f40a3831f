//! Reads a body up to a limit.
//!
//! Every connection may send 16 KiB. Larger bodies are read if the headers authenticate the request; connections are
//! limited. Of larger bodies that only a signature over the body can authenticate, 64 are read at a time. If a new one
//! arrives, it replaces the oldest body of the client address that has most of them (the new one included). So a slow
//! client loses its place to the next one, an address with many bodies loses its own, and a fast client has been read
//! before it would be replaced.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Buf, BufMut, Bytes};
use futures_util::FutureExt as _;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio_util::sync::CancellationToken;

use super::client_addr::ClientAddr;

/// Bytes that every connection may send before it is authenticated: far more than the event of a message.
pub const SMALL_BODY: usize = 16 * 1024;
/// Larger bodies of unauthenticated requests that are read at a time.
const MAX_LARGE_BODIES: usize = 64;

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than `max_body`.
    TooLarge,
    /// It is large, and was replaced by another one.
    Overloaded,
    /// It ended too early, or is malformed.
    Incomplete,
}

/// Reads bodies, and limits the large ones.
#[derive(Debug)]
pub struct BodyReader {
    max_body: usize,
    permits: Mutex<Permits>,
}

/// The permits for large bodies of unauthenticated requests.
#[derive(Debug, Default)]
struct Permits {
    next_id: u64,
    /// By id, so the oldest first.
    holders: BTreeMap<u64, Holder>,
}

#[derive(Debug)]
struct Holder {
    client: ClientAddr,
    /// Cancelled when another body takes the permit.
    revoked: CancellationToken,
}

/// Holds a permit until it is dropped.
struct Permit<'b> {
    reader: &'b BodyReader,
    id: u64,
    revoked: CancellationToken,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.reader.permits().holders.remove(&self.id);
    }
}

impl BodyReader {
    /// A reader for bodies up to this size.
    pub fn new(max_body: usize) -> Self {
        Self { max_body, permits: Mutex::default() }
    }

    /// Whether a body of this length is too large.
    pub fn exceeds_limit(&self, length: u64) -> bool {
        length > self.max_body as u64
    }

    /// Reads a whole body. `declared_length` is its Content-Length; `unauthenticated_client` is the client of a request
    /// that its headers do not authenticate.
    pub async fn read<B>(
        &self,
        body: B,
        declared_length: Option<u64>,
        unauthenticated_client: Option<ClientAddr>,
    ) -> Result<Bytes, BodyError>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let is_large = declared_length.is_some_and(|length| length > SMALL_BODY as u64);
        let client = unauthenticated_client;
        let mut permit = client.filter(|_| is_large).map(|client| self.acquire_permit(client));
        let mut body = std::pin::pin!(Limited::new(body, self.max_body));
        let mut whole: Vec<u8> = Vec::new();
        loop {
            let frame = match &permit {
                None => body.frame().await,
                Some(permit) => {
                    let frame = permit.revoked.run_until_cancelled(body.frame()).await;
                    frame.ok_or(BodyError::Overloaded)?
                }
            };
            let frame = match frame {
                None => return Ok(whole.into()),
                Some(Ok(frame)) => frame,
                Some(Err(error)) if error.is::<LengthLimitError>() => return Err(BodyError::TooLarge),
                Some(Err(_)) => return Err(BodyError::Incomplete),
            };
            // Trailers are ignored.
            let Ok(mut chunk) = frame.into_data() else { continue };
            if whole.is_empty() && body.is_end_stream() {
                // The whole body in one chunk: not copied.
                return Ok(chunk.copy_to_bytes(chunk.remaining()));
            }
            if whole.is_empty() {
                let expected = declared_length.and_then(|length| usize::try_from(length).ok());
                whole.reserve(expected.unwrap_or_default().min(SMALL_BODY).max(chunk.remaining()));
            }
            whole.put(chunk);
            if permit.is_none() && whole.len() > SMALL_BODY {
                permit = client.map(|client| self.acquire_permit(client));
            }
        }
    }

    /// Whether a small body that is not needed has arrived completely, so that another request can follow. Drops the
    /// body, and does not wait for more of it.
    pub fn already_received<B: Body>(body: B, declared_length: Option<u64>) -> bool {
        if body.is_end_stream() {
            return true;
        }
        if declared_length.is_none_or(|length| length > SMALL_BODY as u64) {
            return false;
        }
        let mut body = std::pin::pin!(body);
        let read_to_end = async {
            while let Some(frame) = body.frame().await {
                if frame.is_err() {
                    return false;
                }
                if body.is_end_stream() {
                    break;
                }
            }
            true
        };
        read_to_end.now_or_never().unwrap_or(false)
    }

    /// Takes a permit for a body of this client; if there is none left, another body loses its own.
    fn acquire_permit(&self, client: ClientAddr) -> Permit<'_> {
        let mut permits = self.permits();
        if permits.holders.len() >= MAX_LARGE_BODIES {
            permits.revoke_one(client);
        }
        let (id, revoked) = (permits.next_id, CancellationToken::new());
        permits.next_id += 1;
        permits.holders.insert(id, Holder { client, revoked: revoked.clone() });
        Permit { reader: self, id, revoked }
    }

    fn permits(&self) -> MutexGuard<'_, Permits> {
        self.permits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permits {
    /// Revokes the oldest permit of the client that has most of them, with one more of `new_client`.
    fn revoke_one(&mut self, new_client: ClientAddr) {
        let mut counts = HashMap::from([(new_client, 1_usize)]);
        for holder in self.holders.values() {
            *counts.entry(holder.client).or_default() += 1;
        }
        let max = self.holders.values().map(|holder| counts[&holder.client]).max();
        let oldest = self.holders.iter().find(|(_, holder)| Some(counts[&holder.client]) == max);
        if let Some(holder) = oldest.map(|(id, _)| *id).and_then(|id| self.holders.remove(&id)) {
            holder.revoked.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};

    use super::*;

    /// A chunk of one byte that counts its drop.
    struct TrackedChunk(Arc<AtomicUsize>);

    impl AsRef<[u8]> for TrackedChunk {
        fn as_ref(&self) -> &[u8] {
            b"x"
        }
    }

    impl Drop for TrackedChunk {
        fn drop(&mut self) {
            self.0.fetch_sub(1, SeqCst);
        }
    }

    #[tokio::test]
    async fn a_body_of_many_small_chunks_keeps_none_of_their_buffers() {
        let alive = Arc::new(AtomicUsize::new(0));
        let most_alive = Arc::new(AtomicUsize::new(0));
        let chunks = (0..1_000).map(|_| {
            most_alive.fetch_max(alive.fetch_add(1, SeqCst) + 1, SeqCst);
            Ok::<_, Infallible>(Frame::data(Bytes::from_owner(TrackedChunk(alive.clone()))))
        });

        let body =
            BodyReader::new(1_000).read(StreamBody::new(stream::iter(chunks)), None, None).await.unwrap();

        assert_eq!(body.len(), 1_000);
        assert!(most_alive.load(SeqCst) <= 2, "{most_alive:?} buffers were kept at a time");
    }

    #[test]
    fn t28_of_the_address_with_the_most_places_the_oldest_body_makes_room() {
        let reader = BodyReader::new(100_000);
        let client = |last: u8| ClientAddr::from(std::net::IpAddr::from([203, 0, 113, last]));
        let honest = reader.acquire_permit(client(1));
        let mut slow: Vec<_> = (0..MAX_LARGE_BODIES - 1).map(|_| reader.acquire_permit(client(2))).collect();

        // However many the others send, only they lose permits.
        for _ in 0..1_000 {
            slow.push(reader.acquire_permit(client(2)));
        }
        assert!(!honest.revoked.is_cancelled());
        let kept: Vec<bool> = slow.iter().map(|permit| !permit.revoked.is_cancelled()).collect();
        assert_eq!(kept.iter().filter(|is_kept| **is_kept).count(), MAX_LARGE_BODIES - 1);
        assert!(kept.is_sorted(), "the newest are kept");

        let new = reader.acquire_permit(client(3));
        assert!(!new.revoked.is_cancelled() && !honest.revoked.is_cancelled());
        drop(slow);
        assert_eq!(reader.permits().holders.len(), 2);
    }

    /// Each has its own address: a body that is read before 64 others arrive is not replaced.
    #[test]
    fn t28_among_many_addresses_the_oldest_body_of_all_makes_room() {
        let reader = BodyReader::new(100_000);
        let client = |last: u8| ClientAddr::from(std::net::IpAddr::from([203, 0, 113, last]));
        let permits: Vec<_> = (0..200).map(|last| reader.acquire_permit(client(last))).collect();
        let kept: Vec<bool> = permits.iter().map(|permit| !permit.revoked.is_cancelled()).collect();
        assert_eq!(kept.iter().position(|is_kept| *is_kept), Some(200 - MAX_LARGE_BODIES));
        assert!(kept.is_sorted());
    }

    #[tokio::test]
    async fn a_body_in_one_chunk_is_not_copied() {
        let sent = Bytes::from(vec![b'x'; 2_000]);
        let body = BodyReader::new(2_000).read(Full::new(sent.clone()), Some(2_000), None).await.unwrap();
        assert_eq!(body.as_ptr(), sent.as_ptr());
    }

    #[tokio::test]
    async fn the_limit_is_exact() {
        let reader = BodyReader::new(3);
        assert_eq!(reader.read(Full::new(Bytes::from_static(b"123")), None, None).await.unwrap(), "123");
        assert_eq!(
            reader.read(Full::new(Bytes::from_static(b"1234")), None, None).await,
            Err(BodyError::TooLarge)
        );
        assert_eq!(reader.read(Full::new(Bytes::new()), None, None).await.unwrap(), "");
        assert!(!reader.exceeds_limit(3) && reader.exceeds_limit(4) && reader.exceeds_limit(u64::MAX));
    }
}
