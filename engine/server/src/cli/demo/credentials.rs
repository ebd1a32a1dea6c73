//! The people of the demonstration and the tokens with which they sign in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use tresor_core::engine::Engine;
use tresor_core::ids::UserId;

use crate::home::{Home, replace_private};
use crate::stop::Stop;

const VALID_FOR: Duration = Duration::from_hours(12);

/// The project of the researcher.
const PROJECT: &str = "heart-study";

/// User, name and role, as the policies have them.
const PEOPLE: [(&str, &str, &str); 7] = [
    ("ada", "Ada", "researcher"),
    ("grace", "Grace", "governance officer"),
    ("olu", "Olu", "governance officer"),
    ("chidi", "Chidi", "output checker"),
    ("mira", "Mira", "output checker"),
    ("ines", "Ines", "auditor"),
    ("tom", "Tom", "administrator"),
];

/// What a program needs to try the demonstration.
#[derive(Serialize)]
pub(super) struct Credentials {
    /// Where the server listens.
    pub(super) base_url: String,
    /// The project of the researcher.
    pub(super) project: &'static str,
    /// Who may sign in.
    pub(super) people: Vec<Person>,
}

/// One person of the demonstration.
#[derive(Serialize)]
pub(super) struct Person {
    /// Their name.
    pub(super) name: &'static str,
    /// What they do.
    pub(super) role: &'static str,
    /// With what they sign in.
    pub(super) token: String,
    /// The file with the key with which they sign policy changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signing_key: Option<PathBuf>,
}

/// Issues a token for everybody.
pub(super) async fn issue(
    engine: &Engine,
    home: &Home,
    base_url: &str,
) -> Result<Credentials, Stop> {
    let mut people = Vec::new();
    for (user, name, role) in PEOPLE {
        let signing_key = Some(home.demo_key(user)).filter(|file| file.exists());
        let user = UserId::new(user).map_err(|bad| Stop::because(bad.to_string()))?;
        let token = engine.issue_token(&user, VALID_FOR).await?;
        people.push(Person { name, role, token, signing_key });
    }
    Ok(Credentials { base_url: base_url.to_owned(), project: PROJECT, people })
}

impl Credentials {
    /// Writes them to a file that only its owner can read.
    pub(super) fn write(&self, path: &Path) -> Result<(), Stop> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Stop::because(format!("cannot write the credentials: {error}")))?;
        replace_private(path, &text).map_err(|error| Stop::file("cannot write", path, &error))
    }

    /// The token of the first person with this role.
    pub(super) fn token_of(&self, role: &str) -> &str {
        self.people.iter().find(|person| person.role == role).map_or("", |person| &person.token)
    }
}
