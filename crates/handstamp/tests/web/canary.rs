//! A token is written down nowhere: not in logs at TRACE, errors, panics, pages, listings, the change
//! log or the store; only in the one `Set-Cookie` that issues it.

use std::{collections::BTreeMap, sync::Mutex};

use axum::{Router, routing::post};
use handstamp::{
    Activity, LogNews, Policy, Proof, RealmKey, SessionId, Sessions, SignIn, SlotValue,
    device::DeviceFacts,
    store::{MemoryStore, Scan, ScanFilter, Store},
    testing::{FakeClock, Fault, FaultyStore, SpyStore, When, sign_in_as},
    web::{Session, SessionError, Slot, axum::SignedIn},
};
use http::{Method, StatusCode, header};

use crate::{
    log::Log,
    needles::Needles,
    shop::{self, Basket, Draft},
    support::{Answer, Client, Kind, account_id},
};

/// Everything that anybody could read, by where it was seen.
#[derive(Default)]
struct Seen(Mutex<Vec<(String, Vec<u8>)>>);

impl Seen {
    fn note(&self, place: impl Into<String>, what: impl Into<Vec<u8>>) {
        self.0.lock().expect("nobody panics").push((place.into(), what.into()));
    }

    /// Notes an answer and gives the token that it issues, if it does.
    fn answer(&self, place: &str, answer: &Answer, name: &str) -> Option<String> {
        let mut issued = None;
        for (header, value) in &answer.headers {
            let text = value.to_str().expect("the header is text");
            match text.strip_prefix(&format!("{name}=")).filter(|_| header == header::SET_COOKIE) {
                Some(cookie) => {
                    let (token, attributes) = cookie.split_once(';').expect("a cookie has attributes");
                    issued = Some(token.to_owned()).filter(|token| !token.is_empty());
                    self.note(format!("attributes of the cookie of {place}"), attributes);
                }
                None => self.note(format!("{header} of {place}"), text),
            }
            self.note(format!("Debug of a header of {place}"), format!("{value:?}"));
        }
        self.note(format!("body of {place}"), answer.body.as_bytes());
        self.note(format!("Debug of the headers of {place}"), format!("{:?}", answer.headers));
        issued
    }
}

/// A later form of the draft that cannot read the earlier one.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct Number(u64);

impl SlotValue for Number {
    const NAME: &'static str = Draft::NAME;
}

const PRIVATE: &str = "a-private-draft-1234567890";

async fn show(session: Session, basket: Slot<Basket>) -> Result<String, SessionError> {
    let who = session.require_signed_in().await;
    let form = session.form_token().await;
    let list = session.devices().await;
    let token = session.take_token();
    let id = session.id().await;
    Ok(format!("{session:?} {basket:?} {who:?} {form:?} {list:?} {token:?} {id:?} {:?}", session.sessions()))
}

async fn fail(session: Session) -> Result<String, SessionError> {
    Ok(format!("{:?}", session.read::<Number>().await?))
}

async fn panics(who: SignedIn) -> String {
    panic!("the handler broke with {who:?} and {:?}", who.session().id().await)
}

fn routes() -> Router {
    let routes = Router::new().route("/show", post(show)).route("/fail", post(fail));
    routes.route("/panics", post(panics)).merge(shop::routes())
}

struct House {
    clock: FakeClock,
    memory: MemoryStore,
    faults: FaultyStore,
    spy: SpyStore,
    sessions: Sessions,
    seen: Seen,
}

impl House {
    fn new(key: &RealmKey) -> Self {
        let (clock, memory) = (FakeClock::new(), MemoryStore::new());
        let faults = FaultyStore::new(memory.clone());
        let spy = SpyStore::new(faults.clone());
        let sessions =
            Sessions::builder(spy.clone()).key(key.clone()).policy(Policy::aal2()).clock(clock.clone());
        let sessions = sessions.build().expect("the policy is a good one");
        Self { clock, memory, faults, spy, sessions, seen: Seen::default() }
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }

    async fn ask(&self, client: &mut Client, kind: Kind, method: Method, path: &str) -> Option<String> {
        let answer = client.ask(kind, method.clone(), path).await;
        self.seen.answer(&format!("{method} {path}"), &answer, &client.name)
    }

