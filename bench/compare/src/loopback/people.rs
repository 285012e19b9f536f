//! People who are signed in on a server, before it is measured; and a look at each answer, so that nobody
//! measures how fast an error page is.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use harness::{Answer, COOKIE, Call, Case};
use http::{HeaderValue, Method, Request, Uri, header};
use ureq::Agent;

/// How many take turns. Requests of one session may wait for one another, and no real crowd shares one.
pub(super) const PEOPLE: usize = 1000;

/// A client of one server.
pub(super) struct Client {
    agent: Agent,
    url: String,
}

impl Client {
    /// For the server at this address.
    pub(super) fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            // Never over a proxy that the environment names: it is all on this machine.
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .build();
        Self { agent: config.into(), url: url.to_owned() }
    }

    /// Signs people in, each with three items in the cart, and returns their `Cookie` headers, which have two
    /// cookies of others around the session's. On a side without sessions these are as long, and mean nothing.
    pub(super) fn sign_in(&self, people: usize, keeps_sessions: bool) -> Result<Vec<HeaderValue>> {
        let mut cookies = Vec::with_capacity(people);
        for _ in 0..people {
            let answer = self.expect(Case::SignsIn, None)?;
            let session = if let Some(cookie) = answer.cookie {
                cookie
            } else {
                ensure!(!keeps_sessions, "signing in set no cookie named {COOKIE}");
                format!("{COOKIE}={:=<70}", "none")
            };
            let cookie = HeaderValue::try_from(format!("theme=dark; {session}; consent=1"))
                .context("a cookie that fits no header")?;
            self.expect(Case::EditsSlot, Some(&cookie))?;
            cookies.push(cookie);
        }
        Ok(cookies)
    }

    /// Sends one request, which is to be answered with the words of its case.
    pub(super) fn expect(&self, case: Case, cookie: Option<&HeaderValue>) -> Result<Answer> {
        let call = Call { case, cookie: cookie.cloned() };
        let uri = Uri::try_from(format!("{}{}", self.url, case.path()))?;
        let response = if case.method() == Method::POST {
            // An empty body, as browsers send it. With none ureq announces chunks and sends an end of them
            // later, and a server that has answered by then closes.
            self.agent.run(to(uri, call.request("")))?
        } else {
            self.agent.run(to(uri, call.request(())))?
        };
        let status = response.status();
        let lines = response.headers().get_all(header::SET_COOKIE).iter().map(HeaderValue::as_bytes);
        let cookie = Answer::cookie_in(lines);
        let body = response.into_body().read_to_vec()?;
        ensure!(
            status == http::StatusCode::OK && body.starts_with(case.answer().as_bytes()),
            "{} answered {status} {:?}",
            case.path(),
            String::from_utf8_lossy(&body)
        );
        Ok(Answer { status, cookie, body: body.into() })
    }
}

fn to<B>(uri: Uri, mut request: Request<B>) -> Request<B> {
    *request.uri_mut() = uri;
    request
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        thread,
    };

    use super::*;

    /// A server that gives these answers, one for each connection.
    fn server(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 2048];
                let length = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..length]);
                assert!(request.contains("sec-fetch-site: same-origin"), "{request}");
                assert_eq!(request.contains("content-length: 0"), request.starts_with("POST"), "{request}");
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        url
    }

    #[test]
    fn a_session_stands_between_the_cookies_of_others() {
        let url = server(&[
            "HTTP/1.1 200 OK\r\nset-cookie: __Host-Http-session=abc; Secure; Path=/\r\n\
             connection: close\r\ncontent-length: 9\r\n\r\nsigned in",
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 6\r\n\r\nedited",
        ]);
        let cookies = Client::new(&url).sign_in(1, true).unwrap();
        assert_eq!(cookies, ["theme=dark; __Host-Http-session=abc; consent=1"]);
    }

    #[test]
    fn an_error_page_is_not_measured() {
        let url = server(&["HTTP/1.1 500 Oh\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno"]);
        let error = Client::new(&url).expect(Case::Ignores, None).unwrap_err().to_string();
        assert!(error.contains("/ignores answered 500"), "{error}");
        let url = server(&["HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 7\r\n\r\nnobody."]);
        assert!(Client::new(&url).expect(Case::ReadsWho, None).is_err());
    }
}
