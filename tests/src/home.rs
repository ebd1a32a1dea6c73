//! Homes for tests: policies with an exact and a noisy project, an extract, an engine over it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use tresor_core::clock::Clock;
use tresor_core::engine::{Engine, EngineConfig};
use tresor_core::entropy::Entropy;
use tresor_core::extract::{AddRequest, add};
use tresor_core::progress::Silent;
use tresor_core::secret::Secret;

use crate::clinic::Clinic;
use crate::profile;
use crate::shelf::{self, VARIANTS};
use crate::town::Town;
use crate::tpch::Shop;

/// Researcher of both projects.
pub const RESEARCHER: &str = "ann";
/// Researcher of neither.
pub const STRANGER: &str = "bob";
/// Auditor.
pub const AUDITOR: &str = "ivy";
/// Governance officers.
pub const OFFICERS: [&str; 3] = ["gil", "hal", "kim"];
/// A project without noise and rounding: answers can be compared with the truth.
pub const EXACT: &str = "exact";
/// A project with noise and rounding.
pub const NOISY: &str = "noisy";
/// A project that sees visits of kind `planned` only.
pub const SLICE: &str = "slice";
/// A project like `exact` with a budget of three points.
pub const POOR: &str = "poor";
/// A project with views.
pub const VIEWED: &str = "viewed";
/// A project with rules about columns: areas, pairs that are kept apart, names.
pub const RULED: &str = "ruled";
/// The same for one region.
pub const RULED_SLICE: &str = "ruled-slice";
/// A project like `exact` where nothing withheld can be worked out from what is shown.
pub const STRICT: &str = "strict";
/// A project without the people who opted out: for tests, those with HIV.
pub const CONSENT: &str = "consent";
/// A project with limits of its own.
pub const LIMITED: &str = "limited";
/// A project that has ended.
pub const PAST: &str = "past";

/// Few, so that there is more than one shard.
const PERSONS_PER_SHARD: u32 = 97;
const PERSONS_PER_SHARD_OF_SAMPLE: u32 = 500;

