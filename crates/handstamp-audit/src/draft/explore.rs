//! Finding out how an application is used: its login form, a page that shows who is signed in, its way out.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use thiserror::Error;
use url::Url;

use super::{
    Draft, DraftRequest, DraftStep, Found, FoundLogin, Known,
    page::{Form, forms, links},
    requests_of,
    steps::whoami,
};
use crate::{
    audit::{Audit, Options, Visitor, shows},
    clock::Clock,
    recipe::{
        Declared, Environment, Expectation, Limits, Problems, Public, Recipe, Source, StepName, StepRequest,
        Target, Template,
    },
    wire::{Client, ClientError, Consent, Origin, SendError},
};

/// Where login forms are where the address itself has none.
const LOGIN_PATHS: [&str; 7] =
    ["", "/login", "/sign-in", "/signin", "/users/sign_in", "/accounts/login/", "/admin/login/"];
/// Where applications show who is signed in.
const WHOAMI_PATHS: [&str; 8] =
    ["/", "/account", "/profile", "/me", "/dashboard", "/settings", "/api/me", "/whoami"];
/// The most links of a page that are followed.
const MOST_LINKS: usize = 20;
/// How often a page has to agree with itself, on each side.
const TIMES: usize = 3;

/// Why an application could not be explored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExploreError {
    /// The address is none.
    #[error("{0} is no address of an application; one is http://localhost:8080")]
    Address(String),
    /// Requests cannot be sent at all.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A request has no answer.
    #[error(transparent)]
    Send(#[from] SendError),
    /// What was drafted so far is no recipe, such as for want of a password.
    #[error("the draft is no recipe yet\n\n{0}")]
    Draft(Problems),
}

/// Explores one application.
#[derive(Debug)]
pub struct Explorer {
    client: Client,
    target: Target,
}

struct Page {
    url: Url,
    /// Below the base.
    target: String,
    status: u16,
    text: String,
}

impl Explorer {
    /// An explorer for the application at this address.
    pub fn new(address: &str, consent: Consent, clock: Arc<dyn Clock>) -> Result<Self, ExploreError> {
        let is_plain = |url: &Url| {
            url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        };
        let base = Url::parse(address).ok().filter(is_plain);
        let found = base.and_then(|base| Some((Origin::of(&base)?, base)));
        let Some((origin, base)) = found else { return Err(ExploreError::Address(address.to_owned())) };
        let target = Target {
            base,
            scope: vec![origin.place()],
            assumes_tls: false,
            authority: None,
            accepts_any_certificate: false,
        };
        Ok(Self { client: Client::new(&target, Limits::default(), consent, clock)?, target })
    }

    /// The host that is asked.
    pub fn host(&self) -> &str {
        self.target.base.host_str().unwrap_or_default()
    }

    /// Requests that were sent so far.
    pub fn requests(&self) -> u64 {
        self.client.requests().0
    }

    /// Looks for a form with a password, at the address and where such forms usually are.
    pub async fn find_login(&self) -> Result<Option<FoundLogin>, ExploreError> {
        let audit = self.audit(self.bare())?;
        for path in LOGIN_PATHS {
            let mut visitor = audit.stranger();
            let Some(page) = self.page(&mut visitor, path, true).await? else { continue };
            let forms = forms(&page.text, &page.url);
            if let Some(form) = forms.iter().find(|form| form.is_login()) {
                return Ok(Some(self.login(&page, &forms, form)));
            }
        }
        Ok(None)
    }

    fn login(&self, page: &Page, forms: &[Form], form: &Form) -> FoundLogin {
        let user = form.user_field().map(|field| field.name.clone());
        let remember = form.remember().map(|field| field.name.clone());
        let requests =
            |remembers: bool| {
                let requests =
                    requests_of(&page.target, forms, form, self.below(&form.action), &|field| match &field
                        .name
                    {
                        _ if field.kind == "password" => Some("{{password}}".to_owned()),
                        name if Some(name) == user.as_ref() => Some("{{user}}".to_owned()),
                        name if remembers && Some(name) == remember.as_ref() => {
                            Some(if field.value.is_empty() { "on".to_owned() } else { field.value.clone() })
                        }
                        _ => None,
                    });
                begun_by(requests, &page.target)
            };
        let remembered = remember.is_some().then(|| {
            DraftStep::new(StepName::LoginRemembered, requests(true)).comment("The same with its box ticked.")
        });
        FoundLogin {
            page: page.target.clone(),
            sends: format!("{} {}", form.method, self.below(&form.action)),
            fields: form.fields.iter().map(|field| field.name.clone()).collect(),
            step: DraftStep::new(StepName::Login, requests(false)),
            remembered,
        }
    }

