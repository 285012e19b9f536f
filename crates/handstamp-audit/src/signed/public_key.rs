//! Public keys as a verifier would hold them, for the attack that uses one as a shared secret (CVE-2015-9235).

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::decoded;

/// A public key in the spellings in which it may be lying around as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    /// Each spelling, with a word for it.
    pub(crate) spellings: Vec<(&'static str, Vec<u8>)>,
}

/// The keys of a key set (RFC 7517 section 5).
pub(crate) fn public_keys(set: &[u8]) -> Vec<PublicKey> {
    let Ok(set) = serde_json::from_slice::<Value>(set) else { return Vec::new() };
    let keys = set.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    keys.iter().filter_map(PublicKey::read).collect()
}

impl PublicKey {
    /// A key of RSA, P-256 or Ed25519.
    fn read(jwk: &Value) -> Option<Self> {
        let part = |name: &str| jwk.get(name).and_then(Value::as_str).and_then(decoded);
        let info = match jwk.get("kty")?.as_str()? {
            "RSA" => {
                let numbers = [integer(&part("n")?), integer(&part("e")?)].concat();
                let algorithm = tagged(0x30, &[tagged(0x06, RSA_ENCRYPTION), tagged(0x05, &[])].concat());
                tagged(0x30, &[algorithm, bit_string(&tagged(0x30, &numbers))].concat())
            }
            "EC" if jwk.get("crv")? == "P-256" => {
                let point = [vec![4], part("x")?, part("y")?].concat();
                let algorithm = tagged(0x30, &[tagged(0x06, EC_PUBLIC_KEY), tagged(0x06, P256)].concat());
                tagged(0x30, &[algorithm, bit_string(&point)].concat())
            }
            "OKP" => {
                let algorithm = tagged(0x30, &tagged(0x06, ED25519));
                tagged(0x30, &[algorithm, bit_string(&part("x")?)].concat())
            }
            _ => return None,
        };
        let pem = pem(&info);
        Some(Self {
            spellings: vec![
                ("PEM", pem.clone().into_bytes()),
                ("PEM without its last line end", pem.trim_end().as_bytes().to_vec()),
                ("DER", info),
                ("JWK", jwk.to_string().into_bytes()),
            ],
        })
    }
}

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// A value of DER (X.690): tag, length, content.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut value = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short @ 0..=127) => value.push(short),
        Ok(long) => value.extend([0x81, long]),
        Err(_) => {
            value.push(0x82);
            value.extend(u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    value.extend(content);
    value
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    tagged(0x02, &[if is_negative { &[0][..] } else { &[] }, bytes].concat())
}

fn bit_string(content: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], content].concat())
}

fn pem(info: &[u8]) -> String {
    let text = STANDARD.encode(info);
    let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    for line in text.as_bytes().chunks(64) {
        let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
    }
    pem + "-----END PUBLIC KEY-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spelled_as_a_verifier_holds_them() {
        for (jwk, expected) in KNOWN {
            let keys = public_keys(format!("{{\"keys\": [{jwk}]}}").as_bytes());
            let spelled = String::from_utf8(keys[0].spellings[0].1.clone()).unwrap();
            let expected = format!("-----BEGIN PUBLIC KEY-----\n{expected}\n-----END PUBLIC KEY-----\n");
            assert_eq!(spelled, expected);
        }
        for no in ["", "[]", "{\"keys\": [{\"kty\": \"RSA\", \"n\": 1}]}", "{\"keys\": 7}"] {
            assert!(public_keys(no.as_bytes()).is_empty());
        }
    }

    /// Made by pyca/cryptography.
    const KNOWN: [(&str, &str); 3] = [
        (
            r#"{"kty": "RSA", "n": "4fdcJBaFSknQJ0LHMaf4kvkZrz_I6vgBm63W-BFWfvO9GXiZsF2uCvcYxxywyOFCB218LBLCW92aggJ1C6rYFhU217UT8HOZYCNbC3EKRyG3VXBVUCfiIz1n5axcVdoC0QJ0hVqgG6cvfZF_fUAJ1EaS5RI1ZkErlsvEpVWT0dE", "e": "AQAB"}"#,
            "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDh91wkFoVKSdAnQscxp/iS+Rmv\nP8jq+AGbrdb4EVZ+870ZeJmwXa4K9xjHHLDI4UIHbXwsEsJb3ZqCAnULqtgWFTbX\ntRPwc5lgI1sLcQpHIbdVcFVQJ+IjPWflrFxV2gLRAnSFWqAbpy99kX99QAnURpLl\nEjVmQSuWy8SlVZPR0QIDAQAB",
        ),
        (
            r#"{"kty": "EC", "crv": "P-256", "x": "nVSRl6Z4QDd32IzDtVBiVKsm_nag3fvOzGcAsjD7gKs", "y": "aCGFCb9-KP8EGf3ljAjnGVZdudtY-E3lFZuhJ9DoWaM"}"#,
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnVSRl6Z4QDd32IzDtVBiVKsm/nag\n3fvOzGcAsjD7gKtoIYUJv34o/wQZ/eWMCOcZVl2521j4TeUVm6En0OhZow==",
        ),
        (
            r#"{"x": "29nceP8aCFIgfORpzhtr9z3xvLM7jvvFLd-1zKXLVg4", "kty": "OKP", "crv": "Ed25519"}"#,
            "MCowBQYDK2VwAyEA29nceP8aCFIgfORpzhtr9z3xvLM7jvvFLd+1zKXLVg4=",
        ),
    ];
}
