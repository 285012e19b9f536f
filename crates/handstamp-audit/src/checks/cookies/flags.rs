//! SA-CKE-01, -02 and -03: `Secure`, `HttpOnly` and `SameSite`.

use super::inventory::{Judgement, Observed, Setting, conclude, observed};
use crate::{
    check::{Description, Group, Reason, Severity},
    checks::Check,
    cookie::SameSite,
    recipe::Declared,
};

pub(super) const SECURE: Check = Check::new(
    Description::new("SA-CKE-01", Group::Cookie, Severity::Medium, "cookies travel over TLS only")
        .explained(
            "Reads every Set-Cookie of the run; no request is sent. It fails where a cookie that signs in was ever set \
             without `Secure`; other cookies without it are a warning. What is reached over plain HTTP is \
             not asked unless the recipe says that users reach it over TLS.",
        )
        .remedied_by("Set `Secure` on every cookie, also on those that are set by errors and redirects.")
        .standards(&["3.3.1"], &["SESS-02"], &[614]),
    |audit| {
        Box::pin(async {
            let not_asked = (Reason::CleartextTarget, "the target is reached over plain HTTP; target.assume_tls asks it");
            Ok(conclude(&observed(audit), not_asked, |_, setting| secure(setting)))
        })
    },
);

pub(super) const HTTP_ONLY: Check = Check::new(
    Description::new("SA-CKE-02", Group::Cookie, Severity::Medium, "scripts cannot read what signs in")
        .explained(
            "Reads every Set-Cookie of the run; no request is sent. It fails where a cookie that signs in was ever set \
             without `HttpOnly`. Cookies that sign nobody in may be read by scripts, as double-submit tokens have to be; \
             so may those that policy.script_cookies names.",
        )
        .remedied_by("Set `HttpOnly` on every cookie that signs in, so that a script that got into a page cannot take it away.")
        .standards(&["3.3.4"], &["SESS-02"], &[1004]),
    |audit| {
        Box::pin(async {
            let policy = &audit.recipe().policy;
            let not_asked = (Reason::NoSuchFeature, "the application sets no cookie");
            Ok(conclude(&observed(audit), not_asked, |cookie, setting| http_only(cookie, setting, policy)))
        })
    },
);

pub(super) const SAME_SITE: Check = Check::new(
    Description::new("SA-CKE-03", Group::Cookie, Severity::Medium, "other sites cannot send the cookie")
        .explained(
            "Reads every Set-Cookie of the run; no request is sent. `SameSite=None` on a cookie that signs in fails unless \
             policy.cross_site_cookies names it; no `SameSite`, or a value that browsers do not know, is a warning: \
             browsers differ in what they make of it.",
        )
        .remedied_by("Write `SameSite=Lax` or `Strict` on every cookie that signs in.")
        .standards(&["3.3.2"], &["SESS-02", "SESS-05"], &[1275]),
    |audit| {
        Box::pin(async {
            let policy = &audit.recipe().policy;
            let not_asked = (Reason::NoSuchFeature, "the application sets no cookie");
            Ok(conclude(&observed(audit), not_asked, |cookie, setting| same_site(cookie, setting, policy)))
        })
    },
);

fn secure(setting: &Setting) -> Judgement {
    if setting.cookie.has("secure") {
        return Judgement::Good("Secure".to_owned());
    }
    if !setting.is_secure {
        return Judgement::NotAsked;
    }
    Judgement::Fail(Severity::Medium, "no Secure".to_owned())
}

fn http_only(cookie: &Observed, setting: &Setting, policy: &Declared) -> Judgement {
    if setting.cookie.has("httponly") {
        return Judgement::Good("HttpOnly".to_owned());
    }
    if policy.script_cookies.contains(&cookie.name) {
        return Judgement::Good("no HttpOnly, as policy.script_cookies declares".to_owned());
    }
    if !cookie.authenticates {
        return Judgement::Good("no HttpOnly".to_owned());
    }
    Judgement::Fail(Severity::Medium, "no HttpOnly".to_owned())
}

fn same_site(cookie: &Observed, setting: &Setting, policy: &Declared) -> Judgement {
    match setting.cookie.same_site() {
        SameSite::Lax => Judgement::Good("SameSite=Lax".to_owned()),
        SameSite::Strict => Judgement::Good("SameSite=Strict".to_owned()),
        _ if policy.cross_site_cookies.contains(&cookie.name) => {
            Judgement::Good("sent by other sites, as policy.cross_site_cookies declares".to_owned())
        }
        SameSite::None => Judgement::Fail(Severity::Medium, "SameSite=None".to_owned()),
        SameSite::Absent => Judgement::Warn(Severity::Low, "no SameSite".to_owned()),
        SameSite::Unknown(value) => Judgement::Warn(
            Severity::Low,
            format!("SameSite={}, which no browser knows", value.escape_default()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::inventory::judged, *};

    #[test]
    fn each_flag_is_judged_as_the_table_says() {
        let policy = Declared {
            cross_site_cookies: vec!["wide".to_owned()],
            script_cookies: vec!["open".to_owned()],
            ..Declared::default()
        };
        let word = |judgement: Judgement| match judgement {
            Judgement::NotAsked => "not asked".to_owned(),
            Judgement::Good(_) => "good".to_owned(),
            Judgement::Fail(severity, _) => format!("fail {severity}"),
            Judgement::Warn(severity, _) => format!("warn {severity}"),
        };
        for (header, tls, expected) in [
            ("sid=1; Secure", true, "good"),
            ("sid=1; sEcUrE=0", true, "good"),
            ("sid=1", true, "fail medium"),
            ("sid=1", false, "not asked"),
        ] {
            assert_eq!(word(judged(header, tls, |_, setting| secure(setting))), expected, "{header} {tls}");
        }
        for (header, expected) in [("sid=1; HttpOnly", "good"), ("sid=1", "fail medium"), ("open=1", "good")]
        {
            assert_eq!(
                word(judged(header, true, |cookie, setting| http_only(cookie, setting, &policy))),
                expected,
                "{header}"
            );
        }
        for (header, expected) in [
            ("sid=1; SameSite=Lax", "good"),
            ("sid=1; samesite=strict", "good"),
            ("sid=1; SameSite=Lax; SameSite=None", "fail medium"),
            ("sid=1; SameSite=None", "fail medium"),
            ("wide=1; SameSite=None", "good"),
            ("sid=1", "warn low"),
            ("sid=1; SameSite", "warn low"),
            ("sid=1; SameSite=Loose", "warn low"),
        ] {
            assert_eq!(
                word(judged(header, true, |cookie, setting| same_site(cookie, setting, &policy))),
                expected,
                "{header}"
            );
        }
    }
}
