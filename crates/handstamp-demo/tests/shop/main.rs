//! The shop as its visitors meet it, over HTTP and without a browser.

mod browser;
mod entry;
mod outage;
mod passwords;