    /// Signs in as the draft says and adds what it finds: the page that shows the marker, the way out, a form that
    /// changes the password. Sends nothing that changes anything.
    pub async fn explore(
        &self,
        draft: &mut Draft,
        known: &Known,
        environment: &dyn Environment,
    ) -> Result<Found, ExploreError> {
        let text = draft.to_toml();
        let (recipe, _) =
            Recipe::read(Path::new("draft.toml"), &text, environment).map_err(ExploreError::Draft)?;
        let audit = self.audit(recipe)?;
        let mut found = Found::default();
        let mut visitor = audit.visitor(audit.first());
        let played = match visitor.play(StepName::Login).await {
            Ok(played) => played,
            Err(error) => {
                let Some(error) = error.source else {
                    found.login_failed = Some(error.why);
                    return Ok(found);
                };
                return Err(error.into());
            }
        };
        let landed = played.last().map(|exchange| exchange.request.clone());
        let landed = landed.filter(|request| request.method == "GET").map(|request| request.target);
        let marker = audit.account(audit.first()).marker.clone();
        let form_again = played
            .last()
            .is_some_and(|last| forms(&last.response.text(), &self.target.base).iter().any(Form::is_login));
        let pages = self.pages(&mut visitor, landed.clone(), known).await?;
        for page in &pages {
            if !shows(&page.text, &marker) || page.status != 200 {
                continue;
            }
            if self.agrees(&audit, &visitor, &page.target, &marker).await? {
                found.whoami = Some(page.target.clone());
                draft.put(whoami(&page.target));
                break;
            }
        }
        if found.whoami.is_none() && form_again {
            // Where a login ends that did not work is no place to expect one to end.
            let sent = "sent, but the login's form came back";
            found.login_failed =
                Some(format!("{sent}: is the password in the environment the one of this account?"));
            return Ok(found);
        }
        if let Some(path) = landed.as_deref().and_then(|path| path.split('?').next())
            && found.whoami.is_some()
            && !form_again
            && !path.chars().any(|one| one.is_ascii_digit())
        {
            draft.login_ends_at(path);
        }
        self.add_forms(&pages, known, draft, &mut found);
        self.leave(&audit, draft, visitor, environment).await;
        Ok(found)
    }

    /// Pages that may show who is signed in: what is known, where login led to, usual ones, and what these link to.
    async fn pages(
        &self,
        visitor: &mut Visitor<'_>,
        landed: Option<String>,
        known: &Known,
    ) -> Result<Vec<Page>, ExploreError> {
        let mut targets: Vec<String> = Vec::new();
        targets.extend(known.whoami.clone());
        // The path of the wire begins at the host, that of a recipe at the base.
        targets.extend(landed.and_then(|path| Some(self.below(&self.target.base.join(&path).ok()?))));
        if known.whoami.is_none() {
            targets.extend(WHOAMI_PATHS.map(str::to_owned));
        }
        let mut pages: Vec<Page> = Vec::new();
        let mut linked = 0;
        let mut next = 0;
        while let Some(target) = targets.get(next).cloned() {
            next += 1;
            let Some(page) = self.page(visitor, &target, false).await? else { continue };
            if page.status != 200 {
                continue;
            }
            for link in links(&page.text, &page.url) {
                let is_ours = Origin::of(&link.to) == Origin::of(&self.target.base);
                let below = self.below(&link.to);
                if is_ours && !link.is_logout() && linked < MOST_LINKS && !targets.contains(&below) {
                    linked += 1;
                    targets.push(below);
                }
            }
            pages.push(page);
        }
        Ok(pages)
    }

