//! SA-JWT-02: the token does not choose the key that it is verified with.

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use super::{first_believed, loopback::KeyServer, signed_tokens};
use crate::{
    audit::{Audit, Halt},
    check::{Description, Group, Outcome, Profile, Reason, Severity},
    checks::Check,
    credentials::Credentials,
    signed::{Hash, Jwt, PublicKey, base64url, public_keys},
    wire::{ExchangeId, Origin, Request, is_loopback},
};

pub(super) const CHECK: Check = Check::new(
    Description::new("SA-JWT-02", Group::SelfContained, Severity::High, "a token does not choose its own key")
        .explained(
            "Sends tokens of our own making: signed by HMAC with the application's public key where it publishes one, with \
             our key inside the header, with a header that points to a key server of ours on the loopback interface, and \
             with a `kid` that points to an empty file or into a query. It fails where one signs in, or where the \
             application asks our key server.",
        )
        .remedied_by(
            "Choose the key by the application's own configuration: a fixed algorithm for each key, `kid` only as a name \
             in a fixed table, and `jwk`, `jku` and `x5u` ignored.",
        )
        .standards(&["9.1.2", "9.1.3"], &["SESS-10"], &[347])
        .from_profile(Profile::Standard)
        .costs(24),
    |audit| Box::pin(run(audit)),
);

/// Where applications publish their keys.
const KEY_SETS: [&str; 3] = ["/.well-known/jwks.json", "/jwks.json", "/.well-known/keys"];
const DISCOVERY: &str = "/.well-known/openid-configuration";

async fn run(audit: &Audit) -> Result<Outcome, Halt> {
    let person = audit.first();
    let visitor = audit.sign_in(person).await?;
    let tokens = signed_tokens(audit, &visitor);
    let found =
        tokens.iter().find_map(|found| found.jwt().filter(|_| found.authenticates).map(|jwt| (found, jwt)));
    let Some((found, jwt)) = found else {
        return Ok(Outcome::not_applicable(Reason::NoSuchFeature, "no token that signs in is a JWT"));
    };
    let mut evidence = Vec::new();
    let control = found.replaced(&visitor.credentials(), &jwt.changed());
    let look =
        audit.look_for(&control, "control: whoami with changed content under the old signature").await?;
    evidence.push(look.id());
    if look.is(person) {
        let why = "nobody looks at the signature at all (see SA-JWT-01), so that a key says nothing";
        return Ok(Outcome::inconclusive(Reason::NeedsAnotherCheck, why).shown_by(evidence));
    }
    let is_near = is_loopback(audit.recipe().target.base.host_str().unwrap_or_default());
    let signer = Signer::new()?;
    let server =
        if is_near { KeyServer::start(json!({ "keys": [signer.jwk] }).to_string()).await.ok() } else { None };
    let keys =
        if jwt.algorithm().starts_with("HS") { Vec::new() } else { published(audit, &mut evidence).await? };
    let mut forged = with_odd_names(jwt);
    forged.extend(with_own_key(jwt, &signer));
    forged.extend(server.iter().flat_map(|server| with_key_server(jwt, &signer, &server.url())));
    forged.extend(with_public_key(jwt, &keys));
    let credentials = visitor.credentials();
    let forged: Vec<(String, Credentials)> =
        forged.into_iter().map(|(words, token)| (words, found.replaced(&credentials, &token))).collect();
    let tried = forged.len();
    let believed = first_believed(audit, person, &credentials, forged, &mut evidence).await?;
    let asked = server.as_ref().map_or(0, KeyServer::asked);
    let outcome = if let Some(words) = believed {
        Outcome::fail(CHECK.description.severity, format!("a token signs in that was made {words}"))
    } else if asked > 0 {
        let why = "the application asks the key server that a token's header names";
        Outcome::fail(CHECK.description.severity, why).fact("our key server was asked", asked)
    } else {
        Outcome::pass(format!("{tried} tokens of our own making are refused"))
    };
    let outcome = outcome.fact("algorithm", jwt.algorithm()).fact("published keys", keys.len());
    let outcome = if is_near {
        outcome
    } else {
        outcome.fact("not tried", "a key server of ours, since the target is not on this machine")
    };
    Ok(outcome.shown_by(evidence))
}

type Forged = (String, String);

