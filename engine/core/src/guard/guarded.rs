//! `Authorised` to `Guarded`.

use std::collections::BTreeSet;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use tresor_disclosure::Profile;
use tresor_disclosure::profile::SecondaryMethod;

use super::conditions::Conditions;
use super::facts::Relation;
use super::families::{Family, families};
use super::flow::Flow;
use super::release::{PersonalRelease, Release};
use super::result_columns::{ResultColumn, Sources, result_columns};
use super::scope::Reach;
use super::total::make_total;
use super::walk::Walk;
use crate::catalog::contract::TableKind;
use crate::ids::{ProjectId, SnapshotId, UserId};
use crate::limits::Limits;
use crate::policy::{Authorised, Grant};
use crate::refusal::{Code, Refusal};
use crate::sql::{Facts, QueryText, SourceTable};

/// A query that may be asked as it stands: release plans, a finishing plan, a price. Touched no rows.
///
/// Has no `Debug` and no `Serialize`: plans hold the researcher's literals.
pub struct Guarded {
    pub(crate) user: UserId,
    pub(crate) project: ProjectId,
    pub(crate) text: QueryText,
    /// What the log says of the text.
    pub(crate) facts: Facts,
    pub(crate) grant: Grant,
    pub(crate) releases: Vec<Release>,
    /// For each scan of a protected table in the finishing plan, the release behind it.
    pub(crate) scans: Vec<usize>,
    pub(crate) finishing: LogicalPlan,
    pub(crate) columns: Vec<ResultColumn>,
    pub(crate) snapshots: BTreeSet<SnapshotId>,
    /// Whether the rules for the whole country hold.
    pub(super) reach: Reach,
    /// How the person flows from the tables to the result.
    pub(crate) flow: Flow,
    /// Every table that is read, by name.
    pub(super) tables: BTreeSet<TableRead>,
    /// Releases whose cells tell of each other.
    pub(crate) families: Vec<Family>,
    /// For each release, its conditions, where the profile leaves out those that concern too few people.
    pub(crate) conditions: Vec<Option<Conditions>>,
    /// For each release, what its columns are called.
    pub(super) named: Vec<Named>,
}

/// A table that a query reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TableRead {
    /// Dataset and table.
    pub(super) name: String,
    /// Whether each person has at most one row; none where it is about nobody.
    pub(super) one_row_per_person: Option<bool>,
}

/// What the keys and the statistics of a protected table are called. No part of the release itself: the same release
/// under other names is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) keys: Vec<String>,
    pub(super) columns: Vec<String>,
}

/// Guards an authorised query.
///
/// # Errors
/// A refusal that points at the place in the SQL. Depends on plan and policy only.
pub fn guard(authorised: Authorised, limits: &Limits) -> Result<Guarded, Refusal> {
    let (user, project, text, plan, facts, mut grant) = authorised.into_parts();
    let reach = Reach::of(&plan, &grant)?;
    grant.profile = reach.rules(&grant.profile);
    let snapshots = one_population(&plan)?;
    let tables = tables_read(&plan)?;
    let mut walk = Walk::new(&text, limits, &grant.profile);
    let root = walk.node(&plan)?;
    let root = walk.released(root)?;
    check_types(&root)?;
    let (guarded_releases, scans, named) = walk.into_parts();
    let sources = Sources { releases: &guarded_releases, scans: &scans };
    let columns = result_columns(&root, &sources, &grant.profile.suffixes);
    let flow = root.flow;
    let finishing = make_total(root.plan)?;
    let mut releases = vec![];
    for release in guarded_releases {
        releases.push(match release {
            Release::Personal(release) => {
                let input = make_total(release.input)?;
                Release::Personal(PersonalRelease { input, ..release })
            }
            Release::Public(plan) => Release::Public(make_total(plan)?),
            Release::Earlier(plan) => Release::Earlier(make_total(plan)?),
        });
    }
    let families = match grant.profile.secondary.method {
        SecondaryMethod::Off => vec![],
        SecondaryMethod::Gauss => families(&releases)?,
    };
    let conditions = conditions(&releases, &grant.profile)?;
    Ok(Guarded {
        user,
        project,
        text,
        facts,
        grant,
        releases,
        scans,
        finishing,
        columns,
        snapshots,
        reach,
        flow,
        tables,
        families,
        conditions,
        named,
    })
}

/// The conditions of each release, where the profile asks what they change.
fn conditions(releases: &[Release], profile: &Profile) -> Result<Vec<Option<Conditions>>, Refusal> {
    let of = |release: &Release| match release {
        Release::Personal(release) if profile.low_effect.persons > 0 => {
            Conditions::of(release).map(Some)
        }
        Release::Personal(_) | Release::Public(_) | Release::Earlier(_) => Ok(None),
    };
    releases.iter().map(of).collect()
}

impl Guarded {
    /// Every table that is read, by name.
    pub(crate) fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }

    /// The price in points: one per base measure of each protected table, at least one. Known before any row is read.
    #[must_use]
    pub fn cost(&self) -> u64 {
        let of_release = |release: &Release| match release {
            Release::Personal(release) => release.base_measures(),
            Release::Public(_) | Release::Earlier(_) => 0,
        };
        self.releases.iter().map(of_release).sum::<u64>().max(1)
    }
}

/// Every snapshot the plan reads. Persons are numbered within a snapshot, so tables about persons must come from one.
fn one_population(plan: &LogicalPlan) -> Result<BTreeSet<SnapshotId>, Refusal> {
    let mut all = BTreeSet::new();
    let mut personal = BTreeSet::new();
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(source) = scan.source.downcast_ref::<SourceTable>()
        {
            all.insert(source.0.snapshot.clone());
            if matches!(source.0.table.kind, TableKind::Personal { .. }) {
                personal.insert(source.0.snapshot.clone());
            }
        }
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map_err(|error| Refusal::internal(error.to_string()))?;
    if personal.len() > 1 {
        return Err(Refusal::new(
            Code::JoinNotSupported,
            "tables about people from two datasets cannot be used in one query",
            "ask one dataset at a time; whoever runs this service can link datasets in one extract",
        ));
    }
    Ok(all)
}

/// Types that come of mixing others have no form in an answer.
fn check_types(root: &Relation) -> Result<(), Refusal> {
    let odd =
        |at: &usize| matches!(root.plan.schema().field(*at).data_type(), DataType::Decimal128(..));
    let Some(at) = root.visible().into_iter().find(odd) else { return Ok(()) };
    Err(Refusal::new(
        Code::UnsupportedSql,
        format!("column {} of the result mixes whole numbers with and without sign", at + 1),
        "write `CAST(x AS BIGINT)` around the number of rows or the rank",
    ))
}

/// Every table the plan reads.
fn tables_read(plan: &LogicalPlan) -> Result<BTreeSet<TableRead>, Refusal> {
    let mut all = BTreeSet::new();
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(source) = scan.source.downcast_ref::<SourceTable>()
        {
            let one_row_per_person = match &source.0.table.kind {
                TableKind::Personal { one_row_per_person } => Some(*one_row_per_person),
                TableKind::Public { .. } => None,
            };
            let name = format!("{}.{}", source.0.dataset, source.0.table.name);
            all.insert(TableRead { name, one_row_per_person });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    walked.map_err(|error| Refusal::internal(error.to_string()))?;
    Ok(all)
}
