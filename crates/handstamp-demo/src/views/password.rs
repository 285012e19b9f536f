//! Changing a password, and choosing a new one by a printed link.

use handstamp_pages::{
    Field, FieldKind, Message, Page, Site,
    maud::{Markup, html},
    stamp_mark,
};

use super::words::WORDS;

/// Changes the password of somebody who knows it.
#[derive(Clone, Debug)]
pub struct PasswordPage<'a> {
    /// Whose, for password managers.
    pub account: &'a str,
    /// Was the current password wrong?
    pub wrong: bool,
    /// Is the new one unfit?
    pub unfit: bool,
}

impl Page for PasswordPage<'_> {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.change_password.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let account = FieldKind::Fixed { value: self.account };
        let wrong = self.wrong.then_some(WORDS.wrong_current);
        html! {
            div class="panel" {
                (stamp_mark())
                h1 { (WORDS.change_password) }
                p class="lead" { (WORDS.change_password_lead) }
                (site.form("/password", &[], &html! {
                    (Field::new(WORDS.email, "email", account, "username"))
                    (Field::new(WORDS.current_password, "current", FieldKind::Password, "current-password").error(wrong))
                    (new_password(self.unfit))
                    div class="actions" {
                        button class="button button-primary" type="submit" { (WORDS.change_password) }
                        a href="/account" { (site.strings.confirm.cancel) }
                    }
                }))
            }
        }
    }
}

fn new_password(unfit: bool) -> Field<'static> {
    Field::new(WORDS.new_password, "new", FieldKind::Password, "new-password")
        .hint(WORDS.password_hint)
        .shortest(8)
        .error(unfit.then_some(WORDS.password_unfit))
}

/// Asks for a link.
#[derive(Clone, Copy, Debug)]
pub struct ForgotPage {
    /// Was the link that led here used up or too old?
    pub gone: bool,
}

impl Page for ForgotPage {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.forgot.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        html! {
            div class="panel" {
                (stamp_mark())
                h1 { (WORDS.forgot) }
                p class="lead" { (WORDS.forgot_lead) }
                @if self.gone { (Message::failure(WORDS.reset_gone)) }
                (site.form("/forgot", &[], &html! {
                    (Field::new(WORDS.email, "email", FieldKind::Text { value: "" }, "username"))
                    div class="actions" {
                        button class="button button-primary" type="submit" { (WORDS.print_link) }
                        a href="/sign-in" { (WORDS.have_account) }
                    }
                }))
            }
        }
    }
}

/// Says the same whether there is such an account or not.
#[derive(Clone, Copy, Debug)]
pub struct LinkPrintedPage;

impl Page for LinkPrintedPage {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.link_printed.to_owned()
    }

    fn content(&self, _: &Site<'_>) -> Markup {
        html! {
            div class="panel" {
                (stamp_mark())
                h1 { (WORDS.link_printed) }
                p class="lead" { (WORDS.link_printed_lead) }
                p { a class="button" href="/sign-in" { (WORDS.sign_in) } }
            }
        }
    }
}

/// Chooses a new password by a link.
#[derive(Clone, Debug)]
pub struct ResetPage<'a> {
    /// The link's secret, to be sent along.
    pub link: &'a str,
    /// Whose password, for password managers.
    pub account: &'a str,
    /// Is the new one unfit?
    pub unfit: bool,
}

impl Page for ResetPage<'_> {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.reset.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        html! {
            div class="panel" {
                (stamp_mark())
                h1 { (WORDS.reset) }
                p class="lead" { (WORDS.reset_lead) }
                (site.form("/reset", &[("link", self.link)], &html! {
                    (Field::new(WORDS.email, "email", FieldKind::Fixed { value: self.account }, "username"))
                    (new_password(self.unfit))
                    div class="actions" { button class="button button-primary" type="submit" { (WORDS.reset) } }
                }))
            }
        }
    }
}
