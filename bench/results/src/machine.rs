//! What a measurement ran on.

use std::{collections::BTreeMap, fs, process::Command, thread};

/// The first line that a program says, if it can be run.
pub fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// The version of a package that these measurements are built with.
pub fn locked_version(package: &str) -> Option<&'static str> {
    let lock = include_str!("../../Cargo.lock");
    let mut lines = lock.lines();
    let name = format!("name = {package:?}");
    lines.find(|&line| line == name)?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// This machine, by name.
pub(crate) fn facts() -> BTreeMap<String, String> {
    let memory = field("/proc/meminfo", "MemTotal").and_then(|text| gibibytes(&text));
    [
        ("processor", field("/proc/cpuinfo", "model name")),
        ("cores", thread::available_parallelism().ok().map(|cores| cores.to_string())),
        ("memory", memory),
        ("kernel", said("uname", &["-sr"])),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// "24675084 kB" as "24 GiB", rounded.
fn gibibytes(text: &str) -> Option<String> {
    let kibibytes: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(format!("{} GiB", (kibibytes + (1 << 19)) >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_rounded_to_whole_gibibytes() {
        assert_eq!(gibibytes("24675084 kB").as_deref(), Some("24 GiB"));
        assert_eq!(gibibytes("none"), None);
    }

    #[test]
    fn a_version_is_that_of_the_lock_file() {
        assert_eq!(locked_version("results"), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(locked_version("no-such-package"), None);
    }

    #[test]
    fn a_program_that_is_not_there_says_nothing() {
        assert_eq!(said("no-such-program-anywhere", &[]), None);
    }
}
