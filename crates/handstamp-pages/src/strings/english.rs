//! The table in English.

use ::time::OffsetDateTime;

use super::{
    ConfirmStrings, DeviceStrings, LayoutStrings, NoticeStrings, ReasonStrings, ReasonWords, Strings,
    TimeStrings,
};
use crate::time::Span;

/// English.
pub const ENGLISH: Strings = Strings {
    language: "en",
    layout: LayoutStrings {
        skip: "Skip to content",
        navigation: "Main",
        sign_in: "Sign in",
        sign_out: "Sign out",
        signed_in_as: |name| format!("Signed in as {name}"),
        count: |count| format!("{count} in it"),
        footer: "Sessions by Handstamp",
    },
    times: TimeStrings { date, ago, within: |span| format!("within {}", length(span)) },
    devices: DeviceStrings {
        title: "Your devices",
        introduction: "Each ticket is a browser or program that is signed in to your account. End \
                       the ones that you no longer use.",
        browser_on_system: |browser, system| format!("{browser} on {system}"),
        unknown_device: "Unknown device",
        desktop: "Computer",
        phone: "Phone",
        tablet: "Tablet",
        other_kind: "Other",
        current_heading: "You are here",
        current_mark: "This device",
        sign_out_here: "Sign out of this device",
        others_heading: |count| match count {
            0 => "Other sessions".to_owned(),
            1 => "1 other session".to_owned(),
            _ => format!("{count} other sessions"),
        },
        others_none: "You are signed in nowhere else.",
        others_more: "Show more sessions",
        signed_in: "Signed in",
        last_used: "Last used",
        network: "Network",
        method: "Signed in with",
        ends_by: "Ends unless used",
        end_one: "End this session",
        end_one_named: |device, position, total| format!("End this session: {device}, {position} of {total}"),
        end_others: "End all other sessions",
        end_others_consequence: "Everything but this device is signed out and must sign in again. \
                                 What was not saved there is lost.",
        end_one_consequence: "Ending a session signs that device out at once. Your account and \
                              your other devices stay as they are.",
        unknown_advice: "You do not know one of these? End it, then",
        change_password: "change your password",
        ended_heading: "Ended recently",
        ended_retention: |days| match days {
            1 => "Shown for one day after the end.".to_owned(),
            _ => format!("Shown for {days} days after the end."),
        },
        ended: "Ended",
        method_password: "Password",
        method_passkey: "Passkey",
        method_one_time_code: "One-time code",
        method_link: "Link",
        method_federated: "Another account",
        method_other: "Another method",
        method_separator: " + ",
    },
    confirm: ConfirmStrings {
        title: "Confirm it is you",
        to_end_one: |device| format!("You are about to end the session on {device}."),
        to_end_others: "You are about to end all sessions but this one.",
        to_continue: "The next step concerns the safety of your account.",
        why: "Enter your password, so that nobody can do this at a screen that you left open.",
        account: "Account",
        password: "Password",
        wrong_password: "That is not the password of this account. Nothing was changed.",
        submit_end_one: "Confirm and end the session",
        submit_end_others: "Confirm and end the others",
        submit_continue: "Confirm",
        cancel: "Go back without a change",
    },
    notices: NoticeStrings {
        signed_out_title: "You are signed out",
        signed_out_text: "This device no longer has access to your account. Other devices stay \
                          signed in.",
        sign_in_again: "Sign in again",
        reason_label: "Reason",
        sign_out_failed_title: "You are not signed out yet",
        sign_out_failed_text: "We could not record your sign-out, so this device is still signed \
                               in. Try again in a moment, and do not leave a shared computer \
                               before it has worked.",
        sign_out_again: "Sign out again",
        unavailable_title: "We cannot check your session just now",
        unavailable_text: "You are still signed in. The fault is ours and usually passes within a minute.",
        try_again: "Try again",
        home: "Go to the start page",
        refused_title: "This request was refused",
        refused_text: "It came from another site, and we take changes to your account only from \
                       our own pages. Nothing was changed. If you meant to do this, open the page \
                       here and do it again.",
        error_title: "That did not work",
        error_text: "Something went wrong on our side. Try again, and name this code if you ask for help.",
        code_label: "Code",
    },
    reasons: REASONS,
};

const REASONS: ReasonStrings = ReasonStrings {
    signed_out: ReasonWords {
        listed: "You signed out there.",
        title: "You are signed out",
        explanation: "You signed out on this device. Sign in again to go on.",
    },
    revoked: ReasonWords {
        listed: "You ended it from another device.",
        title: "This session was ended",
        explanation: "It was ended from another of your devices. If that was not you, sign in and \
                      change your password.",
    },
    replaced: ReasonWords {
        listed: "A newer sign-in on the same device took its place.",
        title: "A newer sign-in took over",
        explanation: "This browser has signed in again since, and the earlier session ended with \
                      that. Reload the page; if that does not help, sign in again.",
    },
    idle: ReasonWords {
        listed: "It was not used for a while.",
        title: "You were away for a while",
        explanation: "To keep your account safe, a session ends when it is not used for some time. \
                      Sign in again to go on.",
    },
    absolute: ReasonWords {
        listed: "It reached its longest duration.",
        title: "It is time to sign in again",
        explanation: "To keep your account safe, a sign-in lasts only so long, even in daily use. \
                      Sign in again to go on.",
    },
    limit: ReasonWords {
        listed: "More devices signed in than your account may have at once.",
        title: "Too many devices are signed in",
        explanation: "Your account may be signed in on a limited number of devices at once, and a \
                      newer one took this place. Sign in again to go on here.",
    },
    reuse: ReasonWords {
        listed: "An old key of this session was used again. Somebody may have copied it.",
        title: "We ended this session to protect you",
        explanation: "A key of this session was used that had already been exchanged for a newer \
                      one. Somebody may have copied it. Sign in again, change your password, and \
                      look through your devices.",
    },
    credentials_changed: ReasonWords {
        listed: "Your password or another way to sign in was changed.",
        title: "Your password was changed",
        explanation: "When a password or another way to sign in changes, all other devices are \
                      signed out. Sign in with the new one. If you did not change it, reset your \
                      password now.",
    },
    account_held: ReasonWords {
        listed: "The account was put on hold.",
        title: "This account is on hold",
        explanation: "Nobody can use this account at present. Please contact those who run this \
                      service.",
    },
    admin: ReasonWords {
        listed: "An administrator ended it.",
        title: "An administrator ended this session",
        explanation: "Those who run this service have signed you out. You may sign in again.",
    },
    other: ReasonWords {
        listed: "It was ended.",
        title: "This session has ended",
        explanation: "Sign in again to go on.",
    },
};

fn date(at: OffsetDateTime) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS[usize::from(u8::from(at.month())) - 1];
    let (day, year, hour, minute) = (at.day(), at.year(), at.hour(), at.minute());
    format!("{day} {month} {year}, {hour:02}:{minute:02} UTC")
}

fn ago(span: Span) -> String {
    match span {
        Span::Seconds(_) => "Just now".to_owned(),
        longer => format!("{} ago", length(longer)),
    }
}

fn length(span: Span) -> String {
    let (count, unit) = match span {
        Span::Seconds(count) => (count, "second"),
        Span::Minutes(count) => (count, "minute"),
        Span::Hours(count) => (count, "hour"),
        Span::Days(count) => (count, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
