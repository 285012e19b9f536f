//! Reading the whole of a recipe.

use std::{collections::BTreeMap, ops::Range, path::Path};

use url::Url;

use super::{
    Environment, accounts, names,
    problem::nearest,
    requests,
    table::{Table, template},
};
use crate::{
    recipe::{
        Account, Admission, ClockHook, Concurrency, Declared, DeclaredCredential, Effect, Limits, MailSink,
        Public, Recipe, Source, Step, StepName, Target,
    },
    wire::{Origin, is_loopback},
};

/// The version of the format that this reads.
const VERSION: u64 = 1;

pub(super) fn read(whole: &Table<'_>, source: Source, environment: &dyn Environment) -> Option<Recipe> {
    let folder = source.path.parent().unwrap_or(Path::new("")).to_owned();
    version(whole)?;
    let target = target(whole, &folder);
    let limits = limits(whole);
    let accounts = accounts::read(whole, &folder, environment);
    let steps = steps(whole);
    let credentials = whole.tables("credentials").iter().filter_map(credential).collect();
    let public = public(whole);
    let clock = whole.table("clock").and_then(|table| clock(&table));
    let mail = whole.table("mail").and_then(|table| mail(&table, &folder));
    let logs = whole.table("logs").map(|table| {
        let files = table.strings("files").into_iter().map(|(path, _)| folder.join(path)).collect();
        table.refuse_unknown();
        files
    });
    let policy = whole.table("policy").map(|table| policy(&table)).unwrap_or_default();
    whole.refuse_unknown();
    second_factor_has_codes(whole, &steps, &accounts);
    let logs = logs.unwrap_or_default();
    let recipe = Recipe {
        target: target?,
        limits,
        accounts,
        steps,
        credentials,
        public,
        clock,
        mail,
        logs,
        policy,
        source,
    };
    names::check(&recipe, whole.notes);
    Some(recipe)
}

fn version(whole: &Table<'_>) -> Option<()> {
    match (whole.number("version"), whole.entries().any(|(key, ..)| key == "version")) {
        (Some(VERSION), _) => Some(()),
        (Some(other), _) => {
            let message = format!("version is {other}, and this program reads version {VERSION}");
            let span = whole.value("version").map_or(0..1, toml::Spanned::span);
            whole.notes.problem(span, message, Some("a newer handstamp reads newer recipes".to_owned()));
            None
        }
        (None, true) => None,
        (None, false) => {
            whole.notes.problem(
                0..1,
                "version is missing",
                Some(format!("write `version = {VERSION}` in the first line")),
            );
            Some(())
        }
    }
}

fn target(whole: &Table<'_>, folder: &Path) -> Option<Target> {
    let Some(table) = whole.table("target") else {
        if whole.entries().all(|(key, ..)| key != "target") {
            whole.missing("target", "[target]\nbase = \"http://localhost:8080\"");
        }
        return None;
    };
    let base = table.required("base", "base = \"http://localhost:8080\"");
    let scope = table.strings("scope");
    let assumes_tls = table.boolean("assume_tls").unwrap_or(false);
    let authority = table.string("authority").map(|(path, _)| folder.join(path));
    let any = table.value("accept_any_certificate").map(toml::Spanned::span);
    let accepts_any_certificate = table.boolean("accept_any_certificate").unwrap_or(false);
    table.refuse_unknown();
    let (text, span) = base?;
    let url = base_url(&table, text, span)?;
    let origin = Origin::of(&url)?;
    if let (true, Some(span)) = (accepts_any_certificate && !is_loopback(&origin.host), any) {
        let help = "target.authority names a certificate to believe".to_owned();
        let message =
            format!("accept_any_certificate is for this machine only, and {} is another one", origin.host);
        table.notes.problem(span, message, Some(help));
    }
    let mut places = vec![origin.place()];
    for (place, span) in scope {
        let is_place = place.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok_and(|port| port > 0)
        });
        if is_place {
            places.push(place.to_owned());
        } else {
            let help = "expected host:port, such as \"localhost:8080\"".to_owned();
            table.notes.problem(span, format!("{place:?} is no place"), Some(help));
        }
    }
    places.sort();
    places.dedup();
    Some(Target { base: url, scope: places, assumes_tls, authority, accepts_any_certificate })
}

