//! "Confirm it is you": the fresh proof before sessions are ended (ASVS V7.5.2), so that nobody
//! at a screen left open, or with a stolen token, locks its owner out.

use maud::{Markup, html};

use crate::{
    form::{Field, FieldKind},
    icons,
    layout::{Page, Site},
    local_path::LocalPath,
};

/// What the proof is for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ConfirmPurpose<'a> {
    /// To end one session.
    EndOne {
        /// The name of its device.
        device: &'a str,
    },
    /// To end all sessions but this one.
    EndOthers,
    /// To go on to something else.
    Continue,
}

/// Asks for the password again.
#[derive(Clone, Debug)]
pub struct ConfirmPage<'a> {
    /// What the proof is for.
    pub purpose: ConfirmPurpose<'a>,
    /// The account, as its owner knows it; shown, and tells password managers what to fill in.
    pub account: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// Where to go afterwards; sent along as `return_to`, and the way back without a change.
    pub return_to: LocalPath<'a>,
    /// What to do afterwards, as hidden fields: name and value.
    pub carried: &'a [(&'a str, &'a str)],
    /// Whether a wrong password was entered.
    pub wrong_password: bool,
}

impl Page for ConfirmPage<'_> {
    fn title(&self, site: &Site<'_>) -> String {
        site.strings.confirm.title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.confirm;
        let (purpose, submit) = match self.purpose {
            ConfirmPurpose::EndOne { device } => ((words.to_end_one)(device), words.submit_end_one),
            ConfirmPurpose::EndOthers => (words.to_end_others.to_owned(), words.submit_end_others),
            ConfirmPurpose::Continue => (words.to_continue.to_owned(), words.submit_continue),
        };
        let account = FieldKind::Fixed { value: self.account };
        let error = self.wrong_password.then_some(words.wrong_password);
        let mut hidden = vec![("return_to", self.return_to.as_str())];
        hidden.extend_from_slice(self.carried);
        html! {
            div class="panel" {
                (icons::stamp_mark())
                h1 { (words.title) }
                p class="lead" { (purpose) }
                p { (words.why) }
                (site.form(self.action, &hidden, &html! {
                    (Field::new(words.account, "username", account, "username"))
                    (Field::new(
                        words.password, "password", FieldKind::Password, "current-password",
                    ).error(error))
                    div class="actions" {
                        button class="button button-primary" type="submit" { (submit) }
                        a href=(self.return_to.as_str()) { (words.cancel) }
                    }
                }))
            }
        }
    }
}
