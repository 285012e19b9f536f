//! The cookie: how it is read, and how it is set and taken back.

mod recipe;
mod scan;

pub use recipe::{CookieError, CookieRecipe, SameSitePolicy};
pub(crate) use scan::{Found, find, find_all};