fn base_url(table: &Table<'_>, text: &str, span: Range<usize>) -> Option<Url> {
    let wrong = |why: &str| {
        let help = Some("expected a URL such as \"http://localhost:8080\"".to_owned());
        table.notes.problem(span.clone(), format!("target.base {why}"), help);
    };
    let Ok(url) = Url::parse(text) else {
        wrong("is no URL");
        return None;
    };
    if Origin::of(&url).is_none() {
        wrong("is neither http nor https");
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        wrong("holds a user name or password; those belong below [accounts]");
        return None;
    }
    if url.query().is_some() || url.fragment().is_some() {
        wrong("has a query or fragment; paths of steps are put behind it");
        return None;
    }
    Some(url)
}

fn limits(whole: &Table<'_>) -> Limits {
    let mut limits = Limits::default();
    let Some(table) = whole.table("limits") else { return limits };
    limits.requests = table.number("requests").unwrap_or(limits.requests);
    limits.rate = table.number("rate").and_then(|rate| u32::try_from(rate).ok()).unwrap_or(limits.rate);
    limits.time = table.duration("time").unwrap_or(limits.time);
    table.refuse_unknown();
    limits
}

const STEPS: &str = "expected at least these two:\n\
    [[steps.login.requests]]\n\
    post = \"/login\"\n\
    form = { user = \"{{user}}\", password = \"{{password}}\" }\n\
    [[steps.whoami.requests]]\n\
    get = \"/account\"\n\
    expect = { contains = \"{{marker}}\" }";

fn steps(whole: &Table<'_>) -> BTreeMap<StepName, Step> {
    let mut steps = BTreeMap::new();
    let Some(table) = whole.table("steps") else {
        if whole.entries().all(|(key, ..)| key != "steps") {
            whole.missing("steps", STEPS);
        }
        return steps;
    };
    for (key, span, value) in table.entries() {
        let Some(name) = StepName::ALL.iter().copied().find(|name| name.word() == key) else {
            let known: Vec<_> = StepName::ALL.iter().map(|name| name.word()).collect();
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known steps: {}", known.join(", ")),
            };
            table.notes.problem(span, format!("unknown step `{key}`"), Some(help));
            continue;
        };
        let Some(place) = Table::of(table.path(key), value, table.notes) else { continue };
        if let Some(step) = step(name, &place) {
            steps.insert(name, step);
        }
    }
    for name in [StepName::Login, StepName::Whoami] {
        if table.entries().all(|(key, ..)| key != name.word()) {
            table.missing(name.word(), STEPS);
        }
    }
    if let Some(step) = steps.get(&StepName::Whoami)
        && step.requests.last().is_some_and(|request| request.expect.contains.is_none())
    {
        let help =
            "whoami is where the account's marker is seen: expect = { contains = \"{{marker}}\" }".to_owned();
        table.notes.problem(
            table.notes.start_of(step.line),
            "steps.whoami expects nothing".to_owned(),
            Some(help),
        );
    }
    steps
}

fn step(name: StepName, place: &Table<'_>) -> Option<Step> {
    // Whoever follows redirects from whoami ends on the login page and may find the marker there.
    let follows = name != StepName::Whoami;
    let found = place.tables("requests");
    if found.is_empty() {
        let help = format!("[[{}.requests]]\nget = \"/path\"", place.name);
        place.notes.problem(place.span.clone(), format!("{} has no requests", place.name), Some(help));
    }
    let requests: Vec<_> = found.iter().filter_map(|table| requests::read(table, follows)).collect();
    let effect = place.table("effect").and_then(|table| requests::read(&table, true));
    let is_destructive = place.boolean("destructive").unwrap_or(false);
    place.refuse_unknown();
    let line = found.first().map_or_else(|| place.line(), Table::line);
    if name == StepName::Write && effect.is_none() {
        let help = "effect = { get = \"/account\", expect = { contains = \"{{nonce}}\" } }".to_owned();
        place.notes.warning(
            place.span.clone(),
            "steps.write has no effect, so nothing can be read back".to_owned(),
            Some(help),
        );
    }
    (!requests.is_empty()).then_some(Step {
        name,
        requests,
        effect: effect.map(|request| Effect { request }),
        is_destructive,
        line,
    })
}

fn credential(table: &Table<'_>) -> Option<DeclaredCredential> {
    let (cookie, header) = (table.string("cookie"), table.string("header"));
    let value = table.template("value");
    table.refuse_unknown();
    match (cookie, header, value) {
        (Some((name, _)), None, None) => Some(DeclaredCredential::Cookie { name: name.to_owned() }),
        (None, Some((name, _)), Some(value)) => {
            Some(DeclaredCredential::Header { name: name.to_owned(), value })
        }
        _ => {
            let help = "expected { cookie = \"sid\" } or { header = \"authorization\", value = \"Bearer {{token}}\" }";
            table.notes.problem(
                table.span.clone(),
                format!("{} is no credential", table.name),
                Some(help.to_owned()),
            );
            None
        }
    }
}

