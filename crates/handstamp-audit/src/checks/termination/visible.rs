//! SA-END-12: whoever is signed in sees how to sign out.

use std::collections::{BTreeSet, VecDeque};

use scraper::Selector;
use url::Url;

use crate::{
    audit::{Audit, Halt, Seen},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    recipe::StepName,
    wire::{Origin, Request},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-END-12", Group::Termination, Severity::Low, "logout is visible on every page")
        .explained(
            "Follows links from the account's page, thirty pages at most, and looks on each page that shows the account \
             for a link or form that leads to the logout. It fails where a page has none; where no page has one, a \
             script may draw it, and the answer is open.",
        )
        .remedied_by("Put the logout into the frame that all pages share.")
        .standards(&["7.4.4"], &["SESS-06"], &[])
        .from_profile(Profile::Standard)
        .needs(&[StepName::Logout])
        .costs(30),
    |audit| Box::pin(run(audit)),
);

/// The most pages that are read.
const MOST_PAGES: usize = 30;

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let step = audit.recipe().steps.get(&StepName::Logout).and_then(|step| step.requests.last());
    let Some((origin, logout)) = step.and_then(|step| visitor.compose(step).ok()) else {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "the logout has no address of its own"));
    };
    let logout = path_of(&logout.target);
    let credentials = visitor.credentials();
    let (_, whoami) = audit.whoami(&credentials)?;
    let mut waiting = VecDeque::from([whoami.target]);
    let mut known: BTreeSet<String> = waiting.iter().map(|target| path_of(target)).collect();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let mut read = 0;
    while let Some(target) = waiting.pop_front() {
        if read == MOST_PAGES {
            break;
        }
        read += 1;
        let request = credentials.apply(Request::get(&target));
        let exchange = audit.client().send(&origin, request, "a page of somebody who is signed in").await?;
        let is_html = exchange.response.header("content-type").is_some_and(|kind| kind.contains("html"));
        if !is_html || exchange.response.status != 200 {
            continue;
        }
        let page = read_page(&exchange.response.text(), &origin, &target);
        if audit.seen(&exchange) == Seen::Person(person) {
            if page.leads_to.contains(&logout) {
                with.push(exchange.id);
            } else {
                without.push((path_of(&target), exchange.id));
            }
        }
        // Links may act; only those that look like pages are followed, and never the logout.
        let new: Vec<_> = page
            .links
            .into_iter()
            .filter(|link| path_of(link) != logout && known.insert(path_of(link)))
            .collect();
        waiting.extend(new);
    }
    let evidence = without.iter().map(|(_, id)| *id).chain(with.iter().copied()).take(10).collect::<Vec<_>>();
    let pages: Vec<_> = without.into_iter().map(|(path, _)| path).collect();
    Ok(match (with.len(), pages.len()) {
        (0, 0) => Outcome::not_applicable(Reason::NoSuchFeature, "no HTML page shows the account"),
        (0, _) => Outcome::inconclusive(
            Reason::NotObserved,
            "no page has the logout in its HTML; a script may draw it",
        ),
        (found, 0) => Outcome::pass(format!("all {found} pages that show the account have the logout")),
        _ => Outcome::fail(CHECK.description.severity, format!("no logout on {}", pages.join(", "))),
    }
    .shown_by(evidence))
}

struct Page {
    /// Paths that links and forms lead to.
    leads_to: BTreeSet<String>,
    /// Targets of links within the origin.
    links: Vec<String>,
}

fn read_page(text: &str, origin: &Origin, target: &str) -> Page {
    let mut page = Page { leads_to: BTreeSet::new(), links: Vec::new() };
    let (Ok(base), Ok(wanted)) = (
        Url::parse(&format!("{origin}{target}")),
        Selector::parse("a[href], form[action], button[formaction]"),
    ) else {
        return page;
    };
    for element in crate::html::document(text).select(&wanted) {
        let value = element.value();
        let to = value.attr("href").or_else(|| value.attr("action")).or_else(|| value.attr("formaction"));
        let Some(url) = to.and_then(|to| base.join(to).ok()) else { continue };
        if Origin::of(&url).as_ref() != Some(origin) {
            continue;
        }
        page.leads_to.insert(url.path().to_owned());
        if value.name() == "a" && url.query().is_none() {
            page.links.push(url.path().to_owned());
        }
    }
    page
}

fn path_of(target: &str) -> String {
    target.split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_forms_are_found_and_foreign_ones_are_not() {
        let origin = Origin { is_secure: false, host: "a.test".to_owned(), port: 80 };
        let page = r#"<a href="b?x=1">b</a><a href="/c#d">c</a><form action="/logout"></form><a href="http://b.test/e">e</a>"#;
        let page = read_page(page, &origin, "/x/y");
        assert_eq!(page.leads_to.iter().map(String::as_str).collect::<Vec<_>>(), ["/c", "/logout", "/x/b"]);
        assert_eq!(page.links, ["/c"]);
    }
}
