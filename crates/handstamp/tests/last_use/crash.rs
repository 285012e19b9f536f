//! What a crash may lose: a session ends at most the touch interval and two seconds early (promise 7).

use std::time::Duration;

use handstamp::{
    Timestamp,
    testing::{Fault, When},
};

use crate::support::{Client, MINUTE, SECOND, World};

const MOST: Duration = Duration::from_secs(62);

/// A generator of its own, so that a failure is told by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// What another process would find is compared with what was done, at every second, as if the process
/// died then.
async fn at_every_second(world: &World, clients: &mut [(Client, Timestamp)], dice: &mut Dice, seed: u64) {
    for second in 0..600 {
        for (client, last_use) in &mut *clients {
            // Some are busy, some come by now and then.
            if dice.roll(40) < 3 {
                assert!(client.uses(&world.sessions).await);
                *last_use = world.sessions.now();
            }
        }
        world.pass(SECOND).await;
        for (client, last_use) in &*clients {
            let lost = last_use.since(world.stored_use(client).await);
            assert!(lost <= MOST, "seed {seed}, second {second}: {lost:?} would be lost");
        }
    }
}

#[tokio::test]
async fn a_crash_at_any_second_loses_at_most_the_interval_and_two_seconds() {
    for seed in 0..5 {
        let world = World::new();
        let mut dice = Dice(seed);
        let upkeep = world.sessions.start_upkeep();
        let mut clients = Vec::new();
        for number in 0..8 {
            let client = world.sign_in(&format!("account {number}")).await;
            clients.push((client, world.sessions.now()));
            world.pass(Duration::from_secs(dice.roll(20))).await;
        }
        at_every_second(&world, &mut clients, &mut dice, seed).await;

        // The same after the store was away: what was held then is written once it is back.
        world.faults.plan(When::Always, Fault::Before);
        world.pass(5 * MINUTE).await;
        world.faults.mend();
        world.pass(30 * SECOND).await;
        at_every_second(&world, &mut clients, &mut dice, seed).await;

        upkeep.stop().await.unwrap();
        for (client, last_use) in &clients {
            assert_eq!(world.stored_use(client).await, *last_use, "seed {seed}: stopping loses nothing");
        }
    }
}
