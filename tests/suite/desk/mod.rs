//! The officers' desk, through the engine: a change from draft to revision, what it changes for queries, and every way
//! round it that must not lead anywhere.

mod difference;
mod freezes;
mod grants;
mod life;
mod replay;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tests::ask::caller;
use tests::clinic::Clinic;
use tests::home::{Home, config};
use tests::officers::{self, begin, edit, id_of, sign};
use time::OffsetDateTime;
use tresor_core::clock::Clock;
use tresor_core::desk::Signed;
use tresor_core::engine::{Bundle, Edit, Engine, PolicyRequest};
use tresor_core::entropy::Entropy;
use tresor_core::ids::{BundleDigest, ChangeId};
use tresor_core::refusal::{Code, Refusal};

/// The author of changes, and the other officers.
const GIL: &str = "gil";
const HAL: &str = "hal";
const KIM: &str = "kim";

/// Counts people by region: allowed under the first revision.
const BY_REGION: &str = "select region, count(*) from people group by region";
/// A rule under which it is not.
const NO_REGION: &str = "p, researcher, exact, clinic/people/region, group, deny\n";

/// A clock that is set by hand.
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Time passes; nobody sets the clock of a machine.
    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst).unsigned_abs())
    }
}

/// A home with an engine over it.
struct Office {
    home: Home,
    engine: Arc<Engine>,
    clock: Arc<HandClock>,
    /// One for all starts: ids never repeat.
    entropy: Arc<dyn Entropy>,
}

impl Office {
    async fn new() -> Self {
        let home = Home::of(&Clinic::new(300, 7));
        let clock = Arc::new(HandClock(AtomicI64::new(1_790_000_000)));
        let entropy = config(home.path().to_path_buf()).entropy;
        let engine = open(&home, &clock, &entropy).await;
        Self { home, engine, clock, entropy }
    }

    /// The same home, after a stop and a start.
    async fn restarted(self) -> Self {
        let Self { home, engine, clock, entropy } = self;
        engine.close().await;
        drop(engine);
        let engine = open(&home, &clock, &entropy).await;
        Self { home, engine, clock, entropy }
    }

    async fn ask(&self, user: &str, request: PolicyRequest) -> Result<Value, Refusal> {
        self.engine.policies(&caller(user), request).await
    }

    /// The same where it must be allowed.
    async fn told(&self, user: &str, request: PolicyRequest) -> Value {
        let asked = format!("{request:?}");
        self.ask(user, request).await.unwrap_or_else(|refusal| panic!("{refusal} ({asked:.200})"))
    }

    /// The code with which it is refused.
    async fn code(&self, user: &str, request: PolicyRequest) -> Code {
        let asked = format!("{request:?}");
        match self.ask(user, request).await {
            Ok(told) => panic!("{asked:.200} was allowed: {told:.300}"),
            Err(refusal) => refusal.code(),
        }
    }

    /// A file of the bundle in force.
    async fn file(&self, path: &str) -> String {
        let files = self.told(GIL, PolicyRequest::Files(Bundle::InForce)).await;
        files["files"][path].as_str().unwrap().to_owned()
    }

    /// Begins a change of one file.
    async fn begin(&self, user: &str, path: &str, text: &str) -> ChangeId {
        id_of(&self.told(user, begin(edit(path, text))).await)
    }

    /// What somebody has to sign, signed; and the bundle.
    async fn signed(&self, user: &str, id: &ChangeId, key: &str) -> (BundleDigest, Signed) {
        officers::signed(&self.engine, user, id, key).await
    }

    async fn propose(&self, user: &str, id: &ChangeId) -> Result<Value, Refusal> {
        officers::propose(&self.engine, user, id).await
    }

    async fn approve(&self, user: &str, id: &ChangeId) -> Result<Value, Refusal> {
        officers::approve(&self.engine, user, id).await
    }

    /// Puts a change of gil's in force, with hal's consent.
    async fn enact(&self, id: &ChangeId) -> Value {
        officers::enact(&self.engine, id).await
    }

    /// Puts a further rule in force.
    async fn with_rule(&self, rule: &str) -> Value {
        let rules = self.file("access/rules.csv").await;
        let id = self.begin(GIL, "access/rules.csv", &format!("{rules}{rule}")).await;
        self.enact(&id).await
    }
}

async fn open(home: &Home, clock: &Arc<HandClock>, entropy: &Arc<dyn Entropy>) -> Arc<Engine> {
    let mut config = config(home.path().to_path_buf());
    config.clock = Arc::clone(clock) as Arc<dyn Clock>;
    config.entropy = Arc::clone(entropy);
    Engine::open(config).await.unwrap()
}

/// What stands under a key in each item of a list.
fn each<'v>(list: &'v Value, key: &str) -> Vec<&'v Value> {
    list.as_array().unwrap().iter().map(|item| &item[key]).collect()
}

fn none() -> Value {
    json!([])
}
