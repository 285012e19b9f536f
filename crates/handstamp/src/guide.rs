//! The pages of `docs/guide`, so that their snippets are compiled with the documentation tests.

macro_rules! pages {
    ($($name:ident: $file:literal,)*) => {
        $(#[doc = include_str!(concat!("../../../docs/guide/", $file, ".md"))] mod $name {})*
    };
}

pages! {
    sign_in: "sign-in",
    sign_out: "sign-out",
    devices: "devices",
    change_password: "change-password",
    step_up: "step-up",
    remember_me: "remember-me",
    live_connections: "live-connections",
    testing: "testing",
    writing_a_store: "writing-a-store",
}
