//! The forms of an answer, and which of them a release may leave in.

use tresor_disclosure::profile::Format;

use super::stored::Forms;
use crate::refusal::{Code, Refusal};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFormat {
    /// JSON, the shape of `POST /api/v1/queries`.
    Json,
    /// Comma-separated values.
    Csv(Markers),
    /// Arrow IPC stream.
    Arrow,
    /// Parquet.
    Parquet,
}

/// How CSV says what was done to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Markers {
    /// In columns beside the value.
    #[default]
    Columns,
    /// In the place of the value: `[c]`, `[low]`, `[z]`, `[x]`.
    Shorthand,
    /// In columns, and the profile's text in the place of a withheld value.
    Profile,
}

impl ResultFormat {
    const fn format(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Csv(_) => Format::Csv,
            Self::Arrow => Format::Arrow,
            Self::Parquet => Format::Parquet,
        }
    }

    /// Its name, as `?format=` takes it and the log says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        name(self.format())
    }
}

/// The name of a form, as `?format=` takes it.
const fn name(format: Format) -> &'static str {
    match format {
        Format::Json => "json",
        Format::Csv => "csv",
        Format::Arrow => "arrow",
        Format::Parquet => "parquet",
    }
}

impl Forms {
    /// Whether the release may leave in this form at all.
    pub(super) fn allow(&self, form: ResultFormat) -> Result<(), Refusal> {
        let asked = form.format();
        if self.allowed.contains(&asked) {
            return Ok(());
        }
        let may = self.allowed.iter().map(|format| format!("`{}`", name(*format)));
        let may = may.collect::<Vec<_>>().join(", ");
        Err(Refusal::new(
            Code::FormNotAllowed,
            format!("this answer may not be written as `{}`", name(asked)),
            format!(
                "the answer is kept: GET /api/v1/queries/{{id}}/result?format=.. gives it as {may}"
            ),
        )
        .under("`release.formats` of the release profile"))
    }

    /// Whether so many bytes may leave. They are made of the stored answer alone, so their number tells nothing that
    /// the answer does not (NO-DATA-IN-VERDICTS).
    pub(super) fn hold(&self, form: ResultFormat, bytes: usize) -> Result<(), Refusal> {
        if u64::try_from(bytes).is_ok_and(|bytes| bytes <= self.max_bytes) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::AnswerTooLarge,
            format!(
                "as `{}` this answer has {bytes} bytes, and a release has at most {}",
                name(form.format()),
                self.max_bytes
            ),
            "the answer is kept: try a form that is smaller, such as `?format=parquet`; or ask again with fewer rows \
             or columns",
        )
        .under("`release.max_bytes` of the release profile"))
    }
}
