//! The disk is full: nobody signs in any more, sign-outs go on as long as they can, and nothing that was
//! acknowledged is lost.

use std::path::Path;

use futures_util::future::join_all;
use handstamp::{
    AccountId, BeginError, Proof, SignIn, SignInError, Verdict,
    device::DeviceFacts,
    testing::{FakeClock, FaultyDisk},
};
use serde::{Deserialize, Serialize};

use crate::{
    child::{Child, Job, tell},
    kit::{self, Client, House},
};

const LOW_WATER: u64 = 1 << 20;
const PAGE: u64 = 4096;

#[test]
fn below_the_low_water_mark_nobody_signs_in_and_every_end_succeeds() {
    kit::runtime().block_on(async {
        let disk = FaultyDisk::new();
        disk.report_free(LOW_WATER);
        let house = House::on(kit::options().low_water(LOW_WATER).open_on(disk.clone()).unwrap());
        let sessions = &house.sessions;
        let alice = AccountId::new("alice").unwrap();
        let account = sessions.account(&alice);
        let mut clients = Vec::new();
        for _ in 0..6 {
            clients.push(Client::sign_in(sessions, "alice").await.unwrap());
        }

        disk.report_free(LOW_WATER - 1);
        let ticket = sessions.begin_sign_in(&alice).await.unwrap();
        let refused = sessions.sign_in(SignIn::new(ticket, Proof::password()), None).await;
        assert!(matches!(refused, Err(SignInError::NoRoom)), "{refused:?}");
        assert!(matches!(sessions.begin(DeviceFacts::default()).await, Err(BeginError::NoRoom)));

        clients[0].sign_out(sessions).await.unwrap();
        account.end(clients[1].id).await.unwrap();
        let kept = clients[2].active(sessions).await;
        let changed = sessions.credentials_changed(kept.signed_in().unwrap()).await.unwrap();
        for client in &clients {
            assert!(!client.is_active(sessions).await);
        }
        assert_eq!(account.end_all().await.unwrap().sessions, [changed.session.id()]);
        sessions.end_realm().await.unwrap();

        disk.report_free(LOW_WATER);
        Client::sign_in(sessions, "alice").await.unwrap();
    });
}

/// Space ends at every page in turn, so in every part of a commit.
#[test]
fn a_write_without_space_makes_the_store_read_only_until_it_is_opened_again() {
    let full = (0..60).filter(|pages| kit::runtime().block_on(fill_up(pages * PAGE))).count();
    assert!(full > 30, "the disk was full only {full} times");
}

/// Signs in and out until something fails, and looks what is left; says whether something has failed.
async fn fill_up(bytes: u64) -> bool {
    let context = format!("with {bytes} bytes left");
    let disk = FaultyDisk::new();
    let options = kit::options().low_water(0);
    let house = House::on(options.open_on(disk.clone()).unwrap());
    let sessions = &house.sessions;
    let (mut live, mut ended) = (Vec::new(), Vec::new());
    for number in 0..6 {
        live.push(Client::sign_in(sessions, &format!("early {number}")).await.unwrap());
    }
    disk.leave(bytes);
    let (mut refusal, mut in_doubt) = (None, None);
    for number in 0..200 {
        if number % 5 == 4 {
            let client = live.remove(0);
            match client.sign_out(sessions).await {
                Ok(()) => ended.push(client),
                Err(why) => (refusal, in_doubt) = (Some(why), Some(client)),
            }
        } else {
            match Client::sign_in(sessions, &format!("person {number}")).await {
                Ok(client) => live.push(client),
                Err(why) => refusal = Some(why),
            }
        }
        if refusal.is_some() {
            break;
        }
    }
    let Some(refusal) = refusal else {
        assert_eq!(disk.refused(), 0, "{context}: a write failed and nobody was told");
        return false;
    };
    assert!(refusal.contains("a disk of a test") && refusal.contains("restart"), "{context}: {refusal}");

    // Nothing is tried again, not even when there is space.
    let refused = disk.refused();
    Client::sign_in(sessions, "late").await.err().expect("the store is read-only");
    disk.mend();
    let why = Client::sign_in(sessions, "later").await.err().expect("the store is read-only");
    assert!(why.contains("read-only"), "{context}: {why}");
    live[0].sign_out(sessions).await.unwrap_err();
    assert_eq!(disk.refused(), refused, "{context}: a failed write was tried again");

    // What cannot be vouched for is not known; nobody who was not signed out is told to be.
    for client in &live {
        let verdict = client.verdict(sessions).await;
        assert!(matches!(verdict, Verdict::Active(_) | Verdict::Unknown(_)), "{context}: {verdict:?}");
    }
    for client in &ended {
        assert!(!client.is_active(sessions).await, "{context}: signed out, and active");
    }

    let house = house.open_again(|| options.open_on(disk.clone()));
    for client in &live {
        client.active(&house.sessions).await;
    }
    for client in &ended {
        assert!(!client.is_active(&house.sessions).await, "{context}: signed out, and active again");
    }
    if let Some(client) = &in_doubt {
        let verdict = client.verdict(&house.sessions).await;
        assert!(matches!(verdict, Verdict::Active(_) | Verdict::Ended(_)), "{context}: {verdict:?}");
    }
    Client::sign_in(&house.sessions, "afterwards").await.unwrap();
    true
}

