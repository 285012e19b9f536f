//! A side's server: started, asked for its CPU time, and ended whatever happens.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdin, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};

use crate::{
    in_process::last_line,
    sides::{self, Programs, Side},
};

/// How long it may take from its start to its address.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; it ends when this is dropped, and by itself when this process is gone, because then its
/// standard input ends.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    _input: Option<ChildStdin>,
    url: String,
}

impl Server {
    /// Starts a side with so many threads, kept on one core if one is given. Its complaints go into a file.
    pub(crate) fn start(
        side: &Side,
        programs: &Programs,
        workers: usize,
        core: Option<usize>,
        log: &Path,
    ) -> Result<Self> {
        let workers = workers.to_string();
        let words = side.words(programs, &["serve", "--workers", &workers]);
        Self::start_words(&words, core, log)
    }

    fn start_words(words: &[String], core: Option<usize>, log: &Path) -> Result<Self> {
        let mut child = sides::command(words, core)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .spawn()
            .with_context(|| format!("{} could not be started", words.join(" ")))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        // From here on it is ended on every way out.
        let mut server = Self { child, _input: input, url: String::new() };

        let (found, first) = mpsc::channel();
        let output = output.context("its output is not piped")?;
        // Ends with the server's output. It reads on after the address, or the server would block.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(url) = line.strip_prefix("listening on ") {
                    // Nobody listens after the first.
                    let _ = found.send(url.to_owned());
                }
            }
        });
        server.url = first.recv_timeout(PATIENCE).map_err(|_| {
            let said = fs::read_to_string(log).unwrap_or_default();
            anyhow::anyhow!("it named no address to listen on; it said: {}", last_line(&said))
        })?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The CPU time that it and its threads have taken so far.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let text =
            fs::read_to_string(format!("/proc/{}/stat", self.child.id())).context("the server is gone")?;
        let ticks = ticks(&text).with_context(|| format!("no times in {text:?}"))?;
        #[expect(clippy::cast_precision_loss, reason = "days of ticks are exact")]
        let seconds = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
        Ok(Duration::from_secs_f64(seconds))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only if it ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time in a line of `/proc/PID/stat`. The name, in parentheses, may hold spaces and
/// parentheses, so fields are counted from behind it.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn words(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn times_are_found_behind_a_name_with_spaces() {
        let stat = "4242 (a (strange) name) S 1 4242 4242 0 -1 4194304 990 0 0 0 170 35 0 0 20 0 3 0 99 1 2";
        assert_eq!(ticks(stat), Some(205));
        assert_eq!(ticks("4242 (short) S 1"), None);
    }

    #[test]
    fn a_server_ends_with_its_guard() {
        let folder = tempfile::tempdir().unwrap();
        let script = "echo listening on http://127.0.0.1:1; exec tail -f /dev/null";
        let server = Server::start_words(&words(script), None, &folder.path().join("log")).unwrap();
        assert_eq!(server.url(), "http://127.0.0.1:1");
        assert!(server.cpu_time().unwrap() < Duration::from_secs(5));
        let process = PathBuf::from(format!("/proc/{}", server.child.id()));
        assert!(process.exists());
        drop(server);
        assert!(!process.exists());
    }

    #[test]
    fn a_server_that_does_not_listen_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let error = Server::start_words(&words("echo no port >&2"), None, &folder.path().join("log"));
        assert!(error.unwrap_err().to_string().ends_with("no port"));
    }
}