/// A home in a temporary folder.
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// A home that serves the clinic.
    pub fn of(clinic: &Clinic) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_policies(&folder.path().join("policies"), "clinic", RULES);
        let home = Self { folder };
        home.write("projects/slice.toml", &project("exact", "clinic", SLICE_CONDITION));
        home.write("projects/viewed.toml", &project("exact", "clinic", VIEWS));
        home.write("profiles/ruled.toml", &profile::with(&RULED_PROFILE));
        home.write("projects/ruled.toml", &project("ruled", "clinic", ""));
        home.write("projects/ruled-slice.toml", &project("ruled", "clinic", EAST));
        home.write("projects/consent.toml", &project("exact", "clinic", OPT_OUTS));
        home.write("projects/limited.toml", &project("exact", "clinic", LIMITS));
        home.add(clinic);
        home.add_registry();
        home
    }

    /// The town beside the clinic, and for each release profile of the repository a project of its name about both.
    #[must_use]
    pub fn with_every_profile(self, town: &Town) -> Self {
        self.write("access/rules.csv", &format!("{RULES}{TOWN_RULES}{OUTSIDE}"));
        for (id, text) in shelf::perturbation_tables() {
            self.write(&format!("ptables/{id}.toml"), &text);
        }
        let shipped = shelf::ids().into_iter().map(|id| (shelf::without_sample(&id), id));
        let variants = VARIANTS.iter().map(|variant| (variant.text(), variant.id.to_owned()));
        for (text, id) in shipped.chain(variants) {
            self.write(&format!("profiles/{id}.toml"), &text);
            let about_both =
                project(&id, "clinic", "").replace("[\"clinic\"]", "[\"clinic\", \"town\"]");
            self.write(&format!("projects/{id}.toml"), &about_both);
        }
        let source = self.path().join("source").join("town");
        town.write(&source);
        self.add_from(&source, PERSONS_PER_SHARD);
        self
    }

    /// A home that serves the shop.
    pub fn of_shop(shop: &Shop) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_policies(&folder.path().join("policies"), "tpch", SHOP_RULES);
        let home = Self { folder };
        let source = home.path().join("source").join("tpch");
        shop.write(&source);
        home.add_from(&source, PERSONS_PER_SHARD);
        home
    }

    /// A home that serves the sample of a folder, with a project `study` under the profile `sample` as it is.
    pub fn of_sample(source: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_policies(&folder.path().join("policies"), "sample", SAMPLE_RULES);
        let home = Self { folder };
        home.change_profile("sample", &shelf::text("sample"));
        home.write("projects/study.toml", &project("sample", "sample", ""));
        home.add_from(source, PERSONS_PER_SHARD_OF_SAMPLE);
        home
    }

    /// Puts another profile in the place of the one of this name, for engines that start from now on.
    pub fn change_profile(&self, id: &str, text: &str) {
        self.write(&format!("profiles/{id}.toml"), text);
    }

    /// Adds a project about the clinic under one of the profiles that are there, with these lines at its end.
    pub fn add_project_with(&self, id: &str, profile: &str, lines: &str) {
        self.write(&format!("projects/{id}.toml"), &project(profile, "clinic", lines));
    }

    /// Puts a file of the policy in its place.
    pub fn write_policy(&self, name: &str, text: &str) {
        self.write(name, text);
    }

    /// A file of the policy.
    pub fn policy(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join("policies").join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        write_policy(&self.path().join("policies"), name, text);
    }

    /// Adds a project with a profile of its own. Both have the name that the profile gives itself.
    pub fn add_project(&self, id: &str, profile: &str, dataset: &str) {
        self.change_profile(id, profile);
        self.write(&format!("projects/{id}.toml"), &project(id, dataset, ""));
    }

    /// A home whose people are a table of their own: contract and tables as CSV.
    pub fn of_people(source: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_policies(&folder.path().join("policies"), "people", PEOPLE_RULES);
        let home = Self { folder };
        home.add_from(source, PERSONS_PER_SHARD);
        home
    }

    /// A home that serves an extract of a folder: contract and tables as CSV.
    pub fn over(source: &Path) -> Self {
        Self::in_shards(source, PERSONS_PER_SHARD)
    }

    /// The same with shards of so many persons.
    pub fn in_shards(source: &Path, persons_per_shard: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_policies(&folder.path().join("policies"), "clinic", RULES);
        let home = Self { folder };
        home.write("projects/slice.toml", &project("exact", "clinic", SLICE_CONDITION));
        home.write("projects/viewed.toml", &project("exact", "clinic", VIEWS));
        home.add_from(source, persons_per_shard);
        home.add_registry();
        home
    }

    /// Adds the clinic as an extract.
    pub fn add(&self, clinic: &Clinic) {
        let source = self.path().join("source").join("clinic");
        clinic.write(&source);
        self.add_from(&source, PERSONS_PER_SHARD);
    }

    /// Adds a dataset that no project uses: its tables are there, and must look as if they were not.
    fn add_registry(&self) {
        let source = self.path().join("source").join("registry");
        std::fs::create_dir_all(&source).unwrap();
        std::fs::write(source.join("contract.toml"), REGISTRY).unwrap();
        let donors: String = (0..20).map(|at| format!("d{at},a\n")).collect();
        std::fs::write(source.join("donors.csv"), format!("person_id,blood\n{donors}")).unwrap();
        self.add_from(&source, PERSONS_PER_SHARD);
    }

    /// Adds an extract of a folder in shards of so many persons.
    pub fn add_from(&self, source: &Path, persons_per_shard: u32) {
        let request = AddRequest {
            home: self.path(),
            contract: &source.join("contract.toml"),
            source,
            record_secret: &Secret::new([3; 32]),
            persons_per_shard,
            added_at: StillClock.now(),
        };
        add(request, &Silent).unwrap();
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration of an engine over this home, with a fixed key that no production build can load.
    pub fn config(&self) -> EngineConfig {
        config(self.path().to_path_buf())
    }

    /// An engine over this home.
    pub async fn engine(&self) -> Arc<Engine> {
        Engine::open(self.config()).await.unwrap()
    }
}

/// The configuration of an engine over a folder, with a fixed key and clock.
pub fn config(folder: PathBuf) -> EngineConfig {
    let entropy = Arc::new(CountingEntropy(std::sync::atomic::AtomicU64::new(process_start())));
    EngineConfig::new(
        folder,
        Secret::new([5; 32]),
        Secret::new([6; 32]),
        Arc::new(StillClock),
        entropy,
    )
}

/// Ids must differ from one process to the next, as real ones do.
fn process_start() -> u64 {
    u64::from(std::process::id()) << 32
}

