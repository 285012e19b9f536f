//! What is wrong with a recipe, and where.

use std::{
    cell::RefCell,
    error::Error,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// The recipe cannot be used.
    Error,
    /// It can, and something about it is likely not meant.
    Warning,
}

/// One thing that is wrong with a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// How much it matters.
    pub level: Level,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// How many characters it is about; at least 1.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What was expected, or what to write instead.
    pub help: Option<String>,
}

/// Everything that is wrong with a recipe, in the order of its lines.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Problems {
    /// Where the recipe is.
    pub path: PathBuf,
    /// The problems.
    pub all: Vec<Problem>,
    text: String,
}

impl Problems {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl fmt::Display for Problems {
    /// Each with its line of the recipe and a mark below what it is about.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.all.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let level = match problem.level {
                Level::Error => "error",
                Level::Warning => "warning",
            };
            let number = problem.line.to_string();
            let margin = " ".repeat(number.len());
            let line = self.text.lines().nth(problem.line.saturating_sub(1)).unwrap_or_default();
            writeln!(f, "{level}: {}", problem.message)?;
            writeln!(f, "{margin} --> {}:{}:{}", self.path.display(), problem.line, problem.column)?;
            writeln!(f, "{margin} |")?;
            // A tab would put the mark elsewhere.
            writeln!(f, "{number} | {}", line.replace('\t', " "))?;
            let room = line.chars().count().saturating_sub(problem.column - 1).max(1);
            let mark = "^".repeat(problem.length.min(room));
            writeln!(f, "{margin} | {}{mark}", " ".repeat(problem.column - 1))?;
            if let Some(help) = &problem.help {
                for line in help.lines() {
                    writeln!(f, "{margin} = {line}")?;
                }
            }
        }
        Ok(())
    }
}

impl Error for Problems {}

/// Collects problems while a recipe is read.
pub(super) struct Notes {
    path: PathBuf,
    text: String,
    all: RefCell<Vec<Problem>>,
}

impl Notes {
    pub(super) fn new(path: &Path, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), all: RefCell::default() }
    }

    /// Notes what makes the recipe unusable.
    pub(super) fn problem(&self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.note(Level::Error, &span, message.into(), help);
    }

    /// Notes what is likely not meant.
    pub(super) fn warning(&self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.note(Level::Warning, &span, message.into(), help);
    }

    fn note(&self, level: Level, span: &Range<usize>, message: String, help: Option<String>) {
        let (line, column) = self.place(span.start);
        let length = self
            .text
            .get(span.clone())
            .and_then(|text| text.lines().next())
            .map_or(1, |text| text.chars().count());
        self.all.borrow_mut().push(Problem { level, line, column, length: length.max(1), message, help });
    }

    /// The line of a place in the text.
    pub(super) fn line(&self, at: usize) -> usize {
        self.place(at).0
    }

    /// The begin of a line.
    pub(super) fn start_of(&self, line: usize) -> Range<usize> {
        let start: usize = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        start..start + 1
    }

    /// Where a name in braces is first mentioned from a line on; the line's begin where it is not.
    pub(super) fn mention(&self, line: usize, name: &str) -> Range<usize> {
        let start = self.start_of(line).start;
        let rest = self.text.get(start..).unwrap_or_default();
        let open = rest.match_indices("{{").find(|(at, _)| {
            let inside = rest[at + 2..].split("}}").next().unwrap_or_default();
            inside.trim() == name
        });
        open.map_or(start..start + 1, |(at, _)| start + at..start + at + name.len() + 4)
    }

    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    pub(super) fn has_errors(&self) -> bool {
        self.all.borrow().iter().any(|problem| problem.level == Level::Error)
    }

    pub(super) fn into_problems(self) -> Problems {
        let mut all = self.all.into_inner();
        all.sort_by_key(|problem| (problem.line, problem.column));
        all.dedup();
        Problems { path: self.path, all, text: self.text }
    }
}

/// The known word that was likely meant; `None` where none is near.
pub(super) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let near = known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .min_by_key(|(far, _)| *far)?;
    let most = 1 + word.len() / 4;
    (near.0 <= most).then_some(near.1)
}

/// Letters that have to be added, taken away or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, wanted) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *wanted);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_suggested_where_it_is_near() {
        assert_eq!(nearest("pasword", ["password", "user"]), Some("password"));
        assert_eq!(nearest("usr", ["password", "user"]), Some("user"));
        assert_eq!(nearest("banana", ["password", "user"]), None);
    }

    #[test]
    fn a_problem_shows_its_line_and_marks_the_place() {
        let notes = Notes::new(Path::new("a.toml"), "x = 1\nyy = 2\n");
        notes.problem(6..8, "unknown key `yy`", Some("did you mean `y`?".to_owned()));
        let shown = notes.into_problems().to_string();
        assert_eq!(
            shown,
            "error: unknown key `yy`\n  --> a.toml:2:1\n  |\n2 | yy = 2\n  | ^^\n  = did you mean `y`?\n"
        );
    }
}
