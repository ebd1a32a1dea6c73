//! The public key of a log, from the home of its server: for whoever runs it, to hand it out once.

use std::path::Path;

use serde_json::json;
use tresor_ledger::tlog::{Checkpoint, LogKey};

use super::{Told, source};
use crate::home::{Home, Keys};
use crate::real::SystemEntropy;
use crate::stop::Stop;

/// The key with which auditors check this log.
pub(super) fn of(home: &Path) -> Result<Told, Stop> {
    let home = Home::at(home);
    home.require_parts()?;
    let folder = source::folder(&home.root().join("log"))?;
    let checkpoint = Checkpoint::parse(folder.note().text());
    let checkpoint = checkpoint.map_err(|error| Stop::because(error.to_string()))?;
    let keys = Keys::of(&home, &SystemEntropy)?;
    let key = LogKey::new(&checkpoint.origin, keys.log.expose());
    let key = key.map_err(|error| Stop::because(error.to_string()))?.verifier().to_string();
    Ok(Told::sound(vec![key.clone()], json!({ "log": checkpoint.origin, "key": key })))
}
