//! The load generator, with a script that takes turns among the signed-in and prints its count as JSON.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, Result, ensure};
use harness::{Call, Case};
use http::HeaderValue;
use serde::Deserialize;

use crate::{in_process::last_line, sides};

const SCRIPT: &str = include_str!("wrk.lua");

/// Its script, in a folder.
#[derive(Debug)]
pub(super) struct Wrk {
    script: PathBuf,
}

/// One run of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a> {
    pub(super) url: &'a str,
    pub(super) case: Case,
    /// The file with one `Cookie` header a line.
    pub(super) cookies: &'a Path,
    pub(super) connections: usize,
    pub(super) threads: usize,
    pub(super) seconds: u16,
    /// The core that it is kept on, if any.
    pub(super) core: Option<usize>,
}

/// What it counted.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(super) struct Load {
    pub(super) requests: f64,
    microseconds: f64,
    /// Answers above 399.
    refused: u64,
    /// Connections that could not be opened, or broke.
    broken: u64,
    /// Answers that took longer than two seconds.
    late: u64,
    p99_microseconds: f64,
}

impl Wrk {
    /// Puts the script into a folder.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let script = folder.join("wrk.lua");
        fs::write(&script, SCRIPT)?;
        Ok(Self { script })
    }

    /// Runs it to its end. An answer that is an error is a failure of the run.
    pub(super) fn run(&self, run: &Run<'_>) -> Result<Load> {
        let output = sides::command(&self.words(run), run.core)
            .stdin(Stdio::null())
            .output()
            .context("wrk could not be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "wrk failed ({}): {}", output.status, last_line(&said));
        counted(&String::from_utf8_lossy(&output.stdout))
    }

    fn words(&self, run: &Run<'_>) -> Vec<String> {
        let mut words = vec!["wrk".to_owned()];
        let options =
            [("--threads", run.threads.to_string()), ("--connections", run.connections.to_string())];
        for (name, value) in options {
            words.extend([name.to_owned(), value]);
        }
        words.extend(["--duration".to_owned(), format!("{}s", run.seconds)]);
        words.extend(["--script".to_owned(), self.script.to_string_lossy().into_owned()]);
        for (name, value) in Call::HEADERS {
            let value = value.to_str().unwrap_or_default();
            // In capitals, as in HTTP/1.1 a browser writes them.
            words.extend(["--header".to_owned(), format!("{}: {value}", capitals(name.as_str()))]);
        }
        words.push(format!("{}{}", run.url, run.case.path()));
        words.extend(["--".to_owned(), run.case.method().to_string()]);
        words.extend([run.cookies.to_string_lossy().into_owned(), run.threads.to_string()]);
        words
    }
}

impl Load {
    /// Requests in a second.
    pub(super) fn per_second(&self) -> f64 {
        self.requests / (self.microseconds / 1e6)
    }
}

/// Writes `Cookie` headers into a file, one a line.
pub(super) fn write_cookies(file: &Path, cookies: &[HeaderValue]) -> Result<()> {
    let mut lines = Vec::new();
    for cookie in cookies {
        lines.extend_from_slice(cookie.as_bytes());
        lines.push(b'\n');
    }
    fs::write(file, lines).with_context(|| format!("{} cannot be written", file.display()))
}

/// What the script printed, if the run was clean.
fn counted(printed: &str) -> Result<Load> {
    let line = printed.lines().find(|line| line.starts_with('{'));
    let line = line.with_context(|| format!("wrk counted nothing; it printed: {}", last_line(printed)))?;
    let load: Load = serde_json::from_str(line).with_context(|| format!("wrk printed {line:?}"))?;
    ensure!(load.requests > 0.0, "not one request was answered");
    ensure!(load.refused == 0, "{} of {} answers were errors", load.refused, load.requests);
    ensure!(load.broken == 0, "{} connections broke", load.broken);
    ensure!(load.late == 0, "{} answers took more than two seconds", load.late);
    Ok(load)
}

/// "sec-fetch-site" as "Sec-Fetch-Site".
fn capitals(name: &str) -> String {
    let mut capital = true;
    name.chars()
        .map(|letter| {
            let written = if capital { letter.to_ascii_uppercase() } else { letter };
            capital = letter == '-';
            written
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(refused: u64, late: u64) -> String {
        format!(
            "Running 2s test @ http://127.0.0.1:1/who\n  1 threads and 64 connections\nRequests/sec:  9\n\
             {{\"requests\":200000,\"microseconds\":2000000,\"refused\":{refused},\"broken\":0,\"late\":{late},\
             \"p99_microseconds\":900}}\n"
        )
    }

    #[test]
    fn the_count_is_read_beside_the_text_for_people() {
        let load = counted(&printed(0, 0)).unwrap();
        assert!((load.per_second() - 100_000.0).abs() < 1e-6);
        assert!(counted("unable to connect").unwrap_err().to_string().contains("unable to connect"));
    }

    #[test]
    fn an_answer_that_is_an_error_fails_the_run() {
        assert!(counted(&printed(3, 0)).unwrap_err().to_string().contains("3 of 200000 answers"));
        assert!(counted(&printed(0, 1)).is_err());
    }

    #[test]
    fn headers_are_sent_as_browsers_write_them() {
        assert_eq!(capitals("sec-fetch-site"), "Sec-Fetch-Site");
        let wrk = Wrk { script: "wrk.lua".into() };
        let run = Run {
            url: "http://127.0.0.1:1",
            case: Case::EditsSlot,
            cookies: Path::new("cookies"),
            connections: 64,
            threads: 2,
            seconds: 2,
            core: None,
        };
        let words = wrk.words(&run);
        assert!(words.contains(&"Host: shop.example".to_owned()));
        assert!(
            words.ends_with(&["http://127.0.0.1:1/edit", "--", "POST", "cookies", "2"].map(str::to_owned))
        );
    }
}
