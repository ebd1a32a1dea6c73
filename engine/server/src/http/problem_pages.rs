//! A readable page for every code, at the address that problem documents carry as their `type`. Plain text: it can
//! be read in a terminal inside an air gap.

mod examples;

use axum::extract::Path;
use axum::http::StatusCode;
use tresor_core::refusal::{Class, Code};

use super::face_code::FaceCode;
use super::openapi::OfPages;
use super::problem::{Problem, status_of};

/// What does this code mean?
///
/// A page for people about one kind of refusal.
#[utoipa::path(
    get,
    path = "/problems/{code}",
    operation_id = "problemPage",
    tag = "problems",
    security(()),
    params(("code" = String, Path, description = "the code of a refusal", example = "person_in_output")),
    responses((status = 200, description = "the page", body = String, content_type = "text/plain"), OfPages),
)]
pub(super) async fn page(Path(code): Path<String>) -> Result<String, Problem> {
    of_engine(&code).or_else(|| of_face(&code)).ok_or_else(|| {
        Problem::of_face(
            FaceCode::NotFound,
            "there is no kind of refusal with this code",
            "the field `type` of a problem document is the address of its page",
        )
    })
}

fn of_engine(text: &str) -> Option<String> {
    let code = Code::ALL.iter().find(|code| code.as_str() == text)?;
    let status = status_of(code.class());
    let mut meaning = meaning(*code).unwrap_or_default().to_owned();
    if let Some(example) = examples::text(*code) {
        meaning.push_str("\n\n");
        meaning.push_str(&example);
    }
    Some(write(code.title(), text, status, &meaning, consequence(*code)))
}

fn of_face(text: &str) -> Option<String> {
    let code = FaceCode::ALL.iter().find(|code| code.as_str() == text)?;
    Some(write(code.title(), text, code.status(), code.meaning(), "Nothing was charged."))
}

fn write(title: &str, code: &str, status: StatusCode, meaning: &str, consequence: &str) -> String {
    let status = status.as_u16();
    let body = format!("{meaning}\n\n{consequence}");
    format!("{title}\n\ncode: {code}\nstatus: {status}\n\n{}\n", body.trim())
}

/// What follows from a refusal.
const fn consequence(code: Code) -> &'static str {
    match code {
        Code::ChangeConflict
        | Code::ChangeStale
        | Code::OwnChange
        | Code::SignatureInvalid
        | Code::PolicyInvalid => "Nothing was changed; what is in force stays in force.",
        Code::Frozen => "Nothing was charged, and nothing of yours is lost.",
        _ => consequence_of(code.class()),
    }
}

/// What follows from a class of refusals.
const fn consequence_of(class: Class) -> &'static str {
    match class {
        Class::Sql => {
            "`position` is the place in the SQL and `hint` says what to write instead; where a mechanical change is \
             enough, `suggested_sql` is the whole query to send. Nothing was charged, and the refusal depends on the text alone, never on the data."
        }
        Class::Policy => {
            "`rule` names the lines of the policy that decided and `hint` says what to write instead. Nothing was charged. Rules are \
             made by the governance officers of the data."
        }
        Class::NotFound => {
            "What does not exist and what belongs to somebody else get the same answer, word for word."
        }
        Class::Forbidden => "The governance officers of the data decide about roles and access.",
        Class::Form => {
            "Nothing is lost: the answer is kept and can be had in another form for nothing. Which forms there are and how \
             large they may be is decided by the release profile of the project when the query is answered."
        }
        Class::Conflict => "Nothing was charged for this request.",
        Class::Review => {
            "The price was charged when the query ran and stays charged, whatever is decided. Looking again costs nothing."
        }
        Class::Budget => {
            "Nothing was charged. The governance officers of the data decide about budgets."
        }
        Class::Unavailable => {
            "Try again after the time in the header `Retry-After`. Mostly nothing was charged. Where the service failed in the \
             middle of recording a query, its charge may stand: with the same `Idempotency-Key` it is charged once, however \
             often it is sent."
        }
        Class::Internal => {
            "The cause is recorded for the people who run this service; it is not shown, because it could say something \
             about data. What was charged stays charged once a query has begun."
        }
    }
}

