//! Answers that go on after their headers: streams, upgrades, and the end of the session behind them.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::stream;
use handstamp::{
    AbsoluteTimeout, EndReason, IdleTimeout, LiveEnd, Policy, Proof,
    store::Store,
    testing::{Fault, Operation, Side, When},
    web::{Session, SessionError},
};
use http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::{
    shop::{self, Basket},
    support::{Client, Kind, World, account_id},
};

type Chunks = mpsc::UnboundedReceiver<&'static str>;

fn stream_of(chunks: Chunks) -> Body {
    Body::from_stream(stream::unfold(chunks, async |mut chunks: Chunks| {
        let chunk = chunks.recv().await?;
        Some((Ok::<_, Infallible>(chunk), chunks))
    }))
}

async fn next(response: &mut Response<Body>) -> Option<String> {
    let frame = response.body_mut().frame().await?.expect("the body can be read");
    Some(String::from_utf8(frame.into_data().expect("it is data").to_vec()).expect("it is text"))
}

#[tokio::test]
async fn a_stream_goes_through_piece_by_piece_with_its_cookie_on_the_headers() {
    let world = World::new();
    let (sender, receiver) = mpsc::unbounded_channel();
    let receiver = Arc::new(Mutex::new(Some(receiver)));
    let streaming = async move |session: Session| -> Result<Response, SessionError> {
        session.edit(|basket: &mut Basket| basket.0.push("tea".into())).await?;
        let chunks = receiver.lock().expect("nobody panics").take().expect("it is asked for once");
        Ok(stream_of(chunks).into_response())
    };
    let mut client = Client::new(&world.serve(Router::new().route("/", get(streaming)), |layer| layer));
    // The headers are there before the first byte is.
    let request = client.request(Kind::Navigation, &Method::GET, "/");
    let mut response = client.open(request).await;
    assert!(client.token.is_some());
    for piece in ["one", "two"] {
        sender.send(piece).unwrap();
        assert_eq!(next(&mut response).await.as_deref(), Some(piece));
    }
    drop(sender);
    assert_eq!(next(&mut response).await, None);
}

/// Answers at once and lets `work` write the body when it is read.
fn later<F>(work: impl FnOnce(Session) -> F + Clone + Send + Sync + 'static) -> Router
where
    F: Future<Output = Result<String, SessionError>> + Send + 'static,
{
    let handler = async move |session: Session| -> Result<Response, SessionError> {
        let told = async move { work(session).await.unwrap_or_else(|error| error.code().to_owned()) };
        let body = stream::once(async move { Ok::<_, Infallible>(told.await) });
        Ok(Body::from_stream(body).into_response())
    };
    Router::new().route("/later", get(handler)).merge(shop::routes())
}

async fn edit(session: Session) -> Result<String, SessionError> {
    session
        .edit(|basket: &mut Basket| {
            basket.0.push("late".into());
            basket.0.join(" ")
        })
        .await
}

async fn sign_in(session: Session) -> Result<String, SessionError> {
    let ticket = session.begin_sign_in("ada").await?;
    session.sign_in(ticket, Proof::password()).await?;
    Ok("signed in".into())
}

async fn step_up(session: Session) -> Result<String, SessionError> {
    session.step_up(Proof::passkey()).await?;
    Ok("stepped up".into())
}

async fn change_credentials(session: Session) -> Result<String, SessionError> {
    session.credentials_changed().await?;
    Ok("changed".into())
}

async fn form(session: Session) -> Result<String, SessionError> {
    session.form_token().await.map(|_| "a form".into())
}

async fn sign_out(session: Session) -> Result<String, SessionError> {
    session.sign_out().await?;
    Ok("signed out".into())
}

async fn who(session: Session) -> Result<String, SessionError> {
    Ok(session.require_signed_in().await?.account.to_string())
}

#[tokio::test]
async fn a_session_cannot_begin_after_the_headers_and_nothing_is_left_of_the_try() {
    let world = World::new();
    for router in [later(edit), later(sign_in), later(form)] {
        let mut client = Client::new(&world.serve(router, |layer| layer));
        let answer = client.get("/later").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "too_late"));
        answer.leaves_the_cookie();
    }
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn a_token_cannot_change_after_the_headers_and_the_old_one_stays_good() {
    let world = World::new();
    for router in [later(sign_in), later(step_up), later(change_credentials)] {
        let mut client = world.signed_in("ada").await.at(&world.serve(router, |layer| layer));
        world.pass(1000);
        assert_eq!(client.get("/later").await.body, "too_late");
        assert_eq!(client.get("/who").await.body, "ada");
    }
}

