//! Where a device was seen from, by default no closer than its network.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// A client's network: the first 24 bits of an IPv4 address, the first 48 of an IPv6 address.
///
/// Enough for people to recognise their own devices, and less personal data to keep (GDPR article
/// 5(1)(c)). Whole addresses are kept only where the [policy](crate::Policy) says so. Written
/// `203.0.113.0/24`, or `203.0.113.7` if whole; an IPv4 address mapped into IPv6 counts as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NetworkAddress {
    address: IpAddr,
    whole: bool,
}

impl NetworkAddress {
    /// The network of this address.
    pub fn truncated(address: IpAddr) -> Self {
        Self { address: network_of(address.to_canonical()), whole: false }
    }

    /// This very address.
    pub fn whole(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), whole: true }
    }

    /// Whether this is one address rather than a network.
    pub fn is_whole(&self) -> bool {
        self.whole
    }
}

fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
    }
}

fn prefix_length(address: IpAddr) -> u8 {
    if address.is_ipv4() { 24 } else { 48 }
}

impl fmt::Display for NetworkAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.whole {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, prefix_length(self.address))
        }
    }
}

/// The text is not a network address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error(
    "this is not a network address: write 203.0.113.0/24, 2001:db8:1::/48 or a whole address, \
     with no bits set behind the prefix"
)]
pub struct NotANetworkAddress;

impl FromStr for NetworkAddress {
    type Err = NotANetworkAddress;

    /// Understands what `Display` writes, and no other prefix lengths.
    fn from_str(text: &str) -> Result<Self, NotANetworkAddress> {
        let Some((address, length)) = text.split_once('/') else {
            return text.parse().map(Self::whole).map_err(|_| NotANetworkAddress);
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetworkAddress)?;
        let network = Self::truncated(address);
        if network.address != address || prefix_length(address).to_string() != length {
            return Err(NotANetworkAddress);
        }
        Ok(network)
    }
}

impl TryFrom<String> for NetworkAddress {
    type Error = NotANetworkAddress;

    fn try_from(text: String) -> Result<Self, NotANetworkAddress> {
        text.parse()
    }
}

impl From<NetworkAddress> for String {
    fn from(address: NetworkAddress) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_to_their_network_unless_whole() {
        let cases = [
            ("203.0.113.7", "203.0.113.0/24", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.0/24", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2:3:4:5:6"),
            ("::1", "::/48", "::1"),
        ];
        for (address, truncated, whole) in cases {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(NetworkAddress::truncated(address).to_string(), truncated);
            assert_eq!(NetworkAddress::whole(address).to_string(), whole);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["203.0.113.0/24", "203.0.113.7", "203.0.113.0", "2001:db8:1::/48", "2001:db8:1::7"] {
            let address: NetworkAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
            let json = serde_json::to_string(&address).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<NetworkAddress>(&json).unwrap(), address);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let cases = [
            "",
            "/",
            "/24",
            "203.0.113.7/24",
            "203.0.113.0/",
            "203.0.113.0/8",
            "203.0.113.0/32",
            "203.0.113.0/024",
            "203.0.113.0/+24",
            "203.0.113.0/24/24",
            "2001:db8:1::/24",
            "2001:db8:1:2::/48",
            "::ffff:203.0.113.0/24",
            "203.0.113",
            "localhost",
            "203.0.113.0 /24",
            "[::1]",
            "fe80::1%eth0",
        ];
        for text in cases {
            assert_eq!(text.parse::<NetworkAddress>(), Err(NotANetworkAddress), "{text:?}");
        }
    }
}
