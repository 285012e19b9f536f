//! The account, and "Your devices".

use std::time::Duration;

use axum::{
    Form, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use handstamp::{
    AccountExport, SessionId, SessionInfo, SessionStatus, device,
    web::{
        SessionError,
        axum::{Fresh, SignedIn},
    },
};
use handstamp_pages::{
    ConfirmPage, ConfirmPurpose, Device, DeviceKind, DevicesPage, EndReason, EndedSession, LastUse,
    LocalPath, OtherSession, SessionFacts, SignInMethod, Time,
};
use serde::Deserialize;

use super::{
    confirm::step_up,
    look::{Look, Notice},
};
use crate::{shop::Shop, views::AccountPage};

/// Ending sessions needs a proof of at most this age (ASVS V7.5.2).
const FRESH: Duration = Duration::from_secs(300);

pub(super) async fn account(State(shop): State<Shop>, who: SignedIn) -> Result<Response, SessionError> {
    let look = Look::at("/account", &shop, who.session()).await?;
    let message = Notice::take(who.session()).await?;
    Ok(look.show(&AccountPage { name: look.name.as_deref().unwrap_or_default(), message: message.as_ref() }))
}

/// Everything that is kept of the account's sessions. Wants a fresh proof: it is personal.
pub(super) async fn export(
    State(shop): State<Shop>,
    who: SignedIn,
    _: Fresh<300>,
) -> Result<Json<AccountExport>, SessionError> {
    Ok(Json(shop.sessions.account(who.account()).export().await?))
}

/// What a page borrows of a session's facts.
struct Shown {
    id: String,
    network: Option<String>,
    methods: Vec<SignInMethod>,
    info: SessionInfo,
}

impl Shown {
    fn new(info: SessionInfo) -> Self {
        let methods = info.proof.iter().flat_map(|proof| &proof.methods);
        Self {
            id: info.id.to_string(),
            network: info.device.address.as_ref().map(ToString::to_string),
            methods: methods.map(|code| SignInMethod::from_amr(code)).collect(),
            info,
        }
    }

    fn device(&self) -> Device<'_> {
        let device = &self.info.device;
        Device {
            browser: device.browser.as_deref(),
            system: device.system.as_deref(),
            kind: match device.kind {
                device::DeviceKind::Desktop => DeviceKind::Desktop,
                device::DeviceKind::Phone => DeviceKind::Phone,
                device::DeviceKind::Tablet => DeviceKind::Tablet,
                _ => DeviceKind::Other,
            },
        }
    }

    fn facts(&self) -> SessionFacts<'_> {
        SessionFacts {
            device: self.device(),
            signed_in: time(self.info.created_at),
            last_used: LastUse { at: time(self.info.last_use), precision: self.info.last_use_precision },
            network: self.network.as_deref(),
            methods: &self.methods,
            ends_by: match self.info.status {
                SessionStatus::Live { until, .. } => Some(time(until)),
                _ => None,
            },
        }
    }

    fn ended(&self) -> Option<EndedSession<'_>> {
        let SessionStatus::Ended { ending, .. } = &self.info.status else { return None };
        Some(EndedSession {
            device: self.device(),
            signed_in: time(self.info.created_at),
            ended: time(ending.at),
            reason: EndReason::from_code(ending.reason.as_str()),
            network: self.network.as_deref(),
        })
    }
}

fn time(at: handstamp::Timestamp) -> Time {
    Time::from_unix_milliseconds(at.as_millis())
}

