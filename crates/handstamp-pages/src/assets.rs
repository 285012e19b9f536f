//! The few files that the pages need besides themselves, compiled in.
//!
//! Each is served under a path that carries a hash of its content, so that it may be cached for
//! ever (`Cache-Control: public, max-age=31536000, immutable`) and is never out of date.

use std::{fmt::Write as _, sync::LazyLock};

use sha2::{Digest, Sha256};

/// The policy to send with every page: nothing inline, nothing from elsewhere, no framing.
///
/// Framing matters most for the devices page, where a stolen click ends a session (ASVS V3.4.3,
/// V3.4.6). Send `Referrer-Policy: same-origin` beside it; with `no-referrer` browsers send
/// `Origin: null` with forms, and cross-site protection refuses them.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; \
    script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What an asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssetKind {
    /// A stylesheet.
    Stylesheet,
    /// A script.
    Script,
    /// A vector picture.
    Picture,
}

/// A file compiled into the binary.
#[derive(Clone, Debug)]
pub struct Asset {
    kind: AssetKind,
    body: &'static str,
    path: String,
}

impl Asset {
    /// A file called `name` (without its ending) with this content.
    pub fn new(name: &str, kind: AssetKind, body: &'static str) -> Self {
        let ending = match kind {
            AssetKind::Stylesheet => "css",
            AssetKind::Script => "js",
            AssetKind::Picture => "svg",
        };
        Self { kind, body, path: format!("/assets/{name}-{}.{ending}", fingerprint(body)) }
    }

    /// The path to serve it under, such as `/assets/handstamp-0123456789abcdef.css`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its content.
    pub fn body(&self) -> &'static str {
        self.body
    }

    /// Its `Content-Type`.
    pub fn content_type(&self) -> &'static str {
        match self.kind {
            AssetKind::Stylesheet => "text/css; charset=utf-8",
            AssetKind::Script => "text/javascript; charset=utf-8",
            AssetKind::Picture => "image/svg+xml",
        }
    }
}

/// The stylesheet of every page.
pub fn stylesheet() -> &'static Asset {
    static ASSET: LazyLock<Asset> = LazyLock::new(|| {
        let body = include_str!("../assets/handstamp.css");
        Asset::new("handstamp", AssetKind::Stylesheet, body)
    });
    &ASSET
}

/// The script that shows times in the reader's zone. Every page is complete without it.
pub fn script() -> &'static Asset {
    static ASSET: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("times", AssetKind::Script, include_str!("../assets/times.js")));
    &ASSET
}

/// The picture browsers show beside the title.
pub fn icon() -> &'static Asset {
    static ASSET: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("stamp", AssetKind::Picture, include_str!("../assets/stamp.svg")));
    &ASSET
}

/// Everything the pages of this crate refer to: serve each under its path.
pub fn assets() -> [&'static Asset; 3] {
    [stylesheet(), script(), icon()]
}

fn fingerprint(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Asset, AssetKind, assets};

    #[test]
    fn another_content_has_another_path() {
        let path = |body| Asset::new("a", AssetKind::Script, body).path().to_owned();
        assert_eq!(path("one"), "/assets/a-7692c3ad3540bb80.js");
        assert_ne!(path("one"), path("two"));
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        for asset in assets() {
            let body = asset.body().replace("http://www.w3.org/2000/svg", "");
            for mark in ["http:", "https:", "//cdn", "@import", "@font-face"] {
                assert!(!body.contains(mark), "{} has {mark}", asset.path());
            }
        }
    }
}