fn hs256(key: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    move |signed| Hash::Sha256.hmac(key, signed)
}

/// Names of keys that a careless verifier takes for a path or puts into a query.
fn with_odd_names(jwt: &Jwt) -> Vec<Forged> {
    let odd = [
        ("../../../../../../../../dev/null", &b""[..]),
        ("/dev/null", b""),
        ("", b""),
        ("handstamp' UNION SELECT 'handstamp", b"handstamp"),
    ];
    let forge = |(kid, key): (&str, &[u8])| {
        let token = jwt.forged(&json!({ "alg": "HS256", "kid": kid }), hs256(key));
        (format!("with the `kid` {kid:?}"), token)
    };
    odd.map(forge).into()
}

fn with_own_key(jwt: &Jwt, signer: &Signer) -> Vec<Forged> {
    let secret = b"a key of our own";
    let shared = json!({ "alg": "HS256", "jwk": { "kty": "oct", "k": base64url(secret) } });
    let public = json!({ "alg": "ES256", "jwk": signer.jwk });
    vec![
        ("with our own shared key in its header".to_owned(), jwt.forged(&shared, hs256(secret))),
        (
            "with our own public key in its header".to_owned(),
            jwt.forged(&public, |signed| signer.sign(signed)),
        ),
    ]
}

fn with_key_server(jwt: &Jwt, signer: &Signer, url: &str) -> Vec<Forged> {
    let forge = |name: &str| {
        let header = json!({ "alg": "ES256", "kid": "handstamp", name: url });
        (format!("with `{name}` pointing to our own key"), jwt.forged(&header, |signed| signer.sign(signed)))
    };
    vec![forge("jku"), forge("x5u")]
}

fn with_public_key(jwt: &Jwt, keys: &[PublicKey]) -> Vec<Forged> {
    let spellings = keys.iter().flat_map(|key| &key.spellings);
    spellings
        .map(|(spelled, bytes)| {
            let token = jwt.forged(&json!({ "alg": "HS256" }), hs256(bytes));
            (format!("by HMAC with its public key as the secret ({spelled})"), token)
        })
        .collect()
}

/// The keys that the application publishes, if any.
async fn published(audit: &Audit, evidence: &mut Vec<ExchangeId>) -> Result<Vec<PublicKey>, Halt> {
    let mut paths: Vec<String> = KEY_SETS.map(str::to_owned).into();
    let discovery = ask(audit, DISCOVERY, evidence).await?;
    let discovered = serde_json::from_slice::<Value>(&discovery).ok();
    let discovered = discovered.as_ref().and_then(|all| all.get("jwks_uri")?.as_str());
    if let Some(url) = discovered.and_then(|url| url::Url::parse(url).ok())
        && Origin::of(&url).as_ref() == Some(audit.origin())
    {
        paths.insert(0, url.path().to_owned());
    }
    for path in paths {
        let keys = public_keys(&ask(audit, &path, evidence).await?);
        if !keys.is_empty() {
            return Ok(keys);
        }
    }
    Ok(Vec::new())
}

async fn ask(audit: &Audit, path: &str, evidence: &mut Vec<ExchangeId>) -> Result<Vec<u8>, Halt> {
    let exchange =
        audit.client().send(audit.origin(), Request::get(path), "where its public keys are").await?;
    evidence.push(exchange.id);
    let response = &exchange.response;
    Ok(if response.status == 200 { response.body.clone() } else { Vec::new() })
}

/// A key pair of our own.
struct Signer {
    pair: EcdsaKeyPair,
    jwk: Value,
    random: SystemRandom,
}

impl Signer {
    fn new() -> Result<Self, Halt> {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok().and_then(
            |document| {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).ok()
            },
        );
        let pair = made.ok_or_else(|| {
            Halt::inconclusive(Reason::ControlFailed, "this machine gives no random numbers for a key")
        })?;
        // An uncompressed point: the byte 4, x, y.
        let (x, y) = pair.public_key().as_ref().split_at_checked(33).unwrap_or_default();
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "handstamp",
            "x": base64url(x.get(1..).unwrap_or_default()), "y": base64url(y),
        });
        Ok(Self { pair, jwk, random })
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(&self.random, message).map(|signature| signature.as_ref().to_vec()).unwrap_or_default()
    }
}