fn public(whole: &Table<'_>) -> Public {
    let Some(table) = whole.table("public") else { return Public::default() };
    let public = Public {
        entries: table.tables("entry").iter().filter_map(|entry| requests::read(entry, true)).collect(),
        protected: table.strings("protected").into_iter().map(|(path, _)| path.to_owned()).collect(),
    };
    table.refuse_unknown();
    public
}

fn clock(table: &Table<'_>) -> Option<ClockHook> {
    let advance = table.table("advance");
    table.refuse_unknown();
    let Some(advance) = advance else {
        table.missing("advance", "advance = { post = \"/test-clock?seconds={{seconds}}\" } or { command = [\"./move-clock\", \"{{seconds}}\"] }");
        return None;
    };
    if advance.entries().all(|(key, ..)| key != "command") {
        return requests::read(&advance, false).map(|request| ClockHook::Request(Box::new(request)));
    }
    let words: Vec<_> = advance
        .strings("command")
        .into_iter()
        .filter_map(|(word, span)| template(word, span, advance.notes))
        .collect();
    advance.refuse_unknown();
    (!words.is_empty()).then_some(ClockHook::Command(words))
}

fn mail(table: &Table<'_>, folder: &Path) -> Option<MailSink> {
    let (file, url) = (table.string("file"), table.string("url"));
    table.refuse_unknown();
    match (file, url) {
        (Some((path, _)), None) => Some(MailSink::File(folder.join(path))),
        (None, Some((text, span))) => {
            let url = Url::parse(text).ok().filter(|url| Origin::of(url).is_some());
            if url.is_none() {
                table.notes.problem(span, format!("{text:?} is no URL of http or https"), None);
            }
            url.map(MailSink::Url)
        }
        _ => {
            let help = "expected file = \"outbox\" or url = \"http://localhost:8025/newest\"".to_owned();
            table.notes.problem(
                table.span.clone(),
                "mail names not exactly one place".to_owned(),
                Some(help),
            );
            None
        }
    }
}

fn policy(table: &Table<'_>) -> Declared {
    let texts = |key: &'static str| table.strings(key).into_iter().map(|(text, _)| text.to_owned()).collect();
    let declared = Declared {
        idle: table.duration("idle"),
        absolute: table.duration("absolute"),
        concurrent: table.table("concurrent").and_then(|concurrent| concurrency(&concurrent)),
        logout_grace: table.duration("logout_grace").unwrap_or_default(),
        rotation_grace: table.duration("rotation_grace").unwrap_or_default(),
        cross_site_cookies: texts("cross_site_cookies"),
        script_cookies: texts("script_cookies"),
        cookie_domain: table
            .string("cookie_domain")
            .map(|(domain, _)| domain.trim_start_matches('.').to_owned()),
        remember_me_outlives_logout: table.boolean("remember_me_outlives_logout").unwrap_or(false),
        polling_extends: table.boolean("polling_extends").unwrap_or(false),
    };
    table.refuse_unknown();
    declared
}

fn concurrency(table: &Table<'_>) -> Option<Concurrency> {
    let max = table.number("max").and_then(|max| u32::try_from(max).ok());
    let on_excess = table.required("on_excess", "on_excess = \"evict-oldest\" or \"refuse\"");
    table.refuse_unknown();
    let (word, span) = on_excess?;
    let on_excess = match word {
        "evict-oldest" => Admission::EvictOldest,
        "refuse" => Admission::Refuse,
        other => {
            let help = "expected \"evict-oldest\" or \"refuse\"".to_owned();
            table.notes.problem(span, format!("{other:?} is no answer to one session more"), Some(help));
            return None;
        }
    };
    if max.is_none() {
        table.missing("max", "max = 5");
    }
    Some(Concurrency { max: max?, on_excess })
}

/// A second factor without a secret fails at the first login; here it has a line.
fn second_factor_has_codes(whole: &Table<'_>, steps: &BTreeMap<StepName, Step>, accounts: &[Account]) {
    let Some(step) = steps.get(&StepName::SecondFactor) else { return };
    for account in accounts.iter().filter(|account| account.totp.is_none()) {
        let help = format!("[accounts.{}]\ntotp = {{ env = \"NAME\" }}", account.name);
        let message = format!("steps.second_factor needs codes, and {} has no totp", account.name);
        whole.notes.problem(whole.notes.start_of(step.line), message, Some(help));
    }
}
