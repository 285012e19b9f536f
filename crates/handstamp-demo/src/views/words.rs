//! Every sentence of the shop, in one table.

/// The shop's words. What the devices page and its relatives say stands in `handstamp_pages::strings`.
#[derive(Clone, Copy, Debug)]
pub struct ShopWords {
    /// The name of the shop.
    pub product: &'static str,
    /// Navigation.
    pub shelf: &'static str,
    /// Navigation.
    pub basket: &'static str,
    /// Navigation.
    pub account: &'static str,
    /// Navigation.
    pub devices: &'static str,
    /// Home.
    pub home_title: &'static str,
    /// Home.
    pub home_lead: &'static str,
    /// The button beside a book.
    pub add: &'static str,
    /// The basket.
    pub basket_lead: &'static str,
    /// The basket.
    pub basket_empty: &'static str,
    /// The basket.
    pub remove: &'static str,
    /// The basket.
    pub total: &'static str,
    /// Sign-up.
    pub sign_up: &'static str,
    /// Sign-up.
    pub sign_up_lead: &'static str,
    /// Sign-in.
    pub sign_in: &'static str,
    /// Sign-in.
    pub sign_in_lead: &'static str,
    /// Sign-in with something in the basket.
    pub basket_waits: &'static str,
    /// Forms.
    pub email: &'static str,
    /// Forms.
    pub email_hint: &'static str,
    /// Forms.
    pub password: &'static str,
    /// Forms.
    pub password_hint: &'static str,
    /// Forms.
    pub current_password: &'static str,
    /// Forms.
    pub new_password: &'static str,
    /// Sign-in.
    pub remember: &'static str,
    /// Sign-in.
    pub remember_hint: &'static str,
    /// Sign-in.
    pub wrong: &'static str,
    /// Sign-up.
    pub name_taken: &'static str,
    /// Sign-up.
    pub name_unfit: &'static str,
    /// Sign-up and new passwords.
    pub password_unfit: &'static str,
    /// Links between the forms.
    pub no_account: &'static str,
    /// Links between the forms.
    pub have_account: &'static str,
    /// Links between the forms.
    pub forgot: &'static str,
    /// The account page.
    pub account_lead: &'static str,
    /// The account page.
    pub devices_link: &'static str,
    /// The account page.
    pub change_password: &'static str,
    /// The account page.
    pub change_password_link: &'static str,
    /// The account page.
    pub live_link: &'static str,
    /// The account page.
    pub export: &'static str,
    /// The account page.
    pub export_link: &'static str,
    /// Change password.
    pub change_password_lead: &'static str,
    /// Change password.
    pub wrong_current: &'static str,
    /// After a change.
    pub password_changed: &'static str,
    /// Forgot password.
    pub forgot_lead: &'static str,
    /// Forgot password.
    pub print_link: &'static str,
    /// After asking for a link.
    pub link_printed: &'static str,
    /// After asking for a link.
    pub link_printed_lead: &'static str,
    /// Reset.
    pub reset: &'static str,
    /// Reset.
    pub reset_lead: &'static str,
    /// Reset.
    pub reset_gone: &'static str,
    /// After a reset.
    pub reset_done: &'static str,
    /// The live page.
    pub live: &'static str,
    /// The live page.
    pub live_lead: &'static str,
    /// The live page.
    pub live_counter: &'static str,
    /// The live page.
    pub live_stopped: &'static str,
    /// The live page, when the line is broken.
    pub live_broken: &'static str,
    /// The live page without script.
    pub live_without_script: &'static str,
    /// The live page without script.
    pub live_again: &'static str,
    /// Devices, after an end.
    pub one_ended: &'static str,
    /// Devices, after an end.
    pub others_ended: &'static str,
    /// Devices, when there was nothing to end.
    pub none_ended: &'static str,
    /// After the proof was renewed.
    pub confirmed: &'static str,
    /// When a change could not be written down.
    pub not_kept: &'static str,
    /// When a change could not be written down.
    pub not_kept_lead: &'static str,
    /// The page that is not there.
    pub not_found: &'static str,
    /// The page that is not there.
    pub not_found_lead: &'static str,
}

/// In English.
pub const WORDS: ShopWords = ShopWords {
    product: "Harbour Books",
    shelf: "Shelf",
    basket: "Basket",
    account: "Account",
    devices: "Devices",
    home_title: "Books for people near water",
    home_lead: "Put a few into your basket before you sign in: they come along.",
    add: "Add to basket",
    basket_lead: "It belongs to this browser until you sign in, and to you afterwards.",
    basket_empty: "There is nothing in it yet.",
    remove: "Remove",
    total: "Total",
    sign_up: "Create account",
    sign_up_lead: "An account lets you see and end your sessions on every device.",
    sign_in: "Sign in",
    sign_in_lead: "Welcome back.",
    basket_waits: "Your basket comes along when you sign in.",
    email: "Email",
    email_hint: "Anything with a name in it will do; nothing is sent.",
    password: "Password",
    password_hint: "At least 8 characters. A few words make a good one.",
    current_password: "Current password",
    new_password: "New password",
    remember: "Remember me on this device",
    remember_hint: "For up to 30 days, and 14 without a visit. Not on a shared computer.",
    wrong: "This email and password do not belong together.",
    name_taken: "Somebody has an account with this email already.",
    name_unfit: "Use 1 to 64 letters, digits or . - _ @ +",
    password_unfit: "Use 8 to 256 characters.",
    no_account: "Create an account",
    have_account: "Sign in instead",
    forgot: "Forgot your password?",
    account_lead: "You are signed in as",
    devices_link: "Where you are signed in, and how to end it",
    change_password: "Change password",
    change_password_link: "Ends every other session",
    live_link: "Stops the moment this session ends",
    export: "Download your sessions",
    export_link: "Everything we keep of them, as JSON",
    change_password_lead: "Every other device will be signed out; this one stays signed in.",
    wrong_current: "This is not your current password.",
    password_changed: "Your password is changed. Every other device has been signed out.",
    forgot_lead: "We print a link into the terminal in which the demo runs, where a real shop would send a letter.",
    print_link: "Print a link",
    link_printed: "Look into the terminal",
    link_printed_lead: "If there is an account with this email, a link has been printed. It works once, for 15 minutes.",
    reset: "Choose a new password",
    reset_lead: "Every device of this account will be signed out.",
    reset_gone: "This link has been used or is too old. Ask for a new one.",
    reset_done: "Your password is changed and every device has been signed out. Sign in with the new one.",
    live: "Live counter",
    live_lead: "The server counts for as long as this session lives. End it from another device and watch.",
    live_counter: "Live counter",
    live_stopped: "The counter stopped: this session has ended.",
    live_broken: "The line is broken. Load this page again.",
    live_without_script: "Counting needs script. Without it, load this page again to see whether the session lives.",
    live_again: "Load this page again",
    one_ended: "The session has been ended. Its device is signed out.",
    others_ended: "All other sessions have been ended. Only this device is signed in.",
    none_ended: "That session had ended already.",
    confirmed: "Thank you. You can go on.",
    not_kept: "This could not be saved",
    not_kept_lead: "Nothing has changed. The terminal in which the demo runs says why; please try again in a moment.",
    not_found: "There is no such page",
    not_found_lead: "Perhaps the link is old.",
};
