//! Short pages that say one thing: what happened to the session, or why nothing did.
//!
//! An outage is not a logout: the page for a session that cannot be checked says that the person
//! is still signed in, and no page claims an end that was not recorded.

use maud::{Markup, html};

use crate::{
    icons,
    layout::{Page, Site},
    local_path::LocalPath,
    reason::EndReason,
};

/// The person has signed out.
#[derive(Clone, Copy, Debug)]
pub struct SignedOutPage<'a> {
    /// Where to sign in.
    pub sign_in: &'a str,
}

impl Page for SignedOutPage<'_> {
    fn title(&self, site: &Site<'_>) -> String {
        site.strings.notices.signed_out_title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.notices;
        let way_on = primary_link(self.sign_in, words.sign_in_again);
        notice(words.signed_out_title, words.signed_out_text, None, &way_on)
    }
}

/// The sign-out could not be recorded: the session still lives (status 503).
#[derive(Clone, Copy, Debug)]
pub struct SignOutFailedPage<'a> {
    /// Where the sign-out is posted to.
    pub sign_out: &'a str,
}

impl Page for SignOutFailedPage<'_> {
    fn title(&self, site: &Site<'_>) -> String {
        site.strings.notices.sign_out_failed_title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.notices;
        let way_on = site.form(
            self.sign_out,
            &[],
            &html! {
                button class="button button-primary" type="submit" { (words.sign_out_again) }
            },
        );
        notice(words.sign_out_failed_title, words.sign_out_failed_text, None, &way_on)
    }
}

/// The session that the browser presented has ended (status 401). Only a holder of its secret may
/// be told why.
#[derive(Clone, Copy, Debug)]
pub struct SessionEndedPage<'a> {
    /// Why.
    pub reason: EndReason,
    /// Where to sign in.
    pub sign_in: &'a str,
}

impl Page for SessionEndedPage<'_> {
    fn title(&self, site: &Site<'_>) -> String {
        self.reason.words(site.strings).title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let notices = &site.strings.notices;
        let words = self.reason.words(site.strings);
        let code = Some((notices.reason_label, self.reason.code()));
        let way_on = primary_link(self.sign_in, notices.sign_in_again);
        notice(words.title, words.explanation, code, &way_on)
    }
}

/// Whether the session is alive cannot be told now (status 503, cookie untouched).
#[derive(Clone, Copy, Debug)]
pub struct UnavailablePage<'a> {
    /// The address to try again, where asking again is harmless.
    pub retry: LocalPath<'a>,
}

impl Page for UnavailablePage<'_> {
    fn title(&self, site: &Site<'_>) -> String {
        site.strings.notices.unavailable_title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.notices;
        let way_on = primary_link(self.retry.as_str(), words.try_again);
        notice(words.unavailable_title, words.unavailable_text, None, &way_on)
    }
}

/// A request from another site was refused (status 403).
#[derive(Clone, Copy, Debug)]
pub struct RefusedPage;

impl Page for RefusedPage {
    fn title(&self, site: &Site<'_>) -> String {
        site.strings.notices.refused_title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.notices;
        let way_on = primary_link(site.home, words.home);
        notice(words.refused_title, words.refused_text, None, &way_on)
    }
}

/// Any other problem.
#[derive(Clone, Copy, Debug, Default)]
pub struct ErrorPage<'a> {
    /// What happened, in a few words.
    pub title: Option<&'a str>,
    /// Why, and what to do.
    pub text: Option<&'a str>,
    /// The stable code, for those who are asked for help.
    pub code: &'a str,
}

impl Page for ErrorPage<'_> {
    fn title(&self, site: &Site<'_>) -> String {
        self.title.unwrap_or(site.strings.notices.error_title).to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.notices;
        let title = self.title.unwrap_or(words.error_title);
        let text = self.text.unwrap_or(words.error_text);
        let way_on = primary_link(site.home, words.home);
        notice(title, text, Some((words.code_label, self.code)), &way_on)
    }
}

fn notice(title: &str, text: &str, code: Option<(&str, &str)>, way_on: &Markup) -> Markup {
    html! {
        div class="panel notice" {
            (icons::stamp_mark())
            h1 { (title) }
            p class="lead" { (text) }
            div class="actions" { (way_on) }
            @if let Some((label, code)) = code {
                p class="code" { (label) ": " code { (code) } }
            }
        }
    }
}

fn primary_link(href: &str, text: &str) -> Markup {
    html! { a class="button button-primary" href=(href) { (text) } }
}

#[cfg(test)]
mod tests {
    use super::{SessionEndedPage, UnavailablePage};
    use crate::{EndReason, LocalPath, Page, Site, Visitor, strings::ENGLISH};

    #[test]
    fn an_outage_is_not_a_logout() {
        let site = Site::new(&ENGLISH, "Shop", Visitor::Unknown);
        let html = UnavailablePage { retry: LocalPath::HOME }.render(&site).into_string();
        assert!(html.contains("You are still signed in"));
        let lower = html.to_lowercase();
        for claim in ["signed out", "sign in", "sign out", "session has ended"] {
            assert!(!lower.contains(claim), "the page says {claim:?}");
        }
    }

    #[test]
    fn an_ended_session_says_why() {
        let site = Site::new(&ENGLISH, "Shop", Visitor::Anonymous { sign_in: "/sign-in" });
        for &reason in EndReason::ALL {
            let page = SessionEndedPage { reason, sign_in: "/sign-in" };
            let html = page.render(&site).into_string();
            assert!(html.contains(reason.words(&ENGLISH).title), "{reason:?}");
            assert!(html.contains(reason.words(&ENGLISH).explanation), "{reason:?}");
            assert!(html.contains(reason.code()), "{reason:?}");
        }
    }
}
