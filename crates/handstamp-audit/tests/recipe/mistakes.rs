use crate::support::{read, recipe};

/// The messages of everything that is wrong, with their lines' text.
fn mistakes(text: &str) -> Vec<(String, String)> {
    let Err(problems) = read(text) else { return Vec::new() };
    let line = |number: usize| text.lines().nth(number - 1).unwrap_or_default().to_owned();
    problems.all.iter().map(|problem| (problem.message.clone(), line(problem.line))).collect()
}

#[track_caller]
fn refused(more: &str, message: &str, line: &str) {
    let found = mistakes(&recipe(more));
    assert!(found.contains(&(message.to_owned(), line.to_owned())), "{found:#?}");
}

#[test]
fn every_mistake_is_told_at_once_each_with_its_line() {
    let text = "version = 1\n[target]\nbase = \"localhost\"\nscop = []\n[accounts.alice]\nuser = 1\n\
                [steps.login]\n[[steps.whoam.requests]]\nget = \"/\"\n[policy]\nidle = \"30 minutes\"\n";
    let found = mistakes(text);
    let lines: Vec<_> = found.iter().map(|(message, line)| format!("{line} <- {message}")).collect();
    for wanted in [
        "base = \"localhost\" <- target.base is no URL",
        "scop = [] <- unknown key `target.scop`",
        "user = 1 <- accounts.alice.user is a number",
        "[accounts.alice] <- accounts.alice.password is missing",
        "[accounts.alice] <- accounts.alice.marker is missing",
        "[steps.login] <- steps.login has no requests",
        "[[steps.whoam.requests]] <- unknown step `whoam`",
        "idle = \"30 minutes\" <- policy.idle is \"30 minutes\", which is no duration",
    ] {
        assert!(lines.iter().any(|line| line == wanted), "{wanted} is not in {lines:#?}");
    }
}

#[test]
fn what_was_meant_is_suggested_and_what_is_expected_is_shown() {
    let Err(problems) = read(&recipe("[polcy]\nidle = \"30m\"\n")) else { panic!("it was read") };
    assert!(problems.to_string().contains("did you mean `policy`?"), "{problems}");
    let Err(problems) = read("version = 1\n") else { panic!("it was read") };
    let shown = problems.to_string();
    for wanted in ["[target]", "[accounts.alice]", "[[steps.login.requests]]", "expect = { contains"] {
        assert!(shown.contains(wanted), "{wanted} is not shown:\n{shown}");
    }
}

#[test]
fn text_that_is_not_toml_says_where() {
    let found = mistakes("version = 1\n[target\nbase = \"x\"\n");
    assert!(found.iter().all(|(message, _)| message.starts_with("this is not TOML")), "{found:?}");
    assert_eq!(found.first().map(|(_, line)| line.as_str()), Some("[target"));
}

#[test]
fn another_version_is_refused_before_anything_else() {
    let found = mistakes("version = 2\nnew = true\n");
    assert_eq!(
        found,
        [("version is 2, and this program reads version 1".to_owned(), "version = 2".to_owned())]
    );
}

#[test]
fn secrets_in_the_recipe_and_secrets_that_are_not_there_are_refused() {
    let bob = |password: &str| {
        format!("[accounts.bob]\nuser = \"bob\"\nmarker = \"Bob Bee\"\npassword = {password}\n")
    };
    let line = |password: &str| format!("password = {password}");
    for (password, message) in [
        ("\"hunter2\"", "accounts.bob.password stands in the recipe"),
        ("{ env = \"NOWHERE\" }", "the environment variable NOWHERE is not set"),
        ("{ env = \"EMPTY\" }", "accounts.bob.password is empty"),
        ("{ file = \"nowhere\" }", "recipes/nowhere cannot be read: entity not found"),
        ("{ env = \"BOB\", file = \"closed\" }", "accounts.bob.password names not exactly one place"),
        ("{ environment = \"BOB\" }", "unknown key `accounts.bob.password.environment`"),
    ] {
        refused(&bob(password), message, &line(password));
    }
}

