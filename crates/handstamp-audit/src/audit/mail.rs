//! The application's mail: what arrived in the recipe's sink since a moment.
//!
//! A sink is a file, a folder of files, or a URL. What was there before a request is noted, so that an old mail is
//! never taken for the one that the request sent.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use regex::Regex;
use thiserror::Error;

use super::{Audit, extract::matches, visitor::path_and_query};
use crate::{
    recipe::MailSink,
    wire::{Origin, Request, SendError},
};

/// How long a mail is waited for, piece by piece: a minute in all.
const CURVE: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_millis(200),
    Duration::from_millis(800),
    Duration::from_secs(4),
    Duration::from_secs(10),
    Duration::from_secs(15),
    Duration::from_secs(30),
];

/// The most of one file that is read: a mail with a link is short.
const MOST_BYTES: u64 = 1024 * 1024;
/// The most files of a folder that are read.
const MOST_FILES: usize = 100;

/// What a sink held at a moment.
#[derive(Clone, Debug)]
pub(crate) enum MailMark {
    /// Files with their length and when they were written.
    Files(BTreeMap<PathBuf, (u64, Option<SystemTime>)>),
    /// What the URL answered.
    Answer(Vec<u8>),
}

/// Why a sink cannot be read.
#[derive(Debug, Error)]
pub(crate) enum MailError {
    #[error("the recipe has no [mail], and the step takes something from a mail")]
    NoSink,
    #[error("the mail sink {path} cannot be read: {why}")]
    Unreadable { path: String, why: io::Error },
    #[error("the mail sink cannot be read: {0}")]
    Send(SendError),
    #[error("the mail sink {0} is not http or https")]
    NotHttp(String),
}

impl MailError {
    /// The request without an answer, where that is why.
    pub(super) fn into_source(self) -> Option<SendError> {
        match self {
            Self::Send(error) => Some(error),
            _ => None,
        }
    }
}

impl Audit {
    /// Notes what the sink holds now.
    pub(crate) async fn mark_mail(&self) -> Result<MailMark, MailError> {
        match self.recipe().mail.as_ref().ok_or(MailError::NoSink)? {
            MailSink::File(path) => {
                let files = files(path)?;
                Ok(MailMark::Files(
                    files.into_iter().map(|file| (file.path, (file.length, file.written))).collect(),
                ))
            }
            MailSink::Url(url) => {
                let origin = Origin::of(url).ok_or_else(|| MailError::NotHttp(url.to_string()))?;
                let sent =
                    self.client().send_any(&origin, Request::get(path_and_query(url)), "the mail sink").await;
                Ok(MailMark::Answer(sent.map_err(MailError::Send)?.response.body.clone()))
            }
        }
    }

    /// Waits until a mail that came after the mark has what the pattern looks for, a minute at most.
    pub(super) async fn mailed(
        &self,
        pattern: &Regex,
        mark: &MailMark,
        all: bool,
    ) -> Result<Vec<String>, MailError> {
        for wait in CURVE {
            self.clock().pause(wait).await;
            for text in self.mail_since(mark).await? {
                let mut found = matches(pattern, &text);
                if !all {
                    found.truncate(1);
                }
                if !found.is_empty() {
                    return Ok(found);
                }
            }
        }
        Ok(Vec::new())
    }

    /// How long it took until any mail came after the mark; `None` where none did within a minute.
    pub(crate) async fn any_mail_since(&self, mark: &MailMark) -> Result<Option<Duration>, MailError> {
        let mut waited = Duration::ZERO;
        for wait in CURVE {
            self.clock().pause(wait).await;
            waited += wait;
            if !self.mail_since(mark).await?.is_empty() {
                return Ok(Some(waited));
            }
        }
        Ok(None)
    }

    /// What came after the mark, the newest first, each also as it reads without its transfer encoding.
    async fn mail_since(&self, mark: &MailMark) -> Result<Vec<String>, MailError> {
        match (mark, self.recipe().mail.as_ref()) {
            (MailMark::Files(before), Some(MailSink::File(path))) => {
                let mut files = files(path)?;
                files.sort_by_key(|file| std::cmp::Reverse(file.written));
                let mut texts = Vec::new();
                for file in files {
                    let known = before.get(&file.path);
                    if known == Some(&(file.length, file.written)) {
                        continue;
                    }
                    // A file that grew has new mail at its end; one that shrank was begun anew.
                    let from = known.map_or(0, |(length, _)| *length).min(file.length);
                    let from = if from == file.length { 0 } else { from };
                    texts.extend(readable(&tail(&file, from)?));
                }
                Ok(texts)
            }
            (MailMark::Answer(before), Some(MailSink::Url(_))) => match self.mark_mail().await? {
                MailMark::Answer(now) if now != *before => Ok(readable(&now)),
                _ => Ok(Vec::new()),
            },
            _ => Err(MailError::NoSink),
        }
    }
}

struct File {
    path: PathBuf,
    length: u64,
    written: Option<SystemTime>,
}

