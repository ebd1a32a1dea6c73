//! The form of a case file: cases apart by an empty line, each a title, a sentence, SQL and an answer.
//!
//! ```text
//! # A list of people is not an aggregate.
//! as ann of exact, refused: person_in_output
//! select person_id, region from people
//! ---- line 1, column 8: `person_id` identifies people ..
//! ```
//!
//! A line `# manual: Joins` below the title makes it an example of that theme in a page of the manual, and
//! `# control: Rounding` in the page about disclosure control.

use std::path::{Path, PathBuf};

/// One case file.
pub(crate) struct Story {
    /// Folder and file, without the ending.
    pub(crate) name: String,
    path: PathBuf,
    pub(crate) cases: Vec<Case>,
}

/// One case.
#[derive(Clone)]
pub(crate) struct Case {
    /// The first comment line.
    pub(crate) title: String,
    /// Everything up to the answer, as it is written.
    head: String,
    pub(crate) user: String,
    pub(crate) project: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) sql: String,
    pub(crate) answer: Option<String>,
}

/// What should come out.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// An answer, as CSV; its notes too, if wanted.
    Released { notes: bool },
    /// The answer in another form than the one that cases are written in.
    Written(Form),
    /// The words of a refusal.
    Refused(String),
    /// What would happen.
    Explained,
    /// What is left of the budget.
    Budget,
    /// The audit log so far.
    Log,
}

/// A form that a case can ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// JSON without its record, which has an outcome of its own.
    Json,
    /// What JSON has as the record of the criteria.
    Record,
    /// CSV with columns beside the values.
    Csv,
    /// CSV with a mark in the place of a value.
    Shorthand,
    /// CSV with the text of the profile in the place of a withheld value.
    Text,
    /// The columns of Parquet.
    Parquet,
}

impl Form {
    /// Each with its word in a sentence.
    const ALL: [(&'static str, Self); 6] = [
        ("json", Self::Json),
        ("record", Self::Record),
        ("csv", Self::Csv),
        ("shorthand", Self::Shorthand),
        ("text", Self::Text),
        ("parquet", Self::Parquet),
    ];

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, form)| form)
    }
}

impl Outcome {
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Released { .. } | Self::Written(_) => "released".to_owned(),
            Self::Refused(code) => format!("refused: {code}"),
            Self::Explained => "explained".to_owned(),
            Self::Budget => "budget".to_owned(),
            Self::Log => "log".to_owned(),
        }
    }

    fn parse(words: &str) -> Option<Self> {
        match words {
            "released" => Some(Self::Released { notes: false }),
            "released with notes" => Some(Self::Released { notes: true }),
            "explained" => Some(Self::Explained),
            "budget" => Some(Self::Budget),
            "log" => Some(Self::Log),
            other => match other.strip_prefix("released as ") {
                Some(form) => Form::parse(form).map(Self::Written),
                None => other.strip_prefix("refused: ").map(|code| Self::Refused(code.to_owned())),
            },
        }
    }
}

impl Story {
    pub(crate) fn read(folder: &Path, path: &Path) -> Self {
        let name = path.strip_prefix(folder).unwrap().with_extension("");
        let name = name.to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let parts = text.split("\n\n").map(str::trim_end).filter(|part| !part.trim().is_empty());
        let cases: Vec<Case> =
            parts.map(|part| Case::read(&name, part.trim_start_matches('\n'))).collect();
        for (at, case) in cases.iter().enumerate() {
            let twice = cases.iter().skip(at + 1).any(|other| other.title == case.title);
            assert!(!twice, "{name} has two cases `{}`", case.title);
        }
        Self { name, path: path.to_owned(), cases }
    }

    pub(crate) fn has_own_ledger(&self) -> bool {
        ["budget/", "audit/"].iter().any(|folder| self.name.starts_with(folder))
            || self.is_about_sample()
    }

    /// Whether it is about the sample of the repository and not about the clinic.
    pub(crate) fn is_about_sample(&self) -> bool {
        self.name.starts_with("study/")
    }

    /// Writes the file anew with these answers.
    pub(crate) fn write(&self, answers: &[Option<String>]) {
        let cases =
            self.cases.iter().zip(answers).map(|(case, answer)| case.written(answer.as_deref()));
        std::fs::write(&self.path, cases.collect::<Vec<_>>().join("\n")).unwrap();
    }
}

impl Case {
    fn read(story: &str, text: &str) -> Self {
        let (head, answer) = match text.split_once("\n----") {
            Some((head, answer)) => (head, Some(answer.trim().to_owned())),
            None => (text, None),
        };
        let bad = |what: &str| -> ! { panic!("{story}: {what} in\n{text}") };
        let mut lines = head.lines().skip_while(|line| line.starts_with('#'));
        let title = head.lines().next().and_then(|line| line.strip_prefix("# "));
        let Some(title) = title else { bad("no title (`# ..`)") };
        let Some(sentence) = lines.next() else { bad("no sentence (`as .. of .., ..`)") };
        let mut parts = sentence.split(", ");
        let who = parts.next().and_then(|who| who.strip_prefix("as "));
        let Some(who) = who else { bad("a sentence without `as`") };
        let (user, project) = match who.split_once(" of ") {
            Some((user, project)) => (user, Some(project.to_owned())),
            None => (who, None),
        };
        let mut words: Vec<&str> = parts.collect();
        let Some(outcome) = words.pop().and_then(Outcome::parse) else { bad("an unknown outcome") };
        let key = words.pop().map(|word| match word.strip_prefix("with key ") {
            Some(key) => key.to_owned(),
            None => bad("an unknown word"),
        });
        Self {
            title: title.trim_end_matches('.').to_owned(),
            head: head.to_owned(),
            user: user.to_owned(),
            project,
            key,
            outcome,
            sql: repeated(&lines.collect::<Vec<_>>().join("\n")),
            answer: answer.filter(|answer| !answer.is_empty()),
        }
    }

    /// The themes that it is an example of in the page of this word.
    pub(crate) fn themes<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        let comments = self.head.lines().take_while(|line| line.starts_with('#'));
        comments
            .filter_map(move |line| line.strip_prefix("# ")?.strip_prefix(word)?.strip_prefix(": "))
    }

    fn written(&self, answer: Option<&str>) -> String {
        let gap = if matches!(self.outcome, Outcome::Refused(_)) { ' ' } else { '\n' };
        match answer {
            Some(answer) => format!("{}\n----{gap}{answer}\n", self.head),
            None => format!("{}\n", self.head),
        }
    }
}

/// `{3 times: x}` stands for `xxx`, so that long queries stay readable.
fn repeated(sql: &str) -> String {
    let Some((before, rest)) = sql.split_once('{') else { return sql.to_owned() };
    let (inside, after) = rest.split_once('}').expect("an open brace");
    let (count, text) = inside.split_once(" times: ").expect("`{n times: text}`");
    let count: usize = count.parse().expect("a number of times");
    format!("{before}{}{}", text.repeat(count), repeated(after))
}
