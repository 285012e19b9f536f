//! What a request costs a server, sockets and all: requests in a second, and CPU time of the server for each.
//!
//! CPU time is the figure to compare by: on a machine with few cores the load generator takes as much of them
//! as the server, and others may take some too.
//!
//! In every round each side's server is started anew, all at the same time, and they take turns; a server that
//! nobody asks costs nothing. So turns of a round lie close together, memory is laid out anew from round to
//! round, and no session comes near its idle timeout.

mod people;
mod server;
mod wrk;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use harness::Case;
use results::{Measured, Unit};
use tempfile::TempDir;

use self::{
    people::{Client, PEOPLE},
    server::Server,
    wrk::{Run, Wrk},
};
use crate::{
    contest::{Contest, Figure},
    cores,
    progress::Progress,
    sides::{Programs, Side},
    versions,
};

/// How it is measured.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Rounds
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Seconds of each turn
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    seconds: u16,
}

/// Who runs where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placement {
    /// The server with one worker on one core, the load generator on another.
    Pinned,
    /// As many workers as cores, and nothing kept anywhere.
    Free,
}

impl Placement {
    /// What is measured so: the route and the number of connections.
    fn loads(self) -> &'static [(Case, usize)] {
        match self {
            Self::Pinned => {
                &[(Case::ReadsWho, 64), (Case::ReadsWho, 256), (Case::Ignores, 64), (Case::EditsSlot, 64)]
            }
            Self::Free => &[(Case::ReadsWho, 64), (Case::ReadsWho, 256)],
        }
    }

    fn setting(self, connections: usize) -> String {
        let name = match self {
            Self::Pinned => "pinned",
            Self::Free => "free",
        };
        format!("{name}, {connections} connections")
    }
}

/// What the turns need.
struct Ground<'a> {
    programs: &'a Programs,
    cores: Vec<usize>,
    folder: TempDir,
    wrk: Wrk,
    seconds: u16,
}

/// A server of this round, with people signed in.
struct Ready {
    server: Server,
    cookies: PathBuf,
}

/// Measures every side. Files lie in a folder in `parent` until the end.
pub(crate) fn run(
    options: &Options,
    programs: &Programs,
    mut measured: Measured,
    mut sides: Vec<Side>,
    parent: &Path,
) -> Result<Measured> {
    let cores = cores::allowed()?;
    ensure!(cores.len() >= 2, "server and load generator need a core each, and there is one only");
    std::fs::create_dir_all(parent)?;
    let folder = tempfile::Builder::new().prefix("loopback-").tempdir_in(parent)?;
    let wrk = Wrk::new(folder.path())?;
    let ground = Ground { programs, cores, folder, wrk, seconds: options.seconds };

    sides.retain(Side::serves);
    measured.versions.append(&mut versions::of_sides(&sides));
    measured.versions.append(&mut versions::of_programs(&["wrk", "node"]));
    let mut contest = Contest::new(measured, sides);
    let placements = [Placement::Pinned, Placement::Free];
    let loads: usize = placements.iter().map(|placement| placement.loads().len()).sum();
    let rounds = usize::from(options.rounds);
    // One more for each placement: the start.
    let turns = rounds * (loads + placements.len()) * contest.len();
    let mut progress = Progress::new("loopback", turns);
    for round in 0..rounds {
        for placement in placements {
            ground.measure(&mut contest, &mut progress, round, placement);
        }
    }
    Ok(contest.finish())
}

impl Ground<'_> {
    fn measure(&self, contest: &mut Contest, progress: &mut Progress, round: usize, placement: Placement) {
        let mut servers: HashMap<&'static str, Ready> = HashMap::new();
        contest.take_turns(round, progress, |side| {
            servers.insert(side.name, self.start(side, placement)?);
            Ok(Vec::new())
        });
        for &(case, connections) in placement.loads() {
            contest.take_turns(round, progress, |side| {
                let ready = servers.get(side.name).context("it is not running")?;
                self.turn(ready, placement, case, connections)
            });
        }
    }

    /// Starts a server, signs people in, and looks at an answer of every route that is measured.
    fn start(&self, side: &Side, placement: Placement) -> Result<Ready> {
        let log = self.folder.path().join(format!("{}.log", side.name));
        let (workers, core) = match placement {
            Placement::Pinned => (1, Some(self.cores[0])),
            Placement::Free => (self.cores.len(), None),
        };
        let server = Server::start(side, self.programs, workers, core, &log)?;
        let client = Client::new(server.url());
        let people = client.sign_in(PEOPLE, side.control.is_some())?;
        for &(case, _) in placement.loads() {
            client.expect(case, people.first())?;
        }
        let cookies = self.folder.path().join(format!("{}.cookies", side.name));
        wrk::write_cookies(&cookies, &people)?;
        let ready = Ready { server, cookies };
        // Warm-up: what runs on Node is compiled while it runs.
        self.load(&ready, placement, Case::ReadsWho, 64, 1)?;
        Ok(ready)
    }

    fn turn(
        &self,
        ready: &Ready,
        placement: Placement,
        case: Case,
        connections: usize,
    ) -> Result<Vec<Figure>> {
        let before = ready.server.cpu_time()?;
        let load = self.load(ready, placement, case, connections, self.seconds)?;
        let cpu_time = ready.server.cpu_time()?.saturating_sub(before);
        let figure =
            |unit, value| Figure { work: case.name(), setting: placement.setting(connections), unit, value };
        Ok(vec![
            figure(Unit::PerSecond, load.per_second()),
            figure(Unit::CpuMicroseconds, cpu_time.as_secs_f64() * 1e6 / load.requests),
        ])
    }

    fn load(
        &self,
        ready: &Ready,
        placement: Placement,
        case: Case,
        connections: usize,
        seconds: u16,
    ) -> Result<wrk::Load> {
        let (threads, core) = match placement {
            Placement::Pinned => (1, Some(self.cores[1])),
            Placement::Free => (self.cores.len(), None),
        };
        let (url, cookies) = (ready.server.url(), ready.cookies.as_path());
        self.wrk.run(&Run { url, case, cookies, connections, threads, seconds, core })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_name_who_runs_where() {
        assert_eq!(Placement::Pinned.setting(64), "pinned, 64 connections");
        assert_eq!(Placement::Free.setting(256), "free, 256 connections");
    }

    #[test]
    fn everybody_has_a_session_of_his_own() {
        let loads = [Placement::Pinned, Placement::Free].map(Placement::loads).concat();
        assert!(loads.iter().all(|&(_, connections)| connections < PEOPLE));
    }
}
