//! Every human string of the pages, in one table: a translation is one file beside `english.rs`.
//!
//! Where a sentence holds a name or a number it is a function, so that a language may order,
//! inflect and count as it must, and the compiler checks what is filled in.

mod english;

use ::time::OffsetDateTime;

pub use english::ENGLISH;

use crate::time::Span;

/// The whole table.
#[derive(Clone, Debug)]
pub struct Strings {
    /// The language tag for the `lang` attribute (BCP 47).
    pub language: &'static str,
    /// The frame around every page.
    pub layout: LayoutStrings,
    /// Moments and lengths of time.
    pub times: TimeStrings,
    /// The devices page.
    pub devices: DeviceStrings,
    /// "Confirm it is you".
    pub confirm: ConfirmStrings,
    /// Notices: signed out, ended, unavailable, refused, error.
    pub notices: NoticeStrings,
    /// Why a session ended.
    pub reasons: ReasonStrings,
}

/// The frame around every page.
#[derive(Clone, Debug)]
pub struct LayoutStrings {
    /// The link that jumps over the header.
    pub skip: &'static str,
    /// The name of the navigation.
    pub navigation: &'static str,
    /// The link to signing in.
    pub sign_in: &'static str,
    /// The button that signs out.
    pub sign_out: &'static str,
    /// Who is signed in.
    pub signed_in_as: fn(name: &str) -> String,
    /// Beside a link with a number, for those who cannot see the badge.
    pub count: fn(count: u32) -> String,
    /// The last line of each page.
    pub footer: &'static str,
}

/// Moments and lengths of time.
#[derive(Clone, Debug)]
pub struct TimeStrings {
    /// A moment in UTC; must name the zone.
    pub date: fn(at: OffsetDateTime) -> String,
    /// So long ago.
    pub ago: fn(span: Span) -> String,
    /// Known within so much.
    pub within: fn(span: Span) -> String,
}

/// The devices page.
#[derive(Clone, Debug)]
pub struct DeviceStrings {
    /// Title and main heading.
    pub title: &'static str,
    /// What the page is for.
    pub introduction: &'static str,
    /// The name of a device: browser on system.
    pub browser_on_system: fn(browser: &str, system: &str) -> String,
    /// A device of which nothing is known.
    pub unknown_device: &'static str,
    /// Kind: desktop or laptop.
    pub desktop: &'static str,
    /// Kind: phone.
    pub phone: &'static str,
    /// Kind: tablet.
    pub tablet: &'static str,
    /// Kind: anything else.
    pub other_kind: &'static str,
    /// Heading of the session one is looking from.
    pub current_heading: &'static str,
    /// The stamp on it.
    pub current_mark: &'static str,
    /// The button that signs out here.
    pub sign_out_here: &'static str,
    /// Heading of the other sessions.
    pub others_heading: fn(count: usize) -> String,
    /// There is no other session.
    pub others_none: &'static str,
    /// There are more than are shown.
    pub others_more: &'static str,
    /// Label: when the session began.
    pub signed_in: &'static str,
    /// Label: when it was last used.
    pub last_used: &'static str,
    /// Label: from which network.
    pub network: &'static str,
    /// Label: how the person proved who they are.
    pub method: &'static str,
    /// Label: when it ends if it is not used again.
    pub ends_by: &'static str,
    /// The button that ends one session.
    pub end_one: &'static str,
    /// Its accessible name: must begin with `end_one` (WCAG 2.5.3) and tell buttons apart.
    pub end_one_named: fn(device: &str, position: usize, total: usize) -> String,
    /// The button that ends all others.
    pub end_others: &'static str,
    /// What ending all others does.
    pub end_others_consequence: &'static str,
    /// What ending one does.
    pub end_one_consequence: &'static str,
    /// What to do about a session one does not know.
    pub unknown_advice: &'static str,
    /// The link to changing the password.
    pub change_password: &'static str,
    /// Heading of the ended sessions.
    pub ended_heading: &'static str,
    /// For how long ended sessions are shown.
    pub ended_retention: fn(days: u32) -> String,
    /// Label: when it ended.
    pub ended: &'static str,
    /// Password.
    pub method_password: &'static str,
    /// Passkey or security key.
    pub method_passkey: &'static str,
    /// One-time code.
    pub method_one_time_code: &'static str,
    /// A link sent to the person.
    pub method_link: &'static str,
    /// Another identity provider.
    pub method_federated: &'static str,
    /// A method without words.
    pub method_other: &'static str,
    /// Between two methods.
    pub method_separator: &'static str,
}

/// "Confirm it is you".
#[derive(Clone, Debug)]
pub struct ConfirmStrings {
    /// Title and main heading.
    pub title: &'static str,
    /// Before one session is ended.
    pub to_end_one: fn(device: &str) -> String,
    /// Before all others are ended.
    pub to_end_others: &'static str,
    /// Before something else.
    pub to_continue: &'static str,
    /// Why it is asked.
    pub why: &'static str,
    /// Label of the account.
    pub account: &'static str,
    /// Label of the password.
    pub password: &'static str,
    /// The password was wrong.
    pub wrong_password: &'static str,
    /// The button: end it.
    pub submit_end_one: &'static str,
    /// The button: end them.
    pub submit_end_others: &'static str,
    /// The button: go on.
    pub submit_continue: &'static str,
    /// The way back.
    pub cancel: &'static str,
}

/// Notices.
#[derive(Clone, Debug)]
pub struct NoticeStrings {
    /// Signed out: title.
    pub signed_out_title: &'static str,
    /// Signed out: what that means.
    pub signed_out_text: &'static str,
    /// The link to signing in again.
    pub sign_in_again: &'static str,
    /// Before the reason's code.
    pub reason_label: &'static str,
    /// The sign-out was not recorded: title.
    pub sign_out_failed_title: &'static str,
    /// The sign-out was not recorded: what that means.
    pub sign_out_failed_text: &'static str,
    /// The button that signs out again.
    pub sign_out_again: &'static str,
    /// The session cannot be checked: title.
    pub unavailable_title: &'static str,
    /// The session cannot be checked: what that means.
    pub unavailable_text: &'static str,
    /// The link that tries again.
    pub try_again: &'static str,
    /// The link to the start.
    pub home: &'static str,
    /// A request from another site was refused: title.
    pub refused_title: &'static str,
    /// A request from another site was refused: what that means.
    pub refused_text: &'static str,
    /// A problem: title, where the caller has none.
    pub error_title: &'static str,
    /// A problem: text, where the caller has none.
    pub error_text: &'static str,
    /// Before the problem's code.
    pub code_label: &'static str,
}

/// The words for one reason.
#[derive(Clone, Debug)]
pub struct ReasonWords {
    /// In the list of ended sessions.
    pub listed: &'static str,
    /// Title of the page shown where the session ended.
    pub title: &'static str,
    /// What happened and what to do, on that page.
    pub explanation: &'static str,
}

/// Why a session ended, by code.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the codes are explained at `EndReason`")]
pub struct ReasonStrings {
    pub signed_out: ReasonWords,
    pub revoked: ReasonWords,
    pub replaced: ReasonWords,
    pub idle: ReasonWords,
    pub absolute: ReasonWords,
    pub limit: ReasonWords,
    pub reuse: ReasonWords,
    pub credentials_changed: ReasonWords,
    pub account_held: ReasonWords,
    pub admin: ReasonWords,
    pub other: ReasonWords,
}
