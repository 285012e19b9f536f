//! How the shop looks: pure functions from values to HTML, in the frame of `handstamp-pages`.
#![allow(
    clippy::exhaustive_structs,
    reason = "views are filled by literals: a new field must stop the caller that does not fill it"
)]

mod account;
mod assets;
mod catalogue;
mod covers;
mod live;
mod password;
mod words;

pub use account::{AccountPage, SignInPage, SignUpPage};
pub use assets::{live_script, shop_assets, shop_stylesheet};
pub use catalogue::{BasketPage, Book, HomePage, book, books};
pub use live::LivePage;
pub use password::{ForgotPage, LinkPrintedPage, PasswordPage, ResetPage};
pub use words::{ShopWords, WORDS};