/// A verb was under way in a task of its own when its handler answered. It used to report success,
/// and left a session alive whose token nobody had.
#[tokio::test]
async fn a_sign_in_that_is_overtaken_by_its_own_answer_fails_and_leaves_no_session() {
    for (operation, verb) in [(Operation::Admit, "sign in"), (Operation::Create, "edit")] {
        let world = World::new();
        let gate = world.gates.close(operation, Side::Before);
        let (sender, mut tasks) = mpsc::unbounded_channel();
        let inside = gate.clone();
        let overtaken = async move |session: Session| {
            let task = match verb {
                "edit" => tokio::spawn(edit(session)),
                _ => tokio::spawn(sign_in(session)),
            };
            let _ = sender.send(task);
            inside.arrived(1).await;
            "answered"
        };
        let mut client = Client::new(&world.serve(Router::new().route("/", get(overtaken)), |layer| layer));
        let answer = client.get("/").await;
        assert_eq!(answer.body, "answered");
        answer.leaves_the_cookie();
        gate.open();
        let outcome = tasks.recv().await.unwrap().await.unwrap();
        assert!(matches!(outcome, Err(SessionError::TooLate)), "{verb}: {outcome:?}");
        assert_eq!(world.memory.stats().await.unwrap().live, 0, "{verb}");
    }
}

#[tokio::test]
async fn what_needs_no_new_token_still_works_after_the_headers() {
    let world = World::new();
    let mut client = world.signed_in("ada").await.at(&world.serve(later(edit), |layer| layer));
    client.post("/basket?text=tea").await;
    assert_eq!(client.get("/later").await.body, "tea late");
    assert_eq!(client.get("/basket").await.body, "tea late");

    let mut client = client.at(&world.serve(later(who), |layer| layer));
    assert_eq!(client.get("/later").await.body, "ada");
    // A renewal that is due waits for an answer that can carry it.
    world.pass(1000);
    let (answer, calls) = world.spy.during(client.get("/later")).await;
    assert_eq!((answer.body.as_str(), calls.contains(&Operation::Renew)), ("ada", false));
    answer.leaves_the_cookie();
    assert_eq!(client.get("/who").await.set_cookies().len(), 1);

    // Ending never comes too late; the cookie goes with the next navigation.
    let mut client = client.at(&world.serve(later(sign_out), |layer| layer));
    let answer = client.get("/later").await;
    assert_eq!(answer.body, "signed out");
    answer.leaves_the_cookie();
    assert_eq!(world.live("ada").await.len(), 0);
    assert_eq!(client.get("/who").await.set_cookies().len(), 1);
}

type Live = Pin<Box<dyn Future<Output = LiveEnd> + Send>>;

/// A page that hands its session's `ended` to the test and answers at once.
struct Watched {
    world: World,
    app: Router,
    live: mpsc::UnboundedReceiver<Live>,
}

impl Watched {
    fn new(policy: Policy) -> Self {
        let world = World::with(policy);
        let (sender, live) = mpsc::unbounded_channel::<Live>();
        let watch = async move |session: Session| -> Result<&'static str, SessionError> {
            let _ = sender.send(Box::pin(session.ended().await?));
            Ok("watching")
        };
        let app = world.serve(Router::new().route("/watch", get(watch)).merge(shop::routes()), |layer| layer);
        Self { world, app, live }
    }

    /// Signs somebody in and waits for the end of their session in a task that outlives the request.
    async fn begin(&mut self) -> (Client, tokio::task::JoinHandle<LiveEnd>) {
        let mut client = Client::new(&self.app);
        client.sign_in("ada").await;
        assert_eq!(client.get("/watch").await.body, "watching");
        let live = self.live.recv().await.expect("the page has sent it");
        (client, tokio::spawn(live))
    }
}

