//! SA-CKE-04: the cookie's name keeps others from setting it.

use super::inventory::{Judgement, Observed, Setting, conclude, observed};
use crate::{
    check::{Description, Group, Reason, Severity},
    checks::Check,
    cookie::SetCookie,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CKE-04", Group::Cookie, Severity::Low, "the cookie's name keeps others from setting it")
        .explained(
            "Reads every Set-Cookie of the run; no request is sent. It fails where the name of a cookie that signs in \
             begins neither with `__Host-` nor with `__Secure-`, or where it does and the header lacks what the prefix \
             asks for, so that browsers drop the cookie. Over plain HTTP it is a warning.",
        )
        .remedied_by(
            "Name the cookie `__Host-...` with `Secure`, `Path=/` and no `Domain`: a sibling domain or somebody on the \
             network can then not plant one. `__Host-Http-...` also proves that no script set it.",
        )
        .standards(&["3.3.1", "3.3.3"], &["SESS-02"], &[]),
    |audit| {
        Box::pin(async {
            let not_asked = (Reason::NoSuchFeature, "the application sets no cookie");
            Ok(conclude(&observed(audit), not_asked, judge))
        })
    },
);

/// What a prefix asks of the header. The first two are of RFC 6265bis section 4.1.3, the others of its layered
/// successor, whose `__Host-Http-` is a `__Host-` to browsers that do not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) text: &'static str,
    is_host: bool,
    is_http: bool,
}

/// The longest first.
const PREFIXES: [Prefix; 4] = [
    Prefix { text: "__Host-Http-", is_host: true, is_http: true },
    Prefix { text: "__Host-", is_host: true, is_http: false },
    Prefix { text: "__Secure-", is_host: false, is_http: false },
    Prefix { text: "__Http-", is_host: false, is_http: true },
];

/// The prefix of a name, whatever its case, as browsers see it.
pub(super) fn prefix_of(name: &str) -> Option<Prefix> {
    PREFIXES.into_iter().find(|prefix| {
        name.get(..prefix.text.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix.text))
    })
}

impl Prefix {
    /// Whether nobody but the host itself can set it.
    pub(super) fn is_of_the_host(self) -> bool {
        self.is_host
    }

    /// What is missing, apart from what another check tells: `Secure` (SA-CKE-01) and `Domain` (SA-CKE-05).
    fn lacks(self, cookie: &SetCookie) -> Vec<Missing> {
        let mut missing = Vec::new();
        if !cookie.has("secure") {
            missing.push(Missing::Secure);
        }
        if self.is_host && cookie.attribute("path") != Some("/") {
            missing.push(Missing::Path);
        }
        if self.is_host && cookie.attribute("domain").is_some_and(|domain| !domain.is_empty()) {
            missing.push(Missing::HostOnly);
        }
        if self.is_http && !cookie.has("httponly") {
            missing.push(Missing::HttpOnly);
        }
        missing
    }
}

/// A condition of a prefix that a header does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Secure,
    Path,
    HostOnly,
    HttpOnly,
}

impl Missing {
    const fn says(self) -> &'static str {
        match self {
            Self::Secure => "Secure",
            Self::Path => "Path=/",
            Self::HostOnly => "a header without Domain",
            Self::HttpOnly => "HttpOnly",
        }
    }

    /// Whether another check has this as its own question here: one cause is one finding.
    fn is_told_elsewhere(self, cookie: &Observed, setting: &Setting) -> bool {
        match self {
            Self::Secure => setting.is_secure,
            Self::HostOnly => true,
            Self::HttpOnly => cookie.authenticates,
            Self::Path => false,
        }
    }
}

fn judge(cookie: &Observed, setting: &Setting) -> Judgement {
    let Some(prefix) = prefix_of(&cookie.name) else {
        let why = "its name has no prefix".to_owned();
        return finding(setting, why);
    };
    let missing = prefix.lacks(&setting.cookie);
    if missing.is_empty() {
        return Judgement::Good(prefix.text.to_owned());
    }
    let names: Vec<_> = missing.iter().map(|missing| missing.says()).collect();
    let why = format!("{} asks for {}, so browsers drop it", prefix.text, names.join(" and "));
    if missing.iter().all(|missing| missing.is_told_elsewhere(cookie, setting)) {
        return Judgement::Good(why);
    }
    finding(setting, why)
}

/// Over plain HTTP no prefix can be had, for both ask for `Secure`.
fn finding(setting: &Setting, why: String) -> Judgement {
    if setting.is_secure { Judgement::Fail(Severity::Low, why) } else { Judgement::Warn(Severity::Low, why) }
}

#[cfg(test)]
mod tests {
    use super::{super::inventory::judged, *};

    #[test]
    fn a_name_counts_only_with_what_its_prefix_asks_for() {
        let good = |header: &str| matches!(judged(header, true, judge), Judgement::Good(_));
        assert!(good("__Host-sid=1; Secure; Path=/"));
        assert!(good("__Secure-sid=1; Secure; Path=/a; Domain=example.test"));
        assert!(good("__Http-sid=1; Secure; HttpOnly"));
        assert!(good("__Host-Http-sid=1; Secure; HttpOnly; Path=/"));
        assert!(good("__host-sid=1; Secure; Path=/"), "browsers match prefixes whatever their case");
        assert_eq!(
            judged("sid=1; Secure", true, judge),
            Judgement::Fail(Severity::Low, "its name has no prefix".into())
        );
        assert!(matches!(judged("sid=1; Secure", false, judge), Judgement::Warn(Severity::Low, _)));
        for broken in
            ["__Host-sid=1; Secure", "__Host-sid=1; Secure; Path=/a", "__Host-Http-sid=1; Secure; HttpOnly"]
        {
            assert!(matches!(judged(broken, true, judge), Judgement::Fail(..)), "{broken}");
        }
    }

    #[test]
    fn what_another_check_tells_is_no_second_finding() {
        let told = |header: &str| match judged(header, true, judge) {
            Judgement::Good(why) => why,
            other => panic!("{header}: {other:?}"),
        };
        assert!(told("__Host-sid=1; Path=/").contains("asks for Secure, so browsers drop it"));
        assert!(told("__Host-sid=1; Secure; Path=/; Domain=example.test").contains("without Domain"));
        assert!(told("__Http-sid=1; Secure").contains("HttpOnly"));
        let cleartext = judged("__Host-sid=1; Path=/", false, judge);
        assert!(matches!(cleartext, Judgement::Warn(..)), "nobody else asks for Secure over plain HTTP");
    }
}