/// What the child met on the disk that may not grow.
#[derive(Serialize, Deserialize)]
enum Met {
    SignedIn(Client),
    Refused(String),
    /// So many are let in, or at least not sent away.
    StillThere(usize),
}

/// A real file that may not grow any further: the closest to a full disk without being root.
#[test]
fn a_file_that_may_not_grow_stops_writing_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let child = Child::start_limited(8192, &Job::Fill { folder: folder.path().to_owned() });
    let (mut clients, mut refusal, mut still_there) = (Vec::new(), None, 0);
    while let Some(report) = child.report() {
        match serde_json::from_str(&report).unwrap() {
            Met::SignedIn(client) => clients.push(client),
            Met::Refused(why) => refusal = Some(why),
            Met::StillThere(many) => still_there = many,
        }
    }
    child.end();
    let refusal = refusal.expect("the file may not grow for ever");
    let told = refusal.contains(&folder.path().display().to_string()) && refusal.contains("restart");
    assert!(told, "{refusal}");
    assert!(clients.len() > 100, "only {} signed in before the file was full", clients.len());
    assert_eq!(still_there, clients.len(), "a full disk has signed somebody out");
    kit::runtime().block_on(async {
        let store = kit::options().open(folder.path()).unwrap();
        let sessions = kit::sessions(&store, folder.path(), &FakeClock::new()).build().unwrap();
        for client in &clients {
            client.active(&sessions).await;
        }
        Client::sign_in(&sessions, "afterwards").await.unwrap();
    });
}

/// What the child does.
pub(crate) fn fill(folder: &Path) {
    kit::runtime().block_on(async {
        let store = kit::options().low_water(0).open(folder).unwrap();
        let sessions = kit::sessions(&store, folder, &FakeClock::new()).build().unwrap();
        let mut clients = Vec::new();
        let mut refusal = None;
        for round in 0.. {
            // Many at once, so that it is soon full.
            let names = (0..32).map(|number| format!("person {round}.{number}"));
            let people = names.map(async |name| Client::sign_in(&sessions, &name).await);
            for signed_in in join_all(people).await {
                match signed_in {
                    Ok(client) => {
                        tell(&Met::SignedIn(client.clone()));
                        clients.push(client);
                    }
                    Err(why) => refusal = Some(why),
                }
            }
            if refusal.is_some() {
                break;
            }
        }
        tell(&refusal.map(Met::Refused).unwrap());
        let mut still_there = 0;
        for client in &clients {
            let verdict = client.verdict(&sessions).await;
            still_there += usize::from(matches!(verdict, Verdict::Active(_) | Verdict::Unknown(_)));
        }
        tell(&Met::StillThere(still_there));
    });
}
