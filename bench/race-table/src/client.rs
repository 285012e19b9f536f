//! A small HTTP client that keeps cookies as a browser would, and lets them be copied.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use axum::{
    body::Bytes,
    http::{
        Method, Request, StatusCode,
        header::{COOKIE, SET_COOKIE},
    },
};
use http_body_util::{BodyExt, Empty};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// One browser: a connection pool and its cookies. A clone holds a copy of the cookies.
#[derive(Clone)]
pub struct Device {
    base: String,
    http: Client<HttpConnector, Empty<Bytes>>,
    cookies: BTreeMap<String, String>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
    set_cookies: Vec<String>,
}

impl Device {
    /// A browser without cookies in front of the application at `base`.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: Client::builder(TokioExecutor::new()).build_http(),
            cookies: BTreeMap::new(),
        }
    }

    /// Sends a request and takes over the cookies of the answer.
    pub async fn send(&mut self, method: Method, path: &str) -> Result<Answer> {
        let answer = self.send_keeping_cookies(method, path).await?;
        for line in &answer.set_cookies {
            self.take_over(line);
        }
        Ok(answer)
    }

    /// Sends a request and leaves the cookies as they are.
    pub async fn send_keeping_cookies(&self, method: Method, path: &str) -> Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            // What a browser says of a request that the site's own page makes.
            .header("origin", &self.base)
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .header("sec-fetch-dest", "empty");
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        let response = self
            .http
            .request(request.body(Empty::new())?)
            .await
            .with_context(|| format!("{path} could not be asked"))?;
        let (head, body) = response.into_parts();
        let set_cookies = head
            .headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|value| value.to_str().map(str::to_owned))
            .collect::<Result<_, _>>()?;
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: head.status, body, set_cookies })
    }

    fn take_over(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let removed = value.is_empty() || parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        if removed {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_replaced_and_removed_as_the_server_says() {
        let mut device = Device::new("http://localhost");
        device.take_over("id=one; Path=/; HttpOnly");
        device.take_over("id=two; Path=/");
        assert_eq!(device.cookies.get("id").map(String::as_str), Some("two"));
        device.take_over("id=two; Max-Age=0");
        assert!(device.cookies.is_empty());
    }
}
