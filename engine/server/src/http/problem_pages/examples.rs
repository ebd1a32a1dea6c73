//! For each kind of refusal of SQL a query that gets it, and one that is answered. About the sample data.

use tresor_core::refusal::Code;

/// A refused query, and what to write instead.
pub(super) struct Example {
    pub(super) code: Code,
    pub(super) refused: &'static str,
    pub(super) instead: &'static str,
}

/// The example of a code.
pub(super) fn of(code: Code) -> Option<&'static Example> {
    ALL.iter().find(|example| example.code == code)
}

/// The example of a code in the words of its page.
pub(super) fn text(code: Code) -> Option<String> {
    let Example { refused, instead, .. } = of(code)?;
    Some(format!("Refused, for example:\n\n    {refused}\n\nAnswered:\n\n    {instead}"))
}

const fn example(code: Code, refused: &'static str, instead: &'static str) -> Example {
    Example { code, refused, instead }
}

pub(super) const ALL: &[Example] = &[
    example(
        Code::SyntaxError,
        "SELECT sex, count(* FROM patients GROUP BY sex",
        "SELECT sex, count(*) FROM patients GROUP BY sex",
    ),
    example(
        Code::NotOneSelect,
        "EXPLAIN ANALYZE SELECT count(*) FROM patients",
        "EXPLAIN SELECT count(*) FROM patients",
    ),
    example(
        Code::UnsupportedSql,
        "SELECT DISTINCT ON (region) region FROM patients",
        "SELECT DISTINCT region FROM patients",
    ),
    example(
        Code::UnknownFunction,
        "SELECT count(*) FROM patients WHERE random() < 0.5",
        "SELECT count(*) FROM patients",
    ),
    example(
        Code::BadArguments,
        "SELECT percentile_cont(0.999) WITHIN GROUP (ORDER BY cost) FROM admissions",
        "SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY cost) FROM admissions",
    ),
    example(Code::UnknownTable, "SELECT count(*) FROM patient", "SELECT count(*) FROM patients"),
    example(
        Code::UnknownColumn,
        "SELECT gender, count(*) FROM patients GROUP BY gender",
        "SELECT sex, count(*) FROM patients GROUP BY sex",
    ),
    example(
        Code::AmbiguousColumn,
        "SELECT count(DISTINCT person_id) FROM patients p JOIN admissions a ON p.person_id = a.person_id",
        "SELECT count(DISTINCT p.person_id) FROM patients p JOIN admissions a ON p.person_id = a.person_id",
    ),
    example(
        Code::UseNotAllowed,
        "SELECT hiv_status, count(*) FROM patients GROUP BY hiv_status",
        "SELECT region, count(*) FROM patients WHERE hiv_status GROUP BY region",
    ),
    example(
        Code::ColumnsNotCrossed,
        "SELECT ethnicity, count(*) FROM patients WHERE practice_code = 'P001' GROUP BY ethnicity",
        "SELECT region, ethnicity, count(*) FROM patients GROUP BY region, ethnicity",
    ),
    example(
        Code::PersonInOutput,
        "SELECT person_id, region FROM patients",
        "SELECT region, count(DISTINCT person_id) FROM patients GROUP BY region",
    ),
    example(
        Code::PersonColumnUse,
        "SELECT count(*) FROM patients WHERE person_id < 100",
        "SELECT count(*) FROM patients WHERE birth_year < 1950",
    ),
    example(
        Code::JoinNotOnPerson,
        "SELECT count(*) FROM patients p JOIN admissions a ON a.admission_date >= p.registered_on",
        "SELECT count(*) FROM patients p JOIN admissions a \
         ON a.person_id = p.person_id AND a.admission_date >= p.registered_on",
    ),
    example(
        Code::JoinFanOut,
        "SELECT count(*) FROM patients p JOIN organisations o ON o.region = p.region",
        "SELECT count(*) FROM admissions a JOIN organisations o ON o.organisation_code = a.organisation_code",
    ),
    example(
        Code::WindowNotPerPerson,
        "SELECT count(*) FROM \
         (SELECT person_id, row_number() OVER (ORDER BY admission_date) AS number FROM admissions) t WHERE number = 1",
        "SELECT count(*) FROM (SELECT person_id, row_number() OVER (PARTITION BY person_id ORDER BY admission_date) \
         AS number FROM admissions) t WHERE number = 1",
    ),
    example(
        Code::JoinNotSupported,
        "SELECT count(*) FROM patients NATURAL JOIN admissions",
        "SELECT count(*) FROM patients p JOIN admissions a ON p.person_id = a.person_id",
    ),
    example(
        Code::AggregateNotAllowed,
        "SELECT sum(DISTINCT cost) FROM admissions",
        "SELECT sum(cost) FROM admissions",
    ),
    example(
        Code::MeasureNotLinear,
        "SELECT avg(cost * cost * cost) FROM admissions",
        "SELECT avg(cost), stddev(cost) FROM admissions",
    ),
    example(
        Code::RowsPicked,
        "SELECT avg(cost) FROM (SELECT * FROM admissions ORDER BY cost DESC LIMIT 100) t",
        "SELECT avg(cost) FROM admissions",
    ),
];
