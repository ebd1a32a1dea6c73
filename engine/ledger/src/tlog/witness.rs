//! What a second organisation does with our checkpoints (C2SP tlog-witness).
//!
//! A witness remembers the newest tree of each log that it knows, and signs a newer one only when it is shown that
//! nothing before was changed. It sees sizes and roots, and no entry.

use std::fmt;
use std::str::FromStr;

use super::checkpoint::{Checkpoint, SignedCheckpoint, TreeHead, decimal};
use super::cosign::WitnessKey;
use super::error::{LogError, Result};
use super::hash::Hash;
use super::note::{Note, Signature, Verifier};
use super::prove::check_consistency;

/// More hashes than a proof between any two trees can have.
const MAX_HASHES: usize = 63;

/// What is handed to a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Size of the tree that the witness signed last; 0 when it has signed none.
    pub old: u64,
    /// That the new tree begins with that one.
    pub proof: Vec<Hash>,
    /// The checkpoint of the new tree.
    pub checkpoint: Note,
}

impl fmt::Display for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Submission {
    type Err = LogError;

    fn from_str(body: &str) -> Result<Self> {
        let malformed = || LogError::malformed("a submission is malformed");
        let (head, checkpoint) = body.split_once("\n\n").ok_or_else(malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or_else(malformed)?;
        let proof = lines.map(str::parse).collect::<Result<Vec<Hash>>>()?;
        if proof.len() > MAX_HASHES {
            return Err(malformed());
        }
        Ok(Self { old, proof, checkpoint: Note::parse(checkpoint)? })
    }
}

/// What a witness answers; the numbers are those of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// 200: signed. The checkpoint, with the signatures of log and witness and no others, must be durable before the line
    /// is handed out.
    Cosigned {
        /// What is handed out.
        line: Signature,
        /// What is kept.
        kept: SignedCheckpoint,
    },
    /// 400: not a submission.
    Malformed,
    /// 403: the log did not sign it.
    NotSigned,
    /// 404: no log of this name is known here.
    UnknownLog,
    /// 409: the last tree that was signed has this size.
    Conflict {
        /// The size.
        size: u64,
    },
    /// 422: the new tree does not begin with the old one.
    Inconsistent,
}

/// A witness: its key and the logs that it knows. Has no `Debug`: it holds a signing key.
#[derive(Clone)]
pub struct Witness {
    key: WitnessKey,
    logs: Vec<Verifier>,
}

impl Witness {
    /// A witness of these logs.
    #[must_use]
    pub const fn new(key: WitnessKey, logs: Vec<Verifier>) -> Self {
        Self { key, logs }
    }

    /// What others check with.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        self.key.verifier()
    }

    /// The logs that are known here.
    #[must_use]
    pub fn logs(&self) -> &[Verifier] {
        &self.logs
    }

    /// The log of this name, if it is known here.
    #[must_use]
    pub fn log(&self, origin: &str) -> Option<&Verifier> {
        self.logs.iter().find(|log| log.name() == origin)
    }

    /// Decides about a submission. `last` gives what was kept for a log; nobody else may sign for it in between.
    pub fn decide(
        &self,
        body: &str,
        seconds: u64,
        last: impl FnOnce(&Verifier) -> Option<TreeHead>,
    ) -> Verdict {
        let Ok(submission) = body.parse::<Submission>() else { return Verdict::Malformed };
        let Ok(checkpoint) = Checkpoint::parse(submission.checkpoint.text()) else {
            return Verdict::Malformed;
        };
        let Some(log) = self.log(&checkpoint.origin) else { return Verdict::UnknownLog };
        if submission.checkpoint.check(log).is_err() {
            return Verdict::NotSigned;
        }
        let new = checkpoint.head();
        if submission.old > new.size {
            return Verdict::Malformed;
        }
        let nothing = TreeHead { size: 0, root: Hash::empty_tree() };
        let old = last(log).unwrap_or(nothing);
        if submission.old != old.size {
            return Verdict::Conflict { size: old.size };
        }
        let empty_and_not = new.size == 0 && new != nothing;
        if empty_and_not || check_consistency(&submission.proof, old, new).is_err() {
            return Verdict::Inconsistent;
        }
        self.cosign(submission.checkpoint, log, seconds)
    }

    fn cosign(&self, note: Note, log: &Verifier, seconds: u64) -> Verdict {
        let line = self.key.cosign(note.text(), seconds);
        // Lines of others were not checked here, so they are not kept.
        match SignedCheckpoint::accept(note.only(log), log) {
            Ok(checkpoint) => Verdict::Cosigned { kept: checkpoint.with(line.clone()), line },
            Err(_) => Verdict::NotSigned,
        }
    }
}
