//! Sign-up, sign-in, and the account page.

use handstamp_pages::{
    Field, FieldKind, LocalPath, Message, Page, Site,
    maud::{Markup, html},
    stamp_mark,
};

use super::words::WORDS;

/// Creates an account.
#[derive(Clone, Debug)]
pub struct SignUpPage<'a> {
    /// What was entered before.
    pub email: &'a str,
    /// What is wrong with the email.
    pub email_error: Option<&'a str>,
    /// What is wrong with the password.
    pub password_error: Option<&'a str>,
    /// Where to go afterwards.
    pub return_to: LocalPath<'a>,
}

impl Page for SignUpPage<'_> {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.sign_up.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let email = FieldKind::Text { value: self.email };
        html! {
            div class="panel" {
                (stamp_mark())
                h1 { (WORDS.sign_up) }
                p class="lead" { (WORDS.sign_up_lead) }
                (site.form("/sign-up", &[("return_to", self.return_to.as_str())], &html! {
                    (Field::new(WORDS.email, "email", email, "username").hint(WORDS.email_hint).error(self.email_error))
                    (Field::new(WORDS.password, "password", FieldKind::Password, "new-password")
                        .hint(WORDS.password_hint).shortest(8).error(self.password_error))
                    div class="actions" {
                        button class="button button-primary" type="submit" { (WORDS.sign_up) }
                        a href="/sign-in" { (WORDS.have_account) }
                    }
                }))
            }
        }
    }
}

/// Signs in.
#[derive(Clone, Debug)]
pub struct SignInPage<'a> {
    /// What was entered before.
    pub email: &'a str,
    /// Did email and password not belong together?
    pub wrong: bool,
    /// What happened before, such as a reset.
    pub message: Option<&'a Message>,
    /// Is something in the basket?
    pub basket_waits: bool,
    /// Where to go afterwards.
    pub return_to: LocalPath<'a>,
}

impl Page for SignInPage<'_> {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.sign_in.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let email = FieldKind::Text { value: self.email };
        let error = self.wrong.then_some(WORDS.wrong);
        html! {
            div class="panel" {
                (stamp_mark())
                h1 { (WORDS.sign_in) }
                p class="lead" { @if self.basket_waits { (WORDS.basket_waits) } @else { (WORDS.sign_in_lead) } }
                @if let Some(message) = self.message { (message) }
                (site.form("/sign-in", &[("return_to", self.return_to.as_str())], &html! {
                    (Field::new(WORDS.email, "email", email, "username"))
                    (Field::new(WORDS.password, "password", FieldKind::Password, "current-password").error(error))
                    div class="check" {
                        input type="checkbox" id="remember" name="remember" value="yes" aria-describedby="remember-hint";
                        label for="remember" { (WORDS.remember) }
                        p class="hint" id="remember-hint" { (WORDS.remember_hint) }
                    }
                    div class="actions" {
                        button class="button button-primary" type="submit" { (WORDS.sign_in) }
                        a href="/sign-up" { (WORDS.no_account) }
                        a href="/forgot" { (WORDS.forgot) }
                    }
                }))
            }
        }
    }
}

/// What one may do with one's account.
#[derive(Clone, Debug)]
pub struct AccountPage<'a> {
    /// Who is signed in.
    pub name: &'a str,
    /// What was just done.
    pub message: Option<&'a Message>,
}

impl Page for AccountPage<'_> {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.account.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let links = [
            ("/devices", site.strings.devices.title, WORDS.devices_link),
            ("/password", WORDS.change_password, WORDS.change_password_link),
            ("/live", WORDS.live, WORDS.live_link),
            ("/account/export", WORDS.export, WORDS.export_link),
        ];
        html! {
            h1 { (WORDS.account) }
            p class="lead" { (WORDS.account_lead) " " strong { (self.name) } "." }
            @if let Some(message) = self.message { (message) }
            ul class="choices" {
                @for (href, title, what) in links {
                    li { a class="choice" href=(href) { strong { (title) } span { (what) } } }
                }
            }
        }
    }
}
