//! A disk whose power goes.

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Disk, pages::Pages};

/// What a disk writes whole or not at all.
const SECTOR: u64 = 512;

/// A disk in memory that keeps apart what was synced and what was only written. Clones are the same
/// disk.
///
/// When its power goes, every call fails from then on. [`after_power_loss`](Self::after_power_loss) is
/// what the machine finds when it is back: everything that was synced, and of the rest what a seed
/// decides. Each sector of each unsynced write may have reached the disk or not, whatever came before or
/// after it, and so may each change of the length.
#[derive(Clone)]
pub struct PowerLossDisk {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    synced: Pages,
    written: Pages,
    /// What was done since the last sync.
    since: Vec<Step>,
    steps: u64,
    cut_at: u64,
}

enum Step {
    Write(u64, Vec<u8>),
    SetLen(u64),
}

impl PowerLossDisk {
    /// An empty disk with its power on.
    pub fn new() -> Self {
        Self::with(Pages::default())
    }

    fn with(pages: Pages) -> Self {
        let inner =
            Inner { synced: pages.clone(), written: pages, since: Vec::new(), steps: 0, cut_at: u64::MAX };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// The power goes after so many more steps. A step is a write, a change of the length or a sync. If
    /// the next one would be a sync, it was under way: what it was to write may be on the disk or not.
    pub fn cut_after(&self, steps: u64) {
        let mut inner = self.inner();
        inner.cut_at = inner.steps.saturating_add(steps);
    }

    /// Has the power gone?
    pub fn is_cut(&self) -> bool {
        let inner = self.inner();
        inner.steps >= inner.cut_at
    }

    /// How many steps there were.
    pub fn steps(&self) -> u64 {
        self.inner().steps
    }

    /// What a machine finds whose power went now. The same seed finds the same.
    #[must_use]
    pub fn after_power_loss(&self, seed: u64) -> Self {
        let inner = self.inner();
        let mut dice = Dice(seed);
        let mut found = inner.synced.clone();
        let survival = Survival::roll(&mut dice, inner.since.len() as u64);
        for (number, step) in (0_u64..).zip(&inner.since) {
            let fate = survival.of(number, &mut dice);
            match step {
                Step::SetLen(len) => {
                    if fate.keeps(&mut dice) {
                        found.set_len(*len);
                    }
                }
                Step::Write(offset, data) => {
                    for (place, sector) in sectors(*offset, data) {
                        if fate.keeps(&mut dice) {
                            found.overwrite(place, sector);
                        }
                    }
                }
            }
        }
        Self::with(found)
    }

    fn step(&self, step: Step) -> io::Result<()> {
        let mut inner = self.inner();
        inner.count()?;
        match &step {
            Step::Write(offset, data) => inner.written.write(*offset, data),
            Step::SetLen(len) => inner.written.set_len(*len),
        }
        inner.since.push(step);
        Ok(())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn powered(&self) -> io::Result<()> {
        if self.steps < self.cut_at { Ok(()) } else { Err(io::Error::other("the power has gone")) }
    }

    fn count(&mut self) -> io::Result<()> {
        self.powered()?;
        self.steps += 1;
        Ok(())
    }
}

impl Disk for PowerLossDisk {
    fn len(&self) -> io::Result<u64> {
        let inner = self.inner();
        inner.powered()?;
        Ok(inner.written.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let inner = self.inner();
        inner.powered()?;
        inner.written.read(offset, out)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.step(Step::Write(offset, data.to_vec()))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.step(Step::SetLen(len))
    }

    fn sync(&self) -> io::Result<()> {
        let mut inner = self.inner();
        inner.count()?;
        inner.synced = inner.written.clone();
        inner.since.clear();
        Ok(())
    }
}

impl Default for PowerLossDisk {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PowerLossDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        f.debug_struct("PowerLossDisk")
            .field("len", &inner.written.len())
            .field("unsynced", &inner.since.len())
            .finish_non_exhaustive()
    }
}

/// What becomes of unsynced steps. Each kind of loss is met often, also by itself.
enum Survival {
    Nothing,
    Everything,
    /// The disk worked in order and stopped in the middle of this step.
    UpTo(u64),
    /// Everything but a part of this step.
    AllBut(u64),
    /// Each step whole or not at all, so many of 8, in any order.
    Steps(u64),
    /// Each sector by itself, so many of 8.
    Sectors(u64),
}

/// What becomes of one step.
#[derive(Clone, Copy)]
enum Fate {
    Lost,
    Kept,
    /// So many sectors of 8 are kept.
    Torn(u64),
}

impl Survival {
    fn roll(dice: &mut Dice, steps: u64) -> Self {
        let which = dice.below(steps.max(1));
        match dice.below(8) {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 | 3 => Self::UpTo(which),
            4 => Self::AllBut(which),
            5 => Self::Steps(1 + dice.below(7)),
            _ => Self::Sectors(1 + dice.below(7)),
        }
    }

    fn of(&self, step: u64, dice: &mut Dice) -> Fate {
        let kept_if = |kept| if kept { Fate::Kept } else { Fate::Lost };
        match self {
            Self::Nothing => Fate::Lost,
            Self::UpTo(last) | Self::AllBut(last) if step == *last => Fate::Torn(dice.below(8)),
            Self::UpTo(last) => kept_if(step < *last),
            Self::Everything | Self::AllBut(_) => Fate::Kept,
            Self::Steps(kept) => kept_if(dice.below(8) < *kept),
            Self::Sectors(kept) => Fate::Torn(*kept),
        }
    }
}

impl Fate {
    /// Does a piece that a disk writes whole survive?
    fn keeps(self, dice: &mut Dice) -> bool {
        match self {
            Self::Lost => false,
            Self::Kept => true,
            Self::Torn(kept) => dice.below(8) < kept,
        }
    }
}

/// The parts of a write that a disk writes whole, each with its place.
fn sectors(offset: u64, data: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut rest = (offset, data);
    std::iter::from_fn(move || {
        let (place, left) = rest;
        let most = usize::try_from(SECTOR - place % SECTOR).unwrap_or(left.len());
        let (sector, left) = left.split_at_checked(most).unwrap_or((left, &[]));
        rest = (place + sector.len() as u64, left);
        (!sector.is_empty()).then_some((place, sector))
    })
}

/// Numbers that look random and are the same for the same seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn content(disk: &PowerLossDisk) -> Vec<u8> {
        let mut out = vec![0; usize::try_from(disk.len().unwrap()).unwrap()];
        disk.read(0, &mut out).unwrap();
        out
    }

