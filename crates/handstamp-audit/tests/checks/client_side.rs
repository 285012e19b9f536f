//! Applications that keep the whole session in a signed cookie, as Flask does.
//!
//! On the first Flask application that was audited, three answers were wrong. A forged write and a foreign link to
//! the logout passed, for they were looked for with the cookie from before them: what they change is in the cookie
//! that the answer sets. And a token was found in a URL: the login page remembers where somebody wanted to go, and the
//! auditor itself had asked with the token in the query.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, BufRead, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    thread,
};

use handstamp_audit::{
    audit::{Audit, Options},
    check::{Profile, Severity, Verdict},
    clock::MachineClock,
    recipe::{Environment, FileSecret, Recipe},
    run::{Run, Silent, run},
    wire::{Client, Consent},
};

use super::{choices, verdict};

#[tokio::test]
async fn what_a_foreign_page_changes_in_the_cookie_is_found() {
    let run = audit("", &["CSR-01", "CSR-04", "END-04"]).await;
    for (id, severity, headline) in [
        ("SA-CSR-01", Severity::High, "another site's write was carried out, without a token"),
        ("SA-CSR-04", Severity::Medium, "a link with the fields in its query was carried out"),
        ("SA-END-04", Severity::Low, "a bare GET of /logout ended the session"),
    ] {
        assert_eq!(verdict(&run, id), (Verdict::Fail { severity }, headline.to_owned()), "{id}");
    }
}

#[tokio::test]
async fn a_url_that_gives_back_what_the_auditor_asked_for_is_no_leak() {
    let run = audit("", &["EXP-01", "EXP-02"]).await;
    for id in ["SA-EXP-01", "SA-EXP-02"] {
        let (verdict, headline) = verdict(&run, id);
        assert_eq!(verdict, Verdict::Pass, "{id}: {headline}");
    }
}

#[tokio::test]
async fn a_logout_by_link_only_warns_where_browsers_send_no_cookie_with_it() {
    let run = audit("; SameSite=Strict", &["END-04"]).await;
    let (verdict, headline) = verdict(&run, "SA-END-04");
    assert_eq!(verdict, Verdict::Warn { severity: Severity::Information }, "{headline}");
}

/// Audits one whose cookies have these attributes besides.
async fn audit(attributes: &'static str, only: &[&str]) -> Run {
    let recipe = RECIPE.replace("PLACE", &open(attributes).to_string());
    let (recipe, _) = Recipe::read(Path::new("cookie.toml"), &recipe, &Passwords)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let recipe = Arc::new(recipe);
    let clock = Arc::new(MachineClock::new());
    let client = Client::new(&recipe.target, recipe.limits, Consent::LoopbackOnly, clock).expect("a client");
    let options = Options::new().profile(Profile::Standard);
    let audit = Audit::new(recipe.clone(), client, options).expect("it speaks HTTP");
    run(&audit, recipe, &choices(only), &mut Silent::default()).await
}

const RECIPE: &str = r#"
version = 1
[target]
base = "http://PLACE"
assume_tls = true
[accounts.alice]
user = "alice"
password = { env = "PASSWORD" }
marker = "alice@example.test"
[steps.login]
requests = [ { post = "/login", form = { user = "{{user}}", password = "{{password}}" } } ]
[steps.whoami]
requests = [ { get = "/account", expect = { contains = "{{marker}}" } } ]
[steps.logout]
requests = [ { get = "/logout" } ]
[steps.write]
effect = { get = "/notes", expect = { contains = "{{nonce}}" } }
requests = [ { post = "/notes", form = { draft = "{{nonce}}" } } ]
[limits]
rate = 1000
"#;

/// One password for everybody.
struct Passwords;

impl Environment for Passwords {
    fn variable(&self, _: &str) -> Option<String> {
        Some("a-password-of-words".to_owned())
    }

    fn file(&self, _: &Path) -> io::Result<FileSecret> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn line(&self) -> io::Result<String> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// The application; its threads end with the process.
fn open(attributes: &'static str) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || serve(&stream, attributes));
        }
    });
    address
}

fn serve(mut stream: &TcpStream, attributes: &str) {
    let mut reader = BufReader::new(stream.try_clone().expect("the same connection"));
    while let Some(asked) = Asked::read(&mut reader) {
        if stream.write_all(asked.answer(attributes).as_bytes()).is_err() {
            return;
        }
    }
}

struct Asked {
    method: String,
    target: String,
    session: Option<(String, String)>,
    fields: BTreeMap<String, String>,
}

impl Asked {
    fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let (mut length, mut session) = (0, None);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().ok()?,
                "cookie" => {
                    session = value.split("; ").find_map(|pair| opened(pair.strip_prefix("session=")?));
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        // As a framework does that puts query and form together.
        let form = format!(
            "{}&{}",
            target.split_once('?').map_or("", |(_, query)| query),
            String::from_utf8(body).ok()?
        );
        let fields = form.split('&').filter_map(|pair| pair.split_once('='));
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Some(Self { method, target, session, fields })
    }

    fn answer(&self, attributes: &str) -> String {
        let redirect = |to, session: &str| redirect(to, &format!("{session}{attributes}"));
        let field = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let path = self.target.split('?').next().unwrap_or_default();
        match (self.method.as_str(), path, &self.session) {
            ("POST", "/login", _) if field("password") == "a-password-of-words" => {
                redirect("/account", &sealed(&field("user"), ""))
            }
            ("GET", "/logout", _) => redirect("/login", "; Max-Age=0"),
            ("GET", "/account", Some((user, _))) => page(&format!("{user}@example.test")),
            ("POST" | "GET", "/notes", Some((user, _))) if self.fields.contains_key("draft") => {
                redirect("/notes", &sealed(user, &field("draft")))
            }
            ("GET", "/notes", Some((user, draft))) => page(&format!("{user}@example.test: {draft}")),
            ("GET", "/account" | "/notes", None) => {
                let wanted = self.target.replace('?', "%3F").replace('=', "%3D");
                format!("HTTP/1.1 302 Found\r\nLocation: /login?next={wanted}\r\nContent-Length: 0\r\n\r\n")
            }
            _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        }
    }
}

fn page(text: &str) -> String {
    let length = text.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{text}")
}

fn redirect(to: &str, session: &str) -> String {
    format!(
        "HTTP/1.1 303 See Other\r\nLocation: {to}\r\n\
         Set-Cookie: session={session}; Path=/; HttpOnly; Secure\r\nContent-Length: 0\r\n\r\n"
    )
}

/// A session as its cookie has it: what it holds, and a sum that nobody else can make.
fn sealed(user: &str, draft: &str) -> String {
    format!("{user}.{draft}.{:016x}", sum(user, draft))
}

fn opened(cookie: &str) -> Option<(String, String)> {
    let mut parts = cookie.split('.');
    let (user, draft, there) = (parts.next()?, parts.next()?, parts.next()?);
    (format!("{:016x}", sum(user, draft)) == there).then(|| (user.to_owned(), draft.to_owned()))
}

fn sum(user: &str, draft: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    ("a key", user, draft).hash(&mut hasher);
    hasher.finish()
}
