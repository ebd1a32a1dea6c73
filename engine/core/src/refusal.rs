//! Refusals: why a query gets no answer, in words for the person who wrote it.
//!
//! A refusal depends on the text, the catalogue, the policy and the ledger, never on rows
//! (NO-DATA-IN-VERDICTS). The private cause goes to the sealed part of the log and has neither `Display`
//! nor `Debug`, so no DataFusion or Arrow text can become public by accident.

use std::fmt;

use serde::Serialize;

/// A place in the SQL text, counted from 1 as editors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column of the first character, from 1.
    pub column: u64,
    /// Column after the last character on the same line, from 1.
    pub end: u64,
}

/// What kind of "no" it is; the server maps it to an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The SQL cannot be answered as written (422).
    Sql,
    /// Policy does not allow it (422).
    Policy,
    /// Not there, or not yours: the same words for both (404).
    NotFound,
    /// Signed in, but this role may not do this (403).
    Forbidden,
    /// Conflicts with an earlier request (409).
    Conflict,
    /// There, but not in this form (406).
    Form,
    /// The budget does not cover it (422).
    Budget,
    /// People decide whether the answer leaves (409).
    Review,
    /// Nothing can be answered right now, for example because the ledger is not writable (503).
    Unavailable,
    /// A defect of ours; says nothing about data (500).
    Internal,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $class:ident, $title:literal;)+) => {
        /// The stable codes of refusals. A code is never reused for something else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The code as programs see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)+ }
            }

            /// The class, from which the HTTP status follows.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Code::$variant => Class::$class,)+ }
            }

            /// A short title, the same for every refusal with this code.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)+ }
            }
        }
    };
}

codes! {
    /// The text does not parse.
    SyntaxError = "syntax_error", Sql, "the SQL cannot be read";
    /// Not exactly one SELECT.
    NotOneSelect = "not_one_select", Sql, "only a single SELECT is answered";
    /// Too long, too deep, too many joins.
    TooLarge = "query_too_large", Sql, "the query is too large";
    /// A clause or kind of query that is not supported.
    UnsupportedSql = "unsupported_sql", Sql, "this SQL is not supported";
    /// A function that is not on the allow-list.
    UnknownFunction = "function_not_allowed", Sql, "this function is not available";
    /// A function called with arguments it does not take.
    BadArguments = "bad_arguments", Sql, "the arguments do not fit";
    /// A table that does not exist or is not yours.
    UnknownTable = "unknown_table", Sql, "no such table";
    /// A column that does not exist or is not yours.
    UnknownColumn = "unknown_column", Sql, "no such column";
    /// A column name that fits several tables.
    AmbiguousColumn = "ambiguous_column", Sql, "the column name is ambiguous";
    /// A column that may be read, but not in this way.
    UseNotAllowed = "use_not_allowed", Policy, "the column may not be used in this way";
    /// Two columns in one query that the release profile keeps apart.
    ColumnsNotCrossed = "columns_not_crossed", Policy, "these columns may not be used together";
    /// A result that would list persons.
    PersonInOutput = "person_in_output", Sql, "results cannot list people";
    /// The person column compared, computed with, sorted by.
    PersonColumnUse = "person_column_use", Sql, "the person column only links and counts";
    /// A join of personal tables that does not equate the person.
    JoinNotOnPerson = "join_not_on_person", Sql, "tables about people must be joined on the person";
    /// A join with a table without persons that could multiply rows.
    JoinFanOut = "join_not_on_key", Sql, "the joined table needs its whole key";
    /// A window over rows about people that does not stay with one person.
    WindowNotPerPerson = "window_not_per_person", Sql, "windows over people must stay with one person";
    /// A kind of join that is not supported here.
    JoinNotSupported = "join_not_supported", Sql, "this join is not supported";
    /// An aggregate that hands out single values or has no disclosure rule.
    AggregateNotAllowed = "aggregate_not_allowed", Sql, "this aggregate is not available";
    /// An aggregate over something that is not a declared measure.
    MeasureNotLinear = "measure_not_declared", Sql, "only declared measures can be summed";
    /// ORDER BY or LIMIT among persons.
    RowsPicked = "rows_picked", Sql, "rows about people cannot be sorted or picked";
    /// A project that does not exist or is not yours.
    UnknownProject = "unknown_project", NotFound, "no such project";
    /// A query that does not exist or is not yours.
    UnknownQuery = "unknown_query", NotFound, "no such query";
    /// The query exists but has no result (yet).
    NoResult = "no_result", NotFound, "there is no result";
    /// Output checkers have yet to decide.
    HeldForReview = "held_for_review", Review, "the answer is held for review";
    /// Output checkers decided that the answer may not leave.
    RefusedByReview = "refused_by_review", Review, "output checkers did not release the answer";
    /// An answer that was never held, or that is not for this person to review.
    UnknownReview = "unknown_review", NotFound, "no such review";
    /// A decision was made before, or the review has ended.
    ReviewConflict = "review_conflict", Conflict, "this was decided before";
    /// A token that does not exist or is not yours.
    UnknownToken = "unknown_token", NotFound, "no such token";
    /// The role may not do this.
    Forbidden = "forbidden", Forbidden, "your role does not allow this";
    /// Project, membership or training has ended.
    Expired = "access_expired", Forbidden, "access has ended";
    /// An entry that the audit log does not have, or that has no such sealed texts.
    UnknownEntry = "unknown_entry", NotFound, "no such entry in the audit log";
    /// A form that the release profile does not allow.
    FormNotAllowed = "form_not_allowed", Form, "the answer may not leave in this form";
    /// More bytes than the release profile allows.
    AnswerTooLarge = "answer_too_large", Form, "the answer is too large in this form";
    /// The idempotency key was used for another request.
    IdempotencyConflict = "idempotency_conflict", Conflict, "the idempotency key was used before";
    /// The budget of the project does not cover the price.
    BudgetExhausted = "budget_exhausted", Budget, "the budget does not cover this query";
    /// What was released about a sensitive column tells too much about single persons for more to be released.
    ExposureLocked = "exposure_locked", Budget, "too much is known about single people by now";
    /// Ledger, policy or extract cannot be used now.
    Unavailable = "unavailable", Unavailable, "no answers can be given right now";
    /// The project, the person or everything is frozen.
    Frozen = "frozen", Forbidden, "frozen by a governance officer";
    /// A policy change, revision or freeze that does not exist.
    UnknownChange = "unknown_change", NotFound, "no such policy change";
    /// A policy change is not at the point at which this can be done.
    ChangeConflict = "change_conflict", Conflict, "the policy change is not at this point";
    /// Another revision was activated since the change was made.
    ChangeStale = "change_stale", Conflict, "the policy moved on meanwhile";
    /// A policy change of one's own that somebody else has to decide, or one of somebody else.
    OwnChange = "own_change", Forbidden, "this is for somebody else to do";
    /// A signature that is missing or does not fit.
    SignatureInvalid = "signature_invalid", Forbidden, "the signature does not hold";
    /// Policy files with mistakes, or whose tests fail.
    PolicyInvalid = "policy_invalid", Policy, "the policy files have mistakes";
    /// Execution failed; nothing more is said.
    ExecutionFailed = "execution_failed", Internal, "the query could not be completed";
}

