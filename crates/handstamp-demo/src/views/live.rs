//! A page that is alive for as long as its session is.

use handstamp_pages::{
    Page, Site,
    maud::{Markup, html},
};

use super::words::WORDS;

/// The live counter.
#[derive(Clone, Copy, Debug)]
pub struct LivePage;

impl Page for LivePage {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.live.to_owned()
    }

    fn content(&self, _: &Site<'_>) -> Markup {
        html! {
            h1 { (WORDS.live) }
            p class="lead" { (WORDS.live_lead) }
            div class="counter" data-live="/live/events" {
                // An output announces each change by itself; a number every second would drown all else.
                output class="count" aria-label=(WORDS.live_counter) aria-live="off" data-count { "0" }
                p role="status" data-stopped data-ended=(WORDS.live_stopped) data-broken=(WORDS.live_broken) {}
            }
            noscript { p { (WORDS.live_without_script) " " a href="/live" { (WORDS.live_again) } } }
        }
    }
}
