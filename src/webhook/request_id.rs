//! Ids of requests: in the header `x-request-id` of the response, and in the log.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderName, HeaderValue};

/// The header of a response.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Makes the ids of one process: keyed hashes of a count, so that an id does not tell how many requests arrive.
#[derive(Default)]
pub(super) struct RequestIds {
    key: RandomState,
    next: AtomicU64,
}

/// The id of a request: 16 hexadecimal digits.
#[derive(Clone, Copy)]
pub(super) struct RequestId([u8; 16]);

impl RequestIds {
    pub(super) fn next(&self) -> RequestId {
        RequestId::new(self.key.hash_one(self.next.fetch_add(1, Ordering::Relaxed)))
    }
}

impl RequestId {
    fn new(mut number: u64) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut id = [0; 16];
        for digit in &mut id {
            number = number.rotate_left(4);
            *digit = DIGITS[(number & 15) as usize];
        }
        Self(id)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl From<RequestId> for HeaderValue {
    fn from(id: RequestId) -> Self {
        // Digits are always a valid value.
        Self::from_bytes(&id.0).unwrap_or(Self::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_all_digits_of_its_number() {
        assert_eq!(RequestId::new(0x0123_4567_89ab_cdef).to_string(), "0123456789abcdef");
        assert_eq!(RequestId::new(10).to_string(), "000000000000000a");
    }

    #[test]
    fn ids_of_a_process_differ() {
        let ids = RequestIds::default();
        assert_ne!(ids.next().to_string(), ids.next().to_string());
    }
}
