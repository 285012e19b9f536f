//! Writes every page of the shop with sample data into a folder, to be looked at:
//! `cargo run -p handstamp-demo --example preview -- FOLDER`

use std::{error::Error, fs, path::Path};

use handstamp_demo::views::{
    AccountPage, BasketPage, ForgotPage, HomePage, LinkPrintedPage, LivePage, PasswordPage, ResetPage,
    SignInPage, SignUpPage, WORDS, books, live_script, shop_assets, shop_stylesheet,
};
use handstamp_pages::{
    LocalPath, Message, NavigationLink, Page, Site, Visitor, assets, maud::Markup, strings::ENGLISH,
};

const EMAIL: &str = "ada@example.org";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write into")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in assets().into_iter().chain(shop_assets()) {
        fs::write(folder.join(asset.path().trim_start_matches('/')), asset.body())?;
    }
    for (name, page) in pages() {
        // Opened from the disk, so that the assets lie beside the page.
        let page = page.0.replace("\"/assets/", "\"assets/");
        fs::write(folder.join(name).with_extension("html"), page)?;
    }
    Ok(())
}

fn pages() -> Vec<(&'static str, Markup)> {
    let guest = site(Visitor::Anonymous { sign_in: "/sign-in" }, None);
    let member = site(Visitor::SignedIn { name: EMAIL, sign_out: "/sign-out" }, Some(3));
    let lines: Vec<_> = books().iter().zip([2, 1]).collect();
    let done = Message::success(WORDS.password_changed);
    let reset = Message::success(WORDS.reset_done);
    let back = LocalPath::HOME;
    let basket = |anonymous| BasketPage { lines: &lines, anonymous };
    let empty = BasketPage { lines: &[], anonymous: true };
    let sign_up = SignUpPage { email: "", email_error: None, password_error: None, return_to: back };
    let sign_up_wrong = SignUpPage {
        email: EMAIL,
        email_error: Some(WORDS.name_taken),
        password_error: Some(WORDS.password_unfit),
        ..sign_up.clone()
    };
    let sign_in =
        SignInPage { email: "", wrong: false, message: Some(&reset), basket_waits: false, return_to: back };
    let sign_in_wrong =
        SignInPage { email: EMAIL, wrong: true, message: None, basket_waits: true, return_to: back };
    let password = PasswordPage { account: EMAIL, wrong: false, unfit: false };
    let password_wrong = PasswordPage { wrong: true, unfit: true, ..password.clone() };
    vec![
        ("home", HomePage { message: None }.render(&guest)),
        ("basket", basket(true).render(&guest)),
        ("basket-member", basket(false).render(&member)),
        ("basket-empty", empty.render(&guest)),
        ("sign-up", sign_up.render(&guest)),
        ("sign-up-wrong", sign_up_wrong.render(&guest)),
        ("sign-in", sign_in.render(&guest)),
        ("sign-in-wrong", sign_in_wrong.render(&guest)),
        ("account", AccountPage { name: EMAIL, message: Some(&done) }.render(&member)),
        ("password", password.render(&member)),
        ("password-wrong", password_wrong.render(&member)),
        ("forgot", ForgotPage { gone: false }.render(&guest)),
        ("forgot-gone", ForgotPage { gone: true }.render(&guest)),
        ("link-printed", LinkPrintedPage.render(&guest)),
        ("reset", ResetPage { link: "sample", account: EMAIL, unfit: false }.render(&guest)),
        ("live", LivePage.render(&member)),
    ]
}

fn site(visitor: Visitor<'static>, count: Option<u32>) -> Site<'static> {
    let link = |href, text, count| NavigationLink { href, text, count, current: false };
    let mut site = Site::new(&ENGLISH, WORDS.product, visitor);
    site.navigation = vec![link("/", WORDS.shelf, None), link("/basket", WORDS.basket, count)];
    if matches!(visitor, Visitor::SignedIn { .. }) {
        site.navigation.push(link("/account", WORDS.account, None));
        site.navigation.push(link("/devices", WORDS.devices, None));
    }
    site.stylesheets = vec![shop_stylesheet().path()];
    site.scripts = vec![live_script().path()];
    site
}
