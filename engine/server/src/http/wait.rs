//! How long a client is ready to wait: `500ms`, `30s`, at most `60s`.

use std::time::Duration;

use serde::Deserialize;

const LONGEST: Duration = Duration::from_secs(60);

/// A checked waiting time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Wait(pub(super) Duration);

impl Wait {
    /// Unless the client says otherwise, a submission waits this long for its answer.
    pub(super) const FOR_AN_ANSWER: Self = Self(Duration::from_secs(10));
    /// Unless the client says otherwise, a look at a query does not wait.
    pub(super) const NOT_AT_ALL: Self = Self(Duration::ZERO);
}

impl TryFrom<String> for Wait {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unclear = || {
            format!(
                "`{}` is not a waiting time: write a whole number and `ms` or `s`, for example `30s`",
                text.chars().take(40).collect::<String>()
            )
        };
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text.strip_prefix(digits).unwrap_or_default();
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(unclear());
        }
        let number = digits.parse().unwrap_or(u64::MAX);
        let wait = match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            _ => return Err(unclear()),
        };
        if wait > LONGEST {
            return Err(
                "a request waits at most `60s`; ask again with the id of the query".to_owned()
            );
        }
        Ok(Self(wait))
    }
}
