//! The devices of an account: what is shown of them, and that only their owner ends them.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use handstamp::web::{ForwardingHeader, PeerAddress, TrustedProxies};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

use crate::support::{Client, Kind, World};

#[tokio::test]
async fn devices_are_listed_and_ended_for_their_own_account_only() {
    let world = World::new();
    let mut phone = world.signed_in("ada").await;
    let mut laptop = world.signed_in("ada").await;
    let mut eve = world.signed_in("eve").await;
    let ids = |body: &str| -> Vec<String> {
        let list: Vec<serde_json::Value> = serde_json::from_str(body).expect("a list");
        list.iter().map(|info| info["id"].as_str().expect("an id").to_owned()).collect()
    };
    let phones = world.live("ada").await.iter().map(|info| info.id.to_string()).collect::<Vec<_>>();
    let mut listed = ids(&laptop.get("/devices").await.body);
    listed.sort();
    let mut expected = phones.clone();
    expected.sort();
    assert_eq!(listed, expected);

    // Somebody else's session and one that never was look the same.
    let never = world.sessions.begin(handstamp::device::DeviceFacts::default()).await.unwrap().session.id();
    for id in phones.iter().chain([&never.to_string()]) {
        let answer = eve.post(&format!("/end?id={id}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    }
    assert_eq!(phone.get("/who").await.body, "ada");

    assert_eq!(laptop.post("/end-others").await.body, "1");
    assert_eq!(phone.get("/account").await.problem()["reason"], "revoked");
    assert_eq!(laptop.get("/who").await.body, "ada");

    // Ending this very session is a sign-out.
    let own = world.live("ada").await[0].id;
    let answer = laptop.post(&format!("/end?id={own}")).await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("1", 1));
    assert_eq!(laptop.token, None);
}

/// Signs in from a socket with this other end and says what the devices page will show of it.
async fn device(client: &Client, peer: impl Clone + Send + Sync + 'static, forwarded: &'static str) -> Value {
    let mut client = client.clone();
    let mut request = client.request(Kind::Navigation, &Method::POST, "/sign-in?account=ada");
    request.extensions_mut().insert(peer);
    request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static(forwarded));
    assert_eq!(client.send(request).await.body, "signed in");
    let list: Value = serde_json::from_str(&client.get("/devices").await.body).expect("a list");
    let own = list.as_array().expect("a list").iter().find(|info| info["status"]["status"] == "live");
    let device = own.expect("one is live")["device"].clone();
    client.post("/sign-out").await;
    device
}

#[tokio::test]
async fn a_device_is_known_by_its_browser_and_its_shortened_address() {
    let world = World::new();
    let client = world.client();
    let socket: SocketAddr = "192.0.2.77:4711".parse().unwrap();
    // With axum's server, and with any other.
    for device in [
        device(&client, ConnectInfo(socket), "198.51.100.9").await,
        device(&client, PeerAddress::new(socket.ip()), "198.51.100.9").await,
    ] {
        let text = device.to_string();
        assert!(text.contains("Firefox") && text.contains("192.0.2.0"), "{text}");
        assert!(!text.contains("192.0.2.77"), "stored shortened: {text}");
        assert!(!text.contains("198.51.100"), "anybody can write that header: {text}");
    }

    let proxies = TrustedProxies::new(["192.0.2.0/24".parse().unwrap()], ForwardingHeader::XForwardedFor);
    let behind = Client::new(&world.shop_with(|layer| layer.trusted_proxies(proxies)));
    let text = device(&behind, ConnectInfo(socket), "203.0.113.5, 198.51.100.9").await.to_string();
    assert!(text.contains("198.51.100.0") && !text.contains("203.0.113"), "{text}");
}
