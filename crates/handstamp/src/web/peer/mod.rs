//! Who the client is: the other end of the socket, unless that is a proxy of one's own whose word
//! counts.
//!
//! Anybody can write `X-Forwarded-For`. Only what a trusted proxy has added can be believed, and it
//! adds on the right, so the list is walked from there and never read from the left.

mod forwarded;

use std::net::{IpAddr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

/// Proxies whose word on the client's address counts (ASVS V4.1.3). By default there are none.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: ForwardingHeader,
}

/// Where the proxies write the client's address. Only this one header is read: the other one would
/// be the client's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForwardingHeader {
    /// `X-Forwarded-For: client, proxy`. The default: what nearly all proxies write.
    #[default]
    XForwardedFor,
    /// `Forwarded: for=client, for=proxy` (RFC 7239).
    Forwarded,
}

impl TrustedProxies {
    /// No proxy: the other end of the socket is the client.
    pub fn none() -> Self {
        Self::default()
    }

    /// The proxies in these networks, which write `header`. Every one of them must append to that
    /// header or replace it; one that passes it through as it came makes it the client's own word.
    pub fn new(networks: impl IntoIterator<Item = IpNet>, header: ForwardingHeader) -> Self {
        Self { networks: networks.into_iter().collect(), header }
    }

    /// The client's address, where `socket` is the other end of the socket.
    ///
    /// While an address is a trusted proxy's, the one that it reports is taken instead. What cannot
    /// be understood ends the walk at the last address that is known.
    pub fn client(&self, socket: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut known = socket?.to_canonical();
        if !self.trust(known) {
            return Some(known);
        }
        let name = match self.header {
            ForwardingHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            ForwardingHeader::Forwarded => header::FORWARDED,
        };
        // Several lines are one list (RFC 9110 section 5.3); each is read alone, so that an open quote
        // on one cannot swallow the next.
        for line in headers.get_all(name).iter().rev() {
            let Ok(line) = line.to_str() else { return Some(known) };
            let mut hops = Hops { rest: Some(line), header: self.header };
            while self.trust(known) {
                match hops.next() {
                    None => break,
                    Some(Some(hop)) => known = hop,
                    Some(None) => return Some(known),
                }
            }
        }
        Some(known)
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// The hops of one header line from right to left; `None` for one that cannot be understood.
struct Hops<'a> {
    rest: Option<&'a str>,
    header: ForwardingHeader,
}

impl Iterator for Hops<'_> {
    type Item = Option<IpAddr>;

    fn next(&mut self) -> Option<Option<IpAddr>> {
        let line = self.rest?;
        let at = match self.header {
            ForwardingHeader::XForwardedFor => line.rfind(','),
            ForwardingHeader::Forwarded => forwarded::last_comma(line),
        };
        let (rest, hop) = at.map_or((None, line), |at| (Some(&line[..at]), &line[at + 1..]));
        self.rest = rest;
        let hop = hop.trim_matches([' ', '\t']);
        Some(match self.header {
            ForwardingHeader::XForwardedFor => address_of(hop),
            ForwardingHeader::Forwarded => forwarded::node_of(hop).and_then(address_of),
        })
    }
}

