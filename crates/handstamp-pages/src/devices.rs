//! "Your devices": every session of the account, and the means to end it (ASVS V7.5.2).
//!
//! The view structs carry public facts only: a session's public id, never a token or its hash.

use maud::{Markup, html};

use crate::{
    device::{Device, SignInMethod},
    layout::{Page, Site},
    message::Message,
    reason::EndReason,
    strings::DeviceStrings,
    time::{LastUse, Time},
};

/// What is shown of a live session.
#[derive(Clone, Debug)]
pub struct SessionFacts<'a> {
    /// Its device.
    pub device: Device<'a>,
    /// When it began.
    pub signed_in: Time,
    /// When it was last used.
    pub last_used: LastUse,
    /// The network it was signed in from, as stored: usually truncated.
    pub network: Option<&'a str>,
    /// How the person proved who they are.
    pub methods: &'a [SignInMethod],
    /// When it ends if it is not used again.
    pub ends_by: Option<Time>,
}

/// A session other than the one the person is looking from.
#[derive(Clone, Debug)]
pub struct OtherSession<'a> {
    /// Its public id; sent as `session` by the button that ends it.
    pub id: &'a str,
    /// What is shown of it.
    pub facts: SessionFacts<'a>,
}

/// A session that has ended.
#[derive(Clone, Debug)]
pub struct EndedSession<'a> {
    /// Its device.
    pub device: Device<'a>,
    /// When it began.
    pub signed_in: Time,
    /// When it ended.
    pub ended: Time,
    /// Why.
    pub reason: EndReason,
    /// The network it was signed in from, as stored: usually truncated.
    pub network: Option<&'a str>,
}

/// The page.
#[derive(Clone, Debug)]
pub struct DevicesPage<'a> {
    /// The time at which the page is made; "3 hours ago" counts from here.
    pub now: Time,
    /// The session the person is looking from.
    pub current: SessionFacts<'a>,
    /// The others, in the order to show them.
    pub others: &'a [OtherSession<'a>],
    /// Where the next page of others is.
    pub more: Option<&'a str>,
    /// Those that ended lately, latest first.
    pub ended: &'a [EndedSession<'a>],
    /// For how many days an ended one is shown.
    pub ended_days: u32,
    /// What was just done, or why not.
    pub message: Option<&'a Message>,
    /// Where the sign-out of this device is posted to.
    pub sign_out: &'a str,
    /// Where the end of one session is posted to, with its id as `session`.
    pub end_one: &'a str,
    /// Where the end of all others is posted to.
    pub end_others: &'a str,
    /// Where the password is changed, if the application has one.
    pub change_password: Option<&'a str>,
}

impl Page for DevicesPage<'_> {
    fn title(&self, site: &Site<'_>) -> String {
        site.strings.devices.title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.devices;
        html! {
            h1 { (words.title) }
            p class="lead" { (words.introduction) }
            @if let Some(message) = self.message { (message) }
            section aria-labelledby="current" {
                h2 id="current" { (words.current_heading) }
                (self.current(site))
            }
            section aria-labelledby="others" {
                h2 id="others" { ((words.others_heading)(self.others.len())) }
                (self.others(site))
            }
            @if !self.ended.is_empty() {
                section aria-labelledby="ended" {
                    h2 id="ended" { (words.ended_heading) }
                    p class="aside" { ((words.ended_retention)(self.ended_days)) }
                    ul class="tickets" { @for one in self.ended { li { (ended(site, one)) } } }
                }
            }
        }
    }
}

impl DevicesPage<'_> {
    fn current(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.devices;
        html! {
            article class="ticket ticket-current" {
                (self.current.device.stub(site.strings))
                div class="ticket-body" {
                    div class="ticket-head" {
                        h3 { (self.current.device.name(site.strings)) }
                        span class="impression" { (words.current_mark) }
                    }
                    (self.facts(site, &self.current))
                    (site.form(self.sign_out, &[], &html! {
                        button class="button" type="submit" { (words.sign_out_here) }
                    }))
                }
            }
        }
    }

    fn others(&self, site: &Site<'_>) -> Markup {
        let words = &site.strings.devices;
        if self.others.is_empty() {
            return html! { p class="empty" { (words.others_none) } };
        }
        html! {
            p class="aside" {
                (words.end_one_consequence)
                @if let Some(href) = self.change_password {
                    " " (words.unknown_advice) " " a href=(href) { (words.change_password) } "."
                }
            }
            ul class="tickets" {
                @for (index, other) in self.others.iter().enumerate() {
                    li { (self.other(site, other, index + 1)) }
                }
            }
            @if let Some(href) = self.more {
                p { a href=(href) { (words.others_more) } }
            }
            div class="bulk" {
                p id="bulk-consequence" { (words.end_others_consequence) }
                (site.form(self.end_others, &[], &html! {
                    button class="button button-danger" type="submit"
                        aria-describedby="bulk-consequence" { (words.end_others) }
                }))
            }
        }
    }

    fn other(&self, site: &Site<'_>, other: &OtherSession<'_>, position: usize) -> Markup {
        let words = &site.strings.devices;
        let name = other.facts.device.name(site.strings);
        let label = (words.end_one_named)(&name, position, self.others.len());
        html! {
            article class="ticket ticket-live" {
                (other.facts.device.stub(site.strings))
                div class="ticket-body" {
                    div class="ticket-head" { h3 { (name) } }
                    (self.facts(site, &other.facts))
                    (site.form(self.end_one, &[("session", other.id)], &html! {
                        button class="button button-end" type="submit" aria-label=(label) {
                            (words.end_one)
                        }
                    }))
                }
            }
        }
    }

    fn facts(&self, site: &Site<'_>, session: &SessionFacts<'_>) -> Markup {
        let words = &site.strings.devices;
        let methods = SignInMethod::line(session.methods, site.strings);
        html! {
            dl class="facts" {
                div class="fact-wide" {
                    dt { (words.last_used) }
                    dd { (session.last_used.element(self.now, site.strings)) }
                }
                (fact(words.signed_in, &session.signed_in.element(site.strings)))
                @if !methods.is_empty() { (fact(words.method, &html! { (methods) })) }
                (network(words, session.network))
                @if let Some(end) = session.ends_by {
                    (fact(words.ends_by, &end.element(site.strings)))
                }
            }
        }
    }
}

fn ended(site: &Site<'_>, session: &EndedSession<'_>) -> Markup {
    let words = &site.strings.devices;
    let class = if session.reason.is_alarming() { "reason reason-alarming" } else { "reason" };
    html! {
        article class="ticket ticket-ended" {
            (session.device.stub(site.strings))
            div class="ticket-body" {
                div class="ticket-head" { h3 { (session.device.name(site.strings)) } }
                p class=(class) { (session.reason.words(site.strings).listed) }
                dl class="facts" {
                    (fact(words.ended, &session.ended.element(site.strings)))
                    (fact(words.signed_in, &session.signed_in.element(site.strings)))
                    (network(words, session.network))
                }
            }
        }
    }
}

fn network(words: &DeviceStrings, network: Option<&str>) -> Markup {
    html! {
        @if let Some(network) = network { (fact(words.network, &html! { (network) })) }
    }
}

fn fact(label: &str, value: &Markup) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}
