//! Programs that a task starts: run to their end, or kept only as long as they are needed.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

/// Runs a program with its output on ours and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = spelled(command);
    println!("$ {line}");
    let status =
        command.stdin(Stdio::null()).status().with_context(|| format!("`{line}` could not be started"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Runs a program and returns what it printed; its complaints stay on our standard error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = spelled(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{line}` could not be started"))?;
    ensure!(output.status.success(), "`{line}` failed ({})", output.status);
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
}

/// Runs a program with its output on ours, and fails with the last line of its complaints.
pub(crate) fn run_or_last_line(command: &mut Command) -> Result<()> {
    let line = spelled(command);
    println!("$ {line}");
    let mut child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{line}` could not be started"))?;
    let complaints = child.stderr.take().context("its complaints are not piped")?;
    let mut last = format!("`{line}` failed and said nothing");
    for said in BufReader::new(complaints).lines().map_while(Result::ok) {
        eprintln!("{said}");
        if !said.trim().is_empty() {
            said.trim().clone_into(&mut last);
        }
    }
    ensure!(child.wait()?.success(), "{last}");
    Ok(())
}

/// Whether a program starts and succeeds; says nothing.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    in_silence(program, arguments).is_some_and(|status| status.success())
}

/// Whether a program starts, however it ends; says nothing.
pub(crate) fn starts(program: &str, arguments: &[&str]) -> bool {
    in_silence(program, arguments).is_some()
}

fn in_silence(program: &str, arguments: &[&str]) -> Option<ExitStatus> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().ok()
}

/// A program that runs beside us, and is ended when this is dropped, also by a panic.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts a program, copies what it prints to `log`, and returns the first line that `wanted`
    /// makes something of.
    pub(crate) fn start<T: Send + 'static>(
        command: &mut Command,
        mut log: File,
        patience: Duration,
        wanted: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T)> {
        let line = spelled(command);
        println!("$ {line}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.try_clone()?)
            .spawn()
            .with_context(|| format!("`{line}` could not be started"))?;
        let output = child.stdout.take().context("its output is not piped")?;
        let running = Self { child };

        let (found, first) = mpsc::channel();
        // Ends with the program's output. It reads on after the line, or the program would block.
        thread::spawn(move || {
            for printed in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(value) = wanted(&printed) {
                    // Nobody listens after the first.
                    let _ = found.send(value);
                }
                // The log is for people; the program under test goes on without it.
                let _ = writeln!(log, "{printed}");
            }
        });
        let value = first
            .recv_timeout(patience)
            .with_context(|| format!("`{line}` did not print what was waited for"))?;
        Ok((running, value))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if it ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command as one would type it, without the environment.
fn spelled(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::panic;
    use std::path::PathBuf;

    use super::*;

    /// A program that prints a line and then stays until it is ended.
    fn staying() -> (Running, u32) {
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo warming up; echo ready; exec tail -f /dev/null"]);
        let wanted = |line: &str| (line == "ready").then_some(());
        let (running, ()) = Running::start(&mut command, log, Duration::from_secs(10), wanted).unwrap();
        let id = running.child.id();
        (running, id)
    }

    fn is_there(id: u32) -> bool {
        PathBuf::from(format!("/proc/{id}")).exists()
    }

    #[test]
    fn a_program_that_fails_is_told_by_its_last_line() {
        let script = "echo warning: first >&2; echo error: no >&2; echo >&2; exit 1";
        let error = run_or_last_line(Command::new("sh").args(["-c", script])).unwrap_err();
        assert_eq!(error.to_string(), "error: no");
        assert!(run_or_last_line(Command::new("sh").args(["-c", "echo a warning >&2"])).is_ok());
    }

    #[test]
    fn a_program_that_is_not_there_does_not_start() {
        assert!(!starts("no-such-program-anywhere", &[]));
        assert!(starts("sh", &["-c", "exit 1"]));
        assert!(!succeeds("sh", &["-c", "exit 1"]));
    }

    #[test]
    fn a_program_ends_with_its_guard() {
        let (running, id) = staying();
        assert!(is_there(id));
        drop(running);
        assert!(!is_there(id));
    }

    #[test]
    fn a_program_ends_with_its_guard_in_a_panic_too() {
        let (running, id) = staying();
        let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| {
            let _running = running;
            panic!("on purpose");
        }));
        assert!(outcome.is_err());
        assert!(!is_there(id));
    }

    #[test]
    fn a_program_that_ends_without_the_line_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo something else"]);
        let never = |_: &str| None::<()>;
        assert!(Running::start(&mut command, log, Duration::from_secs(10), never).is_err());
    }
}
