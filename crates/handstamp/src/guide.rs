//! The pages of `docs/guide`, so that their snippets are compiled with the documentation tests. The
//! one on writing a store is compiled by `handstamp-conformance`, whose suite it shows.

macro_rules! pages {
    ($($name:ident: $file:literal,)*) => {
        $(#[doc = include_str!(concat!("../../../docs/guide/", $file, ".md"))] mod $name {})*
    };
}

pages! {
    stores: "stores",
    sign_in: "sign-in",
    sign_out: "sign-out",
    devices: "devices",
    change_password: "change-password",
    step_up: "step-up",
    remember_me: "remember-me",
    live_connections: "live-connections",
    near_cache: "near-cache",
    change_log: "change-log",
    testing: "testing",
}
