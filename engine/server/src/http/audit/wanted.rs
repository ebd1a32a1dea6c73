//! What is looked for in the log: the parameters of its addresses, checked once.

use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use tresor_core::audit::{Decision, Filter, Kind};
use tresor_core::engine::Part;
use tresor_core::ids::QueryId;
use utoipa::IntoParams;

use super::super::json::bad;
use super::super::problem::Problem;

/// Longest word that is looked for, and longest text.
const WORD_MAX: usize = 200;
const TEXT_MAX: usize = 1_000;
const LIMIT_MAX: u32 = 1_000;

/// Parameters with those by which entries are chosen.
macro_rules! choosing {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(super) struct $name {
            /// Who acted, or whom it was about: a user id.
            #[param(example = "rosa")]
            person: Option<String>,
            /// The project.
            #[param(example = "heart-study")]
            project: Option<String>,
            /// The query.
            query: Option<String>,
            /// A dataset that was used.
            #[param(example = "sample")]
            dataset: Option<String>,
            /// A column that was used, or for which a query was refused: `dataset.table.column`.
            #[param(example = "sample.patients.hiv_status")]
            column: Option<String>,
            /// One or more kinds of entries, apart by commas.
            #[param(example = "intent,refusal")]
            kind: Option<String>,
            /// What was decided; `withheld` is an answer without a single number.
            #[param(pattern = "^(released|withheld|held|refused_by_review|refused|failed|forfeited)$")]
            decision: Option<String>,
            /// The code of a refusal, or the class of a failure.
            #[param(example = "person_in_output")]
            code: Option<String>,
            /// A part of the text of a policy rule.
            #[param(example = "rules.csv:33")]
            rule: Option<String>,
            /// What the text of a query looked like: `nhs_number`, `postcode` or `date_of_birth`.
            flag: Option<String>,
            /// The policy revision.
            revision: Option<u64>,
            /// From this day (UTC) or moment (RFC 3339) on.
            #[param(example = "2026-11-01")]
            since: Option<String>,
            /// Until before this day or moment.
            until: Option<String>,
            $($(#[$of])* $field: $kind,)+
        }

        impl $name {
            /// Which entries.
            pub(super) fn filter(&self) -> Result<Filter, Problem> {
                Ok(Filter {
                    person: word("person", self.person.as_deref())?,
                    project: word("project", self.project.as_deref())?,
                    query: word("query", self.query.as_deref())?,
                    dataset: word("dataset", self.dataset.as_deref())?,
                    column: word("column", self.column.as_deref())?,
                    kinds: kinds(self.kind.as_deref())?,
                    decision: decision(self.decision.as_deref())?,
                    code: word("code", self.code.as_deref())?,
                    rule: word("rule", self.rule.as_deref())?,
                    flag: word("flag", self.flag.as_deref())?,
                    revision: self.revision,
                    since: moment("since", self.since.as_deref())?,
                    until: moment("until", self.until.as_deref())?,
                })
            }
        }
    };
}

choosing! {
    /// Which entries, and in which order.
    Entries {
        /// A text in their sealed texts, upper and lower case alike. Opens them, which needs the right to; what is searched
        /// for is sealed in the log.
        #[param(min_length = 1, max_length = 1000)]
        text: Option<String>,
        /// Whether to show sealed texts, which needs the right to open them.
        #[serde(default)]
        open: bool,
        /// From the last entry back, or from the first one on.
        #[serde(default)]
        #[param(value_type = String, default = "newest", pattern = "^(newest|oldest)$")]
        order: Order,
        /// The entry to begin with; the last or the first one if there is none.
        from: Option<u64>,
        /// How many at most.
        #[serde(default = "hundred")]
        #[param(default = 100, minimum = 1, maximum = 1000)]
        limit: u32,
    }
}

choosing! {
    /// Which entries, and in which form.
    Exported {
        /// `jsonl`: every line is the leaf of its entry, byte for byte; or `csv`.
        #[serde(default)]
        #[param(value_type = String, default = "jsonl", pattern = "^(jsonl|csv)$")]
        format: Form,
        /// The first entry, counted from 0.
        #[serde(default)]
        #[param(default = 0)]
        from: u64,
        /// The entry before which to stop; the end of the log if there is none.
        to: Option<u64>,
    }
}

/// Parameters with those by which a part of the log is chosen that is summed up or compared.
macro_rules! parting {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $kind:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(super) struct $name {
            /// Only this person.
            #[param(example = "rosa")]
            person: Option<String>,
            /// Only this project.
            #[param(example = "heart-study")]
            project: Option<String>,
            /// From this day (UTC) or moment (RFC 3339) on.
            #[param(example = "2026-11-01")]
            since: Option<String>,
            /// Until before this day or moment.
            until: Option<String>,
            /// The entry to begin with.
            #[serde(default)]
            #[param(default = 0)]
            from: u64,
            $($(#[$of])* pub(super) $field: $kind,)*
        }

        impl $name {
            /// Which part; `open` says whether to use sealed texts.
            pub(super) fn part(&self, open: bool) -> Result<Part, Problem> {
                let filter = Filter {
                    person: word("person", self.person.as_deref())?,
                    project: word("project", self.project.as_deref())?,
                    since: moment("since", self.since.as_deref())?,
                    until: moment("until", self.until.as_deref())?,
                    ..Filter::default()
                };
                Ok(Part { filter, from: self.from, open })
            }
        }
    )+};
}

parting! {
    /// By whom, and from when to when.
    By {}

    /// Which queries to compare.
    Compared {
        /// Compare this query with all others; without it every query with every other one.
        query: Option<String>,
        /// Whether to compare constants as well, which needs the right to open sealed texts. Without it conditions are
        /// compared with `?` for every constant.
        #[serde(default)]
        open: bool,
    }

    /// Which queries, and how often they were asked.
    Repeated {
        /// The smallest number of queries in a cluster.
        #[serde(default = "two")]
        #[param(default = 2, minimum = 2, maximum = 10000)]
        at_least: u32,
        /// Whether to compare constants as well, which needs the right to open sealed texts.
        #[serde(default)]
        open: bool,
    }

    /// Which queries to look through.
    Watched {
        /// Whether to use constants, and what protection did to conditions, which needs the right to open sealed texts.
        /// Without it less is seen; the answer says what.
        #[serde(default)]
        open: bool,
    }
}

const fn two() -> u32 {
    2
}

/// In which order.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Order {
    #[default]
    Newest,
    Oldest,
}