    /// A synced file of ones, then twos and threes that were not.
    fn written() -> PowerLossDisk {
        let disk = PowerLossDisk::new();
        disk.write(0, &[1; 2048]).unwrap();
        disk.sync().unwrap();
        disk.write(0, &[2; 1024]).unwrap();
        disk.set_len(4096).unwrap();
        disk.write(512, &[3; 3584]).unwrap();
        disk
    }

    #[test]
    fn what_was_synced_is_found_and_the_rest_in_every_mixture() {
        let disk = written();
        let mut found = BTreeSet::new();
        for seed in 0..2000 {
            let content = content(&disk.after_power_loss(seed));
            assert_eq!(content, self::content(&disk.after_power_loss(seed)), "seed {seed}");
            assert!(content.len() == 2048 || content.len() == 4096, "seed {seed}");
            for sector in content.chunks(512) {
                assert!(sector.iter().all(|byte| *byte == sector[0]), "seed {seed}: a sector is torn");
            }
            found.insert(content.chunks(512).map(|sector| sector[0]).collect::<Vec<_>>());
        }
        for whole in [vec![1, 1, 1, 1], vec![2, 3, 3, 3, 3, 3, 3, 3]] {
            assert!(found.contains(&whole), "nothing, and everything, is lost at times");
        }
        // The later write without the earlier one, a torn one, and one beyond an end that has not moved.
        for mixed in [vec![1, 3, 3, 3, 3, 3, 3, 3], vec![1, 2, 3, 1], vec![2, 3, 3, 3]] {
            assert!(found.contains(&mixed), "{mixed:?} is never found");
        }
        disk.sync().unwrap();
        assert_eq!(content(&disk.after_power_loss(1)), content(&disk));
    }

    #[test]
    fn nothing_works_once_the_power_has_gone() {
        let disk = PowerLossDisk::new();
        disk.cut_after(2);
        disk.write(0, &[1; 512]).unwrap();
        assert!(!disk.is_cut());
        disk.sync().unwrap();
        assert!(disk.is_cut());
        assert!(disk.write(0, &[2]).is_err() && disk.sync().is_err() && disk.set_len(0).is_err());
        assert!(disk.len().is_err() && disk.read(0, &mut [0]).is_err());
        let found = disk.after_power_loss(7);
        assert_eq!(content(&found), [1; 512]);
        found.write(0, &[2]).unwrap();
        assert_eq!(found.steps(), 1);
    }
}
