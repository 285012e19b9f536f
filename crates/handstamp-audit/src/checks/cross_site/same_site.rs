//! What browsers do by themselves against requests that another site makes them send.

use crate::{
    audit::{Audit, Visitor},
    cookie::{SameSite, SetCookie},
    credentials::Carrier,
};

/// The weakest `SameSite` of the cookies that sign in; `None` where no cookie does.
pub(in crate::checks) fn weakest_same_site(audit: &Audit, visitor: &Visitor<'_>) -> Option<SameSite> {
    let is_carrier = |name: &str| {
        audit.oracle().is_none_or(|oracle| oracle.authenticates(&Carrier::Cookie(name.to_owned())))
    };
    let all = visitor.jar.cookies().filter(|cookie| is_carrier(&cookie.name)).map(SetCookie::same_site);
    all.min_by_key(|same_site| match same_site {
        SameSite::None => 0,
        SameSite::Absent | SameSite::Unknown(_) => 1,
        SameSite::Lax => 2,
        SameSite::Strict => 3,
    })
}
