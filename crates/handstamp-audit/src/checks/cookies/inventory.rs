//! Every cookie that the application set in the run, and what its worst `Set-Cookie` comes to.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use crate::{
    audit::Audit,
    check::{Outcome, Reason, Severity},
    cookie::{SetCookie, http_date},
    credentials::Carrier,
    wire::{Exchange, ExchangeId},
};

/// One cookie by its name, with every header that set it and every one that deleted it.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) name: String,
    /// Whether it is in a minimal set that signs in.
    pub(super) authenticates: bool,
    pub(super) set: Vec<Setting>,
    /// Headers that delete it: what they say of flags and lifetime matters to nobody.
    pub(super) deleted: Vec<Setting>,
}

/// One `Set-Cookie` and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) cookie: SetCookie,
    /// The host that answered.
    pub(super) host: String,
    /// Whether users get it over TLS.
    pub(super) is_secure: bool,
    /// The time of day at the server.
    pub(super) now: SystemTime,
    pub(super) exchange: ExchangeId,
}

/// What one `Set-Cookie` comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// The question does not arise for it.
    NotAsked,
    /// As it should be; how, in a few words.
    Good(String),
    /// A flaw, as it counts for a cookie that signs in.
    Fail(Severity, String),
    /// A missing second line of defence, as it counts for a cookie that signs in.
    Warn(Severity, String),
}

/// Every cookie of the journal.
pub(super) fn observed(audit: &Audit) -> Vec<Observed> {
    let authenticates = |name: &str| {
        audit.oracle().is_some_and(|oracle| oracle.authenticates(&Carrier::Cookie(name.to_owned())))
    };
    let assumes_tls = audit.recipe().target.assumes_tls;
    collect(&audit.client().journal().all(), assumes_tls, audit.clock().now(), authenticates)
}

fn collect(
    exchanges: &[Arc<Exchange>],
    assumes_tls: bool,
    clock: SystemTime,
    authenticates: impl Fn(&str) -> bool,
) -> Vec<Observed> {
    let mut cookies: BTreeMap<String, Observed> = BTreeMap::new();
    for exchange in exchanges {
        let date = exchange.response.header("date").and_then(|date| http_date(&date));
        let now = date.unwrap_or(clock);
        for cookie in
            exchange.response.header_all("set-cookie").filter_map(|header| SetCookie::parse(&header))
        {
            let observed = cookies.entry(cookie.name.clone()).or_insert_with(|| Observed {
                authenticates: authenticates(&cookie.name),
                name: cookie.name.clone(),
                set: Vec::new(),
                deleted: Vec::new(),
            });
            let deletes = cookie.deletes(now);
            let setting = Setting {
                cookie,
                host: exchange.origin.host.to_ascii_lowercase(),
                is_secure: exchange.origin.is_secure || assumes_tls,
                now,
                exchange: exchange.id,
            };
            if deletes { observed.deleted.push(setting) } else { observed.set.push(setting) }
        }
    }
    cookies.into_values().collect()
}

/// What all cookies come to: the worst header of each counts. A cookie that signs in counts as listed; others are
/// never a failure, they count one step milder, and what is then only information is a fact.
pub(super) fn conclude(
    cookies: &[Observed],
    not_asked: (Reason, &str),
    judge: impl Fn(&Observed, &Setting) -> Judgement,
) -> Outcome {
    if cookies.iter().all(|cookie| cookie.set.is_empty()) {
        return Outcome::not_applicable(Reason::NoSuchFeature, "the application sets no cookie");
    }
    let mut findings: Vec<(bool, Severity, String)> = Vec::new();
    let (mut facts, mut evidence) = (Vec::new(), Vec::new());
    for cookie in cookies {
        let worst = cookie
            .set
            .iter()
            .map(|setting| (weighed(judge(cookie, setting), cookie.authenticates), setting))
            .max_by(|(one, first), (other, second)| {
                // Of equals the first that was seen is shown.
                one.rank().cmp(&other.rank()).then(second.exchange.cmp(&first.exchange))
            });
        let Some((judgement, setting)) = worst else { continue };
        let role = if cookie.authenticates { "signs in" } else { "does not sign in" };
        match judgement {
            Judgement::NotAsked => {}
            Judgement::Good(how) => facts.push((cookie.name.clone(), format!("{how}; {role}"))),
            Judgement::Fail(severity, why) => {
                facts.push((cookie.name.clone(), format!("{why}; {role}; in {}", setting.exchange)));
                findings.push((true, severity, format!("{}: {why}", cookie.name)));
                evidence.push(setting.exchange);
            }
            Judgement::Warn(severity, why) => {
                facts.push((cookie.name.clone(), format!("{why}; {role}; in {}", setting.exchange)));
                findings.push((false, severity, format!("{}: {why}", cookie.name)));
                evidence.push(setting.exchange);
            }
        }
    }
    if facts.is_empty() {
        return Outcome::not_applicable(not_asked.0, not_asked.1);
    }
    let fails = findings.iter().any(|(is_failure, ..)| *is_failure);
    let counted = findings.iter().filter(|(is_failure, ..)| *is_failure == fails);
    let severity = counted.clone().map(|(_, severity, _)| *severity).max();
    let headline = counted.map(|(_, _, why)| why.as_str()).collect::<Vec<_>>().join("; ");
    let outcome = match severity {
        Some(severity) if fails => Outcome::fail(severity, headline),
        Some(severity) => Outcome::warn(severity, headline),
        None => {
            let names: Vec<_> = facts.iter().map(|(name, _)| name.as_str()).collect();
            Outcome::pass(format!("as it should be: {}", names.join(", ")))
        }
    };
    facts.into_iter().fold(outcome, |outcome, (name, value)| outcome.fact(name, value)).shown_by(evidence)
}

