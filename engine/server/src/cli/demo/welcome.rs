//! What the demonstration says when it is ready: where, who, three things to try, and how a change begins.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::credentials::Credentials;
use crate::home::Home;
use crate::stop::Stop;

/// A protected table, with small cells marked.
const A_TABLE: &str = "select p.region, p.sex, count(distinct p.person_id) as persons \
                       from sample.patients p join sample.admissions a on a.person_id = p.person_id \
                       group by p.region, p.sex order by p.region, p.sex";

/// A list of people, which is refused.
const A_LIST: &str = "select person_id, region from sample.patients";

/// Prints the welcome.
pub(super) fn print(credentials: &Credentials, home: &Home) -> Result<(), Stop> {
    io::stdout()
        .write_all(text(credentials, home).as_bytes())
        .map_err(|error| Stop::because(format!("cannot print: {error}")))
}

fn text(credentials: &Credentials, home: &Home) -> String {
    let Credentials { base_url, project, people } = credentials;
    let mut text = format!("\nTresor with invented data: {base_url} (Ctrl-C ends it)\n\n");
    for person in people {
        // Writing to a string cannot fail.
        let _never = writeln!(text, "  {:6} {:20} {}", person.name, person.role, person.token);
    }
    let researcher = credentials.token_of("researcher");
    let officer = credentials.token_of("governance officer");
    let auditor = credentials.token_of("auditor");
    let table = ask(base_url, project, researcher, A_TABLE);
    let list = ask(base_url, project, researcher, A_LIST);
    let _never = write!(
        text,
        "\nThe tokens are valid for 12 hours; they are also in {file}.\n\n\
         A join, as a protected table: small cells are withheld and marked.\n\n{table}\n\n\
         A list of people: refused, with what to write instead.\n\n{list}\n\n\
         What the auditor sees of both.\n\n  \
         curl -s '{base_url}/api/v1/audit' \\\n    -H 'Authorization: Bearer {auditor}'\n\n\
         A change of the policies: edit a copy of {policies} and begin it as Grace.\n\n  \
         export TRESOR_SERVER='{base_url}' TRESOR_TOKEN='{officer}'\n  \
         tresor policy draft --title 'what changes' --reason 'why' --from '{copy}'\n\n",
        file = home.demo_credentials().display(),
        policies = home.policies().display(),
        copy = home.root().with_file_name("changed-policies").display(),
    );
    text
}

/// A question as a command to paste. Neither the SQL nor the names hold a quote.
fn ask(base_url: &str, project: &str, token: &str, sql: &str) -> String {
    format!(
        "  curl -s '{base_url}/api/v1/queries' \\\n    \
         -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n    \
         -d '{{\"project\": \"{project}\", \"sql\": \"{sql}\"}}'"
    )
}

#[cfg(test)]
mod tests;
