//! Tokens as JWTs (RFC 7519) around the session's id: verified as they have to be, or in one of the wrong ways.

use std::{net::SocketAddr, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::{benign::Benign, flaw::Flaw, sessions::ABSOLUTE, state::App};

/// What signs them, where nothing is wrong.
const SECRET: &[u8] = b"5c0c1b83f2a64f7e9d0e4b7a61c2d83f95ab1e60";
/// What signs them where it is a known one.
const KNOWN: &[u8] = b"your-256-bit-secret";
/// How long it says so where nobody looks.
const SHORT: Duration = Duration::from_secs(600);

/// Whether tokens are JWTs here.
pub(crate) fn is_used(app: &App) -> bool {
    app.benign.has(Benign::SignedToken)
        || [
            Flaw::JwtUnchecked,
            Flaw::JwtNone,
            Flaw::JwtKeyName,
            Flaw::JwtOwnKey,
            Flaw::JwtRemoteKey,
            Flaw::JwtKnownSecret,
            Flaw::JwtExpiryIgnored,
            Flaw::JwtAnyPurpose,
            Flaw::JwtMail,
        ]
        .into_iter()
        .any(|flaw| app.has(flaw))
}

/// A JWT around this id, for this purpose.
pub(crate) fn made(app: &App, id: &str, purpose: &str) -> String {
    let lifetime = if app.has(Flaw::JwtExpiryIgnored) { SHORT } else { ABSOLUTE };
    let mut claims = json!({ "jti": id, "aud": purpose, "exp": (app.now() + lifetime).as_secs() });
    if app.has(Flaw::JwtMail) {
        let account = app.lock().sessions.account_of(id);
        if let Some(account) = account {
            claims["email"] = json!(format!("{account}@example.test"));
        }
    }
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": "1" });
    let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let signature = encoded(hmac(secret(app), signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The id in a JWT that is believed.
pub(crate) fn verified(app: &App, token: &str) -> Option<String> {
    let (signed, signature) = token.rsplit_once('.')?;
    // An unsigned one may lack the last part altogether.
    let parted = signed.split_once('.').map(|(header, claims)| (header, claims, signed, signature));
    let (header, claims, signed, signature) =
        parted.or_else(|| token.split_once('.').map(|(header, claims)| (header, claims, token, "")))?;
    let (header, claims) = (object(header)?, object(claims)?);
    if !is_signed(app, &header, signed, signature) {
        return None;
    }
    let exp = claims.get("exp")?.as_u64()?;
    if app.now().as_secs() >= exp && !app.has(Flaw::JwtExpiryIgnored) {
        return None;
    }
    if claims.get("aud")?.as_str()? != "session" && !app.has(Flaw::JwtAnyPurpose) {
        return None;
    }
    claims.get("jti")?.as_str().map(str::to_owned)
}

fn is_signed(app: &App, header: &Map<String, Value>, signed: &str, signature: &str) -> bool {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let by = |key: &[u8]| signature == encoded(hmac(key, signed.as_bytes()));
    if app.has(Flaw::JwtUnchecked) {
        return true;
    }
    if app.has(Flaw::JwtNone) && text("alg").is_some_and(|alg| alg.eq_ignore_ascii_case("none")) {
        return true;
    }
    if app.has(Flaw::JwtKeyName) && text("kid").is_some_and(|name| name.ends_with("/dev/null")) {
        return by(b"");
    }
    if app.has(Flaw::JwtOwnKey)
        && let Some(key) = header.get("jwk").and_then(|key| key.get("k")?.as_str())
    {
        return by(&URL_SAFE_NO_PAD.decode(key).unwrap_or_default());
    }
    if app.has(Flaw::JwtRemoteKey)
        && let Some(url) = text("jku")
    {
        fetch(url);
        return false;
    }
    text("alg") == Some("HS256") && by(secret(app))
}

/// Goes where a token points to, which is all that it takes.
fn fetch(url: &str) {
    let place = url.strip_prefix("http://").and_then(|rest| rest.split('/').next());
    if let Some(address) = place.and_then(|place| place.parse::<SocketAddr>().ok())
        && address.ip().is_loopback()
    {
        // Only whether anybody comes is asked there.
        drop(std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1)));
    }
}

fn secret(app: &App) -> &'static [u8] {
    if app.has(Flaw::JwtKnownSecret) { KNOWN } else { SECRET }
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let made = Hmac::<Sha256>::new_from_slice(key);
    made.map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec()).unwrap_or_default()
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
