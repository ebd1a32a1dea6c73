//! One offer of a checkpoint to one witness.

use std::sync::Arc;
use std::time::Duration;

use tresor_core::engine::Engine;
use tresor_core::refusal::Refusal;
use tresor_ledger::tlog::witness::Submission;
use tresor_ledger::tlog::{Cosignature, Hash, Signature, SignedCheckpoint};
use ureq::Agent;

use super::Witness;

/// A witness has to look at a few hashes.
const PATIENCE: Duration = Duration::from_secs(5);
/// A line or a size.
const ANSWER_MAX: u64 = 16 * 1024;
/// The first answer may be that another size is the last; the second is then about that one.
const ATTEMPTS: usize = 2;

/// What a log gives to be witnessed.
pub(super) trait Log: Sync {
    /// That a tree grew from another.
    fn growth(&self, old: u64, new: u64)
    -> impl Future<Output = Result<Vec<Hash>, Refusal>> + Send;

    /// Keeps a signature.
    fn keep(
        &self,
        checkpoint: SignedCheckpoint,
        cosignature: Cosignature,
    ) -> impl Future<Output = Result<(), Refusal>> + Send;
}

impl Log for Engine {
    async fn growth(&self, old: u64, new: u64) -> Result<Vec<Hash>, Refusal> {
        self.log_growth(old, new).await
    }

    async fn keep(&self, checkpoint: SignedCheckpoint, by: Cosignature) -> Result<(), Refusal> {
        Self::keep_cosignature(self, checkpoint, by).await
    }
}

/// Carries a submission to a witness; gives status and body.
pub(super) trait Carrier: Send + Sync + 'static {
    fn carry(&self, url: &str, submission: &str) -> Result<(u16, String), String>;
}

/// By HTTP.
pub(super) struct Post;

impl Carrier for Post {
    fn carry(&self, url: &str, submission: &str) -> Result<(u16, String), String> {
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        let agent: Agent = config.build().into();
        let mut answer = agent.post(url).send(submission).map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(ANSWER_MAX).read_to_string();
        Ok((status, body.map_err(|error| error.to_string())?))
    }
}

/// What came of an offer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offered {
    /// Signed, at this size.
    Signed(u64),
    /// The witness has signed more than we have.
    Ahead { known: u64, ours: u64 },
    /// The witness does not see our history begin with what it signed.
    Other,
    /// It could not be asked, or does not speak like a witness.
    Failed(String),
}

/// Offers a checkpoint; `seen` is the size that the witness signed last, as far as we know.
pub(super) async fn offer(
    log: &impl Log,
    checkpoint: &SignedCheckpoint,
    witness: &Witness,
    carrier: Arc<dyn Carrier>,
    seen: u64,
) -> Offered {
    let ours = checkpoint.head().size;
    let mut old = seen;
    for _ in 0..ATTEMPTS {
        if old > ours {
            return Offered::Ahead { known: old, ours };
        }
        let proof = match log.growth(old, ours).await {
            Ok(proof) => proof,
            Err(refusal) => return Offered::Failed(refusal.to_string()),
        };
        let submission = Submission { old, proof, checkpoint: checkpoint.note().clone() };
        let url = format!("{}/add-checkpoint", witness.url);
        let carrier = Arc::clone(&carrier);
        let text = submission.to_string();
        let answer = tokio::task::spawn_blocking(move || carrier.carry(&url, &text)).await;
        match answer.map_err(|error| error.to_string()).and_then(|answer| answer) {
            Ok((200, lines)) => return kept(log, witness, checkpoint.clone(), &lines).await,
            Ok((409, size)) => match size.trim_end().parse() {
                Ok(size) => old = size,
                Err(_) => return Offered::Failed("it tells no size".to_owned()),
            },
            Ok((422, _)) => return Offered::Other,
            Ok((404, _)) => return Offered::Failed("it does not know this log".to_owned()),
            Ok((status, _)) => return Offered::Failed(format!("it answers with status {status}")),
            Err(why) => return Offered::Failed(why),
        }
    }
    if old > ours {
        Offered::Ahead { known: old, ours }
    } else {
        Offered::Failed("it signs for others, too".to_owned())
    }
}

/// Checks what the witness signed, and keeps it.
async fn kept(log: &impl Log, witness: &Witness, shown: SignedCheckpoint, lines: &str) -> Offered {
    let size = shown.head().size;
    let lines = lines.lines().filter_map(|line| line.parse::<Signature>().ok());
    let text = shown.note().text();
    let signed = lines
        .filter(|line| witness.verifier.claimed_by(line))
        .find_map(|line| Cosignature::check(text, &line, &witness.verifier).ok());
    let Some(cosignature) = signed else {
        return Offered::Failed("its answer is not signed with its key".to_owned());
    };
    match log.keep(shown, cosignature).await {
        Ok(()) => Offered::Signed(size),
        Err(refusal) => Offered::Failed(refusal.to_string()),
    }
}
