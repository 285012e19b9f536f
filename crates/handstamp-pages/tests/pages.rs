//! What holds for every page: escaping, headings, labels, names, nothing secret, nothing inline.

use handstamp_pages::{CONTENT_SECURITY_POLICY, stylesheet};
use html::Tag;

mod html;
mod samples;

fn each_page(mut check: impl FnMut(&str, &str, &[Tag])) {
    let pages = samples::pages();
    assert!(pages.len() > 15);
    for (name, page) in pages {
        let page = page.into_string();
        check(&name, &page, &html::tags(&page));
    }
}

#[test]
fn what_a_client_sends_is_text_and_never_markup() {
    let mut seen = 0;
    each_page(|name, page, tags| {
        assert!(!page.contains("<script>"), "{name} holds a script of a client");
        seen += page.matches("&lt;script&gt;alert(1)").count();
        assert!(tags.iter().all(|tag| tag.get("onmouseover").is_none()), "{name}");
    });
    assert!(seen >= 3, "the hostile name was shown {seen} times, in text and in attributes");
}

#[test]
fn every_page_has_one_main_heading_and_skips_no_level() {
    each_page(|name, _, tags| {
        let levels: Vec<u32> = tags.iter().filter_map(Tag::heading).collect();
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert_eq!(levels.iter().filter(|&&level| level == 1).count(), 1, "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    });
}

#[test]
fn every_input_has_a_label_and_a_purpose() {
    let mut inputs = 0;
    each_page(|name, _, tags| {
        let labelled: Vec<_> =
            tags.iter().filter(|tag| tag.name == "label").filter_map(|tag| tag.get("for")).collect();
        for input in tags.iter().filter(|tag| tag.name == "input") {
            if input.get("type") == Some("hidden") {
                continue;
            }
            inputs += 1;
            let id = input.get("id").expect("an id");
            assert!(labelled.contains(&id), "{name}: {id} has no label");
            assert!(input.get("autocomplete").is_some(), "{name}: {id} has no purpose");
        }
    });
    assert!(inputs >= 6, "only {inputs} inputs were seen");
}

#[test]
fn buttons_can_be_told_apart_by_name() {
    each_page(|page_name, _, tags| {
        let buttons = tags.iter().filter(|tag| tag.name == "button");
        let mut names: Vec<_> =
            buttons.map(|tag| tag.get("aria-label").unwrap_or(&tag.text).to_owned()).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "{page_name}: {names:?}");
        assert!(names.iter().all(|name| !name.is_empty()), "{page_name} has a nameless button");
    });
}

#[test]
fn a_button_is_called_what_it_shows() {
    each_page(|name, _, tags| {
        for tag in tags.iter().filter(|tag| tag.name == "button") {
            let label = tag.get("aria-label").unwrap_or(&tag.text);
            assert!(label.starts_with(&tag.text), "{name}: {label} shows {}", tag.text);
        }
    });
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    each_page(|name, _, tags| {
        let mut ids: Vec<_> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}: {ids:?}");
        for attribute in ["for", "aria-labelledby", "aria-describedby"] {
            for value in tags.iter().filter_map(|tag| tag.get(attribute)) {
                for id in value.split(' ') {
                    assert!(ids.contains(&id), "{name}: {attribute} names {id}");
                }
            }
        }
    });
}

#[test]
fn forms_send_only_what_is_public() {
    const KNOWN: [&str; 5] = ["csrf", "return_to", "session", "username", "password"];
    each_page(|name, _, tags| {
        for tag in tags.iter().filter(|tag| tag.name == "input") {
            let field = tag.get("name").expect("a name");
            assert!(KNOWN.contains(&field), "{name} sends {field}");
            let given_back = tag.get("type") == Some("password") && tag.get("value").is_some();
            assert!(!given_back, "{name} gives a password back");
        }
    });
}

#[test]
fn what_changes_something_is_posted_with_the_hidden_field() {
    each_page(|name, page, tags| {
        let forms = tags.iter().filter(|tag| tag.name == "form");
        for form in forms.clone() {
            assert_eq!(form.get("method"), Some("post"), "{name}");
        }
        if page.contains("ada@example.org") {
            let guards = tags.iter().filter(|tag| tag.get("name") == Some("csrf")).count();
            assert_eq!(guards, forms.count(), "{name}");
        }
    });
}

#[test]
fn the_way_out_is_on_every_signed_in_page() {
    let mut signed_in = 0;
    each_page(|name, page, tags| {
        if !page.contains("ada@example.org") {
            return;
        }
        signed_in += 1;
        let out = |tag: &Tag| tag.name == "form" && tag.get("action") == Some("/out");
        assert!(tags.iter().any(out), "{name} has no sign-out (ASVS V7.4.4)");
        assert!(tags.iter().any(|tag| tag.name == "button" && tag.text == "Sign out"), "{name}");
    });
    assert!(signed_in >= 5);
}

#[test]
fn the_strict_policy_holds() {
    assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none'"));
    each_page(|name, _, tags| {
        for tag in tags {
            assert!(tag.get("style").is_none(), "{name}: a style on {}", tag.name);
            assert!(!tag.attributes.iter().any(|(key, _)| key.starts_with("on")), "{name}");
            assert_ne!(tag.name, "style", "{name}");
            if tag.name == "script" {
                assert!(tag.get("src").is_some_and(|src| src.starts_with("/assets/")), "{name}");
            }
        }
    });
}

#[test]
fn the_page_refers_to_the_stylesheet_as_it_is() {
    each_page(|name, page, _| assert!(page.contains(stylesheet().path()), "{name}"));
}

#[test]
fn a_device_without_others_is_told_so() {
    let pages = samples::pages();
    let alone = pages.iter().find(|(name, _)| name == "devices-alone").expect("the page");
    assert!(alone.1.0.contains("You are signed in nowhere else."));
    assert!(!alone.1.0.contains("End all other sessions"));
}
