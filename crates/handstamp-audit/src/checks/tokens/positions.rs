//! SA-TOK-07: the whole token is compared.

use std::time::Duration;

use super::{sample::bare, spelling::Spelling};
use crate::{
    audit::{Audit, Halt, Person, Visitor},
    check::{Description, Group, Outcome, Plot, Profile, Reason, Severity},
    checks::Check,
    credentials::{Carrier, Credentials},
    oracle::random_like,
    signed::Signed,
    wire::{ExchangeId, SendError},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-TOK-07", Group::Token, Severity::High, "the whole token is compared")
        .explained(
            "Changes a live token one character at a time, cuts it, swaps the case of its letters and leaves out what \
             stands behind its last separator, and asks `whoami` each time. It fails where what has to be right is \
             fewer than 128 bits (high below 64), or where a signature is not needed. Bits that base64 leaves over and \
             the case of hex say nothing and are passed over; a random token is the control.",
        )
        .remedied_by(
            "Look the session up by the whole token, byte by byte, with a collation that knows case; check a signature \
             before anything is read from what it signs.",
        )
        .standards(&["7.2.3", "9.1.1"], &["SESS-01"], &[345, 331])
        .from_profile(Profile::Standard)
        .costs(90),
    |audit| Box::pin(run(audit)),
);

/// The most characters that are changed one by one; longer tokens are asked at places that are spread evenly.
const MOST_PLACES: usize = 128;
/// Bits that ASVS asks for, and those below which a token can be guessed online.
const REQUIRED: f64 = 128.0;
const GUESSABLE: f64 = 64.0;
/// After an application asked for fewer requests.
const SLOWLY: Duration = Duration::from_millis(100);
const MOST_PATIENCE: Duration = Duration::from_secs(60);
/// More exchanges show nothing more.
const MOST_EVIDENCE: usize = 6;

/// Asks with altered tokens.
struct Asking<'a> {
    audit: &'a Audit,
    person: Person,
    credentials: Credentials,
    carrier: Carrier,
    /// What stands before the token, such as `Bearer `.
    before: String,
    evidence: Vec<ExchangeId>,
    is_slowed: bool,
}

impl Asking<'_> {
    /// Whether `whoami` shows the person with this token. An application that asks for fewer requests is waited for
    /// once, and asked slowly from there on.
    async fn is_taken(&mut self, token: &str, what: &str) -> Result<bool, Halt> {
        let credentials =
            self.credentials.clone().with(self.carrier.clone(), format!("{}{token}", self.before));
        let purpose = format!("whoami with {what}");
        if self.is_slowed {
            self.audit.clock().pause(SLOWLY).await;
        }
        let look = match self.audit.look_for(&credentials, &purpose).await {
            Err(Halt::Send(SendError::Slowed { .. })) if !self.is_slowed => {
                self.is_slowed = true;
                self.audit.clock().pause(self.audit.client().asked_to_wait().min(MOST_PATIENCE)).await;
                self.audit.look_for(&credentials, &purpose).await?
            }
            look => look?,
        };
        let is_taken = look.is(self.person);
        if is_taken && self.evidence.len() < MOST_EVIDENCE {
            self.evidence.push(look.id());
        }
        Ok(is_taken)
    }

    fn unstable(&self, why: &str) -> Halt {
        Outcome::inconclusive(Reason::Unstable, why).shown_by(self.evidence.iter().copied()).into()
    }
}

/// What an attacker need not know.
#[derive(Default)]
struct Slack {
    /// What was found, one line each.
    lines: Vec<String>,
    /// Bits that have to be right, all of it taken together.
    left: f64,
    /// Whether what looks like a signature is not needed.
    is_unsigned: bool,
}

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let (mut asking, token) = prepared(audit, person, &visitor)?;
    if !asking.is_taken(&token, "the genuine token").await? {
        return Err(asking.unstable("the genuine token was not signed in"));
    }
    let spelling = Spelling::of(&token);
    let mut slack = Slack { left: spelling.bits(), ..Slack::default() };
    let strip = one_by_one(&mut asking, &spelling, &mut slack).await?;
    as_a_whole(&mut asking, &spelling, &mut slack).await?;

    if asking.is_taken(&random_like(&token, audit.random()), "a random token of the same shape").await? {
        return Err(
            asking.unstable("a random token was signed in too: this shows nothing about the genuine one")
        );
    }
    if !asking.is_taken(&token, "the genuine token, after all").await? {
        return Err(asking.unstable("the session ended while altered tokens were asked"));
    }
    let outcome = concluded(&slack, &spelling);
    let outcome = slack.lines.iter().fold(outcome, |outcome, line| outcome.fact("also signs in", line));
    let title = "characters that have to be right".to_owned();
    let plot = Plot::Strip { title, unit: "bits".to_owned(), values: strip };
    Ok(outcome.fact("carrier", &asking.carrier).drawn(plot).shown_by(asking.evidence))
}

