//! The client address of a request: its TCP peer, or what a trusted proxy says.
//!
//! It is only used to count requests and connections, and to record who used the console.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName};

use crate::config::AddressRange;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The TCP peer of a request, as an extension of it.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub IpAddr);

/// One client: an IPv4 address, or the /64 of an IPv6 address, which is what one customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddr(IpAddr);

impl From<IpAddr> for ClientAddr {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
            v4 => v4,
        })
    }
}

impl fmt::Display for ClientAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ClientAddr {
    /// The client of a request from `peer`. If that is a trusted proxy, it is the right-most address of
    /// `X-Forwarded-For` that is no trusted proxy: the ones left of it may be invented. A header that is absent, names
    /// only proxies, or is no list of addresses is ignored.
    pub fn from_request(peer: IpAddr, headers: &HeaderMap, trusted: &[AddressRange]) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
        if !is_trusted(peer) {
            return peer.into();
        }
        let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
        for line in lines.iter().rev() {
            for hop in line.to_str().unwrap_or_default().rsplit(',') {
                match parse_address(hop.trim()) {
                    Some(hop) if is_trusted(hop) => {}
                    Some(hop) => return hop.into(),
                    None => return peer.into(),
                }
            }
        }
        peer.into()
    }
}

/// Parses an address as proxies write it: bare, in brackets, or with a port.
fn parse_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_of_a_trusted_proxy_is_the_last_address_that_is_no_proxy() {
        let trusted: Vec<AddressRange> = ["10.0.0.0/8", "::1"].map(|range| range.parse().unwrap()).into();
        for (peer, forwarded, origin) in [
            ("203.0.113.9", &["198.51.100.7"][..], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["6.6.6.6,198.51.100.7 ,10.2.2.2", "10.3.3.3"], "198.51.100.7"),
            ("::ffff:10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("::1", &["[2001:db8:1:2:3::4]:80"], "2001:db8:1:2::"),
            ("::1", &["[2001:db8:1:2:3::4]"], "2001:db8:1:2::"),
            ("::1", &["2001:db8:1:2:ffff::"], "2001:db8:1:2::"),
            // No usable address.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["10.1.1.1, 10.2.2.2"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7,"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.7, \u{e9}"], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append(FORWARDED_FOR, http::HeaderValue::from_str(line).unwrap());
            }
            let found = ClientAddr::from_request(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found, ClientAddr(origin.parse().unwrap()), "{peer} {forwarded:?}");
        }
    }
}
