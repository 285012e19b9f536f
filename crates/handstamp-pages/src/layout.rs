//! The frame around every page: head, skip link, header, main, footer.

use maud::{DOCTYPE, Markup, html};

use crate::{
    assets,
    form::{Csrf, PostForm},
    icons,
    strings::Strings,
};

/// A page that can be put into the frame.
pub trait Page {
    /// The title, without the name of the product.
    fn title(&self, site: &Site<'_>) -> String;

    /// What stands in `main`. Holds exactly one `h1`.
    fn content(&self, site: &Site<'_>) -> Markup;

    /// The whole document.
    fn render(&self, site: &Site<'_>) -> Markup {
        site.frame(&self.title(site), &self.content(site))
    }
}

/// Who is looking.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Visitor<'a> {
    /// Nobody is signed in.
    Anonymous {
        /// Where to sign in.
        sign_in: &'a str,
    },
    /// Somebody is signed in. The frame then always shows the way out (ASVS V7.4.4).
    SignedIn {
        /// The name to show.
        name: &'a str,
        /// Where the sign-out is posted to.
        sign_out: &'a str,
    },
    /// It cannot be told just now. The frame then claims neither.
    Unknown,
}

/// A link in the header.
#[derive(Clone, Copy, Debug)]
pub struct NavigationLink<'a> {
    /// Where to.
    pub href: &'a str,
    /// Its text.
    pub text: &'a str,
    /// A number to show beside it.
    pub count: Option<u32>,
    /// Whether it leads to the page that is shown.
    pub current: bool,
}

/// What is around a page: the product, its navigation, the visitor.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// The words to use.
    pub strings: &'a Strings,
    /// The name of the product.
    pub product: &'a str,
    /// The product's mark as inline SVG; the stamp if there is none.
    pub mark: Option<Markup>,
    /// Where the product's name leads.
    pub home: &'a str,
    /// The links of the header.
    pub navigation: Vec<NavigationLink<'a>>,
    /// Who is looking.
    pub visitor: Visitor<'a>,
    /// The hidden field for every form on the page.
    pub csrf: Option<Csrf<'a>>,
    /// Paths of stylesheets after the pages' own.
    pub stylesheets: Vec<&'a str>,
    /// Paths of scripts after the pages' own. Pages must be complete without them.
    pub scripts: Vec<&'a str>,
}

impl<'a> Site<'a> {
    /// A site without navigation whose home is `/`.
    pub fn new(strings: &'a Strings, product: &'a str, visitor: Visitor<'a>) -> Self {
        Self {
            strings,
            product,
            mark: None,
            home: "/",
            navigation: Vec::new(),
            visitor,
            csrf: None,
            stylesheets: Vec::new(),
            scripts: Vec::new(),
        }
    }

    /// A form of this site that posts `content` and hidden fields to `action`.
    pub fn form(&self, action: &str, hidden: &[(&str, &str)], content: &Markup) -> Markup {
        PostForm { action, csrf: self.csrf, hidden }.around(content)
    }

    /// The document around `content`.
    pub fn frame(&self, title: &str, content: &Markup) -> Markup {
        let words = &self.strings.layout;
        html! {
            (DOCTYPE)
            html lang=(self.strings.language) {
                (self.head(title))
                body {
                    a class="skip" href="#content" { (words.skip) }
                    (self.header())
                    main id="content" tabindex="-1" { (content) }
                    footer class="footer" {
                        (icons::stamp_mark())
                        p { (words.footer) }
                    }
                }
            }
        }
    }

    fn head(&self, title: &str) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " \u{b7} " (self.product) }
                link rel="icon" type="image/svg+xml" href=(assets::icon().path());
                link rel="stylesheet" href=(assets::stylesheet().path());
                @for path in &self.stylesheets { link rel="stylesheet" href=(path); }
                script src=(assets::script().path()) defer {}
                @for path in &self.scripts { script src=(path) defer {} }
            }
        }
    }

    fn header(&self) -> Markup {
        let words = &self.strings.layout;
        html! {
            header class="header" {
                div class="header-inner" {
                    a class="brand" href=(self.home) {
                        @if let Some(mark) = &self.mark { (mark) } @else { (icons::stamp_mark()) }
                        span { (self.product) }
                    }
                    @if !self.navigation.is_empty() {
                        nav class="navigation" aria-label=(words.navigation) {
                            ul { @for link in &self.navigation { li { (self.link(link)) } } }
                        }
                    }
                    (self.visitor())
                }
            }
        }
    }

    fn link(&self, link: &NavigationLink<'_>) -> Markup {
        html! {
            a href=(link.href) aria-current=[link.current.then_some("page")] {
                (link.text)
                @if let Some(count) = link.count {
                    " " span class="badge" aria-hidden="true" { (count) }
                    span class="unseen" { " " ((self.strings.layout.count)(count)) }
                }
            }
        }
    }

    fn visitor(&self) -> Markup {
        let words = &self.strings.layout;
        html! {
            @match self.visitor {
                Visitor::Anonymous { sign_in } => {
                    div class="visitor" {
                        a class="button button-quiet" href=(sign_in) { (words.sign_in) }
                    }
                }
                Visitor::SignedIn { name, sign_out } => {
                    div class="visitor" {
                        span class="visitor-name" title=((words.signed_in_as)(name)) { (name) }
                        (self.form(sign_out, &[], &html! {
                            button class="button button-quiet" type="submit" { (words.sign_out) }
                        }))
                    }
                }
                Visitor::Unknown => {}
            }
        }
    }
}
