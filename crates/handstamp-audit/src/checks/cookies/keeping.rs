//! SA-CKE-06 and -07: how long a cookie is kept, and whether browsers keep it at all.

use std::time::Duration;

use super::inventory::{Judgement, Setting, conclude, observed};
use crate::{
    check::{Description, Group, Reason, Severity},
    checks::Check,
};

pub(super) const LIFETIME: Check = Check::new(
    Description::new("SA-CKE-06", Group::Cookie, Severity::Low, "cookies outlive no session")
        .explained(
            "Reads every Set-Cookie of the run; no request is sent. It fails where a cookie that signs in is kept for \
             longer than policy.absolute, by `Max-Age` or by `Expires` against the server's own `Date`. One that ends \
             with the browser is fine; without a declared policy the lifetime is only measured.",
        )
        .remedied_by("Let the cookie end with the browser, or with the session: `Max-Age` no longer than the absolute timeout.")
        .standards(&["7.3.2"], &["SESS-01", "SESS-07"], &[539]),
    |audit| {
        Box::pin(async {
            let not_asked = (Reason::NoSuchFeature, "the application sets no cookie");
            let absolute = audit.recipe().policy.absolute;
            Ok(conclude(&observed(audit), not_asked, |_, setting| lifetime(setting, absolute)))
        })
    },
);

pub(super) const SIZE: Check = Check::new(
    Description::new("SA-CKE-07", Group::Cookie, Severity::Low, "browsers take the whole cookie")
        .explained(
            "Reads every Set-Cookie of the run; no request is sent. It fails where name and value of a cookie that signs \
             in are longer than 4096 bytes together: browsers drop such a cookie.",
        )
        .remedied_by("Keep the session's content on the server and an id in the cookie.")
        .standards(&["3.3.5"], &[], &[]),
    |audit| {
        Box::pin(async {
            let not_asked = (Reason::NoSuchFeature, "the application sets no cookie");
            Ok(conclude(&observed(audit), not_asked, |_, setting| size(setting)))
        })
    },
);

/// `Date` and `Expires` have whole seconds, and an answer takes its time.
const SLACK: Duration = Duration::from_secs(60);

/// The most bytes of name and value (RFC 6265bis section 5.6).
const MOST_BYTES: usize = 4096;

fn lifetime(setting: &Setting, absolute: Option<Duration>) -> Judgement {
    let Some(lifetime) = setting.cookie.lifetime(setting.now) else {
        return Judgement::Good("until the browser is closed".to_owned());
    };
    let kept = format!("kept for {}", spoken(lifetime));
    match absolute {
        Some(absolute) if lifetime > absolute.saturating_add(SLACK) => {
            Judgement::Fail(Severity::Low, format!("{kept}, and policy.absolute is {}", spoken(absolute)))
        }
        Some(_) => Judgement::Good(kept),
        None => Judgement::Good(format!("{kept}; policy.absolute is not declared")),
    }
}

fn size(setting: &Setting) -> Judgement {
    let bytes = setting.cookie.name.len() + setting.cookie.value.len();
    match bytes {
        0..=MOST_BYTES => Judgement::Good(format!("{bytes} bytes")),
        _ => Judgement::Fail(Severity::Low, format!("{bytes} bytes, and browsers take {MOST_BYTES}")),
    }
}

/// A duration in the two largest units that it has.
fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut words = Vec::new();
    for (size, unit) in units {
        if rest >= size {
            words.push(format!("{} {unit}", rest / size));
            rest %= size;
        }
    }
    if words.is_empty() {
        return "0 s".to_owned();
    }
    words.truncate(2);
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{super::inventory::judged, *};

    #[test]
    fn a_lifetime_is_held_against_the_policy_by_the_server_s_clock() {
        let hour = Some(Duration::from_secs(3600));
        let fails = |header: &str, absolute| {
            matches!(
                judged(header, true, |_, setting| lifetime(setting, absolute)),
                Judgement::Fail(Severity::Low, _)
            )
        };
        assert!(!fails("s=1", hour));
        assert!(!fails("s=1; Max-Age=3600", hour));
        assert!(fails("s=1; Max-Age=7200", hour));
        assert!(!fails("s=1; Max-Age=999999999", None), "what is not declared is only measured");
        assert!(
            fails("s=1; Expires=Sun, 06 Nov 1994 10:49:37 GMT", hour),
            "two hours after the server's time"
        );
        assert!(!fails("s=1; Expires=Sun, 06 Nov 1994 09:40:00 GMT", hour));
        assert!(!fails("s=1; Expires=Sun, 06 Nov 2094 10:49:37 GMT; Max-Age=60", hour), "Max-Age wins");
    }

    #[test]
    fn size_counts_name_and_value() {
        let fails = |length: usize| {
            let header = format!("s={}; Path=/", "x".repeat(length));
            matches!(judged(&header, true, |_, setting| size(setting)), Judgement::Fail(..))
        };
        assert!(!fails(4095));
        assert!(fails(4096));
    }

    #[test]
    fn durations_are_spoken_in_two_units() {
        assert_eq!(spoken(Duration::from_secs(0)), "0 s");
        assert_eq!(spoken(Duration::from_secs(90_061)), "1 d 1 h");
        assert_eq!(spoken(Duration::from_secs(61)), "1 min 1 s");
    }
}