    /// What lies in the store, byte by byte, and what its types say of it.
    async fn read_the_store(&self) {
        let mut from = None;
        loop {
            let scan = Scan { filter: ScanFilter::All, from, limit: 1000 };
            let page = self.memory.scan(scan).await.expect("the store answers");
            for session in page.sessions {
                self.seen.note("record", &*session.body);
                self.seen.note("data", &*session.data);
                self.seen.note("Debug of a stored session", format!("{session:?}"));
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        let blob = self.memory.control("cell-key").await.expect("the store answers");
        self.seen.note("control area", blob.expect("there is a cell key").bytes);
        let mut log = self.sessions.log_from_start().await.expect("the store answers");
        let mut entries = 0;
        loop {
            let news = log.next(1000).await.expect("the store answers");
            self.seen.note("Debug of log news", format!("{news:?} {}", log.position()));
            let LogNews::Entries(page) = news else { panic!("nothing was forgotten") };
            if page.is_empty() {
                break;
            }
            entries += page.len();
            for entry in page {
                self.seen.note("log entry", entry.encode());
            }
        }
        assert!(entries > 10, "the change log was read");
    }
}

/// The engine's own answers and errors, as a program without the web face sees them.
async fn look_at_the_engine(house: &House, tokens: &mut Vec<String>) {
    let sessions = &house.sessions;
    let begun = sessions.begin(DeviceFacts::default()).await.expect("the store answers");
    tokens.push(begun.token.expose().to_owned());
    let client = sign_in_as(sessions, "eve").await;
    tokens.push(client.token.expose().to_owned());
    house.seen.note("Debug of the engine", format!("{begun:?} {client:?} {:?}", client.cookie()));
    let ticket = sessions.begin_sign_in(&account_id("eve")).await.expect("the store answers");
    house.seen.note("a ticket", serde_json::to_vec(&ticket).expect("a ticket is JSON"));
    house.seen.note("Debug of a ticket", format!("{ticket:?}"));
    let signed_in = sessions.sign_in(SignIn::new(ticket, Proof::passkey()), Some(&client.session)).await;
    let signed_in = signed_in.expect("eve may in");
    tokens.push(signed_in.token.expose().to_owned());
    let account = signed_in.session.signed_in().expect("eve is signed in");
    let rekeyed = sessions.step_up(account, Proof::passkey()).await.expect("eve may");
    tokens.push(rekeyed.token.expose().to_owned());
    house.seen.note("Debug of verbs", format!("{signed_in:?} {rekeyed:?} {account:?}"));
    for token in tokens.clone() {
        for activity in [Activity::Watch, Activity::Use] {
            let verdict = sessions.resume(token.as_bytes(), activity).await;
            house.seen.note("a verdict", format!("{verdict:?} {}", verdict.as_str()));
        }
    }
    let layer = sessions.layer();
    house.seen.note("Debug of the set-up", format!("{sessions:?} {layer:?} {:?}", sessions.policy()));
}

async fn all_that_people_do(house: &House, tokens: &mut Vec<String>) {
    let app = house.sessions.layer().sign_in_page("/sign-in");
    let mut ada = Client::new(&routes().layer(app));
    let mut phone = ada.clone();
    let asked = [
        "/basket?text=tea",
        "/draft?text=none",
        "/sign-in?account=ada",
        "/show",
        "/step-up",
        "/show",
        "/credentials-changed",
        "/end-others",
        "/form?text=wrong",
    ];
    for path in asked {
        tokens.extend(house.ask(&mut ada, Kind::Navigation, Method::POST, path).await);
    }
    house.ask(&mut ada, Kind::Navigation, Method::POST, &format!("/draft?text={PRIVATE}")).await;
    house.ask(&mut ada, Kind::Navigation, Method::POST, "/fail").await;
    tokens.extend(house.ask(&mut phone, Kind::Fetch, Method::POST, "/sign-in?account=ada").await);
    for path in ["/devices", "/account", "/form", "/payment", "/who"] {
        house.ask(&mut ada, Kind::Navigation, Method::GET, path).await;
    }

    // A renewal, its lost answer, and the old token's return.
    house.pass(1000);
    let mut thief = ada.clone();
    tokens.extend(house.ask(&mut ada.clone(), Kind::Navigation, Method::GET, "/who").await);
    tokens.extend(house.ask(&mut ada, Kind::Navigation, Method::GET, "/who").await);
    house.ask(&mut ada, Kind::Navigation, Method::GET, "/who").await;

    let mut breaking = ada.clone();
    let broken = tokio::spawn(async move { breaking.post("/panics").await }).await.expect_err("it panics");
    let message = broken.into_panic().downcast::<String>().expect("the message is text");
    assert!(message.contains("the handler broke with SignedIn"));
    house.seen.note("a panic", *message);

    house.faults.plan(When::Always, Fault::Before);
    for path in ["/who", "/sign-out", "/basket?text=x", "/step-up"] {
        house.ask(&mut ada, Kind::Navigation, Method::POST, path).await;
    }
    house.faults.mend();

    house.pass(100);
    house.ask(&mut thief, Kind::Fetch, Method::GET, "/account").await;
    let forged = format!("{}AAAA", &ada.token()[..85]);
    for bad in [forged, ada.token()[..80].to_owned(), format!("{}x", ada.token()), ada.token().to_uppercase()]
    {
        house.ask(&mut ada.holding(bad), Kind::Navigation, Method::GET, "/account").await;
    }
    house.ask(&mut ada, Kind::Link, Method::POST, "/sign-out").await;
    house.ask(&mut ada, Kind::Navigation, Method::GET, "/account").await;
    house.ask(&mut phone, Kind::Navigation, Method::POST, "/sign-out").await;
    house.ask(&mut phone.holding(tokens[0].clone()), Kind::Navigation, Method::GET, "/account").await;
}

#[tokio::test]
async fn a_token_stands_nowhere_but_in_the_cookie_that_issues_it() {
    let key = RealmKey::generate();
    let log = Log::default();
    let guard = log.listen();
    let house = House::new(&key);
    let mut tokens = Vec::new();
    all_that_people_do(&house, &mut tokens).await;
    look_at_the_engine(&house, &mut tokens).await;
    house.read_the_store().await;
    for account in ["ada", "eve"] {
        let account = house.sessions.account(&account_id(account));
        let export = account.export().await.expect("the store answers");
        house.seen.note("an export", serde_json::to_vec(&export).expect("an export is JSON"));
        house.seen.note("Debug of an export", format!("{export:?}"));
        let list = account.list(None).await.expect("the store answers");
        house.seen.note("a list", serde_json::to_vec(&list).expect("a list is JSON"));
    }
    house.pass(90_000);
    house.sessions.sweep().await.expect("the store answers");
    house.read_the_store().await;
    house.seen.note("calls", format!("{:?}", house.spy.calls()));
    drop(guard);
    let logged = log.take();
    let lines = |part: &str| logged.lines().filter(|line| line.contains(part)).count();
    assert!(lines("sign_in: signed in") == 4 && lines(" DEBUG ") >= 5, "half a log:\n{logged}");
    assert_eq!(lines("an old token came back"), 1, "{logged}");
    assert!(!logged.contains(PRIVATE), "what people keep in their sessions is not logged either");
    house.seen.note("the log", logged);

    let mut issued = BTreeMap::new();
    for token in &tokens {
        *issued.entry(token.as_str()).or_insert(0) += 1;
    }
    assert!(issued.len() >= 9, "only {} tokens were issued", issued.len());
    assert_eq!(issued.values().filter(|times| **times > 1).count(), 1, "only a lost renewal is issued again");

    let mut needles = Needles::default();
    for token in issued.keys() {
        needles.token(token);
    }
    let text = key.expose();
    needles.text(&text);
    needles.secret(
        &base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &text[5..]).unwrap(),
    );
    let seen = house.seen.0.into_inner().unwrap();
    assert!(seen.len() > 300, "only {} places were looked at", seen.len());
    for (place, what) in &seen {
        let found = needles.found_in(what);
        assert!(
            found.is_empty(),
            "a secret stands in {place} as {found:?}:\n{}",
            String::from_utf8_lossy(what)
        );
    }
    println!("{} tokens, {} places", issued.len(), seen.len());
}

#[tokio::test]
async fn the_public_name_of_a_session_opens_nothing() {
    let house = House::new(&RealmKey::generate());
    let mut client = Client::new(&routes().layer(house.sessions.layer()));
    client.sign_in("ada").await;
    let id: SessionId = house.sessions.account(&account_id("ada")).list(None).await.unwrap().sessions[0].id;
    for name in [id.to_string(), id.to_string().replace("ses_", "hst1_"), client.token()[5..].to_owned()] {
        let answer = client.holding(name).fetch("/account").await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "not_signed_in"));
    }
}
