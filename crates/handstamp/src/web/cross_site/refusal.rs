//! Why a cross-site check says no.

/// Why a request was refused. Every reason has a stable code; all of them are a 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CrossSiteRefusal {
    /// The browser says that another site caused it.
    #[error("another site caused this request; if it is yours, trust its origin")]
    CrossSite,
    /// The browser says that another origin of the same site caused it, such as a sibling host.
    #[error("another host of the same site caused this request; if it is of equal trust, trust its origin")]
    SameSite,
    /// `Sec-Fetch-Site` stands there twice or with a value that is not known.
    #[error("`Sec-Fetch-Site` cannot be understood")]
    UnknownFetchSite,
    /// The `Origin` is neither this application's nor a trusted one.
    #[error("the `Origin` is not this application's; behind a proxy, state the application's own origin")]
    ForeignOrigin,
    /// `Origin: null`: a sandboxed frame or a page that hides where it is from.
    #[error("the `Origin` is `null`, so the request may come from anywhere")]
    NullOrigin,
    /// The `Origin` is not an origin.
    #[error("the `Origin` cannot be understood")]
    MalformedOrigin,
    /// There is more than one `Origin` line.
    #[error("there is more than one `Origin`")]
    SeveralOrigins,
    /// There is no single `Host` to compare the `Origin` with.
    #[error("the request has no single valid `Host` to compare its `Origin` with")]
    HostUnusable,
    /// The rules are strict and no header says where the request comes from.
    #[error("no header says where this request comes from, and this route asks for one")]
    NoEvidence,
}

impl CrossSiteRefusal {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::CrossSite,
        Self::SameSite,
        Self::UnknownFetchSite,
        Self::ForeignOrigin,
        Self::NullOrigin,
        Self::MalformedOrigin,
        Self::SeveralOrigins,
        Self::HostUnusable,
        Self::NoEvidence,
    ];

    /// The stable code, as in `docs/errors.md`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CrossSite => "cross_site",
            Self::SameSite => "cross_site_sibling",
            Self::UnknownFetchSite => "cross_site_unknown",
            Self::ForeignOrigin => "cross_site_origin",
            Self::NullOrigin => "cross_site_origin_null",
            Self::MalformedOrigin => "cross_site_origin_malformed",
            Self::SeveralOrigins => "cross_site_origin_repeated",
            Self::HostUnusable => "cross_site_host",
            Self::NoEvidence => "cross_site_no_evidence",
        }
    }
}

/// Why a path cannot be exempted from the cross-site check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExemptionError {
    /// It does not begin with `/`.
    #[error("an exempt path begins with `/`")]
    NotAPath,
    /// It looks like a pattern or has a query; neither would ever match.
    #[error("an exempt path is compared byte for byte: no `*`, `{{}}`, `?` or `#`")]
    Pattern,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_distinct_words() {
        let codes: HashSet<_> = CrossSiteRefusal::ALL.iter().map(|refusal| refusal.code()).collect();
        assert_eq!(codes.len(), CrossSiteRefusal::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    }
}
