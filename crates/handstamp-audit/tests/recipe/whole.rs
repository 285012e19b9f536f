use std::{path::PathBuf, time::Duration};

use handstamp_audit::recipe::{Admission, Body, ClockHook, Find, StepName};
use proptest::prelude::*;

use crate::support::{read, recipe};

const EVERYTHING: &str = r#"
[accounts.bob]
user = "bob"
password = { file = "closed" }
marker = "Bob B. from Bath"
totp = { env = "ALICE" }
variables = { number = "7" }

[accounts.root]
user = "root"
password = { stdin = true }
marker = "the administrator"
admin = true

[limits]
requests = 100
rate = 5
time = "2m"

[[steps.logout.requests]]
post = "/logout"
headers = { x-csrf = "{{csrf}}" }
expect = { status = [302, 303], path = "/" }
follow = true

[steps.write]
destructive = true
effect = { get = "/name", expect = { contains = "{{nonce}}" } }
[[steps.write.requests]]
put = "/name"
json = { name = "{{nonce}}", deep = [1, 2.5, true, "{{number}}"] }

[[steps.sessions_list.requests]]
get = "/sessions"
expect.status = 200
extract.ids = { json = "/sessions", all = true, optional = true }

[[steps.end_session.requests]]
post = "/sessions/end"
text = "{{session_id}}"
content_type = "text/x-id"

[[credentials]]
cookie = "sid"
[[credentials]]
header = "authorization"
value = "Bearer {{csrf}}"

[public]
entry = [{ post = "/reset", form = { user = "{{user}}" } }]
protected = ["/account"]

[clock]
advance = { post = "/clock?by={{seconds}}&in_all={{offset}}" }

[mail]
file = "outbox"

[logs]
files = ["app.log"]

[policy]
idle = "30m"
absolute = "12h"
concurrent = { max = 5, on_excess = "evict-oldest" }
rotation_grace = "10s"
script_cookies = ["csrf"]
cookie_domain = ".example.test"
polling_extends = true
"#;

#[test]
fn a_recipe_that_has_everything_is_read_whole() {
    // Not a base32 secret: the account's codes are asked for here, so it has one.
    let text = recipe(&EVERYTHING.replace("totp = { env = \"ALICE\" }\n", ""));
    let (recipe, warnings) = read(&text).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(warnings.is_empty(), "{warnings}");
    let names: Vec<_> = recipe.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["alice", "bob", "root"], "in the order of the file");
    let passwords: Vec<_> = recipe.accounts.iter().map(|account| account.password.reveal()).collect();
    assert_eq!(passwords, ["alice's password", "from a file", "typed"]);
    assert!(recipe.accounts[2].is_admin);
    assert_eq!(
        (recipe.limits.requests, recipe.limits.rate, recipe.limits.time),
        (100, 5, Duration::from_secs(120))
    );
    assert_eq!(recipe.target.scope, ["localhost:8080"]);

    let login = &recipe.steps[&StepName::Login];
    assert_eq!(login.requests.len(), 2);
    assert!(
        login.requests[1].follows_redirects && !recipe.steps[&StepName::Whoami].requests[0].follows_redirects
    );
    let Body::Form(fields) = &login.requests[1].body else { panic!("no form") };
    assert_eq!(
        fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["user", "password", "csrf"]
    );

    let write = &recipe.steps[&StepName::Write];
    let Body::Json(json) = &write.requests[0].body else { panic!("no JSON") };
    assert_eq!(json.to_string(), r#"{"deep":[1,2.5,true,"{{number}}"],"name":"{{nonce}}"}"#);
    assert!(write.is_destructive && write.effect.is_some());
    assert!(matches!(recipe.steps[&StepName::SessionsList].requests[0].extract[0].1.find, Find::Json { .. }));
    assert_eq!(text.lines().nth(recipe.steps[&StepName::Logout].line - 1), Some("[[steps.logout.requests]]"));

    assert!(matches!(recipe.clock, Some(ClockHook::Request(_))));
    assert_eq!(recipe.logs, [PathBuf::from("recipes/app.log")], "beside the recipe");
    let concurrent = recipe.policy.concurrent.unwrap();
    assert_eq!((concurrent.max, concurrent.on_excess), (5, Admission::EvictOldest));
    assert_eq!(recipe.policy.cookie_domain.as_deref(), Some("example.test"));
    assert_eq!(recipe.credentials.len(), 2);
}

#[test]
fn no_secret_is_shown_by_anything_that_was_read() {
    let (recipe, _) = read(&recipe("")).unwrap();
    assert!(!format!("{recipe:?}").contains("alice's password"));
}

#[test]
fn what_is_only_likely_wrong_is_a_warning() {
    let more = "[accounts.bob]\nuser = \"bobby\"\npassword = { file = \"open\" }\nmarker = \"bobby\"\n\
                [[steps.write.requests]]\npost = \"/name\"\n";
    let (_, warnings) = read(&recipe(more)).unwrap();
    let messages: Vec<_> = warnings.all.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "accounts.bob.marker is what login sends as the user name",
            "others on this machine may read recipes/open",
            "steps.write has no effect, so nothing can be read back",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "[ -~\n\u{e9}\u{1f600}]{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn no_damage_to_a_recipe_makes_the_reader_panic(at in 0_usize..2_000, drop in 0_usize..40, more in "[ -~\n]{0,12}") {
        let mut text: Vec<char> = recipe(EVERYTHING).chars().collect();
        let at = at.min(text.len());
        text.drain(at..(at + drop).min(text.len()));
        text.splice(at..at, more.chars());
        let text: String = text.into_iter().collect();
        if let Err(problems) = read(&text) {
            prop_assert!(!problems.is_empty(), "refused without a word");
            prop_assert!(!problems.to_string().contains("alice's password"));
        }
    }
}
