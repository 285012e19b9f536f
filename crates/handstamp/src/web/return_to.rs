//! Where somebody goes after signing in: an address that can only be on this site.
//!
//! Return addresses come from the visitor's own request. One that leads elsewhere is an open redirect
//! (CWE-601; CVE-2026-40295 and CVE-2021-23435 were of that kind), so there is no way to make one.

use std::fmt;

use http::{HeaderValue, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// RFC 3986 section 2.3 lets these stand for themselves everywhere.
const TO_ENCODE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path on this site, with query and fragment if there are any. The default is `/`.
///
/// It begins with exactly one `/`. Refused are `//host` and `/\host` (other hosts to a browser),
/// control characters and blanks (browsers drop some of them before they look), quotes and angle
/// brackets, `.` and `..` segments, the same percent-encoded in the path, once or several times, and
/// anything above [`ReturnTo::MAX_BYTES`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ReturnTo(Box<str>);

impl ReturnTo {
    /// The longest address, in bytes.
    pub const MAX_BYTES: usize = 2048;
    /// The query parameter that carries it to the sign-in page.
    pub const PARAMETER: &str = "return_to";

    /// Takes `address` if it can only be on this site.
    pub fn parse(address: &str) -> Result<Self, NotLocal> {
        if address.len() > Self::MAX_BYTES {
            return Err(NotLocal::TooLong);
        }
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>');
        if !address.bytes().all(is_plain) {
            return Err(NotLocal::Character);
        }
        let path = address.split(['?', '#']).next().unwrap_or_default();
        check_path(path.as_bytes())?;
        Ok(Self(address.into()))
    }

    /// The address of this request, if it may be returned to. Take it from `GET` requests only: the
    /// others cannot be repeated by going there.
    pub fn from_uri(uri: &Uri) -> Option<Self> {
        Self::parse(uri.path_and_query()?.as_str()).ok()
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `page` with this address as its parameter `return_to`: `/sign-in?return_to=%2Fbasket`.
    pub fn appended_to(&self, page: &str) -> String {
        let (page, fragment) = page.find('#').map_or((page, ""), |at| page.split_at(at));
        let joint = match page.find('?') {
            None => "?",
            Some(at) if at + 1 == page.len() => "",
            Some(_) => "&",
        };
        let parameter = Self::PARAMETER;
        let address = utf8_percent_encode(&self.0, TO_ENCODE);
        format!("{page}{joint}{parameter}={address}{fragment}")
    }

    /// For `Location`.
    pub fn to_header_value(&self) -> HeaderValue {
        // Visible ASCII is always a header value.
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("/"))
    }
}

/// How often a path is decoded at most. What is encoded more often hides something.
const MOST_DECODINGS: usize = 4;

/// Looks at the path and at what it decodes to, until nothing is left to decode: proxies and
/// frameworks decode on the way, some of them twice.
fn check_path(path: &[u8]) -> Result<(), NotLocal> {
    let mut path = path.to_vec();
    for _ in 0..=MOST_DECODINGS {
        if path.first() != Some(&b'/') {
            return Err(NotLocal::NotAPath);
        }
        if path.get(1) == Some(&b'/') {
            return Err(NotLocal::OtherHost);
        }
        if path.iter().any(|byte| byte.is_ascii_control() || *byte == b'\\') {
            return Err(NotLocal::Character);
        }
        if path.split(|byte| *byte == b'/').any(|segment| matches!(segment, b"." | b"..")) {
            return Err(NotLocal::DotSegment);
        }
        let decoded: Vec<u8> = percent_decode(&path).collect();
        if decoded == path {
            return Ok(());
        }
        path = decoded;
    }
    Err(NotLocal::Character)
}

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".into())
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// For forms: an address that is not local becomes `/`, so that a bad one cannot break a sign-in.
impl From<String> for ReturnTo {
    fn from(address: String) -> Self {
        Self::parse(&address).unwrap_or_default()
    }
}

impl From<ReturnTo> for String {
    fn from(address: ReturnTo) -> Self {
        address.0.into()
    }
}

/// Why an address is not taken for one of this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotLocal {
    /// It does not begin with `/`: empty, relative or with a scheme.
    #[error("a return address begins with `/`")]
    NotAPath,
    /// It begins with `//`, plain or encoded, which names another host.
    #[error("a return address that begins with `//` leads to another host")]
    OtherHost,
    /// It holds a backslash, a control character, a blank or another character that must be encoded.
    #[error("a return address holds a character that browsers read in different ways")]
    Character,
    /// It holds a `.` or `..` segment, which no request of a browser does.
    #[error("a return address has no `.` or `..` segments")]
    DotSegment,
    /// It is longer than [`ReturnTo::MAX_BYTES`].
    #[error("a return address has at most {} bytes", ReturnTo::MAX_BYTES)]
    TooLong,
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn addresses_of_this_site_are_kept_as_they_are() {
        for address in [
            "/",
            "/basket",
            "/a/b/",
            "/a//b",
            "/search?q=a%20b&next=https://other.example/",
            "/search?q=%2F%2Fother.example%0d%0a",
            "/caf%C3%A9",
            "/100%25",
            "/@person:8080/.well-known/x",
            "/a?b[]=1#part",
            "/?//other.example",
            "/#//other.example",
        ] {
            assert_eq!(ReturnTo::parse(address).unwrap().as_str(), address);
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for (address, reason) in [
            ("", NotLocal::NotAPath),
            ("basket", NotLocal::NotAPath),
            ("?basket", NotLocal::NotAPath),
            ("https://evil.example", NotLocal::NotAPath),
            ("javascript:alert(1)", NotLocal::NotAPath),
            ("%2f/evil.example", NotLocal::NotAPath),
            ("//evil.example", NotLocal::OtherHost),
            ("///evil.example", NotLocal::OtherHost),
            ("/%2f/evil.example", NotLocal::OtherHost),
            ("/%2Fevil.example", NotLocal::OtherHost),
            ("/%252fevil.example", NotLocal::OtherHost),
            ("/%25252fevil.example", NotLocal::OtherHost),
            ("/a%252525252fb", NotLocal::Character),
            ("/\\evil.example", NotLocal::Character),
            ("\\/evil.example", NotLocal::Character),
            ("/%5cevil.example", NotLocal::Character),
            ("/%255Cevil.example", NotLocal::Character),
            ("/\t/evil.example", NotLocal::Character),
            ("/\n/evil.example", NotLocal::Character),
            ("/%09/evil.example", NotLocal::Character),
            ("/%0d%0aSet-Cookie:x", NotLocal::Character),
            ("/a\r\nSet-Cookie: x", NotLocal::Character),
            ("/a\0", NotLocal::Character),
            ("/a%00", NotLocal::Character),
            (" /basket", NotLocal::Character),
            ("/a b", NotLocal::Character),
            ("/a\"><script>", NotLocal::Character),
            ("/\u{2028}/evil.example", NotLocal::Character),
            ("/\u{ff0f}evil.example", NotLocal::Character),
            ("/.//evil.example", NotLocal::DotSegment),
            ("/a/..//evil.example", NotLocal::DotSegment),
            ("/a/%2e%2E//evil.example", NotLocal::DotSegment),
        ] {
            assert_eq!(ReturnTo::parse(address), Err(reason), "{address:?}");
        }
    }

    #[test]
    fn the_length_is_capped() {
        let longest = format!("/{}", "a".repeat(ReturnTo::MAX_BYTES - 1));
        assert!(ReturnTo::parse(&longest).is_ok());
        assert_eq!(ReturnTo::parse(&format!("{longest}a")), Err(NotLocal::TooLong));
    }

    #[test]
    fn the_address_of_a_request_loses_its_host() {
        let uri = Uri::from_static("https://example.com/basket?a=b");
        assert_eq!(ReturnTo::from_uri(&uri).unwrap().as_str(), "/basket?a=b");
        for uri in ["//evil.example/x", "/%2f/evil.example", "*"] {
            assert_eq!(ReturnTo::from_uri(&Uri::from_static(uri)), None, "{uri}");
        }
    }

    #[test]
    fn it_is_appended_as_one_parameter() {
        let address = ReturnTo::parse("/search?q=a&b=c#d").unwrap();
        let encoded = "return_to=%2Fsearch%3Fq%3Da%26b%3Dc%23d";
        for (page, expected) in [
            ("/sign-in", format!("/sign-in?{encoded}")),
            ("/sign-in?", format!("/sign-in?{encoded}")),
            ("/sign-in?lang=en", format!("/sign-in?lang=en&{encoded}")),
            ("/sign-in#form", format!("/sign-in?{encoded}#form")),
        ] {
            assert_eq!(address.appended_to(page), expected);
        }
    }

    #[test]
    fn forms_cannot_carry_another_one_in() {
        let sent = |address: &str| serde_json::from_value::<ReturnTo>(address.into()).unwrap();
        assert_eq!(sent("/basket").as_str(), "/basket");
        assert_eq!(sent("//evil.example"), ReturnTo::default());
    }

    proptest! {
        #[test]
        fn whatever_is_taken_stays_on_its_origin(
            address in "/?(/|\\\\|\\.|%2[fFeE]|%5[cC]|%25|%0[9aAdD]|[\t\n\r @:?#;a]|evil\\.example|https?:){0,12}",
        ) {
            let base = Url::parse("https://example.com/sign-in?x").unwrap();
            if let Ok(taken) = ReturnTo::parse(&address) {
                let went = base.join(taken.as_str()).unwrap();
                prop_assert_eq!(went.origin(), base.origin());
                prop_assert_eq!(went.username(), "");
                // Also when something on the way decodes the path and redirects again.
                let decoded = percent_decode_str(went.path()).decode_utf8_lossy().into_owned();
                prop_assert_eq!(base.join(&decoded).unwrap().origin(), base.origin());
                prop_assert_eq!(taken.to_header_value(), address.as_str());
            }
        }

        #[test]
        fn any_text_is_survived_and_never_leads_elsewhere(address in "\\PC{0,60}") {
            let base = Url::parse("https://example.com/").unwrap();
            if let Ok(taken) = ReturnTo::parse(&address) {
                prop_assert_eq!(base.join(taken.as_str()).unwrap().origin(), base.origin());
            }
        }

        #[test]
        fn what_is_appended_comes_back(tail in "[!-~]{0,40}", page in "/sign-in(\\?lang=en)?") {
            if let Ok(taken) = ReturnTo::parse(&format!("/{tail}")) {
                let base = Url::parse("https://example.com/").unwrap();
                let target = base.join(&taken.appended_to(&page)).unwrap();
                let back = target.query_pairs().find(|(name, _)| name == ReturnTo::PARAMETER);
                prop_assert_eq!(back.map(|(_, value)| value.into_owned()), Some(String::from(taken)));
            }
        }
    }
}
