//! Functions that are refused, each with the reason and what to write instead.
//!
//! The planner knows many functions more than the list allows. A test fails for one that is neither on a list nor
//! here, so that somebody decides about every new one. The names that only other systems have are here for the
//! sake of the words.

use crate::refusal::{Code, Refusal};

/// Functions that are refused for one reason.
pub(super) struct Group {
    code: Code,
    /// Goes after "the function `x` ".
    reason: &'static str,
    hint: &'static str,
    /// Names that the planner knows.
    pub(super) known: &'static [&'static str],
    /// Names that other systems know.
    pub(super) elsewhere: &'static [&'static str],
}

pub(super) const REFUSED: &[Group] = &[
    Group {
        code: Code::AggregateNotAllowed,
        reason: "would hand out single values",
        hint: "count people per value with GROUP BY",
        known: &["any_value", "array_agg", "nth_value", "string_agg"],
        elsewhere: &["group_concat", "json_agg", "jsonb_agg", "list", "listagg", "mode"],
    },
    Group {
        code: Code::AggregateNotAllowed,
        reason: "has no disclosure rule here, so its result cannot be protected",
        hint: "use count, sum or avg; to see a distribution, band the values with CASE and count people per band",
        known: &[
            "approx_distinct",
            "approx_median",
            "approx_percentile_cont",
            "approx_percentile_cont_with_weight",
            "bit_and",
            "bit_or",
            "bit_xor",
        ],
        elsewhere: &["kurtosis", "percentile_disc", "skewness"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "is not the same each time",
        hint: "leave it out: an answer must be the same when it is asked again",
        known: &["random", "uuid"],
        elsewhere: &["gen_random_uuid", "newid", "setseed"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "is not the same each day",
        hint: "write the day or time as a constant, for example `DATE '2023-01-31'`",
        known: &["current_date", "current_time", "now"],
        elsewhere: &["age", "getdate", "localtime", "localtimestamp", "sysdate"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "mixes values so that single people could be picked by the outcome",
        hint: "choose people by their attributes",
        known: &["decode", "encode"],
        elsewhere: &[
            "crc32",
            "digest",
            "farm_fingerprint",
            "hash",
            "hashtext",
            "md5",
            "murmur3",
            "sha1",
            "sha224",
            "sha256",
            "sha384",
            "sha512",
            "soundex",
            "xxhash64",
        ],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "would make texts as long as one likes",
        hint: "write the text as a constant, or join texts with `||`",
        known: &["lpad", "repeat", "rpad"],
        elsewhere: &["format", "printf", "space"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "would make rows that are about nobody",
        hint: "list the values in a table of the extract and join it",
        known: &["generate_series", "range"],
        elsewhere: &["explode", "unnest"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "works on letters as numbers",
        hint: "compare texts with `=`, LIKE, left, right or substr",
        known: &["ascii", "bit_length", "chr", "octet_length", "to_hex"],
        elsewhere: &["char", "ord", "unicode"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "takes much work for long texts",
        hint: "compare texts with `=` or LIKE after lower and trim",
        known: &["levenshtein"],
        elsewhere: &["damerau_levenshtein", "jaro", "jaro_winkler"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "can fail on a single value",
        hint: "use left, right, substr, split_part, replace and `||`",
        known: &["overlay", "substr_index"],
        elsewhere: &["insert", "stuff"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "grows beyond numbers, or works them into digits",
        hint: "use + - * / %, power or round",
        known: &["factorial", "gcd", "lcm"],
        elsewhere: &["bitcount", "width_bucket"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "asks for numbers that never occur here: what has no value is NULL",
        hint: "use `IS NULL`, `= 0` or coalesce",
        known: &["isnan", "iszero", "nanvl"],
        elsewhere: &["isfinite", "isinf"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "works with lists, maps or records, which are not read here",
        hint: "use plain columns and values",
        known: &[
            "find_in_set",
            "get_field",
            "named_struct",
            "regexp_instr",
            "regexp_match",
            "struct",
            "union_extract",
            "union_tag",
        ],
        elsewhere: &[
            "array_append",
            "array_concat",
            "array_has",
            "array_length",
            "array_position",
            "array_repeat",
            "array_resize",
            "array_sort",
            "array_to_string",
            "cardinality",
            "flatten",
            "json_extract",
            "make_array",
            "map",
            "regexp_split_to_array",
            "string_to_array",
        ],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "tells of the machine or of files",
        hint: "leave it out",
        known: &["file_row_index", "input_file_name", "version"],
        elsewhere: &[
            "current_database",
            "current_user",
            "pg_sleep",
            "session_user",
            "sleep",
            "user",
        ],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "speaks of types that queries do not have here",
        hint: "use CAST or TRY_CAST to BIGINT, DOUBLE, VARCHAR, BOOLEAN, DATE or TIMESTAMP",
        known: &[
            "arrow_cast",
            "arrow_field",
            "arrow_metadata",
            "arrow_try_cast",
            "arrow_typeof",
            "cast_to_type",
            "try_cast_to_type",
            "with_metadata",
        ],
        elsewhere: &["to_number", "typeof"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "works with times of day, seconds or zones that tables do not have here",
        hint: "use date_part('hour', ..), date_trunc, or CAST to DATE or TIMESTAMP",
        known: &[
            "date_bin",
            "from_unixtime",
            "make_time",
            "to_local_time",
            "to_time",
            "to_timestamp_micros",
            "to_timestamp_millis",
            "to_timestamp_nanos",
            "to_timestamp_seconds",
            "to_unixtime",
        ],
        elsewhere: &["convert_timezone", "timezone"],
    },
    Group {
        code: Code::UnknownFunction,
        reason: "has another name here",
        hint: "subtract dates for whole days, and add `INTERVAL '1 month'` to a date",
        known: &[],
        elsewhere: &[
            "add_months",
            "date_add",
            "date_diff",
            "date_sub",
            "dateadd",
            "datediff",
            "months_between",
        ],
    },
];

/// Other names that the planner has for refused functions.
const ALIASES: &[(&str, &str)] = &[
    ("current_timestamp", "now"),
    ("rand", "random"),
    ("row", "struct"),
    ("substring_index", "substr_index"),
    ("today", "current_date"),
];

/// The refusal of a function by its name, if it is here.
pub(super) fn refuse(name: &str) -> Option<Refusal> {
    let known = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, known)| known);
    let group = REFUSED
        .iter()
        .find(|group| group.known.contains(&known) || group.elsewhere.contains(&known))?;
    Some(match group.code {
        Code::AggregateNotAllowed => {
            Refusal::new(group.code, format!("`{name}` {}", group.reason), group.hint)
        }
        code => Refusal::new(code, format!("the function `{name}` {}", group.reason), group.hint),
    })
}