#[test]
fn names_that_nothing_gives_are_found_before_the_first_request() {
    let more = "[[steps.logout.requests]]\npost = \"/logout\"\nform = { csrf = \"{{crsf}}\" }\n";
    refused(more, "nothing gives {{crsf}}", "form = { csrf = \"{{crsf}}\" }");
    refused(
        "[[steps.logout.requests]]\npost = \"/{{session_id}}\"\n",
        "nothing gives {{session_id}}",
        "post = \"/{{session_id}}\"",
    );
    assert!(read(&recipe("[[steps.end_session.requests]]\npost = \"/{{session_id}}\"\n")).is_ok());
    assert!(
        read(&recipe("[[steps.logout.requests]]\npost = \"/\"\nform = { csrf = \"{{csrf}}\" }\n")).is_ok(),
        "login gave it"
    );
}

#[test]
fn requests_with_two_methods_two_bodies_or_none_are_refused() {
    let logout = |line: &str| format!("[[steps.logout.requests]]\n{line}\n");
    for (line, message, at) in [
        ("get = \"/a\"\npost = \"/b\"", "steps.logout.requests[0] has two methods", "post = \"/b\""),
        ("follow = true", "steps.logout.requests[0] has no method", "[[steps.logout.requests]]"),
        ("post = \"/\"\nform = {}\njson = {}", "steps.logout.requests[0] has two bodies", "json = {}"),
        ("post = \"logout\"", "\"logout\" is no path", "post = \"logout\""),
        (
            "post = \"/\"\nexpect.status = 99",
            "steps.logout.requests[0].expect.status is a number",
            "expect.status = 99",
        ),
        ("post = \"/{{a b}}\"", "`{{a b}}` is no name in braces", "post = \"/{{a b}}\""),
        ("post = \"/\"\nextract.t = { css = \"p[\" }", "", "extract.t = { css = \"p[\" }"),
        (
            "post = \"/\"\nextract.t = { regex = \"(\" }",
            "\"(\" is no regular expression",
            "extract.t = { regex = \"(\" }",
        ),
        (
            "post = \"/\"\nextract.t = { json = \"a.b\" }",
            "\"a.b\" is no JSON pointer",
            "extract.t = { json = \"a.b\" }",
        ),
        (
            "post = \"/\"\nextract.t = { all = true }",
            "steps.logout.requests[0].extract.t names no place",
            "extract.t = { all = true }",
        ),
    ] {
        let found = mistakes(&recipe(&logout(line)));
        let is_there =
            found.iter().any(|(told, place)| place == at && (message.is_empty() || told == message));
        assert!(is_there, "{line}: {found:#?}");
    }
}

#[test]
fn markers_have_to_tell_people_apart() {
    let bob = |marker: &str| {
        format!("[accounts.bob]\nuser = \"bob\"\npassword = {{ env = \"BOB\" }}\nmarker = \"{marker}\"\n")
    };
    refused(
        &bob("my alice@example.test"),
        "the marker of alice is also in that of bob",
        "marker = \"alice@example.test\"",
    );
    assert_eq!(mistakes(&recipe(&bob("alice@example.test"))).len(), 1, "equal ones are told once");
    assert!(read(&recipe(&bob("bob@example.test"))).is_ok());
}

#[test]
fn a_target_is_one_that_may_be_asked() {
    let with = |line: &str| recipe("").replace("base = \"http://localhost:8080\"", line);
    for (line, message) in [
        ("base = \"ftp://a.test\"", "target.base is neither http nor https"),
        (
            "base = \"http://u:p@a.test\"",
            "target.base holds a user name or password; those belong below [accounts]",
        ),
        (
            "base = \"http://a.test/?x=1\"",
            "target.base has a query or fragment; paths of steps are put behind it",
        ),
    ] {
        assert!(mistakes(&with(line)).contains(&(message.to_owned(), line.to_owned())), "{line}");
    }
    let blind = with("base = \"https://a.test\"\naccept_any_certificate = true");
    let found = mistakes(&blind);
    assert_eq!(found[0].0, "accept_any_certificate is for this machine only, and a.test is another one");
    assert_eq!(
        mistakes(&with("base = \"http://a.test\"\nscope = [\"a.test\"]"))[0].0,
        "\"a.test\" is no place"
    );
}

#[test]
fn steps_that_need_something_say_what() {
    let found = mistakes(&recipe(
        "[[steps.second_factor.requests]]\npost = \"/code\"\nform = { code = \"{{totp}}\" }\n",
    ));
    assert_eq!(found[0].0, "steps.second_factor needs codes, and alice has no totp");
    let silent = recipe("").replace("expect = { contains = \"{{marker}}\" }\n", "");
    assert_eq!(mistakes(&silent)[0].0, "steps.whoami expects nothing");
}
