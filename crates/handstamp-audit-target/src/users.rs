//! The application's accounts.

use std::collections::BTreeMap;

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// What every page of the account shows; it stays what it is.
    pub(crate) mail: String,
    /// Where mail goes.
    pub(crate) contact: String,
    pub(crate) password: String,
    /// What the harmless write writes.
    pub(crate) name: String,
    pub(crate) is_admin: bool,
    pub(crate) is_disabled: bool,
}

pub(crate) fn users() -> BTreeMap<String, User> {
    crate::recipe::PASSWORDS
        .iter()
        .map(|(name, _, password)| {
            let user = User {
                mail: format!("{name}@example.test"),
                contact: format!("{name}@example.test"),
                password: (*password).to_owned(),
                name: format!("the name of {name}"),
                is_admin: *name == "root",
                is_disabled: false,
            };
            ((*name).to_owned(), user)
        })
        .collect()
}
