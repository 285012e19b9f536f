//! A sync fails: what it was to make durable may be on the disk or not, and the kernel will not say. Nobody
//! who was part of it is told that it happened, and nothing is tried again.

use futures_util::future::join3;
use handstamp::{AccountId, Sessions, Verdict, testing::FaultyDisk};

use crate::kit::{self, Client, House};

/// What was to end alice's sessions.
#[derive(Clone, Copy, Debug)]
enum End {
    SignOut,
    One,
    All,
    Credentials,
}

#[test]
fn an_end_whose_sync_failed_leaves_its_sessions_unknown_and_never_active() {
    for end in [End::SignOut, End::One, End::All, End::Credentials] {
        for near_cache in [false, true] {
            // A sync that comes after the commit fails nobody.
            let failed = (1..=6).filter(|sync| kit::runtime().block_on(fails(end, *sync, near_cache)));
            assert!(failed.count() > 0, "{end:?}: no sync has failed");
        }
    }
}

/// Does this end fail if this sync does?
async fn fails(end: End, sync: u64, near_cache: bool) -> bool {
    let context = format!("{end:?}, sync {sync}, near cache {near_cache}");
    let disk = FaultyDisk::new();
    let store = kit::options().open_on(disk.clone()).unwrap();
    let house = if near_cache { House::with_near_cache(store) } else { House::on(store) };
    let sessions = &house.sessions;
    let alice = Client::sign_in(sessions, "alice").await.unwrap();
    let bob = Client::sign_in(sessions, "bob").await.unwrap();
    alice.active(sessions).await;
    disk.fail_sync(sync);
    let Err(why) = end.of(sessions, &alice).await else {
        assert!(!alice.is_active(sessions).await, "{context}");
        return false;
    };
    assert!(why.contains("a disk of a test") && why.contains("restart"), "{context}: {why}");
    let verdict = alice.verdict(sessions).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{context}: {verdict:?}");
    let verdict = bob.verdict(sessions).await;
    assert!(matches!(verdict, Verdict::Active(_) | Verdict::Unknown(_)), "{context}: {verdict:?}");

    // Nothing is synced again, not even on a disk that is well.
    let syncs = disk.syncs();
    disk.mend();
    bob.sign_out(sessions).await.unwrap_err();
    assert!(Client::sign_in(sessions, "carol").await.is_err(), "{context}: it is read-only");
    assert!(!alice.is_active(sessions).await, "{context}");
    assert_eq!(disk.syncs(), syncs, "{context}: a failed commit was tried again");

    let house = house.open_again(|| kit::options().open_on(disk.clone()));
    bob.active(&house.sessions).await;
    let verdict = alice.verdict(&house.sessions).await;
    assert!(!matches!(verdict, Verdict::Unknown(_)), "{context}: {verdict:?}");
    Client::sign_in(&house.sessions, "carol").await.unwrap();
    true
}

impl End {
    async fn of(self, sessions: &Sessions, client: &Client) -> Result<(), String> {
        let account = sessions.account(&AccountId::new("alice").unwrap());
        match self {
            Self::SignOut => client.sign_out(sessions).await,
            Self::One => account.end(client.id).await.map(|_| ()).map_err(|error| error.to_string()),
            Self::All => account.end_all().await.map(|_| ()).map_err(|error| error.to_string()),
            Self::Credentials => {
                account.credentials_changed().await.map(|_| ()).map_err(|error| error.to_string())
            }
        }
    }
}

/// Everybody whose write shared the commit is told.
#[test]
fn everybody_in_the_group_gets_an_error() {
    kit::runtime().block_on(async {
        let disk = FaultyDisk::new();
        let house = House::on(kit::options().open_on(disk.clone()).unwrap());
        let sessions = &house.sessions;
        let alice = Client::sign_in(sessions, "alice").await.unwrap();
        let bob = Client::sign_in(sessions, "bob").await.unwrap();
        disk.fail_sync(1);
        let (one, two, three) =
            join3(alice.sign_out(sessions), bob.sign_out(sessions), Client::sign_in(sessions, "carol")).await;
        for refused in [one.err(), two.err(), three.err()] {
            let why = refused.expect("nobody is told that it is on disk");
            assert!(why.contains("a disk of a test"), "{why}");
        }
        assert!(!alice.is_active(sessions).await || !bob.is_active(sessions).await, "one was in the group");

        let house = house.open_again(|| {
            disk.mend();
            kit::options().open_on(disk.clone())
        });
        Client::sign_in(&house.sessions, "carol").await.unwrap();
    });
}