/// A judgement as it counts for this cookie.
fn weighed(judgement: Judgement, authenticates: bool) -> Judgement {
    match judgement {
        _ if authenticates => judgement,
        Judgement::Fail(severity, why) | Judgement::Warn(severity, why) => match severity.milder() {
            Severity::Information => Judgement::Good(why),
            milder => Judgement::Warn(milder, why),
        },
        other => other,
    }
}

impl Judgement {
    fn rank(&self) -> (u8, Option<Severity>) {
        match self {
            Self::NotAsked => (0, None),
            Self::Good(_) => (1, None),
            Self::Warn(severity, _) => (2, Some(*severity)),
            Self::Fail(severity, _) => (3, Some(*severity)),
        }
    }
}

/// A cookie that signs in, set by this header alone, for the tables of the checks.
#[cfg(test)]
pub(super) fn of_header(header: &str, is_secure: bool) -> Observed {
    let setting = Setting {
        cookie: SetCookie::parse(header).unwrap(),
        host: "app.example.test".to_owned(),
        is_secure,
        now: SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(784_111_777),
        exchange: ExchangeId(1),
    };
    Observed {
        name: setting.cookie.name.clone(),
        authenticates: true,
        set: vec![setting],
        deleted: Vec::new(),
    }
}

/// Judges one header the way a check does.
#[cfg(test)]
pub(super) fn judged(
    header: &str,
    is_secure: bool,
    judge: impl Fn(&Observed, &Setting) -> Judgement,
) -> Judgement {
    let observed = of_header(header, is_secure);
    judge(&observed, &observed.set[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::Verdict,
        wire::{Origin, Request, Response},
    };

    fn exchange(number: u32, set_cookie: &str) -> Arc<Exchange> {
        Arc::new(Exchange {
            id: ExchangeId(number),
            purpose: String::new(),
            origin: Origin { is_secure: true, host: "A.test".to_owned(), port: 443 },
            connection: 1,
            request: Request::get("/"),
            response: Response {
                headers: vec![("Set-Cookie".to_owned(), set_cookie.as_bytes().to_vec())],
                ..Response::default()
            },
            sent: std::time::Duration::ZERO,
            received: std::time::Duration::ZERO,
        })
    }

    fn secure(_: &Observed, setting: &Setting) -> Judgement {
        if setting.cookie.has("secure") {
            Judgement::Good("Secure".to_owned())
        } else {
            Judgement::Fail(Severity::Medium, "no Secure".to_owned())
        }
    }

    fn outcome(headers: &[&str]) -> Outcome {
        let exchanges: Vec<_> = (1..).zip(headers).map(|(number, header)| exchange(number, header)).collect();
        let cookies = collect(&exchanges, false, SystemTime::UNIX_EPOCH, |name| name == "sid");
        conclude(&cookies, (Reason::CleartextTarget, ""), secure)
    }

    #[test]
    fn the_worst_header_of_a_cookie_counts_and_a_deletion_does_not() {
        let worst = outcome(&["sid=1; Secure", "sid=2", "sid=3; Secure"]);
        assert_eq!(worst.verdict, Verdict::Fail { severity: Severity::Medium });
        assert_eq!((worst.headline.as_str(), &worst.evidence[..]), ("sid: no Secure", &[ExchangeId(2)][..]));
        assert_eq!(outcome(&["sid=1; Secure", "sid=; Max-Age=0"]).verdict, Verdict::Pass);
    }

    #[test]
    fn a_cookie_that_signs_nobody_in_is_never_a_failure() {
        let other = outcome(&["sid=1; Secure", "theme=dark"]);
        assert_eq!(other.verdict, Verdict::Warn { severity: Severity::Low });
        let both = outcome(&["sid=1", "theme=dark"]);
        assert_eq!(
            (both.verdict.severity(), both.headline.as_str()),
            (Some(Severity::Medium), "sid: no Secure")
        );
        assert!(matches!(outcome(&[]).verdict, Verdict::NotApplicable { reason: Reason::NoSuchFeature }));
    }
}
