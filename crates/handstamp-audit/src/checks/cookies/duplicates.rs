//! SA-CKE-10: two cookies of one name lead nobody astray.

use super::{answered, first_cookie, prefix::prefix_of};
use crate::{
    audit::{Audit, Halt, Person, Seen},
    check::{Description, Group, Outcome, Reason, Severity},
    checks::Check,
    credentials::Credentials,
    oracle::random_like,
    wire::{ExchangeId, Request},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-CKE-10", Group::Cookie, Severity::Medium, "two cookies of one name mislead nobody")
        .explained(
            "Sends the cookie that signs in twice: a wrong value before the right one, after it and in a header line of its \
             own, and the values of two accounts. It fails where the application breaks (low) or takes now the first and \
             now the last (medium). Where it always takes the same one it is a warning, low where a sibling domain can plant \
             the other: browsers send what was planted first or last, as the planter likes.",
        )
        .remedied_by(
            "Take a request with two session cookies for one of nobody, and name the cookie `__Host-...`, so that no \
             sibling domain can plant a second one.",
        )
        .standards(&[], &["SESS-03"], &[565])
        .costs(14),
    |audit| Box::pin(run(audit)),
);

/// Which of two cookies of one name an application takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Neither,
    First,
    Last,
    Whichever,
}

impl Taken {
    const fn of(bad_first: bool, good_first: bool) -> Self {
        match (bad_first, good_first) {
            (false, false) => Self::Neither,
            (false, true) => Self::First,
            (true, false) => Self::Last,
            (true, true) => Self::Whichever,
        }
    }

    const fn says(self) -> &'static str {
        match self {
            Self::Neither => "neither",
            Self::First => "the first",
            Self::Last => "the last",
            Self::Whichever => "whichever signs in",
        }
    }

    /// Whether this fits what two genuine values showed.
    fn fits(self, first: Person, last: Person, seen: &Seen) -> bool {
        match (self, seen) {
            (_, Seen::Nobody) | (Self::Whichever, Seen::Person(_)) => true,
            (Self::First, Seen::Person(person)) => *person == first,
            (Self::Last, Seen::Person(person)) => *person == last,
            (Self::Neither, Seen::Person(_)) | (_, Seen::Unclear(_)) => false,
        }
    }
}

struct Asking<'a> {
    audit: &'a Audit,
    name: String,
    /// What is sent besides the cookie.
    rest: Credentials,
    evidence: Vec<ExchangeId>,
    broke: Vec<String>,
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let credentials = audit
        .oracle()
        .map_or_else(|| visitor.credentials(), |oracle| oracle.smallest(&visitor.credentials()));
    let Some((carrier, name, good)) = first_cookie(&credentials) else {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "no cookie signs in"));
    };
    let rest = credentials.without(&carrier);
    let bad = random_like(&good, audit.random());
    let mut asking = Asking { audit, name, rest, evidence: Vec::new(), broke: Vec::new() };

    let once = asking.with(&[&[&good]], "control: once").await?;
    if once != Seen::Person(person) {
        return Ok(Outcome::inconclusive(Reason::ControlFailed, "the cookie alone was not signed in")
            .shown_by(asking.evidence));
    }
    let signs_in = Seen::Person(person);
    let bad_first = asking.with(&[&[&bad, &good]], "a wrong one, then the right one").await? == signs_in;
    let good_first = asking.with(&[&[&good, &bad]], "the right one, then a wrong one").await? == signs_in;
    let in_lines = asking.with(&[&[&bad], &[&good]], "the same in two header lines").await?;
    let taken = Taken::of(bad_first, good_first);
    let mut misled = None;
    if let Some(second) = audit.second() {
        let other = audit.sign_in(second).await?.credentials();
        if let Some(other) = other.get(&carrier).map(str::to_owned) {
            for (pair, first, last) in
                [([&*good, &*other], person, second), ([&*other, &*good], second, person)]
            {
                let seen = asking.with(&[&pair], "the values of two accounts").await?;
                // What is broken is told by itself.
                if !taken.fits(first, last, &seen) && !matches!(seen, Seen::Unclear(_)) {
                    misled = Some(format!(
                        "of two wrong ones it takes {}, of two accounts' {}",
                        taken.says(),
                        word(audit, &seen)
                    ));
                }
            }
        }
    }
    let once = asking.with(&[&[&good]], "control: once again").await?;
    let Asking { name, evidence, broke, .. } = asking;
    if once != signs_in {
        let why = "the session did not outlive the question, so the answers may be those of its end";
        return Ok(Outcome::inconclusive(Reason::ControlFailed, why).shown_by(evidence));
    }
    let is_kept_from_others = prefix_of(&name).is_some_and(super::prefix::Prefix::is_of_the_host);
    let outcome = if let Some(misled) = misled {
        Outcome::fail(Severity::Medium, misled)
    } else if let Some(broken) = broke.first() {
        Outcome::fail(Severity::Low, format!("the application breaks on two cookies of one name: {broken}"))
    } else if taken == Taken::Neither {
        Outcome::pass("two cookies of one name sign nobody in")
    } else if is_kept_from_others {
        // A browser holds two of them all the same where one is partitioned.
        Outcome::warn(Severity::Information, format!("of two cookies of one name it takes {}", taken.says()))
    } else {
        let why = format!(
            "of two cookies of one name it takes {}, and a sibling domain can set {name}",
            taken.says()
        );
        Outcome::warn(Severity::Low, why)
    };
    let in_lines = if in_lines == signs_in { "signed in" } else { "not signed in" };
    Ok(outcome.fact("takes", taken.says()).fact("in two header lines", in_lines).shown_by(evidence))
}