    /// Whether a page shows the marker always with these cookies and never without.
    async fn agrees(
        &self,
        audit: &Audit,
        visitor: &Visitor<'_>,
        target: &str,
        marker: &str,
    ) -> Result<bool, ExploreError> {
        for _ in 0..TIMES {
            let mut with = visitor.clone();
            let seen = self.page(&mut with, target, false).await?;
            let without = self.page(&mut audit.stranger(), target, false).await?;
            let is_shown =
                |page: Option<Page>| page.is_some_and(|page| page.status < 400 && shows(&page.text, marker));
            if !is_shown(seen) || is_shown(without) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn add_forms(&self, pages: &[Page], known: &Known, draft: &mut Draft, found: &mut Found) {
        let is_known = |url: &Url| known.logout.as_deref().is_none_or(|path| self.below(url) == path);
        for page in pages {
            let all = forms(&page.text, &page.url);
            let is_out = |form: &&Form| match &known.logout {
                Some(_) => is_known(&form.action) && form.passwords().is_empty(),
                None => form.is_logout(),
            };
            if let (None, Some(form)) = (&found.logout, all.iter().find(is_out)) {
                let target = self.below(&form.action);
                found.logout = Some(format!("{} {target}", form.method));
                let requests = requests_of(&page.target, &all, form, target, &|_| None);
                draft.put(DraftStep::new(StepName::Logout, requests));
            }
            if let (None, Some(form)) =
                (&found.change_password, all.iter().find(|form| form.passwords().len() > 1))
            {
                let target = self.below(&form.action);
                found.change_password = Some(format!("{} {target}", form.method));
                draft.put(change_password(page, &all, form, target));
            }
        }
        if found.logout.is_some() {
            return;
        }
        let link = pages
            .iter()
            .flat_map(|page| links(&page.text, &page.url))
            .find(|link| if known.logout.is_some() { is_known(&link.to) } else { link.is_logout() });
        let target = link.map(|link| self.below(&link.to)).or_else(|| known.logout.clone());
        if let Some(target) = target {
            found.logout = Some(format!("GET {target}"));
            draft.put(DraftStep::new(StepName::Logout, vec![DraftRequest::new("GET", target)]));
        }
    }

    /// Ends the session that exploring made, where the draft knows how by now.
    async fn leave(&self, audit: &Audit, draft: &Draft, visitor: Visitor<'_>, environment: &dyn Environment) {
        let Ok((recipe, _)) = Recipe::read(Path::new("draft.toml"), &draft.to_toml(), environment) else {
            return;
        };
        let (jar, variables) = (visitor.jar.clone(), visitor.variables.clone());
        let Ok(with_logout) = self.audit(recipe) else { return };
        let mut leaving = with_logout.visitor(audit.first());
        (leaving.jar, leaving.variables) = (jar, variables);
        // A session that cannot be ended here ends by itself; the doctor tells what is wrong with the step.
        let _ = leaving.play(StepName::Logout).await;
    }

    /// One page; `None` where the recipe's scope ends or redirects do not.
    async fn page(
        &self,
        visitor: &mut Visitor<'_>,
        target: &str,
        follows: bool,
    ) -> Result<Option<Page>, ExploreError> {
        let request = StepRequest {
            method: "GET".to_owned(),
            target: Template::literal(target),
            headers: Vec::new(),
            body: crate::recipe::Body::None,
            expect: Expectation { status: (100..600).collect(), ..Expectation::default() },
            extract: Vec::new(),
            follows_redirects: follows,
            line: 0,
        };
        let mut exchanges = Vec::new();
        if let Err(error) = visitor.play_request(StepName::Anonymous, &request, &|_| {}, &mut exchanges).await
        {
            return match error.source {
                None | Some(SendError::OutOfScope { .. } | SendError::Broken { .. }) => Ok(None),
                Some(error) => Err(error.into()),
            };
        }
        let Some(last) = exchanges.last() else { return Ok(None) };
        let Ok(url) = Url::parse(&format!("{}{}", last.origin, last.request.target)) else { return Ok(None) };
        let target = self.below(&url);
        Ok(Some(Page { url, target, status: last.response.status, text: last.response.text() }))
    }

    /// An address as recipes have it: below the base where it is there, else whole.
    fn below(&self, url: &Url) -> String {
        let base = self.target.base.as_str().trim_end_matches('/');
        match url.as_str().strip_prefix(base) {
            Some(rest) if rest.starts_with('/') => rest.to_owned(),
            Some(rest) if rest.is_empty() || rest.starts_with('?') => format!("/{rest}"),
            _ => url.as_str().to_owned(),
        }
    }

    fn audit(&self, recipe: Recipe) -> Result<Audit, ExploreError> {
        Audit::new(Arc::new(recipe), self.client.clone(), Options::new())
            .ok_or_else(|| ExploreError::Address(self.target.base.to_string()))
    }

    /// A recipe that knows the address alone.
    fn bare(&self) -> Recipe {
        Recipe {
            target: self.target.clone(),
            limits: Limits::default(),
            accounts: Vec::new(),
            steps: BTreeMap::new(),
            credentials: Vec::new(),
            public: Public::default(),
            clock: None,
            mail: None,
            logs: Vec::new(),
            policy: Declared::default(),
            source: Source { path: "draft.toml".into(), text: String::new() },
        }
    }
}

fn change_password(page: &Page, all: &[Form], form: &Form, target: String) -> DraftStep {
    let passwords: Vec<_> = form.passwords().iter().map(|field| field.name.clone()).collect();
    let is_old = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let is_said = ["old", "current"].iter().any(|word| lower.contains(word));
        is_said || (passwords.len() > 2 && passwords.first().is_some_and(|first| first == name))
    };
    let requests = requests_of(&page.target, all, form, target, &|field| {
        (field.kind == "password")
            .then(|| if is_old(&field.name) { "{{password}}" } else { "{{new_password}}" }.to_owned())
    });
    let step = DraftStep::new(StepName::ChangePassword, requests)
        .comment("Not tried yet: played with --allow-destructive only, and the password is changed back.");
    DraftStep { is_destructive: true, ..step }
}

/// A browser opens the form before it sends it, and an application may give it a session then.
fn begun_by(requests: Vec<DraftRequest>, page: &str) -> Vec<DraftRequest> {
    if requests.first().is_some_and(|first| first.method == "GET") {
        return requests;
    }
    std::iter::once(DraftRequest::new("GET", page)).chain(requests).collect()
}
