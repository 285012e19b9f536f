//! The shelf and the basket.

use handstamp_pages::{
    Message, Page, Site,
    maud::{Markup, html},
};

use super::{covers, words::WORDS};

/// A book on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Book {
    /// Its number.
    pub id: u32,
    /// Its title.
    pub title: &'static str,
    /// Who wrote it.
    pub author: &'static str,
    /// What it costs, in cents.
    pub cents: u32,
}

/// The whole shelf.
pub fn books() -> &'static [Book] {
    const BOOKS: [Book; 6] = [
        Book { id: 1, title: "Knots for the Impatient", author: "Ines Calder", cents: 1450 },
        Book { id: 2, title: "The Lighthouse Keeper's Cookbook", author: "Tom Arundel", cents: 2200 },
        Book { id: 3, title: "Tides and Other Promises", author: "Mira Okafor", cents: 1795 },
        Book { id: 4, title: "A Field Guide to Fog", author: "Sven Halloran", cents: 1990 },
        Book { id: 5, title: "Rust, Barnacles and Paint", author: "Lucia Ferrand", cents: 2650 },
        Book { id: 6, title: "Letters to the Harbour Master", author: "Dana Whitlock", cents: 1200 },
    ];
    &BOOKS
}

/// The book with this number.
pub fn book(id: u32) -> Option<&'static Book> {
    books().iter().find(|book| book.id == id)
}

fn price(cents: u32) -> String {
    format!("\u{20ac}\u{a0}{}.{:02}", cents / 100, cents % 100)
}

/// The shelf.
pub struct HomePage<'a> {
    /// What was just done.
    pub message: Option<&'a Message>,
}

impl Page for HomePage<'_> {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.home_title.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        html! {
            h1 { (WORDS.home_title) }
            p class="lead" { (WORDS.home_lead) }
            @if let Some(message) = self.message { (message) }
            ul class="shelf" {
                @for book in books() {
                    li class="book" {
                        div class={ "cover cover-" (book.id) } aria-hidden="true" {
                            (covers::drawing(book.id))
                            span { (book.title) }
                        }
                        h2 { (book.title) }
                        p class="by" { (book.author) }
                        p class="price" { (price(book.cents)) }
                        (site.form("/basket/add", &[("book", &book.id.to_string())], &html! {
                            button class="button" type="submit" aria-label={ (WORDS.add) ": " (book.title) } { (WORDS.add) }
                        }))
                    }
                }
            }
        }
    }
}

/// The basket.
pub struct BasketPage<'a> {
    /// What is in it, and how many of each.
    pub lines: &'a [(&'static Book, u32)],
    /// Is nobody signed in?
    pub anonymous: bool,
}

impl Page for BasketPage<'_> {
    fn title(&self, _: &Site<'_>) -> String {
        WORDS.basket.to_owned()
    }

    fn content(&self, site: &Site<'_>) -> Markup {
        let total: u32 = self.lines.iter().map(|(book, count)| book.cents.saturating_mul(*count)).sum();
        html! {
            h1 { (WORDS.basket) }
            p class="lead" { (WORDS.basket_lead) }
            @if self.lines.is_empty() {
                p { (WORDS.basket_empty) }
                p { a class="button button-primary" href="/" { (WORDS.shelf) } }
            } @else {
                ul class="lines" {
                    @for (book, count) in self.lines {
                        li class="line" {
                            span class="line-title" { (book.title) }
                            span class="line-count" { (count) "\u{a0}\u{d7}\u{a0}" (price(book.cents)) }
                            (site.form("/basket/remove", &[("book", &book.id.to_string())], &html! {
                                button class="button button-quiet" type="submit" aria-label={ (WORDS.remove) ": " (book.title) } {
                                    (WORDS.remove)
                                }
                            }))
                        }
                    }
                }
                p class="total" { span { (WORDS.total) ": " } strong { (price(total)) } }
                @if self.anonymous {
                    p class="actions" {
                        a class="button button-primary" href="/sign-in" { (WORDS.sign_in) }
                        a href="/sign-up" { (WORDS.sign_up) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_read_as_money() {
        assert_eq!(price(1450), "\u{20ac}\u{a0}14.50");
        assert_eq!(price(5), "\u{20ac}\u{a0}0.05");
    }

    #[test]
    fn every_book_is_found_by_its_number() {
        for one in books() {
            assert_eq!(book(one.id), Some(one));
        }
        assert_eq!(book(99), None);
    }
}
