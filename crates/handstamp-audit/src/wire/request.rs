//! A request as it will be sent.

use super::Origin;

/// A request as it will be sent: headers in this order, with these spellings, as often as they are here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers besides `Host`, `Content-Length` and `Connection`, which are written where they are missing.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What the auditor calls itself, so that its requests can be found in logs.
const USER_AGENT: &str = concat!("handstamp-audit/", env!("CARGO_PKG_VERSION"));

impl Request {
    /// A request without headers of its own and without a body.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self { method: method.into(), target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A `GET`.
    pub fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    /// Adds a header after those there are.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Puts a header in the place of all of its name.
    #[must_use]
    pub fn only_header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.retain(|(there, _)| !there.eq_ignore_ascii_case(name));
        self.header(name, value)
    }

    /// Sets the body with its content type.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut request = self.only_header("content-type", content_type);
        request.body = body.into();
        request
    }

    /// The first header of this name.
    pub fn header_value(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.headers.iter().find(|(there, _)| there.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The bytes of HTTP/1.1. Line ends inside of a value would begin another header, so they are left out.
    pub(super) fn to_bytes(&self, origin: &Origin, keeps_connection: bool) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512 + self.body.len());
        push_line(&mut bytes, format!("{} {} HTTP/1.1", self.method, self.target).as_bytes());
        let mut write = |name: &str, value: &[u8]| {
            let mut line = format!("{name}: ").into_bytes();
            line.extend_from_slice(value);
            push_line(&mut bytes, &line);
        };
        let lacks = |name: &str| self.header_value(name).is_none();
        if lacks("host") {
            write("Host", origin.authority().as_bytes());
        }
        if lacks("user-agent") {
            write("User-Agent", USER_AGENT.as_bytes());
        }
        if lacks("accept") {
            write("Accept", b"*/*");
        }
        if lacks("accept-encoding") {
            write("Accept-Encoding", b"identity");
        }
        for (name, value) in &self.headers {
            write(name, value);
        }
        let has_body =
            !self.body.is_empty() || !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
        if has_body && lacks("content-length") {
            write("Content-Length", self.body.len().to_string().as_bytes());
        }
        if lacks("connection") && !keeps_connection {
            write("Connection", b"close");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn push_line(bytes: &mut Vec<u8>, line: &[u8]) {
    bytes.extend(line.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)));
    bytes.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin { is_secure: false, host: "localhost".to_owned(), port: 8080 }
    }

    #[test]
    fn headers_go_out_in_order_and_as_often_as_they_are_written() {
        let request = Request::get("/a").header("Cookie", "n=1").header("cookie", "n=2");
        let text = String::from_utf8(request.to_bytes(&origin(), false)).unwrap();
        assert!(text.starts_with("GET /a HTTP/1.1\r\nHost: localhost:8080\r\n"), "{text}");
        assert!(text.contains("\r\nCookie: n=1\r\ncookie: n=2\r\n"), "{text}");
        assert!(text.ends_with("\r\nConnection: close\r\n\r\n"), "{text}");
        assert!(!text.contains("Content-Length"), "{text}");
    }

    #[test]
    fn a_line_end_in_a_value_begins_no_header() {
        let request = Request::get("/a\r\nX: 1").header("Cookie", "n=1\r\nY: 2");
        let text = String::from_utf8(request.to_bytes(&origin(), true)).unwrap();
        assert!(!text.contains("\r\nX:") && !text.contains("\r\nY:"), "{text}");
    }
}