/// Whatever was woken has had its turn.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_live_connection_hears_of_every_end_and_of_nothing_else() {
    for (path, reason) in [
        ("/sign-out", EndReason::SignedOut),
        ("/sign-in?account=ada", EndReason::Replaced),
        ("/sign-in?account=bob", EndReason::Replaced),
    ] {
        let mut watched = Watched::new(Policy::aal2());
        let (mut client, live) = watched.begin().await;
        for harmless in ["/basket?text=tea", "/step-up", "/credentials-changed", "/end-others"] {
            assert_eq!(client.post(harmless).await.status, StatusCode::OK);
        }
        watched.world.pass(1000);
        assert_eq!(client.get("/who").await.set_cookies().len(), 1);
        settle().await;
        assert!(!live.is_finished(), "neither edits nor renewals are an end");
        client.post(path).await;
        assert_eq!(live.await.unwrap(), LiveEnd::Ended(reason));
    }

    let mut watched = Watched::new(Policy::aal2());
    let ada = watched.world.sessions.account(&account_id("ada"));
    let (_, live) = watched.begin().await;
    watched.world.signed_in("ada").await.post("/end-others").await;
    assert_eq!(live.await.unwrap(), LiveEnd::Ended(EndReason::Revoked));
    let (_, live) = watched.begin().await;
    ada.credentials_changed().await.unwrap();
    assert_eq!(live.await.unwrap(), LiveEnd::Ended(EndReason::CredentialsChanged));
    let (_, live) = watched.begin().await;
    watched.world.sessions.end_realm().await.unwrap();
    assert_eq!(live.await.unwrap(), LiveEnd::Ended(EndReason::RealmEnded));
    let (_, live) = watched.begin().await;
    ada.hold().await.unwrap();
    assert_eq!(live.await.unwrap(), LiveEnd::Ended(EndReason::AccountHeld));
    ada.release().await.unwrap();
    let (_, live) = watched.begin().await;
    ada.erase().await.unwrap();
    assert_eq!(live.await.unwrap(), LiveEnd::Ended(EndReason::AccountErased));
}

/// Moves time on until the connection ends; how many seconds was that?
async fn seconds_until_end(
    world: &World,
    mut client: Option<Client>,
    live: tokio::task::JoinHandle<LiveEnd>,
) -> (LiveEnd, u64) {
    for step in 0..2000 {
        settle().await;
        if live.is_finished() {
            return (live.await.expect("it does not panic"), 5 * step);
        }
        world.pass(5);
        if let Some(client) = &mut client {
            client.fetch("/who").await;
        }
    }
    panic!("a live connection outlives its session");
}

#[tokio::test]
async fn a_live_connection_ends_by_the_clocks_to_the_second_and_is_no_use_itself() {
    // No whole minutes, so that nothing is seen by chance at a regular look.
    let policy = Policy::aal2().signed_in(IdleTimeout::seconds(635), AbsoluteTimeout::seconds(4235));
    let mut watched = Watched::new(policy);
    let (_, live) = watched.begin().await;
    let end = seconds_until_end(&watched.world, None, live).await;
    assert_eq!(end, (LiveEnd::Ended(EndReason::Idle), 635));
    let (client, live) = watched.begin().await;
    let end = seconds_until_end(&watched.world, Some(client), live).await;
    assert_eq!(end, (LiveEnd::Ended(EndReason::Absolute), 4235));
}

#[tokio::test]
async fn a_live_connection_that_cannot_be_verified_for_half_a_minute_is_closed() {
    let mut watched = Watched::new(Policy::aal2());
    let (mut client, live) = watched.begin().await;
    let world = &watched.world;
    settle().await;
    world.faults.plan(When::Always, Fault::Before);
    let before = world.sessions.now();
    while !live.is_finished() {
        world.clock.advance(Duration::from_secs(1));
        settle().await;
        assert!(world.sessions.now().since(before) < Duration::from_secs(120), "it stays open");
    }
    assert_eq!(live.await.unwrap(), LiveEnd::Unverified);
    assert!(world.sessions.now().since(before) >= Duration::from_secs(30), "it was closed too early");
    world.faults.mend();
    assert_eq!(client.get("/who").await.body, "ada", "and nobody was signed out");
}

