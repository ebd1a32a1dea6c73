//! Words of published rules that have no place here, and why.
//!
//! Somebody who copies an organisation's rules should read the reason and not only that the word is unknown. Lock-out
//! and comparison with earlier releases are not fields: they concern many queries, and not the numbers of one release.

/// Why a word cannot be written in a profile, and what to write; `None` for words nobody publishes.
#[must_use]
pub fn not_offered(word: &str) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "recompute_totals" => (
            "would leave withheld numbers to subtraction: whoever knows the true total has them",
            "write `gauss`",
        ),
        "gaussian_fresh" => {
            ("would draw anew for each query, and averages out", "write `cell_key_gaussian`")
        }
        "laplace_cached" => (
            "would draw anew after each restart, and gives equal counts equal noise",
            "write `cell_key_geometric`",
        ),
        "jitter" => {
            ("would show one person's value, only moved a little", "write `percentile`, or `deny`")
        }
        "hide" => (
            "would tell withheld zeros from withheld small numbers",
            "write `treat_as_small`, which withholds both alike",
        ),
        "lockout" => (
            "would make an answer depend on whether earlier true numbers were equal; here repeats get the same answer",
            "leave it out",
        ),
        "differencing" => ("is no part of a profile", "leave it out"),
        "reviewers" => (
            "is no number to choose: where people look at answers, they are two",
            "write `review = true` in `release`",
        ),
        "jpeg" | "png" | "svg" | "txt" => {
            ("is no form of a table", "write `json`, `csv`, `arrow` or `parquet`")
        }
        _ => return None,
    })
}