/// A clock that stands still in 2026.
pub struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> time::OffsetDateTime {
        time::OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// Bytes that never repeat within a run.
struct CountingEntropy(std::sync::atomic::AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()> {
        for chunk in buffer.chunks_mut(8) {
            let number = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let bytes = number.to_le_bytes();
            let length = chunk.len();
            chunk.copy_from_slice(&bytes[..length]);
        }
        Ok(())
    }
}

fn write_policies(folder: &Path, dataset: &str, rules: &str) {
    let write = |name: &str, text: &str| write_policy(folder, name, text);
    write("access/model.conf", include_str!("../../policies/access/model.conf"));
    write("access/rules.csv", &format!("{rules}{OUTSIDE}"));
    write("people.toml", &people());
    write("ptables/site.toml", include_str!("../../policies/ptables/site.toml"));
    write("profiles/exact.toml", profile::PLAIN);
    write("profiles/noisy.toml", &profile::with(&NOISY_PROFILE));
    write("profiles/strict.toml", &profile::with(&STRICT_PROFILE));
    let exact = project("exact", dataset, "");
    write("projects/exact.toml", &exact);
    write("projects/noisy.toml", &project("noisy", dataset, ""));
    write("projects/strict.toml", &project("strict", dataset, ""));
    write("projects/poor.toml", &exact.replace("= 1000000", "= 3"));
    write("projects/past.toml", &exact.replace("end = 2099-12-31", "end = 2025-12-31"));
}

fn write_policy(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Noise, rounding, dominance, and percentiles in place of extremes.
const NOISY_PROFILE: [&str; 5] = [
    "id = \"noisy\"",
    profile::GEOMETRIC,
    "rounding = { method = \"nearest\", base = 5, half = \"up\", bands = [] }",
    "dominance = { nk = [], p = 10.0, compare = \">\" }",
    "min_max = { rule = \"percentile\", percentiles = [5, 95] }",
];

/// Rounding below the national level, names that say so, and a pair of columns that is kept apart.
const RULED_PROFILE: [&str; 5] = [
    "id = \"ruled\"",
    "scope = \"below_national\"",
    "rounding = { method = \"nearest\", base = 5, half = \"up\", bands = [] }",
    "suffixes = { value = \"_rounded\", derived = \"_derived\" }",
    "field_exclusions = [[\"clinic.people.region\", \"clinic.people.hiv\"]]",
];

const EAST: &str = r#"
[[row_conditions]]
dataset = "clinic"
table = "people"
column = "region"
operator = "="
values = ["east"]
"#;

/// What follows from what is shown is withheld as well.
const STRICT_PROFILE: [&str; 3] =
    ["id = \"strict\"", "secondary = { method = \"gauss\", zeros = false }", "complements = true"];

const REGISTRY: &str = r#"
dataset = "registry"
title = "A registry of donors"
description = "Invented; no project uses it."
universe = "registry-tests"

[tables.donors]
description = "One row per donor."
rows = "one-per-person"
[tables.donors.columns]
person_id = { type = "text", role = "person", description = "Pseudonym." }
blood = { type = "text", role = "category", values = ["a", "b"], description = "Blood group." }
"#;

const RULES: &str = "
p, auditor, *, audit-log, read, allow
p, researcher, *, clinic/people/*, *, allow
p, researcher, *, clinic/visits/*, *, allow
p, researcher, *, clinic/labs/*, *, allow
p, researcher, *, clinic/wards/*, *, allow
p, researcher, *, registry/donors/*, *, allow
p, researcher, noisy, clinic/people/hiv, group, deny
p, researcher, noisy, clinic/people/hiv, output, deny
p, researcher, noisy, clinic/wards/beds, *, deny
p, researcher, viewed, clinic/people/hiv, group, deny
p, researcher, viewed, clinic/people/hiv, output, deny
";

const TOWN_RULES: &str = "
p, researcher, *, town/residents/*, *, allow
p, researcher, *, town/stays/*, *, allow
";

const PEOPLE_RULES: &str = "
p, auditor, *, audit-log, read, allow
p, researcher, *, people/people/*, *, allow
";

const SAMPLE_RULES: &str = "
p, auditor, *, audit-log, read, allow
p, researcher, *, sample/patients/*, *, allow
p, researcher, *, sample/admissions/*, *, allow
p, researcher, *, sample/appointments/*, *, allow
p, researcher, *, sample/prescriptions/*, *, allow
p, researcher, *, sample/test_results/*, *, allow
p, researcher, *, sample/social_care/*, *, allow
p, researcher, *, sample/organisations/*, *, allow
";

const SHOP_RULES: &str = "
p, auditor, *, audit-log, read, allow
p, researcher, *, tpch/customer/*, *, allow
p, researcher, *, tpch/orders/*, *, allow
p, researcher, *, tpch/lineitem/*, *, allow
p, researcher, *, tpch/part/*, *, allow
p, researcher, *, tpch/supplier/*, *, allow
p, researcher, *, tpch/partsupp/*, *, allow
p, researcher, *, tpch/nation/*, *, allow
p, researcher, *, tpch/region/*, *, allow
";

/// Rules about what is outside projects.
const OUTSIDE: &str = "
p, officer, *, policies, read, allow
p, officer, *, policies, draft, allow
p, officer, *, policies, propose, allow
p, officer, *, policies, approve, allow
p, officer, *, policies, activate, allow
p, officer, *, freezes, read, allow
p, officer, *, freezes, set, allow
p, officer, *, freezes, lift, allow
p, officer, *, audit-log, flags, allow
p, officer, *, audit-log, erase, allow
p, auditor, *, audit-log, open, allow
p, auditor, *, policies, read, allow
p, auditor, *, freezes, read, allow
";

/// Everybody, the officers with the public halves of their keys.
fn people() -> String {
    let officers = OFFICERS.map(|user| {
        let key = hex::encode(signing_key(user).verifying_key().to_bytes());
        format!(
            "[[people]]\nuser = \"{user}\"\nname = \"{user}\"\nsigning_key = \"ed25519:{key}\"\n\
             roles = [{{ role = \"officer\", until = 2099-12-31 }}]\n"
        )
    });
    format!("{PEOPLE}{}", officers.concat())
}

/// The key with which an officer of the tests signs.
#[must_use]
pub fn signing_key(user: &str) -> SigningKey {
    let mut seed = [9; 32];
    for (place, byte) in seed.iter_mut().zip(user.bytes()) {
        *place = byte;
    }
    SigningKey::from_bytes(&seed)
}

const PEOPLE: &str = r#"
[[people]]
user = "ann"
name = "Ann"
[[people]]
user = "bob"
name = "Bob"
[[people]]
user = "ivy"
name = "Ivy"
roles = [{ role = "auditor", until = 2099-12-31 }]
"#;

const SLICE_CONDITION: &str = r#"
[[row_conditions]]
dataset = "clinic"
table = "visits"
column = "kind"
operator = "="
values = ["planned"]
"#;

/// Whoever opted out is in no table.
pub const OPT_OUTS: &str = r#"
[[row_conditions]]
dataset = "clinic"
table = "people"
column = "hiv"
operator = "="
values = [false]
holds_for = "person"
"#;

const LIMITS: &str = r#"
[limits]
functions_denied = ["median", "percentile_cont", "extract", "substr"]
joins_max = 1
set_operations = false

[views.stays]
description = "Visits with the sex of the patient."
sql = "select v.person_id, v.cost, p.sex from visits v join people p on p.person_id = v.person_id"
"#;

/// The last one can be planned and not protected.
const VIEWS: &str = r#"
[views.elderly]
description = "People born before 1960."
sql = """
select person_id, sex, region, hiv, birth_year
from people where birth_year < 1960"""

[views.elderly_visits]
description = "Their visits."
sql = "select e.region, v.* from visits v join elderly e on v.person_id = e.person_id"

[views.regions]
description = "People per region."
sql = "select region, count(*) as people from people group by region"

[views.richest]
description = "The fifty richest people."
sql = "select person_id, region from people order by income desc limit 50"
"#;

/// The file of a project, with more behind it.
pub fn project(profile: &str, dataset: &str, more: &str) -> String {
    format!(
        r#"
title = "A project for tests"
lay_summary = "Tests."
public_benefit = "None."
purpose = "Tests."
organisation = {{ name = "A university" }}
gdpr_article_6 = "not applicable"
gdpr_article_9 = "not applicable"
national_opt_out = "applied"
controller = "A hospital"
agreement = "none"
approval = {{ reference = "T-1", committee = "Testers", until = 2099-12-31 }}
start = 2024-01-01
end = 2099-12-31
release_profile = "{profile}"
budget_points = 1000000
datasets = ["{dataset}"]
[[members]]
user = "ann"
role = "researcher"
from = 2024-01-01
until = 2099-12-31
training_until = 2099-12-31
{more}"#
    )
}
