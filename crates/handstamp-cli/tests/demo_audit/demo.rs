//! The demo as a program, and a clock that moves its time instead of waiting.

use std::{
    future::Future,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    pin::Pin,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use handstamp_audit::clock::Clock;

/// The password of every account.
pub const PASSWORD: &str = "a-few-words-make-one";

/// A running demo with two accounts; it ends with this value.
pub struct Demo {
    pub address: String,
    child: Child,
}

impl Demo {
    pub fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_handstamp"))
            .args(["demo", "--port", "0", "--memory", "--test-clock"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let demo = Self { address: line.trim().to_owned(), child };
        for name in ["alice", "bob"] {
            let form = format!("email={name}%40example.test&password={PASSWORD}");
            let answer = post(&demo.address, "/sign-up", &form);
            assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        }
        demo
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Sends a form and reads the whole answer.
fn post(address: &str, target: &str, form: &str) -> String {
    let place = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(place).unwrap();
    write!(
        stream,
        "POST {target} HTTP/1.1\r\nHost: {place}\r\nOrigin: {address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A clock whose pauses move the demo's time: a minute of probes takes no minute.
pub struct DemoClock {
    address: String,
    paused: AtomicU64,
    /// Pauses too short to be moved by whole seconds.
    owed: AtomicU64,
}

impl DemoClock {
    pub fn of(demo: &Demo) -> Self {
        Self { address: demo.address.clone(), paused: AtomicU64::new(0), owed: AtomicU64::new(0) }
    }
}

impl Clock for DemoClock {
    fn now(&self) -> SystemTime {
        SystemTime::now() + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.paused.load(Ordering::SeqCst))
    }

    fn pause(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let micros = u64::try_from(duration.as_micros()).unwrap();
        self.paused.fetch_add(micros, Ordering::SeqCst);
        let owed = self.owed.fetch_add(micros, Ordering::SeqCst) + micros;
        let seconds = owed / 1_000_000;
        if seconds > 0 {
            self.owed.fetch_sub(seconds * 1_000_000, Ordering::SeqCst);
            let answer = post(&self.address, &format!("/test-clock?seconds={seconds}"), "");
            assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        }
        Box::pin(std::future::ready(()))
    }
}
