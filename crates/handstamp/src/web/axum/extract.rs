//! `Session` and `Slot` as arguments, `SessionError` as an answer.

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};

use crate::{
    SlotValue,
    web::{Session, SessionError, Slot},
};

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionError> {
        Self::of_parts(parts)
    }
}

impl<S: Sync, T: SlotValue> FromRequestParts<S> for Slot<T> {
    type Rejection = SessionError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionError> {
        Session::of_parts(parts).map(Self::new)
    }
}

impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        self.to_response().map(Body::from)
    }
}
