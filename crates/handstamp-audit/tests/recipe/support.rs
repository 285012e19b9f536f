use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use handstamp_audit::recipe::{Environment, FileSecret, Problems, Recipe};

/// An environment with these variables and files.
#[derive(Default)]
pub struct Given {
    pub variables: BTreeMap<&'static str, &'static str>,
    pub files: BTreeMap<PathBuf, (&'static str, bool)>,
}

impl Environment for Given {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| (*value).to_owned())
    }

    fn file(&self, path: &Path) -> io::Result<FileSecret> {
        let (text, is_open) = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(FileSecret::new((*text).to_owned(), *is_open))
    }

    fn line(&self) -> io::Result<String> {
        Ok("typed\n".to_owned())
    }
}

pub fn environment() -> Given {
    Given {
        variables: BTreeMap::from([("ALICE", "alice's password"), ("BOB", "bob's password"), ("EMPTY", "")]),
        files: BTreeMap::from([
            (PathBuf::from("recipes/closed"), ("from a file\n", false)),
            (PathBuf::from("recipes/open"), ("seen by all", true)),
        ]),
    }
}

pub fn read(text: &str) -> Result<(Recipe, Problems), Problems> {
    Recipe::read(Path::new("recipes/shop.toml"), text, &environment())
}

/// The least that a recipe needs, with more in the places that tests fill.
pub fn recipe(more: &str) -> String {
    format!(
        "version = 1
[target]
base = \"http://localhost:8080\"
[accounts.alice]
user = \"alice@example.test\"
password = {{ env = \"ALICE\" }}
marker = \"alice@example.test\"
[[steps.login.requests]]
get = \"/login\"
extract.csrf = {{ css = \"input[name=csrf]\", attr = \"value\" }}
[[steps.login.requests]]
post = \"/login\"
form = {{ user = \"{{{{user}}}}\", password = \"{{{{password}}}}\", csrf = \"{{{{csrf}}}}\" }}
[[steps.whoami.requests]]
get = \"/account\"
expect = {{ contains = \"{{{{marker}}}}\" }}
{more}"
    )
}