#[tokio::test]
async fn nobody_waits_for_the_end_of_a_session_that_is_not_there() {
    let watched = Watched::new(Policy::aal2());
    let answer = Client::new(&watched.app).get("/watch").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "not_signed_in"));
}

#[tokio::test]
async fn a_stream_that_waits_for_the_end_stops_when_another_device_says_so() {
    let ticking = async |session: Session| -> Result<Response, SessionError> {
        let ended = session.ended().await?;
        let farewell = stream::once(async move {
            Ok::<_, Infallible>(match ended.await {
                LiveEnd::Ended(reason) => format!("event: ended\ndata: {reason}\n\n"),
                _ => "event: unverified\n\n".to_owned(),
            })
        });
        Ok(([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(farewell)).into_response())
    };
    let world = World::new();
    let app = world.serve(Router::new().route("/events", get(ticking)).merge(shop::routes()), |layer| layer);
    let mut phone = Client::new(&app);
    phone.sign_in("ada").await;
    let request = phone.request(Kind::Fetch, &Method::GET, "/events");
    let mut response = phone.open(request).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-store");
    world.signed_in("ada").await.post("/end-others").await;
    assert_eq!(next(&mut response).await.as_deref(), Some("event: ended\ndata: revoked\n\n"));
    assert_eq!(next(&mut response).await, None);
}

/// Says who is there over a connection that is no HTTP any more, and closes it with the session.
async fn upgrade(session: Session, request: Request) -> Result<Response, SessionError> {
    let account = session.require_signed_in().await?.account;
    let ended = session.ended().await?;
    let upgraded = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let mut socket = TokioIo::new(upgraded.await.expect("the client upgrades"));
        socket.write_all(format!("hello {account}\n").as_bytes()).await.expect("the client listens");
        ended.await;
        socket.write_all(b"good bye\n").await.expect("the client listens");
    });
    let headers = [(header::UPGRADE, "websocket"), (header::CONNECTION, "Upgrade")];
    Ok((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
}

#[tokio::test]
async fn a_connection_is_upgraded_through_the_layer_and_closed_with_its_session() {
    let world = World::new();
    let app = world.serve(Router::new().route("/live", get(upgrade)).merge(shop::routes()), |layer| layer);
    let mut client = Client::new(&app);
    client.sign_in("ada").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let handshake = |origin: &str, cookie: &str| {
        format!(
            "GET /live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Origin: http://{origin}\r\nCookie: __Host-Http-session={cookie}\r\n\r\n"
        )
    };
    let ask = async |text: String| {
        let mut socket = TcpStream::connect(address).await.expect("the server listens");
        socket.write_all(text.as_bytes()).await.expect("the server reads");
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            socket.read_exact(&mut byte).await.expect("the server answers");
            head.push(byte[0]);
        }
        (socket, String::from_utf8(head).expect("headers are text").to_lowercase())
    };
    let own = address.to_string();
    let (mut socket, head) = ask(handshake(&own, client.token())).await;
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(head.contains("vary: cookie") && !head.contains("set-cookie"), "{head}");
    let mut hello = [0; 10];
    socket.read_exact(&mut hello).await.unwrap();
    assert_eq!(&hello, b"hello ada\n");

    let (_, foreign) = ask(handshake("evil.example", client.token())).await;
    assert!(foreign.starts_with("http/1.1 403"), "{foreign}");
    let (_, nobody) = ask(handshake(&own, "garbage")).await;
    assert!(nobody.starts_with("http/1.1 401"), "{nobody}");

    client.post("/sign-out").await;
    let mut rest = String::new();
    socket.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "good bye\n");
    server.abort();
}

#[tokio::test]
async fn an_answer_under_way_costs_one_load_however_long_it_takes() {
    let world = World::new();
    let mut client = world.signed_in("ada").await.at(&world.serve(later(who), |layer| layer));
    let (_, calls) = world.spy.during(client.fetch("/later")).await;
    assert_eq!(calls, [Operation::Load]);
}
