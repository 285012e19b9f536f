//! A small application with flaws, on a port of its own: the standard library alone, so that every crate can have it.
#![allow(dead_code, clippy::unwrap_used, reason = "each test program uses its part, and fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

/// What becomes of a logout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Logout {
    /// The session is over.
    Ends,
    /// It says so, and the session lives.
    DoesNothing,
    /// The first one of the application's life says so and does nothing; the session is over with the second.
    OnlySecond,
    /// It answers 500.
    Fails,
}

/// How it behaves.
#[derive(Clone, Copy)]
pub struct Behaviour {
    pub logout: Logout,
    /// Cookie attributes.
    pub attributes: &'static str,
    /// What an account's page says besides, given the user and the token.
    pub echo: fn(&str, &str) -> String,
}

#[derive(Default)]
struct State {
    sessions: BTreeMap<String, String>,
    secrets: BTreeSet<String>,
    made: u64,
    logged_out_once: bool,
}

/// The application; its threads end with the process.
pub struct Shop {
    pub address: SocketAddr,
    /// `METHOD path` of every request, in order.
    pub requests: Receiver<String>,
    state: Arc<Mutex<State>>,
}

impl Shop {
    pub fn open(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let (sender, requests) = channel();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, sender) = (Arc::clone(&shared), sender.clone());
                thread::spawn(move || serve(&stream, behaviour, &state, &sender));
            }
        });
        Self { address, requests, state }
    }

    /// Every token that it gave, as clients have it.
    pub fn secrets(&self) -> BTreeSet<String> {
        self.state.lock().unwrap().secrets.clone()
    }

    /// How many sessions live.
    pub fn living(&self) -> usize {
        self.state.lock().unwrap().sessions.len()
    }
}

struct Asked {
    method: String,
    path: String,
    cookie: Option<String>,
    form: BTreeMap<String, String>,
}

fn serve(mut stream: &TcpStream, behaviour: Behaviour, state: &Mutex<State>, requests: &Sender<String>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(asked) = read(&mut reader) {
        // The test may be over before its application.
        let _ = requests.send(format!("{} {}", asked.method, asked.path));
        let answer = answer(&asked, behaviour, &mut state.lock().unwrap());
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let path = target.split('?').next()?.to_owned();
    let (mut length, mut cookie) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "cookie" => {
                cookie = value.split("; ").find_map(|pair| pair.strip_prefix("sid=")).map(str::to_owned);
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let form = String::from_utf8(body).ok()?;
    let form = form.split('&').filter_map(|pair| pair.split_once('='));
    Some(Asked {
        method,
        path,
        cookie,
        form: form.map(|(name, value)| (name.to_owned(), decoded(value))).collect(),
    })
}

fn answer(asked: &Asked, behaviour: Behaviour, state: &mut State) -> String {
    let user = asked.cookie.as_ref().and_then(|cookie| state.sessions.get(cookie)).cloned();
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/login") => {
            let csrf = secret(state);
            let page = format!("<form method=post><input type=hidden name=csrf value=\"{csrf}\"></form>");
            response("200 OK", "", &page)
        }
        ("POST", "/login") => {
            let user = asked.form.get("user").cloned().unwrap_or_default();
            let password = format!("{}-Correct&Horse/1", user.split('@').next().unwrap_or_default());
            if asked.form.get("pass") != Some(&password) {
                return response("403 Forbidden", "", "no");
            }
            let token = secret(state);
            state.sessions.insert(token.clone(), user);
            let cookie = format!("Set-Cookie: sid={token}; {}\r\n", behaviour.attributes);
            response("303 See Other", &format!("{cookie}Location: /account?from={token}\r\n"), "")
        }
        ("GET", "/account") => match (user, &asked.cookie) {
            (Some(user), Some(token)) => {
                let page = format!("<p>Signed in as {user}</p>{}", (behaviour.echo)(&user, token));
                response("200 OK", "Cache-Control: no-store\r\n", &page)
            }
            _ => response("303 See Other", "Location: /login\r\n", ""),
        },
        ("POST", "/logout") => match behaviour.logout {
            Logout::Fails => response("500 Internal Server Error", "", "no"),
            Logout::DoesNothing => response("303 See Other", "Location: /login\r\n", ""),
            Logout::OnlySecond if !std::mem::replace(&mut state.logged_out_once, true) => {
                response("303 See Other", "Location: /login\r\n", "")
            }
            Logout::Ends | Logout::OnlySecond => {
                asked.cookie.as_ref().and_then(|cookie| state.sessions.remove(cookie));
                response("303 See Other", "Set-Cookie: sid=; Max-Age=0; Path=/\r\nLocation: /login\r\n", "")
            }
        },
        _ => response("404 Not Found", "", "nothing here"),
    }
}

fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Type: text/html\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// A token such as signed cookies are: characters that URLs and pages escape, and two parts.
fn secret(state: &mut State) -> String {
    state.made += 1;
    let mut mixed = state.made.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut next = || {
        mixed ^= mixed << 13;
        mixed ^= mixed >> 7;
        mixed ^= mixed << 17;
        char::from(alphabet[usize::try_from(mixed % 62).unwrap()])
    };
    let mut part = |length| (0..length).map(|_| next()).collect::<String>();
    let token = format!("s%3A{}.{}%2B{}", part(24), part(20), part(12));
    state.secrets.insert(token.clone());
    token
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// The recipe for it.
pub fn recipe(address: SocketAddr) -> String {
    format!(
        r#"version = 1
[target]
base = "http://{address}"
[accounts.alice]
user = "alice@example.test"
password = {{ env = "ALICE" }}
marker = "Signed in as alice@example.test"
[accounts.bob]
user = "bob@example.test"
password = {{ env = "BOB" }}
marker = "Signed in as bob@example.test"
[[steps.login.requests]]
get = "/login"
extract.csrf = {{ css = "input[name=csrf]", attr = "value" }}
[[steps.login.requests]]
post = "/login"
form = {{ user = "{{{{user}}}}", pass = "{{{{password}}}}", csrf = "{{{{csrf}}}}" }}
[steps.whoami]
requests = [ {{ get = "/account", expect = {{ contains = "{{{{marker}}}}" }} }} ]
[steps.logout]
requests = [ {{ post = "/logout" }} ]
"#
    )
}

/// Whose password it is.
pub fn password(person: &str) -> String {
    format!("{person}-Correct&Horse/1")
}