/// A cause for the sealed part of the log. Cannot be printed by accident.
pub struct SealedCause(String);

impl SealedCause {
    /// Seals a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the sealed part of the audit log only.
    #[must_use]
    pub fn open_for_audit(&self) -> &str {
        &self.0
    }
}

/// One of several things that are wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Path of the file, from `policies/`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub detail: String,
    /// What to write instead.
    pub hint: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, detail, hint } = self;
        write!(f, "{file}:{line}:{column}: {detail}; {hint}")
    }
}

/// Why a query gets no answer.
pub struct Refusal(Box<Parts>);

struct Parts {
    code: Code,
    detail: String,
    hint: String,
    position: Option<Position>,
    rule: Option<String>,
    suggested_sql: Option<String>,
    findings: Vec<Finding>,
    cause: Option<SealedCause>,
}

impl Refusal {
    /// A refusal with what is wrong (`detail`) and what to write instead (`hint`).
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            detail: detail.into(),
            hint: hint.into(),
            position: None,
            rule: None,
            suggested_sql: None,
            findings: vec![],
            cause: None,
        }))
    }

    /// The one refusal for everything that went wrong inside; the cause is sealed.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(
            Code::ExecutionFailed,
            "the query could not be completed; the cause is recorded for the people who run this service",
            "try again; if it happens again, tell them the id of this query",
        )
        .because(cause)
    }

    /// Nothing can be answered now; the cause is sealed (FAIL-CLOSED).
    #[must_use]
    pub fn unavailable(cause: impl Into<String>) -> Self {
        Self::new(
            Code::Unavailable,
            "the service cannot record queries or read its data at the moment, so it answers nothing",
            "try again later",
        )
        .because(cause)
    }

    /// Adds the place in the SQL.
    #[must_use]
    pub fn at(mut self, position: Option<Position>) -> Self {
        self.0.position = position.or(self.0.position);
        self
    }

    /// Adds the name of the policy rule or limit that decided.
    #[must_use]
    pub fn under(mut self, rule: impl Into<String>) -> Self {
        self.0.rule = Some(rule.into());
        self
    }

    /// Adds a whole text to write instead, which is answered.
    #[must_use]
    pub fn suggesting(mut self, sql: impl Into<String>) -> Self {
        self.0.suggested_sql = Some(sql.into());
        self
    }

    /// Lists all that is wrong, each with its place.
    #[must_use]
    pub fn listing(mut self, findings: Vec<Finding>) -> Self {
        self.0.findings = findings;
        self
    }

    /// Says what to write instead in other words.
    #[must_use]
    pub fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = hint.into();
        self
    }

    /// Adds a private cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(SealedCause::new(cause));
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What is wrong.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What to write or do instead.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.0.hint
    }

    /// The place in the SQL, where there is one.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// The rule or limit that decided, where there is one.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.0.rule.as_deref()
    }

    /// A whole text to write instead, where there is one.
    #[must_use]
    pub fn suggested_sql(&self) -> Option<&str> {
        self.0.suggested_sql.as_deref()
    }

    /// All that is wrong, where it is more than one thing; each has its place in a file.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.0.findings
    }

    /// The sealed cause, where there is one.
    #[must_use]
    pub fn cause(&self) -> Option<&SealedCause> {
        self.0.cause.as_ref()
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.0.code.as_str(), self.0.detail, self.0.hint)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.0.position {
            write!(f, "line {}, column {}: ", at.line, at.column)?;
        }
        write!(f, "{}; {}", self.0.detail, self.0.hint)
    }
}
