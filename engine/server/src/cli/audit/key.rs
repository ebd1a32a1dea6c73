//! The public key of a log, from the home of its server: for whoever runs it, to hand it out once.

use std::path::Path;

use serde_json::json;
use tresor_core::engine::LOG_NAME;
use tresor_ledger::tlog::LogKey;

use super::Told;
use crate::home::{Home, Keys, LogSettings};
use crate::real::SystemEntropy;
use crate::stop::Stop;

/// The key with which auditors check this log.
pub(super) fn of(home: &Path) -> Result<Told, Stop> {
    let home = Home::at(home);
    home.require_parts()?;
    let name = LogSettings::of(&home)?.name.unwrap_or_else(|| LOG_NAME.to_owned());
    let keys = Keys::of(&home, &SystemEntropy)?;
    let key = LogKey::new(&name, keys.log.expose());
    let key = key.map_err(|error| Stop::because(error.to_string()))?.verifier().to_string();
    Ok(Told::sound(vec![key.clone()], json!({ "log": name, "key": key })))
}
