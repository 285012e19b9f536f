//! SA-CKE-05: cookies stay with their host.

use std::net::IpAddr;

use super::inventory::{Judgement, Observed, Setting, conclude, observed};
use crate::{
    audit::Audit,
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
    recipe::Declared,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CKE-05", Group::Cookie, Severity::Medium, "cookies stay with their host")
        .explained(
            "Reads every Set-Cookie of the run; no request is sent. It fails where a cookie that signs in is shared with a \
             parent domain that policy.cookie_domain does not name: every host below that domain gets it and can set it. \
             Sharing with the hosts below its own is low. A `Domain` that browsers refuse, such as a public suffix, \
             is low too.",
        )
        .remedied_by("Leave `Domain` out; where hosts have to share a sign-in, let each have a cookie of its own.")
        .standards(&["3.3.3", "3.5.4"], &["SESS-02", "SESS-09"], &[]),
    |audit| Box::pin(async { Ok(run(audit)) }),
);

fn run(audit: &Audit) -> Outcome {
    let policy = &audit.recipe().policy;
    let cookies = observed(audit);
    let not_asked = (Reason::NoSuchFeature, "the application sets no cookie");
    let outcome = conclude(&cookies, not_asked, |_, setting| judge(setting, policy));
    cookies.iter().filter(|cookie| is_never_deleted(cookie)).fold(outcome, |outcome, cookie| {
        let value = "names another path or domain than the cookie, so browsers keep it (SA-END-03)";
        outcome.fact(format!("the deletion of {}", cookie.name), value)
    })
}

fn judge(setting: &Setting, policy: &Declared) -> Judgement {
    let path = setting.cookie.path().map(|path| format!(", Path={path}")).unwrap_or_default();
    let host = setting.host.as_str();
    let Some(domain) = setting.cookie.domain() else {
        return Judgement::Good(format!("the host alone{path}"));
    };
    let declared = policy.cookie_domain.as_deref().map(|declared| declared.trim_start_matches('.'));
    if declared.is_some_and(|declared| declared.eq_ignore_ascii_case(&domain)) {
        return Judgement::Good(format!("Domain={domain}, as policy.cookie_domain declares{path}"));
    }
    if has_no_parent(host) && domain == host {
        return Judgement::Good(format!("the host alone, for {host} has no hosts below{path}"));
    }
    if domain == host {
        return Judgement::Fail(Severity::Low, format!("Domain={domain} shares it with every host below"));
    }
    if !host.ends_with(&format!(".{domain}")) || has_no_parent(host) {
        return Judgement::Fail(
            Severity::Low,
            format!("Domain={domain} is not above {host}, so browsers drop it"),
        );
    }
    if is_public_suffix(&domain) {
        return Judgement::Fail(
            Severity::Low,
            format!("Domain={domain} is a public suffix, so browsers drop it"),
        );
    }
    Judgement::Fail(
        Severity::Medium,
        format!("Domain={domain} shares it with every host below, not {host} alone"),
    )
}

/// Addresses and single labels have no domain above them.
fn has_no_parent(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok() || !host.contains('.')
}

/// Whether anybody can have a host directly below it (publicsuffix.org).
fn is_public_suffix(domain: &str) -> bool {
    // A name that the list does not know is no suffix: it may be a company's own network.
    psl::suffix(domain.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == domain.as_bytes())
}

/// Whether a cookie is deleted somewhere, and never in the place in which it was set.
fn is_never_deleted(cookie: &Observed) -> bool {
    let place = |setting: &Setting| {
        (setting.host.clone(), setting.cookie.domain(), setting.cookie.path().unwrap_or_default().to_owned())
    };
    !cookie.set.is_empty()
        && !cookie.deleted.is_empty()
        && !cookie.deleted.iter().any(|deleted| cookie.set.iter().any(|set| place(set) == place(deleted)))
}

#[cfg(test)]
mod tests {
    use super::{
        super::inventory::{judged, of_header},
        *,
    };

    #[test]
    fn a_domain_is_judged_against_host_policy_and_public_suffixes() {
        let judge_at = |host: &str, header: &str| {
            judged(header, true, |_, setting| {
                let setting = Setting { host: host.to_owned(), ..setting.clone() };
                let policy =
                    Declared { cookie_domain: Some(".shared.test".to_owned()), ..Declared::default() };
                judge(&setting, &policy)
            })
        };
        let severity = |host: &str, header: &str| match judge_at(host, header) {
            Judgement::Good(_) => None,
            Judgement::Fail(severity, _) => Some(severity),
            other => panic!("{other:?}"),
        };
        assert_eq!(severity("app.example.test", "s=1"), None);
        assert_eq!(severity("app.example.test", "s=1; Domain="), None, "an empty Domain is none");
        assert_eq!(severity("app.example.test", "s=1; Domain=.example.test"), Some(Severity::Medium));
        assert_eq!(severity("app.example.test", "s=1; Domain=APP.example.test"), Some(Severity::Low));
        assert_eq!(severity("app.shared.test", "s=1; Domain=shared.test"), None);
        assert_eq!(severity("127.0.0.1", "s=1; Domain=127.0.0.1"), None);
        assert_eq!(severity("localhost", "s=1; Domain=localhost"), None);
        assert_eq!(severity("app.example.co.uk", "s=1; Domain=example.co.uk"), Some(Severity::Medium));
        let Judgement::Fail(_, why) = judge_at("app.co.uk", "s=1; Domain=co.uk") else {
            panic!("a suffix is shared")
        };
        assert!(why.contains("public suffix"), "{why}");
        let Judgement::Fail(_, why) = judge_at("a.test", "s=1; Domain=b.test") else {
            panic!("another host")
        };
        assert!(why.contains("not above"), "{why}");
    }

    #[test]
    fn a_deletion_elsewhere_is_seen() {
        let observed = |set: &str, deleted: &str| Observed {
            deleted: of_header(deleted, true).set,
            ..of_header(set, true)
        };
        assert!(is_never_deleted(&observed("s=1; Path=/", "s=; Path=/app; Max-Age=0")));
        assert!(!is_never_deleted(&observed("s=1; Path=/", "s=; Max-Age=0; Path=/")));
    }
}
