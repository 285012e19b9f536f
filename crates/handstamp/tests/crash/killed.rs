//! A process is killed at any moment, again and again, and each time the next one finds everything that
//! was acknowledged.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use handstamp::{store::EmbeddedStore, testing::FakeClock};

use crate::{
    child::{Child, Job, tell},
    dice::{Dice, rounds, seeds},
    kit,
    work::{Found, Ledger, News, Person, set_up, work},
};

/// So many kills of one store.
const KILLS: u64 = 20;
const PEOPLE: usize = 24;
/// How long opening may take, after a kill too.
const OPENING: Duration = Duration::from_secs(2);

#[test]
fn nothing_acknowledged_is_lost_and_nothing_ended_is_alive_after_a_kill() {
    for seed in seeds((rounds() / 5).div_ceil(KILLS)) {
        println!("{KILLS} kills with HANDSTAMP_SEED={seed}");
        let folder = tempfile::tempdir().unwrap();
        let acknowledged = kill_again_and_again(seed, folder.path());
        println!("{acknowledged} operations were acknowledged");
        assert!(acknowledged > 20 * KILLS, "so few show nothing: {acknowledged}");
    }
}

fn kill_again_and_again(seed: u64, folder: &Path) -> u64 {
    let (state, people) = (folder.join("state"), folder.join("people.json"));
    let mut dice = Dice::new(seed);
    let mut ledger = Ledger::new(PEOPLE);
    for kill in 0..KILLS {
        fs::write(&people, serde_json::to_vec(&ledger.people).unwrap()).unwrap();
        let job = Job::Work { folder: state.clone(), people: people.clone(), seed: dice.roll() };
        let child = Child::start(&job);
        // At times while it opens the store, mostly in the middle of its work.
        let reports = if dice.one_in(4) { 0 } else { dice.below(1500) };
        for _ in 0..reports {
            let report = child.report().expect("a child works until it is killed");
            ledger.hear(serde_json::from_str(&report).unwrap());
        }
        thread::sleep(Duration::from_micros(dice.below(20_000)));
        for report in child.kill() {
            ledger.hear(serde_json::from_str::<News>(&report).unwrap());
        }
        assert!(ledger.refused.is_empty(), "seed {seed}, kill {kill}: {:?}", ledger.refused);
        check(&mut ledger, &state, &mut dice, &format!("seed {seed}, kill {kill}"));
    }
    ledger.acknowledged
}

fn check(ledger: &mut Ledger, state: &Path, dice: &mut Dice, context: &str) {
    kit::runtime().block_on(async {
        let begun = Instant::now();
        let store = kit::options().open(state).unwrap_or_else(|error| panic!("{context}: {error}"));
        let took = begun.elapsed();
        assert!(took < OPENING, "{context}: opening took {took:?}");
        let sessions = set_up(kit::sessions(&store, state, &FakeClock::new()));
        ledger.check(&Found { store: &store, sessions: &sessions, context }, dice).await;
    });
}

/// What the child does: every person works in a task of their own.
pub(crate) fn work_until_killed(folder: &Path, people: &Path, seed: u64) {
    let people: Vec<Person> = serde_json::from_slice(&fs::read(people).unwrap()).unwrap();
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    threads.unwrap().block_on(async {
        let store: EmbeddedStore = kit::options().open(folder).unwrap();
        let clock = FakeClock::new();
        let sessions = set_up(kit::sessions(&store, folder, &clock));
        let _upkeep = sessions.start_upkeep();
        let mut dice = Dice::new(seed);
        let tasks: Vec<_> = (0..)
            .zip(people)
            .map(|(number, person)| {
                let own = Dice::new(dice.roll());
                let work =
                    work(sessions.clone(), clock.clone(), number, person, own, u64::MAX, |news| tell(&news));
                tokio::spawn(work)
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}