fn prepared<'a>(
    audit: &'a Audit,
    person: Person,
    visitor: &Visitor<'_>,
) -> Result<(Asking<'a>, String), Halt> {
    let credentials = visitor.credentials();
    let credentials =
        audit.oracle().map_or_else(|| credentials.clone(), |oracle| oracle.smallest(&credentials));
    let found = credentials.parts().next().map(|(carrier, value)| {
        let token = bare(value);
        (carrier.clone(), value.strip_suffix(token).unwrap_or_default().to_owned(), token.to_owned())
    });
    let Some((carrier, before, token)) = found else {
        return Err(Halt::inconclusive(Reason::NoOracle, "what signs in is not known (SA-ORC-02)"));
    };
    let evidence = Vec::new();
    Ok((Asking { audit, person, credentials, carrier, before, evidence, is_slowed: false }, token))
}

/// Changes each place alone, and says how many bits have to be right at each.
async fn one_by_one(
    asking: &mut Asking<'_>,
    spelling: &Spelling,
    slack: &mut Slack,
) -> Result<Vec<f64>, Halt> {
    let places = spelling.places();
    let step = places.len().div_ceil(MOST_PLACES).max(1);
    let mut strip = vec![0.0; spelling.length()];
    let (mut free, mut asked) = (Vec::new(), 0);
    for group in places.chunks(step) {
        let Some(place) = group.first() else { continue };
        asked += 1;
        let what = format!("character {place} changed");
        let is_free = asking.is_taken(&spelling.changed_at(*place), &what).await?;
        for place in group {
            if is_free {
                free.push(*place);
                slack.left -= spelling.bits_of_one();
            } else if let Some(cell) = strip.get_mut(*place) {
                *cell = spelling.bits_of_one();
            }
        }
    }
    if let (Some(first), Some(last)) = (free.first(), free.last()) {
        slack.lines.push(format!(
            "with any one of {} characters changed, from {first} to {last} ({asked} places asked)",
            free.len()
        ));
    }
    Ok(strip)
}

/// Cuts it, swaps its case, leaves its end out, adds to it.
async fn as_a_whole(asking: &mut Asking<'_>, spelling: &Spelling, slack: &mut Slack) -> Result<(), Halt> {
    for (words, text, bits) in spelling.cut() {
        if asking.is_taken(&text, &format!("the token cut to {words}")).await? {
            slack.lines.push(format!("cut to {words}"));
            slack.left = slack.left.min(bits);
        }
    }
    if let Some(swapped) = spelling.case_swapped()
        && asking.is_taken(&swapped, "the case of all letters swapped").await?
    {
        slack.lines.push("with the case of its letters swapped".to_owned());
        // Two characters of each pair count as one.
        slack.left = slack.left.min(spelling.bits() * (1.0 - 1.0 / spelling.bits_of_one()));
    }
    if let Some((unsigned, bits)) = spelling.unsigned()
        && asking.is_taken(&unsigned, "what stands behind the last separator left out").await?
    {
        slack.lines.push("without what stands behind its last separator".to_owned());
        slack.left = slack.left.min(bits);
        slack.is_unsigned = true;
    }
    if asking.is_taken(&format!("{}x", spelling.text()), "a character added").await? {
        slack.lines.push("with a character added, which helps nobody".to_owned());
    }
    Ok(())
}

fn concluded(slack: &Slack, spelling: &Spelling) -> Outcome {
    let carries_content = Signed::read("", spelling.text(), None).is_some();
    let left = slack.left.max(0.0);
    let is_less = left + 0.5 < spelling.bits();
    let what = slack.lines.first().map_or("", String::as_str);
    if slack.is_unsigned && (carries_content || left < REQUIRED) {
        let why =
            format!("a token without its last part still signs in, and {left:.0} bits remain to be right");
        return Outcome::fail(Severity::High, why);
    }
    if carries_content && is_less {
        let why = format!("a signed token still signs in {what}");
        return Outcome::fail(Severity::High, why);
    }
    if is_less && left < REQUIRED {
        let severity = if left < GUESSABLE { Severity::High } else { Severity::Medium };
        let why = format!(
            "a token still signs in {what}: {left:.0} of {:.0} bits have to be right",
            spelling.bits()
        );
        return Outcome::fail(severity, why);
    }
    if is_less {
        return Outcome::pass(format!(
            "{left:.0} of {:.0} bits have to be right, which is enough",
            spelling.bits()
        ));
    }
    Outcome::pass(format!("each of {} characters has to be right", spelling.places().len()))
}
