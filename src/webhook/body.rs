//! Reading a body that nobody has vouched for yet: how much of it, and how many at a time.
//!
//! A body is copied out of the listener's buffer as soon as it comes in more than one piece: a piece
//! of one byte keeps a whole buffer alive, and a slow sender could fill the memory with them. So
//! a connection costs what it has sent, small bodies of all connections some 16 MiB at
//! most, and large ones are read only so many at a time. What people write is small.

use std::error::Error;

use bytes::{Buf, BufMut, Bytes};
use futures_util::FutureExt as _;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What every connection may send before it is verified: far more than a message's event.
pub const SMALL: usize = 16 * 1024;
/// How many bodies above that are read at a time.
const MOST_LARGE: usize = 64;

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than allowed.
    TooLarge,
    /// It is large, and as many large ones as may be are being read.
    Crowded,
    /// It ended too early, or was no body.
    Broken,
}

/// Reads bodies.
#[derive(Debug)]
pub struct Bodies {
    most: usize,
    large: Semaphore,
}

impl Bodies {
    /// Bodies of so many bytes at most.
    pub fn new(most: usize) -> Self {
        Self { most, large: Semaphore::new(MOST_LARGE) }
    }

    /// Whether a body of this length is too large.
    pub fn are_exceeded_by(&self, length: u64) -> bool {
        length > self.most as u64
    }

    /// All of a body. `declared` is its length, where its sender told one.
    pub async fn read<B>(&self, body: B, declared: Option<u64>) -> Result<Bytes, Unread>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let is_large = declared.is_some_and(|length| length > SMALL as u64);
        let mut place = if is_large { Some(self.place()?) } else { None };
        let mut body = std::pin::pin!(Limited::new(body, self.most));
        let mut whole: Vec<u8> = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) if error.is::<LengthLimitError>() => return Err(Unread::TooLarge),
                Err(_) => return Err(Unread::Broken),
            };
            // Trailers say nothing that we ask for.
            let Ok(mut piece) = frame.into_data() else { continue };
            if whole.is_empty() && body.is_end_stream() {
                // All of it came in one piece: no copy.
                return Ok(piece.copy_to_bytes(piece.remaining()));
            }
            if whole.is_empty() {
                let likely = declared.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
                whole.reserve(likely.min(SMALL).max(piece.remaining()));
            }
            whole.put(piece);
            if place.is_none() && whole.len() > SMALL {
                place = Some(self.place()?);
            }
        }
        Ok(whole.into())
    }

    /// Whether a small body that nobody wants has come already, all of it: then it is thrown away, and
    /// another request can follow. It is not waited for.
    pub fn is_there<B: Body>(body: B, declared: Option<u64>) -> bool {
        if body.is_end_stream() {
            return true;
        }
        if declared.is_none_or(|length| length > SMALL as u64) {
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

    fn place(&self) -> Result<SemaphorePermit<'_>, Unread> {
        self.large.try_acquire().map_err(|_| Unread::Crowded)
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
    struct Piece(Arc<AtomicUsize>);

    impl AsRef<[u8]> for Piece {
        fn as_ref(&self) -> &[u8] {
            b"x"
        }
    }

    impl Drop for Piece {
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
            Ok::<_, Infallible>(Frame::data(Bytes::from_owner(Piece(alive.clone()))))
        });

        let body = Bodies::new(1_000).read(StreamBody::new(stream::iter(pieces)), None).await.unwrap();

        assert_eq!(body.len(), 1_000);
        assert!(most_alive.load(SeqCst) <= 2, "{most_alive:?} buffers were kept at a time");
    }

    #[tokio::test]
    async fn a_body_in_one_piece_is_not_copied() {
        let sent = Bytes::from(vec![b'x'; 2_000]);
        let body = Bodies::new(2_000).read(Full::new(sent.clone()), Some(2_000)).await.unwrap();
        assert_eq!(body.as_ptr(), sent.as_ptr());
    }

    #[tokio::test]
    async fn a_body_may_be_as_long_as_allowed_and_not_a_byte_longer() {
        let bodies = Bodies::new(3);
        assert_eq!(bodies.read(Full::new(Bytes::from_static(b"123")), None).await.unwrap(), "123");
        assert_eq!(bodies.read(Full::new(Bytes::from_static(b"1234")), None).await, Err(Unread::TooLarge));
        assert_eq!(bodies.read(Full::new(Bytes::new()), None).await.unwrap(), "");
        assert!(!bodies.are_exceeded_by(3) && bodies.are_exceeded_by(4) && bodies.are_exceeded_by(u64::MAX));
    }
}
