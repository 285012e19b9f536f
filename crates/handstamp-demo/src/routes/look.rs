//! From a page to an answer: the frame with its visitor, and pages for refusals.

use axum::{
    http::{HeaderValue, Response as HttpResponse, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use handstamp::{
    SlotValue,
    web::{Refusal, Session, SessionError},
};
use handstamp_pages::{
    EndReason, ErrorPage, LocalPath, Message, NavigationLink, Page, RefusedPage, SessionEndedPage,
    SignOutFailedPage, Site, UnavailablePage, Visitor, strings::ENGLISH,
};
use serde::{Deserialize, Serialize};

use super::shelf::Basket;
use crate::{
    shop::Shop,
    views::{WORDS, live_script, shop_stylesheet},
};

/// What the frame of a page shows of its visitor.
pub(super) struct Look {
    pub(super) name: Option<String>,
    pub(super) basket: u32,
    path: &'static str,
}

impl Look {
    /// Reads who is looking at `path`.
    pub(super) async fn at(path: &'static str, shop: &Shop, session: &Session) -> Result<Self, SessionError> {
        let signed_in = session.signed_in().await?;
        let name = signed_in.map(|facts| {
            let id = facts.account.as_str();
            shop.accounts.name_of(id).unwrap_or_else(|| id.to_owned())
        });
        Ok(Self { name, basket: session.read::<Basket>().await?.count(), path })
    }

    /// The same for the pages by which people come in. Whoever holds an old token of a session that
    /// has moved on, having lost the answer with the new one, comes in here as a stranger.
    pub(super) async fn at_the_door(
        path: &'static str,
        shop: &Shop,
        session: &Session,
    ) -> Result<Self, SessionError> {
        match Self::at(path, shop, session).await {
            Err(SessionError::Superseded) => Ok(Self { name: None, basket: 0, path }),
            look => look,
        }
    }

    /// The page in its frame.
    pub(super) fn show(&self, page: &impl Page) -> Response {
        self.show_as(StatusCode::OK, page)
    }

    pub(super) fn show_as(&self, status: StatusCode, page: &impl Page) -> Response {
        let visitor = match &self.name {
            Some(name) => Visitor::SignedIn { name, sign_out: "/sign-out" },
            None => Visitor::Anonymous { sign_in: "/sign-in" },
        };
        let mut site = site(visitor);
        site.navigation = navigation(self.path, self.basket, self.name.is_some());
        if self.path == "/live" {
            site.scripts.push(live_script().path());
        }
        (status, Html(page.render(&site).into_string())).into_response()
    }
}

fn site(visitor: Visitor<'_>) -> Site<'_> {
    let mut site = Site::new(&ENGLISH, WORDS.product, visitor);
    site.stylesheets.push(shop_stylesheet().path());
    site
}

fn navigation(path: &str, basket: u32, signed_in: bool) -> Vec<NavigationLink<'static>> {
    let link = |href: &'static str, text: &'static str, count| NavigationLink {
        href,
        text,
        count,
        current: href == path,
    };
    let mut links =
        vec![link("/", WORDS.shelf, None), link("/basket", WORDS.basket, (basket > 0).then_some(basket))];
    if signed_in {
        links.extend([link("/account", WORDS.account, None), link("/devices", WORDS.devices, None)]);
    }
    links
}

/// A sentence that is shown once, on the next page.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Notice {
    #[default]
    None,
    OneEnded,
    NoneEnded,
    OthersEnded,
    PasswordChanged,
    Confirmed,
}

impl SlotValue for Notice {
    const NAME: &'static str = "notice";
}

impl Notice {
    /// Leaves it for the next page.
    pub(super) async fn leave(self, session: &Session) -> Result<(), SessionError> {
        session.edit(|notice: &mut Self| *notice = self).await
    }

    /// Takes it, if there is one.
    pub(super) async fn take(session: &Session) -> Result<Option<Message>, SessionError> {
        if matches!(session.read::<Self>().await?, Self::None) {
            return Ok(None);
        }
        Ok(match session.take::<Self>().await? {
            Self::None => None,
            Self::OneEnded => Some(Message::success(WORDS.one_ended)),
            Self::NoneEnded => Some(Message::notice(WORDS.none_ended)),
            Self::OthersEnded => Some(Message::success(WORDS.others_ended)),
            Self::PasswordChanged => Some(Message::success(WORDS.password_changed)),
            Self::Confirmed => Some(Message::success(WORDS.confirmed)),
        })
    }
}

/// Pages for what the session layer refuses. `None`: it sends people to sign in or to confirm.
pub(crate) fn refused(refusal: &Refusal) -> Option<HttpResponse<String>> {
    let html = match refusal.code {
        "not_signed_in" | "step_up_required" => return None,
        "store_unavailable" => UnavailablePage { retry: LocalPath::HOME }.render(&site(Visitor::Unknown)),
        "still_signed_in" => SignOutFailedPage { sign_out: "/sign-out" }.render(&site(Visitor::Unknown)),
        "session_ended" => {
            let reason = refusal.reason.map_or("", handstamp::EndReason::as_str);
            SessionEndedPage { reason: EndReason::from_code(reason), sign_in: "/sign-in" }
                .render(&site(Visitor::Anonymous { sign_in: "/sign-in" }))
        }
        "superseded" => ErrorPage { title: None, text: Some(refusal.title), code: refusal.code }
            .render(&site(Visitor::Anonymous { sign_in: "/sign-in" })),
        code if code.starts_with("cross_site") => RefusedPage.render(&site(Visitor::Unknown)),
        code => ErrorPage { title: None, text: Some(refusal.title), code }.render(&site(Visitor::Unknown)),
    };
    let mut response = HttpResponse::new(html.into_string());
    *response.status_mut() = refusal.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if refusal.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    Some(response)
}

pub(super) async fn not_found() -> Response {
    let page =
        ErrorPage { title: Some(WORDS.not_found), text: Some(WORDS.not_found_lead), code: "page_not_found" };
    let html = page.render(&site(Visitor::Unknown)).into_string();
    (StatusCode::NOT_FOUND, Html(html)).into_response()
}

/// The shop could not write down what was asked of it.
pub(super) fn not_kept() -> Response {
    let page = ErrorPage { title: Some(WORDS.not_kept), text: Some(WORDS.not_kept_lead), code: "not_kept" };
    let html = page.render(&site(Visitor::Unknown)).into_string();
    let retry = [(header::RETRY_AFTER, HeaderValue::from_static("2"))];
    (StatusCode::SERVICE_UNAVAILABLE, retry, Html(html)).into_response()
}
