//! Whoever gets hold of the file, of an export or of the log's archive finds nothing by which to be let
//! in: no token, nowhere, not in pages that are free again either, and no realm key (promises 3 and 4).

use std::{cell::RefCell, collections::BTreeSet, fs, path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use handstamp::{TOKEN_PREFIX, testing::FakeClock, transfer::Export};
use sha2::{Digest, Sha256};

use crate::{
    dice::Dice,
    kit,
    secrets::Secrets,
    work::{Ledger, News, set_up, work},
};

const PEOPLE: usize = 8;
const OPERATIONS: u64 = 60;
/// The one file that holds a secret, so that it is not in the same backup as the others.
const KEY: &str = "default.key";

#[test]
fn no_secret_lies_in_the_file_its_free_pages_the_export_or_the_archive() {
    let folders = tempfile::tempdir().unwrap();
    let (state, outside) = (folders.path().join("state"), folders.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    let mut tokens = BTreeSet::new();
    // Several lives, so that what one has written lies in free pages of the next.
    for seed in 0..3 {
        kit::runtime().block_on(live(seed, &state, &outside, &mut tokens));
    }
    assert!(tokens.len() > 300, "{} tokens show little", tokens.len());

    let mut secrets = Secrets::default();
    for token in &tokens {
        secrets.add(&secret(token));
    }
    let key = fs::read_to_string(state.join(KEY)).unwrap();
    secrets.add(&URL_SAFE_NO_PAD.decode(key.trim().strip_prefix("hsk1_").unwrap()).unwrap());
    let mut looked_through = 0;
    for folder in [&state, &outside] {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let found = secrets.found_in(&bytes);
            if path.ends_with(KEY) {
                assert!(found.is_some(), "the search finds what is there");
                continue;
            }
            assert!(found.is_none(), "{} holds a secret: {found:?}", path.display());
            looked_through += bytes.len();
        }
    }
    assert!(looked_through > 1 << 20, "only {looked_through} bytes were looked through");
    // The hashes do lie in the file, so it was read in the form in which things lie there.
    let mut hashes = Secrets::default();
    for token in &tokens {
        hashes.add(&Sha256::digest(secret(token)));
    }
    assert!(hashes.found_in(&fs::read(state.join("sessions.redb")).unwrap()).is_some());
}

/// The secret half of a token.
fn secret(token: &str) -> Vec<u8> {
    let bytes = URL_SAFE_NO_PAD.decode(&token[TOKEN_PREFIX.len()..]).unwrap();
    bytes[20..52].to_vec()
}

/// People use the store, its log is archived and its content exported; `tokens` are all that they had.
async fn live(seed: u64, state: &Path, outside: &Path, tokens: &mut BTreeSet<String>) {
    let store = kit::options().open(state).unwrap();
    let clock = FakeClock::new();
    let sessions = set_up(kit::sessions(&store, state, &clock));
    let ledger = RefCell::new(Ledger::new(PEOPLE));
    let gained = RefCell::new(Vec::new());
    let people = ledger.borrow().people.clone();
    let mut dice = Dice::new(seed);
    let work = people.into_iter().enumerate().map(|(number, person)| {
        let own = Dice::new(dice.roll());
        work(sessions.clone(), clock.clone(), number, person, own, OPERATIONS, |news| {
            if let News::Done(_, Some(new)) = &news {
                gained.borrow_mut().push(new.token.clone());
            }
            ledger.borrow_mut().hear(news);
        })
    });
    join_all(work).await;
    assert!(ledger.borrow().refused.is_empty(), "{:?}", ledger.borrow().refused);
    tokens.extend(gained.into_inner());
    sessions.sweep().await.unwrap();

    let mut archive = sessions.archive_log(outside.join("archive")).await.unwrap();
    assert!(archive.catch_up().await.unwrap().entries > 0);
    let mut export = Export::begin(Arc::new(store), sessions.now()).await.unwrap();
    let mut lines = Vec::new();
    while let Some(more) = export.next().await.unwrap() {
        lines.extend(more);
    }
    fs::write(outside.join(format!("export {seed}")), lines).unwrap();
}