/// The file, or the files of the folder; none where there is nothing yet.
fn files(path: &Path) -> Result<Vec<File>, MailError> {
    let unreadable = |why| MailError::Unreadable { path: path.display().to_string(), why };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    if !about.is_dir() {
        return Ok(vec![File { path: path.to_owned(), length: about.len(), written: about.modified().ok() }]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // A mail that is moved away in between is none that is waited for.
        let Ok(about) = entry.metadata() else { continue };
        if about.is_file() {
            found.push(File { path: entry.path(), length: about.len(), written: about.modified().ok() });
        }
    }
    found.sort_by_key(|file| std::cmp::Reverse(file.written));
    found.truncate(MOST_FILES);
    Ok(found)
}

fn tail(file: &File, from: u64) -> Result<Vec<u8>, MailError> {
    use io::{Read as _, Seek as _};
    let unreadable = |why| MailError::Unreadable { path: file.path.display().to_string(), why };
    let mut reader = fs::File::open(&file.path).map_err(unreadable)?;
    reader.seek(io::SeekFrom::Start(from)).map_err(unreadable)?;
    let mut bytes = Vec::new();
    reader.take(MOST_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// A mail as it reads: without quoted-printable or base64 first (RFC 2045 section 6), then as it is.
fn readable(bytes: &[u8]) -> Vec<String> {
    let raw = String::from_utf8_lossy(bytes).into_owned();
    if raw.trim().is_empty() {
        return Vec::new();
    }
    let lower = raw.to_ascii_lowercase();
    let mut texts = Vec::new();
    if lower.contains("quoted-printable") {
        texts.push(unquoted(&raw));
    }
    if lower.contains("base64") {
        let blocks = raw.replace("\r\n", "\n");
        texts.extend(blocks.split("\n\n").filter_map(|block| {
            let joined: String = block.lines().map(str::trim).collect();
            String::from_utf8(STANDARD.decode(joined).ok()?).ok().filter(|text| !text.is_empty())
        }));
    }
    texts.push(raw);
    texts
}

fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "").replace("=\n", "");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).filter(|_| first == b'=');
        if let Some(byte) = code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        audit::Options,
        recipe::{Environment, FileSecret, Recipe},
        testing::StillClock,
        wire::{Client, Consent},
    };

    #[test]
    fn a_mail_reads_without_its_transfer_encoding() {
        let quoted = "Content-Transfer-Encoding: quoted-printable\r\n\r\nhttp://a.test/reset?t=3Dab=\r\ncd gr=C3=BCn =zz\r\n";
        assert!(readable(quoted.as_bytes())[0].contains("reset?t=abcd grün =zz"));
        let based =
            format!("Content-Transfer-Encoding: base64\n\n{}\n", STANDARD.encode("your code is 1234"));
        assert_eq!(readable(based.as_bytes())[0], "your code is 1234");
        assert_eq!(readable(b"t=3Dab"), ["t=3Dab"], "what is not encoded stays as it is");
        assert!(readable(b" \n").is_empty());
    }

    /// Somebody's environment: every variable is there.
    struct Everything;

    impl Environment for Everything {
        fn variable(&self, name: &str) -> Option<String> {
            Some(name.to_owned())
        }

        fn file(&self, _: &Path) -> io::Result<FileSecret> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn line(&self) -> io::Result<String> {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    fn audit_with(sink: &str) -> Audit {
        let text = format!(
            "version = 1\n[target]\nbase = \"http://localhost:1\"\n[mail]\n{sink}\n[accounts.a]\nuser = \"a\"\n\
             password = {{ env = \"A\" }}\nmarker = \"a@example.test\"\n[steps.login]\nrequests = [ {{ post = \"/l\" }} ]\n\
             [steps.whoami]\nrequests = [ {{ get = \"/w\", expect = {{ contains = \"a\" }} }} ]\n"
        );
        let (recipe, _) =
            Recipe::read(Path::new("recipe.toml"), &text, &Everything).unwrap_or_else(|all| panic!("{all}"));
        let recipe = Arc::new(recipe);
        let clock = Arc::new(StillClock::default());
        let client = Client::new(&recipe.target, recipe.limits, Consent::LoopbackOnly, clock).unwrap();
        Audit::new(recipe, client, Options::new()).unwrap()
    }

    /// A folder that ends with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("handstamp-mail-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn only_what_came_after_the_mark_is_a_mail_also_where_a_file_grows() {
        let folder = Folder::new("file");
        let path = folder.0.join("mail");
        let audit = audit_with(&format!("file = '{}'", path.display()));
        let code = Regex::new("code ([0-9]+)").unwrap();
        let mark = audit.mark_mail().await.unwrap();
        fs::write(&path, "code 1\n").unwrap();
        assert_eq!(
            audit.mailed(&code, &mark, false).await.unwrap(),
            ["1"],
            "a sink that was not there is read whole"
        );
        let mark = audit.mark_mail().await.unwrap();
        assert!(audit.mailed(&code, &mark, false).await.unwrap().is_empty(), "an old mail is none");
        assert_eq!(audit.clock().elapsed(), Duration::from_secs(60), "it is waited for");
        fs::write(&path, "code 1\ncode 2\ncode 3\n").unwrap();
        assert_eq!(audit.mailed(&code, &mark, true).await.unwrap(), ["2", "3"]);
        assert_eq!(audit.any_mail_since(&mark).await.unwrap(), Some(Duration::ZERO));
    }

    #[tokio::test]
    async fn a_new_file_of_a_folder_is_a_mail() {
        let folder = Folder::new("folder");
        fs::write(folder.0.join("1.eml"), "code 1").unwrap();
        let audit = audit_with(&format!("file = '{}'", folder.0.display()));
        let mark = audit.mark_mail().await.unwrap();
        assert_eq!(audit.any_mail_since(&mark).await.unwrap(), None);
        fs::write(folder.0.join("2.eml"), "code 2").unwrap();
        let code = Regex::new("code ([0-9]+)").unwrap();
        assert_eq!(audit.mailed(&code, &mark, true).await.unwrap(), ["2"]);
    }

    #[tokio::test]
    async fn a_sink_on_the_web_is_asked_within_the_scope_only() {
        let audit = audit_with("url = 'http://localhost:2/newest'");
        let refused = audit.mark_mail().await.unwrap_err();
        assert!(matches!(refused, MailError::Send(SendError::OutOfScope { .. })), "{refused}");
    }
}
