//! Reading `[accounts]`.

use std::{collections::BTreeMap, ops::Range, path::Path};

use super::{Environment, secrets, table::Table};
use crate::recipe::Account;

const EXAMPLE: &str = "expected at least one account:\n\
    [accounts.alice]\n\
    user = \"alice@example.test\"\n\
    password = { env = \"ALICE_PASSWORD\" }\n\
    marker = \"alice@example.test\"   # text that whoami shows for her alone";

/// Every account, in the order of the file.
pub(super) fn read(whole: &Table<'_>, folder: &Path, environment: &dyn Environment) -> Vec<Account> {
    let Some(table) = whole.table("accounts") else {
        if whole.entries().all(|(key, ..)| key != "accounts") {
            whole.missing("accounts", EXAMPLE);
        }
        return Vec::new();
    };
    let mut places = Vec::new();
    let mut accounts = Vec::new();
    for (name, key, value) in table.entries() {
        let Some(place) = Table::of(table.path(name), value, table.notes) else { continue };
        let marker = place.required("marker", "text that whoami shows for this account and for no other");
        let account = account(name, &place, folder, environment, marker.as_ref().map(|(text, _)| *text));
        if let (Some(account), Some((_, span))) = (account, marker) {
            places.push((key, span));
            accounts.push(account);
        }
    }
    if accounts.iter().all(|account: &Account| account.is_admin) && !table.notes.has_errors() {
        table.notes.problem(table.span.clone(), "accounts has nobody to test", Some(EXAMPLE.to_owned()));
    }
    markers_differ(&accounts, &places, table.notes);
    accounts
}

fn account(
    name: &str,
    place: &Table<'_>,
    folder: &Path,
    environment: &dyn Environment,
    marker: Option<&str>,
) -> Option<Account> {
    let user = place.required("user", "what is typed as the user name");
    let password = if let Some(value) = place.value("password") {
        secrets::read(place, "password", value, folder, environment)
    } else {
        place.missing("password", "password = { env = \"NAME\" } or { file = \"path\" }");
        None
    };
    let totp = place
        .value("totp")
        .map(|value| (secrets::read(place, "totp", value, folder, environment), value.span()));
    if let Some((Some(secret), span)) = &totp
        && secret.code_at(std::time::UNIX_EPOCH).is_none()
    {
        let help = "expected the base32 secret that the application shows beside its QR code".to_owned();
        place.notes.problem(span.clone(), format!("{} is no base32", place.path("totp")), Some(help));
    }
    let is_admin = place.boolean("admin").unwrap_or(false);
    let variables = variables(place);
    place.refuse_unknown();
    let (user, user_span) = user?;
    let marker = marker?;
    if marker.trim().len() < 3 {
        let help = "a marker this short is found on pages that show nobody".to_owned();
        place.notes.problem(place.span.clone(), format!("{} is too short", place.path("marker")), Some(help));
    }
    if !is_admin && marker == user && !user.contains('@') {
        let message = format!("{} is what login sends as the user name", place.path("marker"));
        let help = "a page that repeats what was typed would look like a session; choose text that only the account's own page has".to_owned();
        place.notes.warning(user_span, message, Some(help));
    }
    Some(Account {
        name: name.to_owned(),
        user: user.to_owned(),
        password: password?,
        totp: totp.and_then(|(secret, _)| secret),
        marker: marker.to_owned(),
        variables,
        is_admin,
    })
}

fn variables(place: &Table<'_>) -> BTreeMap<String, String> {
    let Some(table) = place.table("variables") else { return BTreeMap::new() };
    let mut all = BTreeMap::new();
    for (name, _, value) in table.entries() {
        match value.get_ref().as_str() {
            Some(text) => {
                all.insert(name.to_owned(), text.to_owned());
            }
            None => table.wrong(name, value, "expected text in quotes"),
        }
    }
    all
}

/// A marker inside of another one is seen wherever that one is.
fn markers_differ(
    accounts: &[Account],
    places: &[(Range<usize>, Range<usize>)],
    notes: &super::problem::Notes,
) {
    for (index, account) in accounts.iter().enumerate() {
        for (other_index, other) in accounts.iter().enumerate() {
            let is_inside = other_index != index && other.marker.contains(&account.marker);
            let is_first = other_index > index || other.marker != account.marker;
            if let (true, true, Some((_, span))) = (is_inside, is_first, places.get(index)) {
                let message = format!("the marker of {} is also in that of {}", account.name, other.name);
                let help =
                    "whoami has to tell them apart: choose text that only one of them shows".to_owned();
                notes.problem(span.clone(), message, Some(help));
            }
        }
    }
}
