//! The power goes between any two writes, and what was not synced is lost, torn or in disorder.

use std::{
    cell::RefCell,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use futures_util::future::join_all;
use handstamp::{
    RealmKey, Sessions,
    store::{EmbeddedStore, OpenError},
    testing::{Disk, FakeClock, PowerLossDisk},
};

use crate::{
    dice::{Dice, rounds, seeds},
    kit,
    work::{Found, Ledger, set_up, work},
};

/// So many cuts of one store.
const CUTS: u64 = 10;
const PEOPLE: usize = 8;
/// The most operations of one person between two cuts.
const OPERATIONS: u64 = 25;

#[test]
fn nothing_acknowledged_is_lost_and_nothing_ended_is_alive_when_the_power_goes() {
    let (mut acknowledged, mut in_the_middle) = (0, 0);
    let seeds = seeds((2 * rounds()).div_ceil(CUTS));
    for seed in &seeds {
        println!("{CUTS} power cuts with HANDSTAMP_SEED={seed}");
        let machine = kit::runtime().block_on(cut_again_and_again(*seed, false));
        acknowledged += machine.ledger.acknowledged;
        in_the_middle += machine.in_the_middle;
    }
    let cuts = CUTS * u64::try_from(seeds.len()).unwrap();
    println!(
        "{acknowledged} operations were acknowledged, {in_the_middle} of {cuts} cuts came while others were under way"
    );
    assert!(acknowledged > 5 * cuts && in_the_middle > cuts / 2, "that shows nothing");
}

/// The test can fail: on a disk that says that it has synced and has not, acknowledged changes are missing or
/// the file does not open.
#[test]
fn a_disk_that_lies_about_its_syncs_is_found_out() {
    let lies = |seed| kit::runtime().block_on(cut_again_and_again(seed, true));
    let found = (0..10).any(|seed| catch_unwind(AssertUnwindSafe(|| drop(lies(seed)))).is_err());
    assert!(found, "nobody has noticed that nothing was synced");
}

/// A machine that loses its power.
struct Machine {
    disk: PowerLossDisk,
    clock: FakeClock,
    key: RealmKey,
    ledger: Ledger,
    dice: Dice,
    in_the_middle: u64,
    lies: bool,
}

/// A disk that does not sync.
#[derive(Clone, Debug)]
struct Liar(PowerLossDisk);

impl Disk for Liar {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

async fn cut_again_and_again(seed: u64, lies: bool) -> Machine {
    let disk = PowerLossDisk::new();
    // A file comes into being under another name, so a half-made one is never opened.
    drop(kit::options().open_on(disk.clone()).unwrap());
    let mut machine = Machine {
        disk,
        clock: FakeClock::new(),
        key: RealmKey::generate(),
        ledger: Ledger::new(PEOPLE),
        dice: Dice::new(seed),
        in_the_middle: 0,
        lies,
    };
    for cut in 0..CUTS {
        let context = format!("seed {seed}, cut {cut}");
        if machine.dice.one_in(3) {
            machine.cut_while_it_opens(&context);
        }
        let store = machine.check(&context).await;
        machine.cut_while_people_work(store).await;
    }
    drop(machine.check(&format!("seed {seed}, after the last cut")).await);
    machine
}

impl Machine {
    fn cut_while_it_opens(&mut self, context: &str) {
        self.disk.cut_after(self.dice.below(40));
        if let Err(error) = self.open() {
            assert!(self.disk.is_cut(), "{context}: with the power on: {error}");
        }
        self.restart();
    }

    async fn cut_while_people_work(&mut self, store: EmbeddedStore) {
        // Now and then nothing happens, and the store is closed in good order.
        if !self.dice.one_in(8) {
            self.disk.cut_after(1 + self.dice.below(500));
        }
        let sessions = self.sessions(&store);
        let people = self.ledger.people.clone();
        let ledger = RefCell::new(&mut self.ledger);
        let work = people.into_iter().enumerate().map(|(number, person)| {
            let dice = Dice::new(self.dice.roll());
            let report = |news| ledger.borrow_mut().hear(news);
            work(sessions.clone(), self.clock.clone(), number, person, dice, OPERATIONS, report)
        });
        join_all(work).await;
        self.in_the_middle += u64::from(self.disk.is_cut());
        let refused = std::mem::take(&mut self.ledger.refused);
        assert!(refused.is_empty() || self.disk.is_cut(), "with the power on: {refused:?}");
        drop((sessions, store));
        self.restart();
    }

    fn open(&self) -> Result<EmbeddedStore, OpenError> {
        let disk = self.disk.clone();
        if self.lies { kit::options().open_on(Liar(disk)) } else { kit::options().open_on(disk) }
    }

    fn restart(&mut self) {
        self.disk = self.disk.after_power_loss(self.dice.roll());
    }

    async fn check(&mut self, context: &str) -> EmbeddedStore {
        let store = self.open().unwrap_or_else(|error| panic!("{context}: {error}"));
        let sessions = self.sessions(&store);
        let found = Found { store: &store, sessions: &sessions, context };
        self.ledger.check(&found, &mut self.dice).await;
        store
    }

    fn sessions(&self, store: &EmbeddedStore) -> Sessions {
        let builder = Sessions::builder(store.clone()).key(self.key.clone()).clock(self.clock.clone());
        set_up(builder.without_near_cache())
    }
}
