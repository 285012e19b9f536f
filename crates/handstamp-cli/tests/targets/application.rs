//! The applications, running: each on a port of its own, for as long as a test needs it.

use std::{
    fmt,
    io::{BufRead, BufReader, pipe},
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tempfile::TempDir;

/// The passwords of the accounts, as the applications and the recipes know them.
pub const PASSWORDS: [(&str, &str); 2] =
    [("ALICE_PASSWORD", "correct-horse-alice"), ("BOB_PASSWORD", "correct-horse-bob")];

/// How long an application may take from its start to its address: it may have a database to make.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much of what a framework offers is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// What one gets by typing the tutorial off.
    Default,
    /// What the framework's documentation offers for production.
    Hardened,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Default => "default",
            Self::Hardened => "hardened",
        })
    }
}

/// An application below `tests/targets`.
pub struct Application {
    /// Its folder.
    pub name: &'static str,
    /// How its heading in the documentation begins.
    pub heading: &'static str,
    /// What starts it, as its folder and the address' port have it.
    command: fn(&Path, Shape, u16) -> Command,
    hardened_recipe: &'static str,
}

pub const EXPRESS: Application = Application {
    name: "express",
    heading: "Express",
    command: |folder, shape, port| with(Path::new("node"), &folder.join("server.js"), shape, port),
    hardened_recipe: "recipe.toml",
};

pub const FLASK: Application =
    Application { name: "flask", heading: "Flask", command: python, hardened_recipe: "recipe-hardened.toml" };

pub const DJANGO: Application = Application {
    name: "django",
    heading: "Django",
    command: python,
    hardened_recipe: "recipe-hardened.toml",
};

pub const PHP: Application = Application {
    name: "php",
    heading: "PHP",
    command: |folder, shape, port| {
        let mut command = Command::new("php");
        command.arg("-S").arg(format!("localhost:{port}")).arg(folder.join("index.php"));
        command.env("SHAPE", shape.to_string()).env("PHP_CLI_SERVER_WORKERS", "8");
        command
    },
    hardened_recipe: "recipe-hardened.toml",
};

pub const AXUM_LOGIN: Application = Application {
    name: "axum-login",
    heading: "axum-login",
    command: |_, shape, port| {
        // Built into the same folder as the binary of this workspace.
        let program = Path::new(env!("CARGO_BIN_EXE_handstamp")).with_file_name("target-axum-login");
        let mut command = Command::new(program);
        command.arg(shape.to_string()).arg(port.to_string());
        command
    },
    hardened_recipe: "recipe-hardened.toml",
};

fn python(folder: &Path, shape: Shape, port: u16) -> Command {
    with(&folder.join("venv/bin/python"), &folder.join("app.py"), shape, port)
}

fn with(program: &Path, script: &Path, shape: Shape, port: u16) -> Command {
    let mut command = Command::new(program);
    command.arg(script).arg(shape.to_string()).arg(port.to_string());
    command
}

impl Application {
    /// Starts it and waits until it says where it is.
    pub fn start(&self, shape: Shape) -> Running {
        let folder = prepared().join(self.name);
        let (output, input) = pipe().unwrap();
        let state = tempfile::tempdir().unwrap();
        let mut command = (self.command)(&folder, shape, free_port());
        let child = command
            .envs(PASSWORDS)
            .env("STATE", state.path())
            .current_dir(&folder)
            // It ends with its input, also where this program is killed.
            .stdin(Stdio::piped())
            .stdout(input.try_clone().unwrap())
            .stderr(input)
            // With whatever it starts, so that it can be ended with it.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", self.name));
        // It has the other ends of the pipe, and reading would not end with it.
        drop(command);
        let (found, first) = mpsc::channel();
        // Reads on after the address, or the application would block.
        thread::spawn(move || {
            let mut said = String::new();
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                match address(&line) {
                    // Nobody listens after the first.
                    Some(address) => drop(found.send(Ok(address))),
                    None => said = format!("{said}{line}\n"),
                }
            }
            drop(found.send(Err(said)));
        });
        let mut running =
            Running { child, address: String::new(), recipe: self.recipe(shape), _state: state };
        running.address = match first.recv_timeout(PATIENCE) {
            Ok(Ok(address)) => address,
            Ok(Err(said)) => panic!("{} {shape} ended before it said where it is:\n{said}", self.name),
            Err(error) => panic!("{} {shape} did not say where it is: {error}", self.name),
        };
        running
    }

    fn recipe(&self, shape: Shape) -> PathBuf {
        let name = if shape == Shape::Hardened { self.hardened_recipe } else { "recipe.toml" };
        prepared().join(self.name).join(name)
    }
}

/// Where the applications lie with what they need.
fn prepared() -> PathBuf {
    let place = std::env::var_os("HANDSTAMP_TARGETS");
    place
        .map(PathBuf::from)
        .expect("HANDSTAMP_TARGETS is not set; `cargo xtask test --only targets` runs this")
}

/// A port that nobody listens on. Somebody else may take it before the application does: it then says so and ends.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The address in a line that names one.
fn address(line: &str) -> Option<String> {
    let port =
        ["http://localhost:", "http://127.0.0.1:"].iter().find_map(|start| line.split(start).nth(1))?;
    let digits: String = port.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("localhost:{digits}"))
}

/// A running application; it ends with this value.
pub struct Running {
    child: Child,
    /// Its host and port.
    pub address: String,
    /// The recipe for it, which has another port.
    pub recipe: PathBuf,
    /// Where it keeps what it keeps; goes after the program, as fields are dropped after their owner.
    _state: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        // Fails only if it ended by itself.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}