pub(super) async fn devices(State(shop): State<Shop>, who: SignedIn) -> Result<Response, SessionError> {
    let look = Look::at("/devices", &shop, who.session()).await?;
    let message = Notice::take(who.session()).await?;
    let shown: Vec<Shown> = who.session().devices().await?.into_iter().map(Shown::new).collect();
    let Some(current) = shown.iter().find(|shown| shown.info.id == who.id()) else {
        return Err(SessionError::NotSignedIn);
    };
    let is_live = |shown: &&Shown| matches!(shown.info.status, SessionStatus::Live { .. });
    let others: Vec<OtherSession<'_>> = shown
        .iter()
        .filter(is_live)
        .filter(|shown| shown.info.id != who.id())
        .map(|shown| OtherSession { id: &shown.id, facts: shown.facts() })
        .collect();
    let mut ended: Vec<&Shown> = shown.iter().filter(|shown| !is_live(shown)).collect();
    ended.sort_by_key(|shown| match &shown.info.status {
        SessionStatus::Ended { ending, .. } => std::cmp::Reverse(ending.at),
        _ => std::cmp::Reverse(shown.info.last_use),
    });
    let ended: Vec<EndedSession<'_>> = ended.into_iter().filter_map(Shown::ended).collect();
    let retention = shop.sessions.policy().ended_retention.as_secs() / 86_400;
    Ok(look.show(&DevicesPage {
        now: time(shop.sessions.now()),
        current: current.facts(),
        others: &others,
        more: None,
        ended: &ended,
        ended_days: u32::try_from(retention).unwrap_or(u32::MAX),
        message: message.as_ref(),
        sign_out: "/sign-out",
        end_one: "/devices/end",
        end_others: "/devices/end-others",
        change_password: Some("/password"),
    }))
}

#[derive(Deserialize)]
pub(super) struct EndOne {
    session: String,
    #[serde(default)]
    password: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct EndOthers {
    #[serde(default)]
    password: Option<String>,
}

pub(super) async fn end(
    State(shop): State<Shop>,
    who: SignedIn,
    Form(form): Form<EndOne>,
) -> Result<Response, SessionError> {
    let id: SessionId = form.session.parse().map_err(|_| SessionError::NotFound)?;
    if let Some(ask) = ask_for_proof(&shop, &who, form.password.as_deref(), Some(id)).await? {
        return Ok(ask);
    }
    let ended = who.session().end(id).await?;
    if id == who.id() {
        return Ok(Redirect::to("/signed-out").into_response());
    }
    let notice = if ended.sessions.is_empty() { Notice::NoneEnded } else { Notice::OneEnded };
    notice.leave(who.session()).await?;
    Ok(Redirect::to("/devices").into_response())
}

pub(super) async fn end_others(
    State(shop): State<Shop>,
    who: SignedIn,
    Form(form): Form<EndOthers>,
) -> Result<Response, SessionError> {
    if let Some(ask) = ask_for_proof(&shop, &who, form.password.as_deref(), None).await? {
        return Ok(ask);
    }
    who.session().end_others().await?;
    Notice::OthersEnded.leave(who.session()).await?;
    Ok(Redirect::to("/devices").into_response())
}

/// The page that asks for the password, unless the proof is fresh or the password is right. What was
/// wanted goes along in the form, so that nobody has to find the button again.
async fn ask_for_proof(
    shop: &Shop,
    who: &SignedIn,
    password: Option<&str>,
    one: Option<SessionId>,
) -> Result<Option<Response>, SessionError> {
    if let Some(password) = password {
        if step_up(shop, who, password).await? {
            return Ok(None);
        }
    } else if shop.sessions.now().since(who.proven_at()) <= FRESH {
        return Ok(None);
    }
    let look = Look::at("/confirm", shop, who.session()).await?;
    let id = one.map(|id| id.to_string());
    let device = match one {
        Some(id) => who.session().devices().await?.into_iter().find(|info| info.id == id),
        None => None,
    };
    let device = device.map(|info| info.device.label());
    let carried: Vec<(&str, &str)> = id.iter().map(|id| ("session", id.as_str())).collect();
    let page = ConfirmPage {
        purpose: match &device {
            Some(device) => ConfirmPurpose::EndOne { device },
            None if one.is_some() => return Err(SessionError::NotFound),
            None => ConfirmPurpose::EndOthers,
        },
        account: look.name.as_deref().unwrap_or_default(),
        action: if one.is_some() { "/devices/end" } else { "/devices/end-others" },
        return_to: LocalPath::new("/devices").unwrap_or(LocalPath::HOME),
        carried: &carried,
        wrong_password: password.is_some(),
    };
    let status = if password.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Some(look.show_as(status, &page)))
}
