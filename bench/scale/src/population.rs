//! Stores with many sessions in them.
//!
//! People sign in to a memory store through the engine, so every record and token is a real one; what
//! that store then holds is imported into the embedded one, which is much faster than signing in there.

use std::{path::Path, sync::LazyLock, time::Instant};

use anyhow::{Context as _, Result};
use handstamp::{
    AccountId, Clock, Proof, Sessions, SignIn, SignedIn,
    device::DeviceFacts,
    store::{EmbeddedStore, ExportCursor, MemoryStore, Row, Store},
};

/// How many sessions each account has.
pub const EACH: usize = 5;
/// Accounts that sign in before they are imported together.
const CHUNK: usize = 5_000;
/// Rows in one commit.
const BATCH: usize = 5_000;
const USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/// Signs somebody in with a password, on an ordinary browser.
pub async fn sign_in(sessions: &Sessions, account: &str) -> Result<SignedIn> {
    // Read once: what a browser says of itself is read per request, not per sign-in.
    static BROWSER: LazyLock<DeviceFacts> =
        LazyLock::new(|| DeviceFacts::from_user_agent(USER_AGENT).at([192, 0, 2, 7].into(), true));
    let ticket = sessions.begin_sign_in(&AccountId::new(account)?).await?;
    Ok(sessions.sign_in(SignIn::new(ticket, Proof::password()).on_device(BROWSER.clone()), None).await?)
}

/// Fills a store with sessions of accounts called `name`-0, `name`-1, and so on. Returns their tokens.
pub async fn fill(
    store: &EmbeddedStore,
    folder: &Path,
    name: &'static str,
    accounts: usize,
    clock: impl Clock + Clone,
) -> Result<Vec<String>> {
    let start = Instant::now();
    let cell_key = cell_key(store, folder).await?;
    let mut tokens = Vec::with_capacity(accounts * EACH);
    for first in (0..accounts).step_by(CHUNK) {
        let memory = MemoryStore::new();
        memory.import(cell_key.clone()).await?;
        let sessions = Sessions::builder(memory.clone()).key_folder(folder).clock(clock.clone()).build()?;
        for number in first..accounts.min(first + CHUNK) {
            for _ in 0..EACH {
                let signed_in = sign_in(&sessions, &format!("{name}-{number}")).await?;
                tokens.push(signed_in.token.expose().to_owned());
            }
        }
        import(&memory, store).await?;
    }
    eprintln!("{} sessions made in {:.1} s", tokens.len(), start.elapsed().as_secs_f64());
    Ok(tokens)
}

/// The key that places accounts in cells, made by the first sign-in that begins. With it they lie where the engine
/// will look for them.
async fn cell_key(store: &EmbeddedStore, folder: &Path) -> Result<Vec<Row>> {
    let sessions = Sessions::builder(store.clone()).key_folder(folder).build()?;
    // The ticket is of no use: only an account had to be looked for.
    let _ = sessions.begin_sign_in(&AccountId::new("nobody")?).await?;
    Ok(store.export(Some(ExportCursor::Control), 1).await?.rows)
}

async fn import(from: &MemoryStore, to: &EmbeddedStore) -> Result<()> {
    let mut cursor = Some(ExportCursor::Control);
    let mut rows = Vec::new();
    while let Some(at) = cursor {
        let page = from.export(Some(at), BATCH).await?;
        rows.extend(page.rows);
        cursor = page.next;
        if rows.len() >= BATCH || cursor.is_none() {
            to.import(std::mem::take(&mut rows)).await.context("the import failed")?;
        }
    }
    Ok(())
}
