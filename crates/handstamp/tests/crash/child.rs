//! A process of its own that a test can kill, stop, or keep from writing: this program once more, which
//! runs [`child`] and is told by an environment variable what to do.

use std::{
    io::{BufRead, BufReader, Write, stdin, stdout},
    path::PathBuf,
    process::{ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

const JOB: &str = "HANDSTAMP_CRASH_JOB";
/// Stands before what is reported; the test harness prints to the same pipe.
const MARK: &str = "@@ ";
/// Longer than anything takes that a child does between two reports.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a child is to do.
#[derive(Serialize, Deserialize)]
pub(crate) enum Job {
    /// Work at full speed.
    Work { folder: PathBuf, people: PathBuf, seed: u64 },
    /// Sign in until the disk is full.
    Fill { folder: PathBuf },
    /// Hold the file until told to let go.
    Hold { folder: PathBuf },
    /// Have sessions with short timeouts, and look at them again when told to.
    Live { folder: PathBuf },
}

/// A child that runs. Ends with its value.
pub(crate) struct Child {
    process: std::process::Child,
    reports: Receiver<String>,
    input: Option<ChildStdin>,
}

impl Child {
    pub(crate) fn start(job: &Job) -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()), job)
    }

    /// One whose files may not grow beyond so many blocks of the shell's `ulimit -f` (512 or 1024 bytes).
    /// The signal that comes with it is ignored, so that the child meets an error.
    pub(crate) fn start_limited(blocks: u32, job: &Job) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks} && exec \"$0\" \"$@\""));
        shell.arg(std::env::current_exe().unwrap());
        Self::spawn(shell, job)
    }

    fn spawn(mut command: Command, job: &Job) -> Self {
        let mut process = command
            .args(["--exact", "child::child", "--nocapture", "--test-threads", "1"])
            .env(JOB, serde_json::to_string(job).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, reports) = channel();
        thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { return };
                match line.split_once(MARK) {
                    Some((_, report)) => drop(sender.send(report.to_owned())),
                    None => eprintln!("child: {line}"),
                }
            }
        });
        let input = process.stdin.take();
        Self { process, reports, input }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next report; `None` once it has ended and everything was heard.
    pub(crate) fn report(&self) -> Option<String> {
        match self.reports.recv_timeout(PATIENCE) {
            Ok(report) => Some(report),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("the child says nothing any more"),
        }
    }

    /// SIGKILL, and what it had reported until then. An unfinished last line is no report.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::iter::from_fn(|| self.report()).collect()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Lets it go on that waits in [`wait`].
    pub(crate) fn go_on(&mut self) {
        writeln!(self.input.as_mut().unwrap()).unwrap();
    }

    /// Waits until it has ended in good order.
    pub(crate) fn end(mut self) {
        drop(self.input.take());
        let status = self.process.wait().unwrap();
        assert!(status.success(), "the child has failed: {status}");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reports to the parent, in one write that no buffer keeps back.
pub(crate) fn tell(report: &impl Serialize) {
    let line = format!("{MARK}{}\n", serde_json::to_string(report).unwrap());
    let mut out = stdout().lock();
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Waits until the parent says to go on, or is not there any more.
pub(crate) fn wait() {
    let _ = stdin().lock().read_line(&mut String::new());
}

/// Does what a parent has said. Where none has, there is nothing to do.
#[test]
fn child() {
    let Ok(job) = std::env::var(JOB) else { return };
    match serde_json::from_str(&job).unwrap() {
        Job::Work { folder, people, seed } => crate::killed::work_until_killed(&folder, &people, seed),
        Job::Fill { folder } => crate::full_disk::fill(&folder),
        Job::Hold { folder } => crate::second_process::hold(&folder),
        Job::Live { folder } => crate::stopped::live(&folder),
    }
}
