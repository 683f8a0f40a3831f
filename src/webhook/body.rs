//! Reads a body whole, and never more of it than is allowed.
//!
//! Room is promised for 16 KiB of every connection at most. Who has proved by the headers alone to be a
//! sender of ours has larger bodies read as well, however many there are at a time: connections are limited. Of
//! larger bodies of which only the whole shows who signed them, 64 are read at a time. When all these places
//! are taken, a newcomer gets one all the same, and of the address that holds the most of them (the newcomer
//! counts as one of its own address's) the body that is being read for the longest is given up. So a slow sender
//! makes room for the next one, an address that takes many places loses its own, and a sender that is not slow
//! has long been read when it would be its turn.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Buf, BufMut, Bytes};
use futures_util::FutureExt as _;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio_util::sync::CancellationToken;

use super::client_addr::ClientAddr;

/// What every connection may send before it is verified: far more than a message's event.
pub const SMALL_BODY: usize = 16 * 1024;
/// How many bodies above that are read at a time of senders who have proved nothing yet.
const MAX_LARGE_BODIES: usize = 64;

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than allowed.
    TooLarge,
    /// It is large, and was given up for another one.
    Overloaded,
    /// It ended too early, or was no body.
    Incomplete,
}

/// Reads bodies.
#[derive(Debug)]
pub struct BodyReader {
    max_body: usize,
    large: Mutex<Places>,
}

/// The places for large bodies of senders who have proved nothing yet.
#[derive(Debug, Default)]
struct Places {
    next: u64,
    /// Who holds them, the oldest first.
    held: BTreeMap<u64, Holder>,
}

#[derive(Debug)]
struct Holder {
    origin: ClientAddr,
    /// Cancelled when the place is another's.
    lost: CancellationToken,
}

/// A place while it is held.
struct Place<'b> {
    bodies: &'b BodyReader,
    number: u64,
    lost: CancellationToken,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.bodies.places().held.remove(&self.number);
    }
}

impl BodyReader {
    /// Bodies of so many bytes at most.
    pub fn new(max_body: usize) -> Self {
        Self { max_body, large: Mutex::default() }
    }

    /// Whether a body of this length is too large.
    pub fn exceeds_limit(&self, length: u64) -> bool {
        length > self.max_body as u64
    }

