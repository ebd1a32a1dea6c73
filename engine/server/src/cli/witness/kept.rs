//! What a witness remembers: the last checkpoint of each log, durable before anybody is told that it was signed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use tresor_core::clock::Clock;
use tresor_ledger::tlog::witness::{Verdict, Witness};
use tresor_ledger::tlog::{Cosignature, SignedCheckpoint, Verifier};

use crate::home::replace_private;
use crate::stop::Stop;

/// Rules, memory, and the turn to change it.
pub(super) struct Kept {
    rules: Witness,
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    /// Between looking at the last checkpoint and keeping the next, nobody else may look.
    turn: Mutex<()>,
}

impl Kept {
    /// Reads what is kept of every log, so that a folder that was changed is noticed before anything is signed.
    pub(super) fn open(home: &Path, rules: Witness, clock: Arc<dyn Clock>) -> Result<Self, Stop> {
        let folder = home.join("logs");
        let kept = Self { rules, folder, clock, turn: Mutex::new(()) };
        for log in kept.rules.logs() {
            kept.read(log).map_err(Stop::because)?;
        }
        Ok(kept)
    }

    /// Decides, and remembers before it answers. `None` when memory fails: then nothing was signed.
    pub(super) fn submit(&self, body: &str) -> Option<Verdict> {
        let seconds = u64::try_from(self.clock.now().unix_timestamp()).ok()?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut failed = None;
        let verdict = self.rules.decide(body, seconds, |log| match self.read(log) {
            Ok(last) => last.map(|last| last.head()),
            Err(why) => {
                failed = Some(why);
                None
            }
        });
        if let Some(why) = failed {
            tracing::error!(%why, "nothing is signed");
            return None;
        }
        if let Verdict::Cosigned { kept, .. } = &verdict {
            let path = self.path(&kept.checkpoint().origin);
            if let Err(error) = replace_private(&path, kept.to_string().as_bytes()) {
                tracing::error!(%error, path = %path.display(), "cannot be kept; nothing is signed");
                return None;
            }
        }
        Some(verdict)
    }

    /// The last checkpoint of the log whose name has this hash.
    pub(super) fn last(&self, name_hash: &str) -> Option<String> {
        let log = self.rules.logs().iter().find(|log| hash_of(log.name()) == name_hash)?;
        self.read(log).ok().flatten().map(|kept| kept.to_string())
    }

    /// What was signed last for a log: by the log and by this witness, or it is not believed.
    fn read(&self, log: &Verifier) -> Result<Option<SignedCheckpoint>, String> {
        let path = self.path(log.name());
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("cannot read `{}`: {error}", path.display())),
        };
        let wrong = |why: String| format!("`{}` was changed: {why}", path.display());
        let kept = SignedCheckpoint::read(&text, log).map_err(|error| wrong(error.to_string()))?;
        match Cosignature::of(kept.note(), self.rules.verifier()) {
            Ok(Some(_)) => Ok(Some(kept)),
            Ok(None) => {
                Err(wrong("this witness did not sign it (was its name changed?)".to_owned()))
            }
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    fn path(&self, origin: &str) -> PathBuf {
        self.folder.join(hash_of(origin))
    }
}

/// SHA-256 of the name of a log, as addresses have it.
fn hash_of(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}
