//! The parts of a recipe.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use url::Url;

use super::{Secret, Step, StepName, StepRequest, Template};

/// A recipe without mistakes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recipe {
    /// Where the application is.
    pub target: Target,
    /// The most that a run may ask of it.
    pub limits: Limits,
    /// Who may sign in, in the order of the file; at least one. The first is whose sessions are tested, the
    /// second is the other person where a check needs one.
    pub accounts: Vec<Account>,
    /// What can be done; `login` and `whoami` are always there.
    pub steps: BTreeMap<StepName, Step>,
    /// What counts as the credential, where it is not to be found out.
    pub credentials: Vec<DeclaredCredential>,
    /// What anybody may ask.
    pub public: Public,
    /// How the application's clock is moved.
    pub clock: Option<ClockHook>,
    /// Where the application's mail arrives.
    pub mail: Option<MailSink>,
    /// Files that the application logs to.
    pub logs: Vec<PathBuf>,
    /// What the application is meant to do (ASVS 5.0 7.1).
    pub policy: Declared,
    /// The file as it was read: reports point to its lines and hash it.
    pub source: Source,
}

/// The text of a recipe and where it was.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Source {
    /// Where it was read from; paths in it are relative to its folder.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Where the application is, and how it may be reached.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Target {
    /// The root of the application: `http` or `https`, and paths of steps are below it.
    pub base: Url,
    /// `host:port` pairs that may be asked. Never empty: at least the base's own.
    pub scope: Vec<String>,
    /// Whether users reach it over TLS although the auditor does not; default no.
    pub assumes_tls: bool,
    /// A PEM file of the authority that its certificate comes from, besides those of the machine.
    pub authority: Option<PathBuf>,
    /// Whether any certificate is believed; only for loopback, default no.
    pub accepts_any_certificate: bool,
}

/// The most that a run may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Requests in all; default 5,000.
    pub requests: u64,
    /// Requests a second; default 50.
    pub rate: u32,
    /// Time in all; default 5 minutes.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 5_000, rate: 50, time: Duration::from_secs(300) }
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Account {
    /// Its name in the recipe, such as `alice`.
    pub name: String,
    /// What is typed as the user name.
    pub user: String,
    /// What is typed as the password.
    pub password: Secret,
    /// The base32 secret of a second factor's time-based codes (RFC 6238).
    pub totp: Option<Secret>,
    /// Text that `whoami` shows for this account and for no other.
    pub marker: String,
    /// More variables for steps, such as an identifier.
    pub variables: BTreeMap<String, String>,
    /// Whether it is the administrator that `admin_*` steps run as; such a one is never tested.
    pub is_admin: bool,
}

/// A credential that is named instead of found out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DeclaredCredential {
    /// A cookie.
    Cookie {
        /// Its name.
        name: String,
    },
    /// A request header, such as `authorization` with `Bearer {{access_token}}`.
    Header {
        /// Its name.
        name: String,
        /// Its value; the variables come from the login's extractors.
        value: Template,
    },
}

/// What anybody may ask, for checks on the order of steps.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Public {
    /// Requests that touch a session without signing in, such as asking for a password reset.
    pub entries: Vec<StepRequest>,
    /// Paths that only somebody signed in may see.
    pub protected: Vec<String>,
}

/// How the application's clock is moved; `{{seconds}}` is by how much, `{{offset}}` is by how much in all.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClockHook {
    /// A program with its arguments; no shell is between.
    Command(Vec<Template>),
    /// A request.
    Request(Box<StepRequest>),
}

/// Where the application's mail arrives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MailSink {
    /// A file, or a folder of files; what is new in it is the mail.
    File(PathBuf),
    /// A URL whose answer holds the newest mail.
    Url(Url),
}

/// What the application is meant to do. What is not declared is only measured.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Declared {
    /// A session without use ends after this.
    pub idle: Option<Duration>,
    /// A session ends after this, used or not.
    pub absolute: Option<Duration>,
    /// How many sessions one account may have.
    pub concurrent: Option<Concurrency>,
    /// How long a token may live on after logout; default none.
    pub logout_grace: Duration,
    /// How long an older token may live on after a change of token; default none.
    pub rotation_grace: Duration,
    /// Cookies that are sent on cross-site requests on purpose.
    pub cross_site_cookies: Vec<String>,
    /// Cookies that scripts read on purpose, such as double-submit tokens.
    pub script_cookies: Vec<String>,
    /// A wider domain that cookies are shared with on purpose.
    pub cookie_domain: Option<String>,
    /// Whether remember-me outlives a logout on purpose.
    pub remember_me_outlives_logout: bool,
    /// Whether polling may keep a session alive.
    pub polling_extends: bool,
}

/// How many sessions one account may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Concurrency {
    /// At most so many.
    pub max: u32,
    /// What becomes of one more.
    pub on_excess: Admission,
}

/// What becomes of one session more than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Admission {
    /// `evict-oldest`: the oldest ends.
    EvictOldest,
    /// `refuse`: the sign-in fails.
    Refuse,
}