/// In which form.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    #[default]
    Jsonl,
    Csv,
}

const fn hundred() -> u32 {
    100
}

impl Entries {
    pub(super) fn text(&self) -> Result<Option<String>, Problem> {
        let Some(text) = &self.text else { return Ok(None) };
        let length = text.chars().count();
        if length == 0 || length > TEXT_MAX {
            return Err(bad(
                "`text` has 1 to 1000 characters",
                "search for a part of what was written, for example a value in quotes",
            ));
        }
        Ok(Some(text.clone()))
    }

    pub(super) fn limit(&self) -> Result<u32, Problem> {
        if (1..=LIMIT_MAX).contains(&self.limit) {
            return Ok(self.limit);
        }
        Err(bad("`limit` is a number from 1 to 1000", "`next` in the answer says where to go on"))
    }

    pub(super) const fn open(&self) -> bool {
        self.open
    }

    pub(super) fn oldest_first(&self) -> bool {
        self.order == Order::Oldest
    }

    pub(super) const fn from(&self) -> Option<u64> {
        self.from
    }
}

impl Exported {
    pub(super) const fn form(&self) -> Form {
        self.format
    }

    pub(super) const fn part(&self) -> (u64, Option<u64>) {
        (self.from, self.to)
    }
}

/// A word that is looked for.
pub(super) fn word(name: &str, word: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(word) = word else { return Ok(None) };
    let fits =
        (1..=WORD_MAX).contains(&word.chars().count()) && !word.chars().any(char::is_control);
    if fits {
        return Ok(Some(word.to_owned()));
    }
    let hint = "leave it out to look at everything";
    Err(bad(format!("`{name}` has 1 to 200 characters, none of them a control character"), hint))
}

/// A moment, or the first one of a day.
pub(super) fn moment(name: &str, text: Option<&str>) -> Result<Option<OffsetDateTime>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let day = Date::parse(text, format_description!("[year]-[month]-[day]"));
    let moment = match day {
        Ok(day) => Ok(day.midnight().assume_utc()),
        Err(_) => OffsetDateTime::parse(text, &Rfc3339),
    };
    let hint = "write `2026-11-01` or `2026-11-01T09:00:00Z`";
    moment.map(Some).map_err(|_| bad(format!("`{name}` is neither a day nor a moment"), hint))
}

/// The query of a parameter.
pub(super) fn query(text: &str) -> Result<QueryId, Problem> {
    let hint = "write `q_` and 32 hexadecimal digits";
    QueryId::new(text).map_err(|_| bad("`query` is not the id of a query", hint))
}

/// `dataset.table.column`, as entries name a column.
pub(super) fn column(text: &str) -> Result<String, Problem> {
    let is_name = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() == 3 && text.len() <= WORD_MAX && parts.into_iter().all(is_name) {
        return Ok(text.to_owned());
    }
    let hint = "write dataset, table and column, for example `sample.patients.hiv_status`";
    Err(bad("a column is named by three names with dots between them", hint))
}

fn kinds(text: Option<&str>) -> Result<Vec<Kind>, Problem> {
    let read = |word: &str| {
        Kind::parse(word).ok_or_else(|| {
            let all: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
            bad(
                "`kind` names a kind of entry that there is not",
                &format!("use {}", all.join(", ")),
            )
        })
    };
    text.map_or(Ok(vec![]), |text| text.split(',').map(read).collect())
}

fn decision(text: Option<&str>) -> Result<Option<Decision>, Problem> {
    let Some(text) = text else { return Ok(None) };
    Decision::parse(text).map(Some).ok_or_else(|| {
        let all: Vec<&str> = Decision::ALL.iter().map(|decision| decision.as_str()).collect();
        bad("`decision` names a decision that there is not", &format!("use {}", all.join(", ")))
    })
}
