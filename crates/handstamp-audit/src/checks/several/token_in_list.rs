//! SA-MUL-05: the list shows no token.

use base64::{
    Engine as _,
    engine::{
        GeneralPurpose,
        general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    },
};

use super::{Two, two_of};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Severity},
    checks::{Check, kill::confirm},
    credentials::{Carrier, Credentials},
    recipe::StepName,
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-MUL-05", Group::Several, Severity::High, "the list shows no token")
        .explained(
            "Takes every id of the list of sessions, as it is and decoded from hex and base64, and asks `whoami` with it in \
             the place of the token. It fails where that shows the account: whoever sees the page once has every \
             session.",
        )
        .remedied_by("Give each session a second id for lists, one that is not the token and does not lead to it.")
        .standards(&["14.2.6"], &[], &[200])
        .from_profile(Profile::Standard)
        .needs(&[StepName::SessionsList])
        .costs(20),
    |audit| Box::pin(run(audit)),
);

/// The most ids that are tried.
const MOST_IDS: usize = 6;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let Two { first, second, id, mut evidence } = two_of(audit, person).await?;
    let own = first.credentials();
    // The one that is known to be a live session's goes first.
    let others = first.variables.all("ids").iter().filter(|other| **other != id).cloned();
    let ids: Vec<String> = std::iter::once(id.clone()).chain(others).take(MOST_IDS).collect();
    let mut asked = 0;
    for (number, id) in (1..).zip(&ids) {
        for (how, value) in readings(id) {
            for credentials in in_the_place_of_tokens(audit, &own, &value) {
                asked += 1;
                let purpose = format!("whoami with id {number} of the list as the token, {how}");
                let look = audit.look_for(&credentials, &purpose).await?;
                evidence.push(look.id());
                if look.is(person) {
                    confirm(audit, person, &credentials, &look, &mut evidence).await?;
                    let why = format!("an id of the list, {how}, signs in as the token");
                    return Ok(Outcome::fail(CHECK.description.severity, why).shown_by(evidence));
                }
            }
        }
    }
    let holds = second.credentials().parts().any(|(_, value)| id.len() >= 16 && value.contains(id.as_str()));
    let outcome = Outcome::pass(format!("none of {} ids signs in as a token", ids.len()));
    Ok(outcome
        .fact("ids tried in all readings", asked)
        .fact("the id is a part of the token", if holds { "yes" } else { "no" })
        .shown_by(evidence))
}

/// An id as it is, and as what it may encode; what no header could hold is no token.
fn readings(id: &str) -> Vec<(&'static str, String)> {
    let mut readings = vec![("as it is", id.to_owned())];
    let mut add = |how, bytes: Option<Vec<u8>>| {
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let is_token = |text: &String| {
            text.len() >= 4 && text.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b';')
        };
        if let Some(text) = text.filter(is_token)
            && readings.iter().all(|(_, there)| *there != text)
        {
            readings.push((how, text));
        }
    };
    add("decoded from hex", from_hex(id));
    let base64 = |engine: &GeneralPurpose| engine.decode(id.trim_end_matches('=')).ok();
    add("decoded from base64", base64(&STANDARD_NO_PAD));
    add("decoded from base64url", base64(&URL_SAFE_NO_PAD));
    readings
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16))
        .map(|digit| u8::try_from(digit?).ok())
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// The credentials with the value in the place of each part of each minimal set.
fn in_the_place_of_tokens(audit: &Audit, own: &Credentials, value: &str) -> Vec<Credentials> {
    let sets = audit.oracle().map(|oracle| oracle.sets.clone()).unwrap_or_default();
    sets.iter()
        .flat_map(|set| {
            let base = own.only(set);
            set.iter()
                .map(|carrier| match carrier {
                    Carrier::Cookie(_) => base.clone().with(carrier.clone(), value),
                    Carrier::Header(_) => {
                        // `Bearer x` keeps its scheme.
                        let scheme =
                            base.get(carrier).and_then(|old| old.rsplit_once(' ')).map(|(scheme, _)| scheme);
                        let value =
                            scheme.map_or_else(|| value.to_owned(), |scheme| format!("{scheme} {value}"));
                        base.clone().with(carrier.clone(), value)
                    }
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_what_it_may_encode() {
        let read = |id: &str| {
            readings(id).into_iter().map(|(how, text)| format!("{how}: {text}")).collect::<Vec<_>>()
        };
        assert_eq!(read("746f6b656e"), ["as it is: 746f6b656e", "decoded from hex: token"]);
        assert_eq!(read("dG9rZW4="), ["as it is: dG9rZW4=", "decoded from base64: token"]);
        assert_eq!(read("7"), ["as it is: 7"]);
        assert_eq!(read("YTtiY2Q"), ["as it is: YTtiY2Q"], "a semicolon ends a cookie's value");
        assert_eq!(from_hex("abc"), None);
        assert_eq!(from_hex("äa"), None);
    }
}
