//! The form of a case file: cases apart by an empty line, each a title, a sentence, SQL and an answer.
//!
//! ```text
//! # A list of people is not an aggregate.
//! as ann of exact, refused: person_in_output
//! select person_id, region from people
//! ---- line 1, column 8: `person_id` identifies people ..
//! ```
//!
//! A line `# manual: Joins` below the title makes it an example of that theme in the manual page.

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
    /// The words of a refusal.
    Refused(String),
    /// What would happen.
    Explained,
    /// What is left of the budget.
    Budget,
    /// The audit log so far.
    Log,
}

impl Outcome {
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Released { .. } => "released".to_owned(),
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
            other => other.strip_prefix("refused: ").map(|code| Self::Refused(code.to_owned())),
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
        self.name.starts_with("budget/") || self.name.starts_with("audit/")
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

    /// The themes of the manual that it is an example of.
    pub(crate) fn themes(&self) -> impl Iterator<Item = &str> {
        let comments = self.head.lines().take_while(|line| line.starts_with('#'));
        comments.filter_map(|line| line.strip_prefix("# manual: "))
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
