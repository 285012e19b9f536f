//! A request as the application reads it, and an answer as it writes it.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use percent_encoding::percent_decode_str;

/// The largest body that is read.
const MOST_BYTES: usize = 64 * 1024;

/// A request with its parts decoded.
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) path: String,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
    headers: HeaderMap,
    /// The body as text.
    pub(crate) body: String,
}

impl Ask {
    /// Reads a request; `None` where its body is too long.
    pub(crate) async fn read(request: Request) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MOST_BYTES).await.ok()?;
        let is_form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        let body = String::from_utf8_lossy(&body).into_owned();
        let form = if is_form { pairs(&body) } else { Vec::new() };
        let cookies = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|value| {
                String::from_utf8_lossy(value.as_bytes()).split(';').map(str::to_owned).collect::<Vec<_>>()
            })
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or(("", &pair));
                (name.trim_start_matches([' ', '\t']).to_owned(), value.trim_matches([' ', '\t']).to_owned())
            })
            .collect();
        Some(Self {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: pairs(parts.uri.query().unwrap_or_default()),
            form,
            cookies,
            headers: parts.headers,
            body,
        })
    }

    /// A field of the form.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    /// A field of the query.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// Every cookie of this name.
    pub(crate) fn cookies(&self, name: &str) -> Vec<&str> {
        self.cookies.iter().filter(|(there, _)| there == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Names and values of all cookies.
    pub(crate) fn all_cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The same request with the query's fields as the form's: what a careless handler reads.
    pub(crate) fn query_as_form(mut self) -> Self {
        self.form.append(&mut self.query);
        "POST".clone_into(&mut self.method);
        self
    }
}

fn find<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// An answer in the making.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn page(title: &str, body: &str) -> Self {
        let body =
            format!("<!DOCTYPE html><html lang=\"en\"><title>{title}</title><h1>{title}</h1>{body}</html>");
        Self { status: 200, headers: vec![("content-type".into(), "text/html; charset=utf-8".into())], body }
    }

    pub(crate) fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("content-type".into(), "text/plain".into())], body: body.into() }
    }

    pub(crate) fn to(location: &str) -> Self {
        Self { status: 303, headers: vec![("location".into(), location.into())], body: String::new() }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    #[must_use]
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(there, _)| there == name)
    }

    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// Text as HTML shows it.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