    /// All of a body. `declared` is its length, where its sender told one; `unproven` is where it comes from, where
    /// the headers have not proved whose it is.
    pub async fn read<B>(
        &self,
        body: B,
        declared: Option<u64>,
        unproven: Option<ClientAddr>,
    ) -> Result<Bytes, BodyError>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let is_large = declared.is_some_and(|length| length > SMALL_BODY as u64);
        let mut place = unproven.filter(|_| is_large).map(|origin| self.acquire_permit(origin));
        let mut body = std::pin::pin!(Limited::new(body, self.max_body));
        let mut whole: Vec<u8> = Vec::new();
        loop {
            let frame = match &place {
                None => body.frame().await,
                Some(place) => {
                    let frame = place.lost.run_until_cancelled(body.frame()).await;
                    frame.ok_or(BodyError::Overloaded)?
                }
            };
            let frame = match frame {
                None => return Ok(whole.into()),
                Some(Ok(frame)) => frame,
                Some(Err(error)) if error.is::<LengthLimitError>() => return Err(BodyError::TooLarge),
                Some(Err(_)) => return Err(BodyError::Incomplete),
            };
            // Trailers say nothing that we ask for.
            let Ok(mut piece) = frame.into_data() else { continue };
            if whole.is_empty() && body.is_end_stream() {
                // All of it came in one piece: no copy.
                return Ok(piece.copy_to_bytes(piece.remaining()));
            }
            if whole.is_empty() {
                let likely = declared.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
                whole.reserve(likely.min(SMALL_BODY).max(piece.remaining()));
            }
            whole.put(piece);
            if place.is_none() && whole.len() > SMALL_BODY {
                place = unproven.map(|origin| self.acquire_permit(origin));
            }
        }
    }

    /// Whether a small body that nobody wants has come already, all of it: then it is thrown away, and
    /// another request can follow. It is not waited for.
    pub fn already_received<B: Body>(body: B, declared: Option<u64>) -> bool {
        if body.is_end_stream() {
            return true;
        }
        if declared.is_none_or(|length| length > SMALL_BODY as u64) {
            return false;
        }
        let mut body = std::pin::pin!(body);
        let to_its_end = async {
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
        to_its_end.now_or_never().unwrap_or(false)
    }

    /// A place for a body from this address; where all are taken, another body loses its own.
    fn acquire_permit(&self, origin: ClientAddr) -> Place<'_> {
        let mut places = self.places();
        if places.held.len() >= MAX_LARGE_BODIES {
            places.take_one_away(origin);
        }
        let (number, lost) = (places.next, CancellationToken::new());
        places.next += 1;
        places.held.insert(number, Holder { origin, lost: lost.clone() });
        Place { bodies: self, number, lost }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.large.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    /// Ends the oldest body of the address that holds the most places, were there one more of `newcomer`.
    fn take_one_away(&mut self, newcomer: ClientAddr) {
        let mut counts = HashMap::from([(newcomer, 1_usize)]);
        for holder in self.held.values() {
            *counts.entry(holder.origin).or_default() += 1;
        }
        let most = self.held.values().map(|holder| counts[&holder.origin]).max();
        let oldest = self.held.iter().find(|(_, holder)| Some(counts[&holder.origin]) == most);
        if let Some(holder) = oldest.map(|(number, _)| *number).and_then(|number| self.held.remove(&number)) {
            holder.lost.cancel();
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

    /// One byte that keeps a buffer alive, and tells when that is free.
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
    async fn a_body_of_many_small_pieces_keeps_none_of_their_buffers() {
        let alive = Arc::new(AtomicUsize::new(0));
        let most_alive = Arc::new(AtomicUsize::new(0));
        let pieces = (0..1_000).map(|_| {
            most_alive.fetch_max(alive.fetch_add(1, SeqCst) + 1, SeqCst);
            Ok::<_, Infallible>(Frame::data(Bytes::from_owner(TrackedChunk(alive.clone()))))
        });

        let body =
            BodyReader::new(1_000).read(StreamBody::new(stream::iter(pieces)), None, None).await.unwrap();

        assert_eq!(body.len(), 1_000);
        assert!(most_alive.load(SeqCst) <= 2, "{most_alive:?} buffers were kept at a time");
    }

    #[test]
    fn t28_of_the_address_with_the_most_places_the_oldest_body_makes_room() {
        let bodies = BodyReader::new(100_000);
        let origin = |last: u8| ClientAddr::from(std::net::IpAddr::from([203, 0, 113, last]));
        let honest = bodies.acquire_permit(origin(1));
        let mut slow: Vec<_> = (0..MAX_LARGE_BODIES - 1).map(|_| bodies.acquire_permit(origin(2))).collect();

        // However often the others come, only they lose places.
        for _ in 0..1_000 {
            slow.push(bodies.acquire_permit(origin(2)));
        }
        assert!(!honest.lost.is_cancelled());
        let held: Vec<bool> = slow.iter().map(|place| !place.lost.is_cancelled()).collect();
        assert_eq!(held.iter().filter(|is_held| **is_held).count(), MAX_LARGE_BODIES - 1);
        assert!(held.is_sorted(), "the newest are kept");

        let newcomer = bodies.acquire_permit(origin(3));
        assert!(!newcomer.lost.is_cancelled() && !honest.lost.is_cancelled());
        drop(slow);
        assert_eq!(bodies.places().held.len(), 2);
    }

    /// Each has an address of its own: a sender that is read within 63 others loses nothing.
    #[test]
    fn t28_among_many_addresses_the_oldest_body_of_all_makes_room() {
        let bodies = BodyReader::new(100_000);
        let origin = |last: u8| ClientAddr::from(std::net::IpAddr::from([203, 0, 113, last]));
        let places: Vec<_> = (0..200).map(|last| bodies.acquire_permit(origin(last))).collect();
        let held: Vec<bool> = places.iter().map(|place| !place.lost.is_cancelled()).collect();
        assert_eq!(held.iter().position(|is_held| *is_held), Some(200 - MAX_LARGE_BODIES));
        assert!(held.is_sorted());
    }

    #[tokio::test]
    async fn a_body_in_one_piece_is_not_copied() {
        let sent = Bytes::from(vec![b'x'; 2_000]);
        let body = BodyReader::new(2_000).read(Full::new(sent.clone()), Some(2_000), None).await.unwrap();
        assert_eq!(body.as_ptr(), sent.as_ptr());
    }

    #[tokio::test]
    async fn a_body_may_be_as_long_as_allowed_and_not_a_byte_longer() {
        let bodies = BodyReader::new(3);
        assert_eq!(bodies.read(Full::new(Bytes::from_static(b"123")), None, None).await.unwrap(), "123");
        assert_eq!(
            bodies.read(Full::new(Bytes::from_static(b"1234")), None, None).await,
            Err(BodyError::TooLarge)
        );
        assert_eq!(bodies.read(Full::new(Bytes::new()), None, None).await.unwrap(), "");
        assert!(!bodies.exceeds_limit(3) && bodies.exceeds_limit(4) && bodies.exceeds_limit(u64::MAX));
    }
}