/// An address with or without a port; IPv6 in brackets where there is a port.
fn address_of(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    let address = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| bracketed().map(IpAddr::V6))
        .or_else(|| text.parse().ok().map(|with_port: SocketAddrV4| IpAddr::V4(*with_port.ip())))
        .or_else(|| text.parse().ok().map(|with_port: SocketAddrV6| IpAddr::V6(*with_port.ip())))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn proxies(header: ForwardingHeader) -> TrustedProxies {
        let networks = ["10.0.0.0/8", "fd00::/8", "127.0.0.1/32"];
        TrustedProxies::new(networks.map(|network| network.parse().unwrap()), header)
    }

    fn client(proxies: &TrustedProxies, socket: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        proxies.client(Some(socket.parse().unwrap()), &headers).unwrap().to_string()
    }

    #[test]
    fn without_trusted_proxies_no_header_counts() {
        let lines = [("x-forwarded-for", "6.6.6.6"), ("forwarded", "for=6.6.6.6")];
        assert_eq!(client(&TrustedProxies::none(), "10.0.0.1", &lines), "10.0.0.1");
        assert_eq!(TrustedProxies::none().client(None, &HeaderMap::new()), None);
    }

    #[test]
    fn the_list_is_walked_from_the_right_while_it_is_trusted() {
        // The socket's other end, the lines, the client.
        let table: [(&str, &[&str], &str); 22] = [
            ("192.0.2.1", &["6.6.6.6"], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("::ffff:10.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
            ("10.0.0.1", &["6.6.6.6, 192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", &["6.6.6.6,192.0.2.7,10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", &["6.6.6.6 ,\t192.0.2.7 , 10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", &["6.6.6.6", "192.0.2.7", "10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", &["6.6.6.6, 192.0.2.7", "10.0.0.2, 10.0.0.3"], "192.0.2.7"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["192.0.2.7:4711"], "192.0.2.7"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("10.0.0.1", &["::ffff:192.0.2.7, ::ffff:10.0.0.2"], "192.0.2.7"),
            // What cannot be understood ends the walk at the last address that is known.
            ("10.0.0.1", &["192.0.2.7, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.7, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["192.0.2.7, , 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["192.0.2.7", "", "10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["192.0.2.7", "10.0.0.2", "caf\u{e9}"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.7:port"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.07"], "10.0.0.1"),
        ];
        let proxies = proxies(ForwardingHeader::XForwardedFor);
        for (socket, lines, expected) in table {
            let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
            assert_eq!(client(&proxies, socket, &lines), expected, "{socket} {lines:?}");
        }
    }

    #[test]
    fn forwarded_is_walked_in_the_same_way() {
        let table: [(&[&str], &str); 12] = [
            (&["for=192.0.2.7"], "192.0.2.7"),
            (&["for=6.6.6.6, for=192.0.2.7;proto=https;by=10.0.0.1"], "192.0.2.7"),
            (&[r#"for=192.0.2.7, for="10.0.0.2:80""#], "192.0.2.7"),
            (&[r#"for="[2001:db8::7]:4711""#], "2001:db8::7"),
            (&[r#"for="[2001:db8::7]""#, "for=10.0.0.2"], "2001:db8::7"),
            (&[r#"for="6.6.6.6"#, "for=192.0.2.7"], "192.0.2.7"),
            (&[r#"for="6.6.6.6, for=192.0.2.7"#], "192.0.2.7"),
            (&[r#"for=192.0.2.7;host="x, for=6.6.6.6""#], "192.0.2.7"),
            (&["for=192.0.2.7, for=unknown, for=10.0.0.2"], "10.0.0.2"),
            (&["for=192.0.2.7, for=_hidden"], "10.0.0.1"),
            (&["for=192.0.2.7, proto=https"], "10.0.0.1"),
            (&["192.0.2.7"], "10.0.0.1"),
        ];
        let proxies = proxies(ForwardingHeader::Forwarded);
        for (lines, expected) in table {
            let lines: Vec<_> = lines.iter().map(|line| ("forwarded", *line)).collect();
            assert_eq!(client(&proxies, "10.0.0.1", &lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn only_the_chosen_header_is_read() {
        let lines =
            [("x-forwarded-for", "6.6.6.6"), ("forwarded", "for=192.0.2.7"), ("x-real-ip", "7.7.7.7")];
        assert_eq!(client(&proxies(ForwardingHeader::Forwarded), "10.0.0.1", &lines), "192.0.2.7");
        assert_eq!(client(&proxies(ForwardingHeader::XForwardedFor), "10.0.0.1", &lines), "6.6.6.6");
    }

    proptest! {
        /// Whatever a client sends, the answer is what the trusted proxies have seen.
        #[test]
        fn a_client_cannot_choose_its_address(own in "[ -~\t]{0,60}", same_line in any::<bool>()) {
            for (header, name, seen) in [
                (ForwardingHeader::XForwardedFor, "x-forwarded-for", "192.0.2.7, 10.0.0.2"),
                (ForwardingHeader::Forwarded, "forwarded", r#"for=192.0.2.7, for="10.0.0.2:1";proto=http"#),
            ] {
                let one = format!("{own}, {seen}");
                let lines = if same_line { vec![(name, one.as_str())] } else { vec![(name, own.as_str()), (name, seen)] };
                prop_assert_eq!(client(&proxies(header), "10.0.0.1", &lines), "192.0.2.7");
            }
        }
    }
}
