//! "Why does my cookie not come back?" The log says so once in a process, so this is a process of
//! its own with one test.

#[path = "web/log.rs"]
mod log;

use std::convert::Infallible;

use handstamp::{
    Sessions,
    store::MemoryStore,
    web::{Session, SessionLayer},
};
use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use log::Log;

async fn page(request: Request<String>) -> Result<Response<String>, Infallible> {
    let session = Session::of(&request).expect("there is a layer");
    let form = session.form_token().await.expect("the memory store answers");
    Ok(Response::new(form.to_string()))
}

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/26.0 Safari/605.1.15";

async fn visit(layer: &SessionLayer, host: &str, agent: &str, secure: bool) {
    let mut request = Request::builder().uri("/").header("host", host).header("user-agent", agent);
    if secure {
        request = request.header("sec-fetch-site", "none").header("sec-fetch-mode", "navigate");
    }
    let request = request.body(String::new()).expect("the request is well-formed");
    let Ok(_) = layer.layer(service_fn(page)).oneshot(request).await;
}

fn warnings(log: &Log) -> String {
    let all = log.take();
    let lines: Vec<_> = all.lines().filter(|line| line.contains(" WARN ")).collect();
    lines.join("\n")
}

#[tokio::test]
async fn the_log_says_once_why_a_cookie_does_not_come_back() {
    let log = Log::default();
    let _guard = log.listen();
    let layer = Sessions::builder(MemoryStore::new()).build().unwrap().layer();

    // All is well: https, a machine's own address, a program, another transport.
    visit(&layer, "shop.example", FIREFOX, true).await;
    visit(&layer, "localhost:3000", FIREFOX, false).await;
    visit(&layer, "127.0.0.1:3000", FIREFOX, false).await;
    visit(&layer, "shop.example", "curl/8.0", false).await;
    visit(&layer.clone().bearer(), "shop.example", FIREFOX, false).await;
    visit(&layer.clone().bearer(), "localhost", SAFARI, false).await;
    assert_eq!(warnings(&log), "");

    visit(&layer, "shop.example", FIREFOX, false).await;
    let said = warnings(&log);
    for part in ["WARN", "shop.example", "`__Host-Http-session`", "plain http", "Serve https"] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert_eq!(said.lines().count(), 1, "{said}");

    visit(&layer, "localhost:3000", SAFARI, false).await;
    let said = warnings(&log);
    assert!(said.contains("Safari does not keep Secure cookies from http://localhost"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");

    visit(&layer, "shop.example", FIREFOX, false).await;
    visit(&layer, "localhost:3000", SAFARI, false).await;
    assert_eq!(warnings(&log), "", "once is enough");
}
