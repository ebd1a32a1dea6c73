//! What may be signed: a statement about this change, these files, this base and this moment, in this part, and nothing
//! else. A server that says something else in it gets no signature.

use std::fmt::Write as _;

use tresor_core::ids::{ChangeId, UserId};

use crate::stop::Stop;

/// In which part an officer signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Puts the change forward.
    Author,
    /// Agrees to it.
    Approver,
}

impl Part {
    const fn other(self) -> Self {
        match self {
            Self::Author => Self::Approver,
            Self::Approver => Self::Author,
        }
    }
}

/// What a statement has to say.
pub(super) struct Expected<'a> {
    /// The change.
    pub(super) change: &'a ChangeId,
    /// The digest of its files, computed here.
    pub(super) bundle: &'a str,
    /// Number and digest of the revision that it was made on, computed here.
    pub(super) base: (u64, &'a str),
    /// From when on it is to hold.
    pub(super) effective: Option<&'a str>,
    /// In which part it is signed.
    pub(super) part: Part,
}

impl Expected<'_> {
    /// Stops unless the statement says this.
    pub(super) fn require(&self, statement: &str) -> Result<(), Stop> {
        if self.is_said_by(statement, self.part) {
            return Ok(());
        }
        if self.is_said_by(statement, self.part.other()) {
            let why = match self.part {
                Part::Author => "only its author puts a change forward",
                Part::Approver => "the change is your own, so another officer approves it",
            };
            return Err(Stop::because(format!("nothing is signed: {why}")));
        }
        let about = self.about_all(self.part);
        let other = statement
            .lines()
            .zip(about.lines())
            .find(|(said, expected)| !said.starts_with(expected))
            .map_or("it is not of this form", |(said, _)| said);
        Err(Stop::because(format!(
            "nothing is signed: the server's statement is not about what was downloaded (`{other}`)"
        )))
    }

    /// Whether somebody says all this in this part, and nothing more.
    fn is_said_by(&self, statement: &str, part: Part) -> bool {
        let rest = statement.strip_prefix(&self.about_all(part));
        let user = rest.and_then(|rest| rest.strip_suffix('\n'));
        user.is_some_and(|user| UserId::new(user).is_ok())
    }

    /// All of it but who signs.
    fn about_all(&self, part: Part) -> String {
        let Self { change, bundle, base: (number, base), effective, part: _ } = self;
        let part = match part {
            Part::Author => "author",
            Part::Approver => "approver",
        };
        let effective = effective.unwrap_or("activation");
        let mut text = String::from("tresor policy change v1\n");
        // Writing to a string cannot fail.
        let _never = write!(
            text,
            "change: {change}\nbundle: {bundle}\nbase: {number} {base}\neffective: {effective}\n{part}: "
        );
        text
    }
}
