//! The flaws: one table, one switch each.

use std::{collections::BTreeSet, fmt, str::FromStr};

macro_rules! flaws {
    ($($group:literal { $($name:ident => $word:literal, $check:literal, [$($implied:literal),*], $does:literal;)* })*) => {
        /// One thing that an application may do wrong. The documentation of each is what [`Flaw::does`] says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Flaw {
            $($(#[doc = $does] $name,)*)*
        }

        impl Flaw {
            /// Every flaw, group by group.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// Its name on the command line.
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$name => $word,)*)* }
            }

            /// The check that has to see it.
            pub const fn check_id(self) -> &'static str {
                match self { $($(Self::$name => $check,)*)* }
            }

            /// Checks that cannot but see it too, since one thing cannot be broken without the other.
            pub const fn implied(self) -> &'static [&'static str] {
                match self { $($(Self::$name => &[$($implied),*],)*)* }
            }

            /// The group that it belongs to.
            pub const fn group(self) -> &'static str {
                match self { $($(Self::$name => $group,)*)* }
            }

            /// What the application then does.
            pub const fn does(self) -> &'static str {
                match self { $($(Self::$name => $does,)*)* }
            }
        }
    };
}

flaws! {
    "token" {
        Counter => "counter", "SA-TOK-06", ["SA-TOK-02", "SA-TOK-03", "SA-TOK-04", "SA-TOK-05"], "Tokens count up.";
        UnixSeconds => "unix-s", "SA-TOK-06", [], "A token is the MD5 of the second that it was made in.";
        Uniqid => "uniqid", "SA-TOK-06", ["SA-TOK-02", "SA-TOK-03", "SA-TOK-04", "SA-TOK-05"], "A token is the time in microseconds, as PHP's uniqid spells it.";
        Md5Counter => "md5-counter", "SA-TOK-06", [], "A token is the MD5 of a counter.";
        Md5Micros => "md5-us", "SA-TOK-06", [], "A token is the MD5 of the time in microseconds.";
        JavaLcg => "java-lcg", "SA-TOK-05", ["SA-TOK-04"], "Tokens are numbers of java.util.Random.";
        MersenneTwister => "mt19937", "SA-TOK-05", ["SA-TOK-04"], "Tokens are numbers of MT19937.";
        Xorshift => "xorshift", "SA-TOK-05", ["SA-TOK-02", "SA-TOK-03", "SA-TOK-04"], "Tokens are V8's `Math.random()` in base 36.";
        Seed16 => "seed16", "SA-TOK-06", ["SA-TOK-01", "SA-TOK-04"], "A token is the MD5 of a number of 16 bits.";
        Seed24 => "seed24", "SA-TOK-06", ["SA-TOK-01", "SA-TOK-04"], "A token is the MD5 of a number of 24 bits.";
        Bias60 => "bias60", "SA-TOK-04", [], "Each bit of a token is set with 60 %.";
        Sticky60 => "sticky60", "SA-TOK-04", [], "Each bit of a token is like the one before with 60 %.";
        CrcTail => "crc-tail", "SA-TOK-05", ["SA-TOK-03", "SA-TOK-04"], "The last four bytes of a token are the CRC-32 of the rest.";
        XorCopy => "xor-copy", "SA-TOK-05", ["SA-TOK-03", "SA-TOK-04"], "The second half of a token is the first one under a fixed mask.";
        Short48 => "short-48bit", "SA-TOK-02", [], "Tokens have 48 bits.";
        Uuid4 => "uuid4", "SA-TOK-02", [], "Tokens are random UUIDs with 122 bits.";
        Uuid1 => "uuid1", "SA-TOK-03", ["SA-TOK-02", "SA-TOK-04", "SA-TOK-05"], "Tokens are UUIDs of time and machine.";
        Uuid7 => "uuid7", "SA-TOK-03", ["SA-TOK-02", "SA-TOK-04"], "Tokens are UUIDs whose first 48 bits are the time.";
        UserInToken => "user-in-token", "SA-TOK-03", ["SA-JWT-06"], "Tokens begin with the mail address in base64.";
        StaticPerUser => "static-per-user", "SA-TOK-01", ["SA-FIX-04", "SA-FIX-05", "SA-END-05", "SA-END-06", "SA-MUL-01", "SA-MUL-02", "SA-END-08", "SA-END-11", "SA-TMO-06", "SA-CSR-01"], "One account gets one token at every login.";
        TruncatedCompare => "truncated-compare", "SA-TOK-07", ["SA-ORC-03"], "A token's first sixteen characters are compared.";
        CaseInsensitiveCompare => "case-insensitive-compare", "SA-TOK-07", ["SA-ORC-03"], "Tokens of 128 bits in base64 are compared without regard to case.";
        UnsignedSuffix => "unsigned-suffix", "SA-TOK-07", ["SA-ORC-03"], "Tokens end in what looks like a signature that nobody checks.";
    }
    "cookie" {
        NoSecure => "no-secure", "SA-CKE-01", ["SA-CKE-04"], "The cookie lacks `Secure`, and so its prefix holds nothing.";
        NoHttpOnly => "no-httponly", "SA-CKE-02", [], "The cookie lacks `HttpOnly`.";
        NoSameSite => "no-samesite", "SA-CKE-03", [], "The cookie lacks `SameSite`.";
        SameSiteNone => "samesite-none", "SA-CKE-03", [], "The cookie says `SameSite=None`.";
        NoPrefix => "no-prefix", "SA-CKE-04", ["SA-CKE-10"], "The cookie's name has no prefix, so others can set one beside it.";
        MangledPrefix => "prefix-mangled-ok", "SA-CKE-11", [], "The cookie is taken under names that only look like its own.";
        LongLived => "long-lived", "SA-CKE-06", [], "The cookie is kept for a year.";
        FirstDuplicateWins => "first-duplicate-wins", "SA-CKE-10", [], "Of two cookies of one name the guard takes the first and the page the last.";
        DuplicatesCrash => "duplicates-crash", "SA-CKE-10", [], "Two cookies of one name are answered 500.";
    }
    "fixation" {
        KeepIdAtLogin => "keep-id-at-login", "SA-FIX-01", ["SA-RAC-05"], "The session from before login becomes the one after it.";
        AdoptAnyId => "adopt-any-id", "SA-FIX-02", [], "An id that nobody gave out becomes the session's at login.";
        AdoptFromQuery => "adopt-from-query", "SA-FIX-02", [], "The same, with the id in the query.";
        AdoptFromBody => "adopt-from-body", "SA-FIX-02", [], "The same, with the id as a form field.";
        KeepIdAtReauthentication => "keep-id-at-mfa", "SA-FIX-04", [], "Proving oneself again gives no new token.";
        KeepIdAtRoleSwitch => "keep-id-at-role-switch", "SA-FIX-04", [], "A change of role gives no new token.";
        KeepOldAtRelogin => "keep-old-at-relogin", "SA-FIX-05", [], "A second login leaves the first token alive.";
        CsrfTokenKept => "csrf-token-kept", "SA-FIX-06", [], "The form token from before login counts after it.";
    }
    "termination" {
        LogoutClientOnly => "logout-client-only", "SA-END-01", ["SA-MUL-02"], "Logout takes the cookie and leaves the session.";
        LogoutNoop => "logout-noop", "SA-END-01", ["SA-END-02", "SA-END-03", "SA-MUL-02"], "Logout shows its page and does nothing.";
        LogoutDelayed => "logout-delayed-5s", "SA-END-01", ["SA-MUL-02"], "The session lives on for five seconds after logout.";
        LogoutLeavesCookie => "logout-leaves-cookie", "SA-END-03", [], "Logout ends the session and leaves the cookie.";
        LogoutByGet => "logout-by-get", "SA-END-04", [], "A link signs out.";
        DeadRevivesOnLogin => "dead-revives-on-login", "SA-END-05", ["SA-RAC-04"], "The next login brings ended sessions back.";
        RememberedSurvivesLogout => "other-carrier-survives", "SA-END-02", [], "Remember-me outlives logout.";
        PasswordKeepsOthers => "pw-change-keeps-others", "SA-END-06", ["SA-RMB-01"], "A new password ends no other session.";
        PasswordKeepsOwnOld => "pw-change-keeps-own-old", "SA-END-06", [], "A new password leaves the own old token alive.";
        ResetKeeps => "reset-keeps", "SA-END-07", [], "A reset of the password ends no session.";
        MailChangeKeeps => "mail-change-keeps", "SA-END-08", [], "A new mail address ends no other session.";
        DisableKeeps => "disable-keeps", "SA-END-09", [], "A disabled account's sessions live on.";
        AdminEndsNothing => "admin-kill-noop", "SA-END-10", [], "The administrator's order ends nothing.";
        SignOutOthersNoop => "signout-others-noop", "SA-END-11", [], "Ending all others ends none.";
        NoLogoutLink => "no-logout-link", "SA-END-12", [], "A page of the account has no logout.";
    }
    "timeout" {
        NoIdle => "no-idle", "SA-TMO-01", ["SA-TMO-04"], "An unused session does not end.";
        IdleDouble => "idle-double", "SA-TMO-01", ["SA-TMO-04"], "An unused session ends after twice the declared time.";
        NoAbsolute => "no-absolute", "SA-TMO-02", ["SA-TMO-04"], "A busy session does not end.";
        ClientSideExpiry => "client-side-expiry", "SA-TMO-03", [], "Only the browser ends the session after ten minutes.";
        ExpiredRevives => "expired-revives", "SA-TMO-06", [], "The next login brings expired sessions back.";
        HeartbeatExtends => "heartbeat-extends", "SA-TMO-05", [], "Polling keeps a session alive.";
    }
    "multi" {
        Unlimited => "unlimited", "SA-MUL-01", [], "There is no limit of sessions.";
        LimitOffByOne => "limit-off-by-one", "SA-MUL-01", [], "One session more than the limit is let in.";
        ListStale => "list-stale", "SA-MUL-02", [], "The list of sessions lacks new ones.";
        EndOtherUser => "end-other-user", "SA-MUL-04", [], "Anybody's session can be ended by its id.";
        ListShowsToken => "list-shows-token", "SA-MUL-05", ["SA-EXP-06"], "The list's ids are the tokens.";
        NoReauth => "no-reauth", "SA-MUL-03", [], "A session of the list is ended with a wrong password.";
        NoNotice => "no-notice", "SA-MUL-06", [], "Nobody is told of a new login.";
        EndOneNoop => "end-one-noop", "SA-MUL-03", [], "Ending one session of the list ends none.";
    }
    "exposure" {
        IdInRedirect => "id-in-redirect", "SA-EXP-01", [], "Login redirects to a URL with the token in it.";
        IdAcceptedInUrl => "id-accepted-in-url", "SA-EXP-02", [], "The token counts in the query.";
        LoginByGet => "login-by-get", "SA-EXP-03", ["SA-CSR-03"], "The login takes a query.";
        Cacheable => "cacheable", "SA-EXP-04", [], "Pages of the account say that caches may keep them.";
        CacheDeception => "cache-deception", "SA-EXP-05", [], "A cache in front keeps what ends in .css.";
        TokenInBody => "token-in-body", "SA-EXP-06", [], "The page of what is not found shows the cookie.";
        ReferrerLeaks => "referrer-leaks", "SA-EXP-07", [], "Pages send their whole address as the referrer.";
        CorsReflect => "cors-reflect", "SA-EXP-09", [], "Any origin may read with credentials.";
    }
    "csrf" {
        CsrfNone => "csrf-none", "SA-CSR-01", ["SA-FIX-06"], "Writes need no form token.";
        CsrfPresenceOnly => "csrf-presence-only", "SA-CSR-01", ["SA-FIX-06"], "Any form token will do.";
        CsrfNotSessionBound => "csrf-not-session-bound", "SA-CSR-01", [], "Anybody's form token will do.";
        CsrfUserBoundOnly => "csrf-user-bound-only", "SA-CSR-01", [], "A form token of any session of the account will do.";
        GetWrite => "get-write", "SA-CSR-04", [], "A link with fields writes.";
        LoginCsrf => "login-csrf", "SA-CSR-03", [], "The login needs no form token.";
    }
    "logic" {
        ResetSetsUser => "reset-sets-user", "SA-LOG-01", [], "Asking for a reset makes the session the account's.";
        Residue => "residue", "SA-LOG-03", [], "The page shows who was signed in before in the same browser.";
        NoReauthForMail => "no-reauth-for-mail", "SA-LOG-04", [], "The mail address changes with a wrong password.";
        RoleInCookie => "role-in-cookie", "SA-LOG-05", [], "The role is what a cookie says.";
    }
    "self-contained" {
        JwtUnchecked => "jwt-unchecked", "SA-JWT-01", ["SA-ORC-03", "SA-TOK-07"], "Tokens are signed, and nobody looks at the signature.";
        JwtNone => "jwt-none", "SA-JWT-01", [], "A token that says that it has no signature needs none.";
        JwtKeyName => "jwt-key-name", "SA-JWT-02", [], "The name of the key in a token's header is a path.";
        JwtOwnKey => "jwt-own-key", "SA-JWT-02", [], "A token's header may bring the key.";
        JwtRemoteKey => "jwt-remote-key", "SA-JWT-02", [], "A token's header says where the key is, and the server goes there.";
        JwtKnownSecret => "jwt-known-secret", "SA-JWT-03", [], "Tokens are signed with a secret from a tutorial.";
        JwtExpiryIgnored => "jwt-expiry-ignored", "SA-JWT-04", [], "A token counts after its own end.";
        JwtAnyPurpose => "jwt-any-purpose", "SA-JWT-05", [], "A token for another purpose signs in.";
        JwtMail => "jwt-mail", "SA-JWT-06", ["SA-TOK-03"], "The mail address stands in the token.";
    }
    "remember-me" {
        RememberedReusable => "remembered-reusable", "SA-RMB-01", [], "A remember-me cookie signs in again and again.";
        RememberedTheftUnnoticed => "remembered-theft-unnoticed", "SA-RMB-01", [], "A spent remember-me cookie is refused, and nothing else happens.";
    }
    "race" {
        UpsertOnSave => "upsert-on-save", "SA-RAC-01", [], "A write saves the session it loaded, dead or not.";
        LimitToctou => "limit-toctou", "SA-RAC-02", [], "The limit is looked at long before the session is made.";
        RotationLoses => "rotation-loses", "SA-RAC-04", [], "A read under way puts the exchanged token back.";
        CrossTalk => "cross-talk", "SA-RAC-06", [], "Under load an answer is somebody else's.";
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Flaw {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|flaw| flaw.name() == text);
        found.ok_or_else(|| format!("no flaw is called {text:?}; --list-flaws shows all"))
    }
}

/// The flaws that are switched on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flaws(pub(crate) BTreeSet<Flaw>);

impl Flaws {
    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.0.contains(&flaw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Flaw::ALL.iter().map(|flaw| flaw.name()).collect();
        assert_eq!(names.len(), Flaw::ALL.len());
        assert!(Flaw::ALL.iter().all(|flaw| flaw.name().parse::<Flaw>() == Ok(*flaw)));
        assert!(Flaw::ALL.iter().all(|flaw| !flaw.implied().contains(&flaw.check_id())));
    }
}
