use std::path::Path;

use super::*;
use crate::recipe::{Environment, FileSecret, Recipe};

const PASSWORD: &str = "Correct-Horse-7";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.e30.Zm9vYmFy";
const CSRF: &str = "pQ8x7Zk2LmAb";

struct Given;

impl Environment for Given {
    fn variable(&self, _: &str) -> Option<String> {
        Some(PASSWORD.to_owned())
    }
    fn file(&self, _: &Path) -> std::io::Result<FileSecret> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    fn line(&self) -> std::io::Result<String> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

fn wanted() -> Wanted {
    let account = DraftAccount::new("alice@example.test", "ALICE_PASSWORD", Some("Alice A."));
    Wanted::new(account, Some(Secret::new(PASSWORD.to_owned())))
}

fn entry(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
    answer: (&[(&str, &str)], &str),
) -> serde_json::Value {
    let pairs = |pairs: &[(&str, &str)]| -> serde_json::Value {
        pairs.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect()
    };
    let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    serde_json::json!({
        "request": {"method": method, "url": format!("http://localhost:8080{path}"), "headers": pairs(headers),
            "postData": {"mimeType": kind, "text": body}},
        "response": {"status": 200, "headers": pairs(answer.0), "content": {"text": answer.1}},
    })
}

fn archive(entries: &[serde_json::Value]) -> String {
    serde_json::json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

/// The draft as text, which is a recipe and holds no secret.
fn drafted(archive: &str) -> (Imported, String) {
    let imported = import(archive, &wanted()).unwrap();
    let text = imported.draft.to_toml();
    for secret in [PASSWORD, TOKEN, CSRF, "s%3Asecretcookie1"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
    if let Err(problems) = Recipe::read(Path::new("a.toml"), &text, &Given) {
        panic!("{problems}\n{text}");
    }
    (imported, text)
}

#[test]
fn a_form_login_is_traced_to_its_page_and_so_is_its_logout() {
    let page = format!(r#"<input type=hidden name=_csrf value="{CSRF}">"#);
    let cookie = [("Set-Cookie", "sid=s%3Asecretcookie1; Path=/")];
    let form = format!("mail=alice%40example.test&pw={PASSWORD}&_csrf={CSRF}&go=in");
    let (imported, text) = drafted(&archive(&[
        entry("GET", "/", &[], "", (&[], "hello")),
        entry("GET", "/login", &[], "", (&cookie, &page)),
        entry("POST", "/session", &[("Cookie", "sid=s%3Asecretcookie1")], &form, (&[], "")),
        entry("GET", "/static/app.js", &[], "", (&[], "x")),
        entry("GET", "/me", &[], "", (&[], &format!("<p>Hello, Alice A.</p>{page}"))),
        entry("POST", "/session/log-out", &[], &format!("_csrf={CSRF}"), (&[], "")),
    ]));
    assert_eq!(imported.login, "POST /session");
    assert_eq!(imported.whoami.as_deref(), Some("GET /me"));
    assert_eq!(imported.logout.as_deref(), Some("POST /session/log-out"));
    assert!(imported.warnings.is_empty(), "{:?}", imported.warnings);
    for part in [
        "get = \"/login\"\nextract.csrf = { css = \"input[name=\\\"_csrf\\\"]\", attr = \"value\" }",
        "form = { mail = \"{{user}}\", pw = \"{{password}}\", _csrf = \"{{csrf}}\", go = \"in\" }",
        "[[steps.logout.requests]]\nget = \"/me\"",
    ] {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
}

/// The drafted login sent its form without opening it first. The application's session from before the login was never
/// made, and fixation, which was there, could not be seen.
#[test]
fn a_login_opens_the_page_of_its_form_first() {
    let form = format!("user=alice%40example.test&password={PASSWORD}");
    let page = "<form method=post><input name=user><input name=password type=password></form>";
    let cookie = [("set-cookie", "sid=s%3Asecretcookie1; Path=/")];
    let sent = entry("POST", "/login", &[], &form, (&[], ""));
    for opened in [
        entry("GET", "/login", &[], "", (&[], page)),
        entry("GET", "/login", &[], "", (&cookie, "<div id=root></div>")),
    ] {
        let icon = entry("GET", "/favicon.ico", &[], "", (&[], ""));
        let (_, text) = drafted(&archive(&[opened, icon, sent.clone()]));
        let wanted = "get = \"/login\"\n[[steps.login.requests]]\npost = \"/login\"";
        assert!(text.contains(wanted), "{text}");
    }
    let (_, text) = drafted(&archive(&[sent]));
    assert!(!text.contains("\nget = \"/login\""), "{text}");
}

#[test]
fn a_bearer_token_comes_from_the_login_s_answer() {
    let body = format!(r#"{{"user":"alice@example.test","password":"{PASSWORD}","device":null}}"#);
    let answer = format!(r#"{{"data":{{"access":"{TOKEN}"}}}}"#);
    let bearer = format!("Bearer {TOKEN}");
    let (_, text) = drafted(&archive(&[
        entry("POST", "/api/login", &[("X-Requested-With", "fetch")], &body, (&[], &answer)),
        entry("GET", "/api/me", &[("authorization", &bearer)], "", (&[], r#"{"name":"Alice A."}"#)),
    ]));
    for part in [
        "json = { password = \"{{password}}\", user = \"{{user}}\" }",
        "extract.access_token = { json = \"/data/access\" }",
        "headers = { authorization = \"Bearer {{access_token}}\" }",
        "headers = { x-requested-with = \"fetch\" }",
    ] {
        assert!(text.contains(part), "{part} missing in\n{text}");
    }
}

#[test]
fn what_came_from_nowhere_is_not_copied_and_what_is_missing_is_said() {
    let form = format!("user=alice%40example.test&password={PASSWORD}&state={CSRF}&code=123456");
    let (imported, text) =
        drafted(&archive(&[entry("POST", &format!("/login/{CSRF}?s={CSRF}"), &[], &form, (&[], ""))]));
    assert!(text.contains("# CHANGE THIS: state is in no earlier answer"), "{text}");
    assert!(text.contains("post = \"/login/CHANGE-THIS\"") && text.contains("code = \"{{totp}}\""), "{text}");
    assert!(imported.warnings.iter().any(|one| one.contains("export with sensitive data")));
    assert!(imported.warnings.iter().any(|one| one.contains("no bodies")));
}

#[test]
fn an_archive_without_a_login_is_told() {
    assert_eq!(import("{}", &wanted()).unwrap_err(), ImportError::NotAnArchive);
    let text = archive(&[entry("POST", "/login", &[], "user=bob&password=x", (&[], ""))]);
    assert!(import(&text, &wanted()).unwrap_err().to_string().contains("none of its 1 requests"));
}