impl Asking<'_> {
    /// Who is signed in with these values of the cookie: a list for each header line.
    async fn with(&mut self, lines: &[&[&str]], how: &str) -> Result<Seen, Halt> {
        let (origin, bare) = self.audit.whoami(&self.rest)?;
        let request = with_lines(bare, &self.name, lines);
        let purpose = format!("whoami with the cookie twice: {how}");
        let mut broken = String::new();
        // An error of its own may be a blip of the application: it has to repeat.
        for _ in 0..2 {
            let sent = self.audit.send_patiently(&origin, &request, &purpose).await;
            let Some(exchange) = answered(sent)? else { return Ok(Seen::Nobody) };
            self.evidence.push(exchange.id);
            if exchange.response.status < 500 {
                return Ok(self.audit.seen(&exchange));
            }
            broken = format!("{} ({how})", exchange.response.status);
        }
        self.broke.push(broken.clone());
        Ok(Seen::Unclear(broken))
    }
}

/// The request with the cookie as often as it has values; what was in `Cookie` before comes first.
fn with_lines(mut request: Request, name: &str, lines: &[&[&str]]) -> Request {
    let rest = request.header_value("cookie").map(<[u8]>::to_vec);
    request.headers.retain(|(there, _)| !there.eq_ignore_ascii_case("cookie"));
    for (index, values) in lines.iter().enumerate() {
        let pairs: Vec<_> = values.iter().map(|value| format!("{name}={value}")).collect();
        let mut line = Vec::new();
        if let (0, Some(rest)) = (index, &rest) {
            line.extend_from_slice(rest);
            line.extend_from_slice(b"; ");
        }
        line.extend_from_slice(pairs.join("; ").as_bytes());
        request = request.header("Cookie", line);
    }
    request
}

fn word(audit: &Audit, seen: &Seen) -> String {
    match seen {
        Seen::Person(person) => format!("that of {}", audit.account(*person).name),
        Seen::Nobody => "neither".to_owned(),
        Seen::Unclear(what) => what.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_goes_out_as_often_and_in_the_order_that_was_meant() {
        let request = with_lines(Request::get("/").header("Cookie", "a=1"), "n", &[&["x", "y"], &["z"]]);
        let lines: Vec<_> =
            request.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        assert_eq!(lines, [("Cookie", &b"a=1; n=x; n=y"[..]), ("Cookie", &b"n=z"[..])]);
    }

    #[test]
    fn what_two_accounts_show_has_to_fit_what_wrong_values_showed() {
        let (first, last) = (Person(0), Person(1));
        let fits = |taken: Taken, seen: Seen| taken.fits(first, last, &seen);
        assert!(fits(Taken::First, Seen::Person(first)) && !fits(Taken::First, Seen::Person(last)));
        assert!(fits(Taken::Last, Seen::Person(last)) && !fits(Taken::Last, Seen::Person(first)));
        assert!(!fits(Taken::Neither, Seen::Person(first)), "it takes neither and yet one");
        assert!(fits(Taken::First, Seen::Nobody) && fits(Taken::Whichever, Seen::Person(last)));
        assert_eq!(Taken::of(true, false), Taken::Last);
    }
}