/// What a code of the engine means.
fn meaning(code: Code) -> Option<&'static str> {
    MEANINGS.iter().find(|(of, _)| *of == code).map(|(_, meaning)| *meaning)
}

const MEANINGS: &[(Code, &str)] = &[
    (
        Code::SyntaxError,
        "The text is not SQL that can be read: a comma, quote or parenthesis is missing or stands in a \
      place where it does not belong.",
    ),
    (
        Code::NotOneSelect,
        "A request holds exactly one SELECT, which may begin with WITH. With EXPLAIN before it, the answer says what \
      the query would do. Several statements, or statements that change, create or describe something, are not \
      answered.",
    ),
    (
        Code::TooLarge,
        "The text is too long, too deeply nested, or joins too many tables. The limits are the same for \
      everybody; `rule` names the one that was passed.",
    ),
    (
        Code::UnsupportedSql,
        "The SQL is valid, but this part of it has no protection rule and is therefore refused.",
    ),
    (
        Code::UnknownFunction,
        "Only functions that are known to be safe are available. The name may also be misspelt.",
    ),
    (
        Code::BadArguments,
        "The function or operator does not take these arguments, or not of these types.",
    ),
    (
        Code::UnknownTable,
        "There is no table of this name that the project may use. `GET /api/v1/datasets` lists the \
      tables there are.",
    ),
    (
        Code::UnknownColumn,
        "There is no column of this name that the project may use. `GET /api/v1/datasets` lists the \
      columns there are.",
    ),
    (
        Code::AmbiguousColumn,
        "Several tables of the query have a column of this name. Write the table, or its alias, \
      before it.",
    ),
    (
        Code::ColumnsNotCrossed,
        "Crossed with each other, the two columns give tables of small cells, so a release profile can keep them apart. \
      Each may be used without the other; a filter on one and groups by the other are a cross table too.",
    ),
    (
        Code::UseNotAllowed,
        "The project may use the column, but not for this: for example count it, but not group by \
      it, or filter by it but not add it up.",
    ),
    (
        Code::PersonInOutput,
        "The result would have a row for each person, or show who somebody is. Results are \
      aggregates: count, add up or group instead.",
    ),
    (
        Code::PersonColumnUse,
        "The column that stands for the person joins tables, groups per person below an aggregate, \
      and is counted with `count(distinct ..)`. It is not compared, sorted or computed with.",
    ),
    (
        Code::JoinNotOnPerson,
        "Two tables about people are joined on the column that stands for the person, so that every \
      row of the join is about one person. Columns by which the dataset links the two will do as well.",
    ),
    (
        Code::JoinFanOut,
        "A table without people is joined on its whole key, so that the join does not multiply rows.",
    ),
    (
        Code::WindowNotPerPerson,
        "A window over rows about people looks at the rows of one person: the person column stands in PARTITION BY. \
      Windows over results are free.",
    ),
    (Code::JoinNotSupported, "This kind of join has no protection rule at this place."),
    (
        Code::AggregateNotAllowed,
        "The aggregate hands out single values, or has no protection rule.",
    ),
    (
        Code::MeasureNotLinear,
        "Sums and means are available for columns that the data contract declares as measures, \
      because only for them is known how much one person can contribute.",
    ),
    (
        Code::RowsPicked,
        "ORDER BY and LIMIT among rows about people pick people out. They are available on results.",
    ),
    (Code::UnknownProject, "There is no project of this name of which you are a member."),
    (Code::UnknownQuery, "There is no query with this id among yours."),
    (Code::NoResult, "The query exists but has no result: it is still running, or it has failed."),
    (
        Code::UnknownEntry,
        "The audit log has no entry of this number. Entries are numbered from 0 without gaps, in the order in which they \
      were written; `GET /api/v1/audit/entries` begins with the last one. \
      Or the entry has no sealed text of this name: what was erased once is not there any more.",
    ),
    (
        Code::FormNotAllowed,
        "The release profile of the project lists the forms in which answers may leave, and this is none of them. \
      `hint` lists those that are; `?format=` or the `Accept` header asks for one.",
    ),
    (
        Code::AnswerTooLarge,
        "The answer has more bytes in this form than the release profile allows. Parquet is usually the smallest form; \
      else ask again for fewer rows or columns.",
    ),
    (
        Code::HeldForReview,
        "Two output checkers look at the answer before it leaves: the release profile of the project wants it for every answer, \
      or the project's gauge of a sensitive column stands at `review`. Neither knows what the other decides. Nobody is told how many have decided; `GET /api/v1/queries/{id}` says when it is over.",
    ),
    (
        Code::RefusedByReview,
        "At least one of the two output checkers decided that the answer may not leave. What they tell you stands in \
      `detail` and in `comments` of the query.",
    ),
    (
        Code::UnknownReview,
        "There is no answer of this id that waits or waited for review, or it is your own or of a project that you are in: \
      these are for others.",
    ),
    (
        Code::ReviewConflict,
        "Each checker decides once about an answer, and the review ends with the last decision. Nothing is taken back.",
    ),
    (
        Code::UnknownToken,
        "There is no API token with this id that you may see: your own are listed by `GET /api/v1/tokens`, and those of \
      everybody for administrators.",
    ),
    (Code::Forbidden, "You are signed in, but your role does not include this."),
    (
        Code::Expired,
        "The project, your membership of it or your training has come to its end date.",
    ),
    (
        Code::IdempotencyConflict,
        "The `Idempotency-Key` was used for another question. A repeat sends the same SQL and \
      the same project; another question takes another key.",
    ),
    (Code::BudgetExhausted, "The budget of the project does not cover the price of this query."),
    (
        Code::ExposureLocked,
        "The answers that the project already has about this sensitive column say so much about some person that no more \
      are given. It depends on who was counted in them and on their noise, never on what is true of anybody. Answers \
      that you have stay; a governance officer decides what comes next.",
    ),
    (
        Code::Unavailable,
        "Questions cannot be recorded or data cannot be read at the moment, so nothing is answered.",
    ),
    (
        Code::Frozen,
        "A governance officer has frozen your access, the project or everything. Queries that were asked before are kept, \
      and their answers can be read again when the freeze is lifted, which takes two officers.",
    ),
    (
        Code::UnknownChange,
        "There is no policy change, revision or freeze with this id or number. `GET /api/v1/policies/changes`, \
      `/api/v1/policies/revisions` and `/api/v1/freezes` list them.",
    ),
    (
        Code::ChangeConflict,
        "A policy change is drafted, proposed by its author, approved by another officer and activated, in this order; it \
      has to pass its checks, and its text must be the one that was signed. A freeze is lifted by two officers, once \
      each. `detail` says which of these is missing.",
    ),
    (
        Code::ChangeStale,
        "Another revision was activated after the change was made, so nobody has seen the two together. \
      `POST /api/v1/policies/changes/{id}/rebase` puts it on the latest revision, as a draft: it is checked, proposed \
      and approved again.",
    ),
    (
        Code::OwnChange,
        "Only its author edits and proposes a policy change, and only somebody else approves it, with another key.",
    ),
    (
        Code::SignatureInvalid,
        "Proposals and approvals are signed with the key whose public half the policy in force has for that officer, as \
      `signing_key` in `policies/people.toml`. `GET /api/v1/policies/changes/{id}/statement` gives the text to sign, \
      byte for byte; `tresor policy propose` and `tresor policy approve` do it.",
    ),
    (
        Code::PolicyInvalid,
        "The policy files cannot be read without a mistake, name something that is not there, or fail their own tests; \
      or something that was sent with them does not fit. `errors` lists each mistake with file, line and column.",
    ),
    (Code::ExecutionFailed, "The query was allowed but could not be completed."),
];

#[cfg(test)]
mod tests;
