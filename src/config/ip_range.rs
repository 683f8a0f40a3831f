//! Trusted addresses: one address, or a range in CIDR notation.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

/// One address or a range in CIDR notation, such as `10.0.0.0/8`.
///
/// IPv4 addresses that are written as IPv6 (`::ffff:10.0.0.1`) count as IPv4, in the range and in what is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressRange(IpNet);

impl AddressRange {
    /// Whether the address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// The text is no address and no range.
#[derive(Debug, thiserror::Error)]
#[error("no address and no range")]
pub struct ParseRangeError;

impl FromStr for AddressRange {
    type Err = ParseRangeError;

    /// `10.0.0.1`, `10.0.0.0/8`, `::1`, `fd00::/8`; bits below the prefix are ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        let range = text.parse().or_else(|_| address()).map_err(|_| ParseRangeError)?;
        let mapped = match range {
            IpNet::V6(v6) => v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96)),
            IpNet::V4(_) => None,
        };
        let v4 = mapped.and_then(|(v4, prefix)| Ipv4Net::new(v4, prefix).ok());
        let range = v4.map_or(range, IpNet::from);
        Ok(Self(range.trunc()))
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.prefix_len() == self.0.max_prefix_len() {
            true => self.0.addr().fmt(f),
            false => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        for (range, address, holds) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "203.0.113.9", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("::ffff:10.0.0.0/104", "10.2.3.4", true),
        ] {
            let parsed: AddressRange = range.parse().unwrap();
            assert_eq!(parsed.contains(address.parse().unwrap()), holds, "{range} {address}");
        }
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "proxy", "/8"] {
            assert!(text.parse::<AddressRange>().is_err(), "{text}");
        }
        assert_eq!("10.1.2.3/8".parse::<AddressRange>().unwrap().to_string(), "10.0.0.0/8");
        assert_eq!("::1".parse::<AddressRange>().unwrap().to_string(), "::1");
    }
}
