//! The pages people see of Handstamp: "Your devices" and its relatives.
//!
//! Any application that keeps sessions owes its users the same few screens: which devices are
//! signed in, end one, end all others, confirm that it is you, and an honest word when a session
//! has ended or cannot be checked (ASVS 5.0 V7.4.4, V7.5.2). They are here once, for every
//! application and for the session server.
//!
//! A page is a plain struct; [`Page::render`] turns it into HTML inside the frame that a
//! [`Site`] describes. Nothing here knows the engine, a store or a web framework. The pages are
//! complete without script, and strict about it: no inline script, no inline style, so that
//! [`CONTENT_SECURITY_POLICY`] can be sent with each of them.
//!
//! ```
//! use handstamp_pages::{Page, SignedOutPage, Site, Visitor, strings::ENGLISH};
//!
//! let site = Site::new(&ENGLISH, "Harbour Books", Visitor::Anonymous { sign_in: "/sign-in" });
//! let html = SignedOutPage { sign_in: "/sign-in" }.render(&site).into_string();
//! assert!(html.contains("You are signed out"));
//! ```
#![allow(
    clippy::exhaustive_structs,
    reason = "views are filled by literals: a new field must stop the caller that does not fill it"
)]

mod assets;
mod confirm;
mod device;
mod devices;
mod form;
mod icons;
mod layout;
mod local_path;
mod message;
mod notices;
mod reason;
pub mod strings;
mod time;

pub use assets::{Asset, AssetKind, CONTENT_SECURITY_POLICY, assets, icon, script, stylesheet};
pub use confirm::{ConfirmPage, ConfirmPurpose};
pub use device::{Device, DeviceKind, SignInMethod};
pub use devices::{DevicesPage, EndedSession, OtherSession, SessionFacts};
pub use form::{Csrf, Field, FieldKind, PostForm};
pub use icons::stamp_mark;
pub use layout::{NavigationLink, Page, Site, Visitor};
pub use local_path::LocalPath;
pub use message::{Message, Tone};
pub use notices::{
    ErrorPage, RefusedPage, SessionEndedPage, SignOutFailedPage, SignedOutPage, UnavailablePage,
};
pub use reason::EndReason;
pub use time::{LastUse, Span, Time};

/// The template engine, so that an application writes its own pages with the same version.
pub use maud;
