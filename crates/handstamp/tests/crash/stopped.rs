//! A process stands still for longer than every timeout of its sessions, as a laptop whose lid is closed
//! or a virtual machine that is moved. When it goes on, its memory is as old as the world has become.

use std::{path::Path, thread, time::Duration};

use futures_util::future::join_all;
use handstamp::{
    AbsoluteTimeout, AccountId, Activity, EndReason, IdleTimeout, Policy, Proof, RenewalInterval, Sessions,
    SignIn, SignedIn, Verdict, testing::sign_in_as,
};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use crate::child::{Child, Job, tell, wait};

const IDLE: u64 = 1;
const ABSOLUTE: u64 = 2;
/// Longer than both, and than the age that an answer of the near cache may have.
const STOPPED: Duration = Duration::from_millis(2500);
const SHORT: usize = 20;
const LONG: usize = 5;

/// How many verdicts of each kind there were.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Verdicts {
    active: usize,
    run_out: usize,
    others: Vec<String>,
}

#[test]
fn after_a_standstill_sessions_that_ran_out_are_refused_and_the_others_live() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Child::start(&Job::Live { folder: folder.path().to_owned() });
    assert_eq!(hear(&child), [verdicts(SHORT, 0), verdicts(LONG, 0)], "before");
    child.signal(Signal::STOP);
    thread::sleep(STOPPED);
    // It is told to look before it goes on: the look is the first thing that it does.
    child.go_on();
    child.signal(Signal::CONT);
    assert_eq!(hear(&child), [verdicts(0, SHORT), verdicts(LONG, 0)], "after");
    assert_eq!(hear(&child), [verdicts(1, 0)], "somebody signs in");
    child.end();
}

fn verdicts(active: usize, run_out: usize) -> Verdicts {
    Verdicts { active, run_out, others: Vec::new() }
}

fn hear(child: &Child) -> Vec<Verdicts> {
    serde_json::from_str(&child.report().expect("the child goes on")).unwrap()
}

/// What the child does.
pub(crate) fn live(folder: &Path) {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    threads.unwrap().block_on(async {
        let mut policy = Policy::aal2()
            .signed_in(IdleTimeout::seconds(IDLE), AbsoluteTimeout::seconds(ABSOLUTE))
            .remember_me(IdleTimeout::hours(1), AbsoluteTimeout::hours(2))
            .renewal(RenewalInterval::seconds(1));
        policy.grace = Duration::from_millis(100);
        let sessions = Sessions::embedded(folder).unwrap().policy(policy).build().unwrap();
        let upkeep = sessions.start_upkeep();
        let long = join_all((0..LONG).map(|number| remembered(&sessions, number))).await;
        let short = join_all((0..SHORT).map(async |number| {
            sign_in_as(&sessions, &format!("short {number}")).await.token.expose().to_owned()
        }))
        .await;
        tell(&[look(&sessions, &short).await, look(&sessions, &long).await]);
        wait();
        tell(&[look(&sessions, &short).await, look(&sessions, &long).await]);
        let new = sign_in_as(&sessions, "somebody").await;
        tell(&[look(&sessions, &[new.token.expose().to_owned()]).await]);
        sessions.sweep().await.unwrap();
        upkeep.stop().await.unwrap();
    });
}

async fn remembered(sessions: &Sessions, number: usize) -> String {
    let account = AccountId::new(&format!("long {number}")).unwrap();
    let ticket = sessions.begin_sign_in(&account).await.unwrap();
    let sign_in = SignIn::new(ticket, Proof::password()).remembered(true);
    let SignedIn { token, .. } = sessions.sign_in(sign_in, None).await.unwrap();
    token.expose().to_owned()
}

async fn look(sessions: &Sessions, tokens: &[String]) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let looks = tokens.iter().map(|token| sessions.resume(token.as_bytes(), Activity::Use));
    for verdict in join_all(looks).await {
        match verdict {
            Verdict::Active(_) => verdicts.active += 1,
            Verdict::Ended(EndReason::Idle | EndReason::Absolute) => verdicts.run_out += 1,
            verdict => verdicts.others.push(format!("{verdict:?}")),
        }
    }
    verdicts
}
