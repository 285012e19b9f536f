//! Cookies as they are on the wire, malformed ones too, and a jar that keeps them as a browser would.

mod jar;
mod set_cookie;

pub use jar::Jar;
pub(crate) use set_cookie::http_date;
pub use set_cookie::{SameSite, SetCookie};
