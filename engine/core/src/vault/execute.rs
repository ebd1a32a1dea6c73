//! Running release plans: lane by lane, shard by shard, one pass.
//!
//! A lane is a range of shards. For each of its shards the plan is bound to the shard's files and run with one
//! partition, sorted by person; the kernel's state carries on from shard to shard. Only here, and where the
//! finishing plan runs, are batches looked into.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, UInt32Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::default_table_source::{DefaultTableSource, provider_as_source};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::datasource::MemTable;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{EmitTo, Expr, LogicalPlan, LogicalPlanBuilder, TableSource};
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlanProperties, SendableRecordBatchStream};
use datafusion::scalar::ScalarValue;
use futures::StreamExt;

use super::cells::{Cells, Measured};
use super::finish::in_memory;
use super::kernel::{Broken, Kernel, Keys};
use super::known_keys::KnownKeys;
use super::proof::{self, Proven};
use super::record_keys::RecordKeys;
use super::row_conditions;
use super::session::{Optimizer, runtime, session};
use super::tables::{File, SnapshotTable};
use crate::catalog::contract::TableKind;
use crate::catalog::view::{ViewTable, arrow_field};
use crate::extract::Snapshot;
use crate::guard::EarlierTable;
use crate::guard::release::{PERSON, PersonalRelease};
use crate::ids::TableName;
use crate::limits::Limits;
use crate::policy::RowCondition;
use crate::sql::SourceTable;

/// What running a plan needs beside the plan.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) snapshots: Arc<[Arc<Snapshot>]>,
    pub(super) record_keys: Arc<RecordKeys>,
    pub(super) known_keys: Arc<KnownKeys>,
    /// The project's row conditions.
    pub(super) conditions: Arc<[RowCondition]>,
    pub(super) limits: Limits,
    pub(super) spill: PathBuf,
    pub(super) optimizer: Optimizer,
    pub(super) lanes: usize,
}

/// A release plan that was optimised and proven: runs shard by shard.
pub(super) struct Ready {
    pub(super) release: PersonalRelease,
    plan: Proven,
    state: SessionState,
    snapshot: Arc<Snapshot>,
    ground: Ground,
}

/// Takes the rows of a release plan, in the order of persons within each shard.
pub(super) trait Take: Send + 'static {
    /// Takes one batch. `keys` are the record keys of its shard.
    fn take(&mut self, rows: &Columns<'_>, keys: &Keys<'_>) -> Result<()>;
}

impl Ready {
    /// Binds a plan to files and proves it. Nothing is opened.
    pub(super) fn of(
        release: PersonalRelease,
        earlier: &[Vec<RecordBatch>],
        ground: &Ground,
    ) -> Result<Self> {
        let snapshot = personal_snapshot(&release.input, ground)?;
        let runtime = runtime(&ground.limits, &ground.spill)?;
        let state = session(&runtime, ground.optimizer);
        let sorted = sorted_by_person(&release.input)?;
        let plan = state.optimize(&bind(&sorted, earlier, ground)?)?;
        // Nothing is opened before the plan is proven as it will run.
        let plan = proof::release(plan, &release, &ground.conditions)?;
        Ok(Self { release, plan, state, snapshot, ground: ground.clone() })
    }

    /// The snapshot whose persons it is about.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How many shards there are.
    pub(super) fn shards(&self) -> usize {
        self.snapshot.shards().len()
    }

    /// Runs shards in lanes side by side; hands out what took the rows of each lane.
    pub(super) async fn run<T: Take>(
        self: &Arc<Self>,
        shards: Range<usize>,
        new: impl Fn() -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut tasks = tokio::task::JoinSet::new();
        for part in split(shards, self.ground.lanes) {
            let (ready, mut taker) = (Arc::clone(self), new()?);
            tasks.spawn(async move {
                ready.lane(part, &mut taker).await?;
                Ok::<T, DataFusionError>(taker)
            });
        }
        let mut takers = vec![];
        while let Some(done) = tasks.join_next().await {
            takers.push(done.map_err(|error| DataFusionError::External(Box::new(error)))??);
        }
        Ok(takers)
    }

    /// Runs the first shard until it has given about so many rows: all those of the persons in them.
    pub(super) async fn run_first<T: Take>(&self, rows: usize, mut taker: T) -> Result<T> {
        let (batches, more) = self.first_batches(rows).await?;
        let last = match batches.last() {
            // Of the last person there can be further rows, and there can be some in every batch.
            Some(batch) if more => {
                Columns::of(batch, &self.release)?.persons().values().last().copied()
            }
            _ => None,
        };
        let record_keys = self.ground.record_keys.of(&self.snapshot, 0)?;
        let keys = self.keys(0, &record_keys)?;
        for batch in batches {
            let persons = Columns::of(&batch, &self.release)?;
            let before = |last| persons.persons().values().partition_point(|&person| person < last);
            let batch = batch.slice(0, last.map_or(batch.num_rows(), before));
            taker.take(&Columns::of(&batch, &self.release)?, &keys)?;
        }
        Ok(taker)
    }

    /// The first batches of the first shard, until there are so many rows; whether there can be more.
    async fn first_batches(&self, most: usize) -> Result<(Vec<RecordBatch>, bool)> {
        let mut stream = self.shard(0).await?;
        let (mut batches, mut rows) = (vec![], 0);
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            rows += batch.num_rows();
            batches.push(batch);
            if rows >= most {
                return Ok((batches, true));
            }
        }
        Ok((batches, false))
    }

    /// One lane: its shards in order.
    async fn lane(&self, shards: Range<usize>, taker: &mut impl Take) -> Result<()> {
        for shard in shards {
            let record_keys = self.ground.record_keys.of(&self.snapshot, shard)?;
            let keys = self.keys(shard, &record_keys)?;
            let mut stream = self.shard(shard).await?;
            while let Some(batch) = stream.next().await {
                taker.take(&Columns::of(&batch?, &self.release)?, &keys)?;
            }
        }
        Ok(())
    }

    fn keys<'a>(&self, shard: usize, keys: &'a [u64]) -> Result<Keys<'a>> {
        match self.snapshot.shards().get(shard) {
            Some(cut) => Ok(Keys { first: cut.first, keys }),
            None => internal_err!("a shard that is not in its snapshot"),
        }
    }

    /// The rows of one shard.
    async fn shard(&self, shard: usize) -> Result<SendableRecordBatchStream> {
        let bound = rebind(self.plan.plan(), &self.ground, shard)?;
        let bound = proof::release(bound, &self.release, &self.ground.conditions)?;
        run(&bound, &self.state).await
    }
}

/// Runs a release plan over all lanes.
pub(super) async fn measure(
    release: &PersonalRelease,
    earlier: &[Vec<RecordBatch>],
    ground: &Ground,
    who: Who,
) -> Result<Cells> {
    let ready = Arc::new(Ready::of(release.clone(), earlier, ground)?);
    let lanes = ready.run(0..ready.shards(), || Measuring::of(release, who)).await?;
    let mut cells = Cells::default();
    for lane in lanes {
        for (keys, measured) in emit(lane.groups, lane.kernel)? {
            cells.add(keys, measured)?;
        }
    }
    if release.keys.is_empty() && cells.get(&[]).is_none() {
        // Without GROUP BY there is one cell, also over no rows.
        let empty = Kernel::new(&release.arguments).finish(1).pop().unwrap_or_default();
        cells.add(vec![], empty)?;
    }
    Ok(cells)
}

/// What is kept of who is in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// How many they are.
    Counted,
    /// A sketch too, so that cells can be held against cells of other queries.
    Sketched,
}

/// One lane of cells in the making.
struct Measuring {
    groups: Option<Box<dyn GroupValues>>,
    kernel: Kernel,
    cells_of_rows: Vec<usize>,
}

impl Measuring {
    fn of(release: &PersonalRelease, who: Who) -> Result<Self> {
        let kernel = match who {
            Who::Counted => Kernel::new(&release.arguments),
            Who::Sketched => Kernel::sketching(&release.arguments),
        };
        Ok(Self { groups: groups(release)?, kernel, cells_of_rows: vec![] })
    }
}

impl Take for Measuring {
    fn take(&mut self, rows: &Columns<'_>, keys: &Keys<'_>) -> Result<()> {
        let count = cells_of(&mut self.groups, rows, &mut self.cells_of_rows)?;
        self.kernel
            .update(rows.persons(), &self.cells_of_rows, count, rows.arguments, keys)
            .map_err(|Broken(what)| DataFusionError::Internal(what.to_owned()))
    }
}

/// For each row its cell, by number; how many cells there are so far.
pub(super) fn cells_of(
    groups: &mut Option<Box<dyn GroupValues>>,
    rows: &Columns<'_>,
    cells: &mut Vec<usize>,
) -> Result<usize> {
    match groups {
        Some(groups) => {
            groups.intern(rows.keys, cells)?;
            Ok(groups.len())
        }
        None => {
            cells.clear();
            cells.resize(rows.person.len(), 0);
            Ok(1)
        }
    }
}

/// Runs a plan over public tables and hands out its rows.
pub(super) async fn copy_public(
    plan: &LogicalPlan,
    earlier: &[Vec<RecordBatch>],
    ground: &Ground,
) -> Result<Vec<RecordBatch>> {
    let runtime = runtime(&ground.limits, &ground.spill)?;
    let state = session(&runtime, ground.optimizer);
    let plan = state.optimize(&bind(plan, earlier, ground)?)?;
    let plan = proof::public(plan, &ground.conditions)?;
    collect(&plan, &state, usize::MAX).await
}

/// Runs an optimised plan in one partition and hands out its rows; stops as soon as there are more than `most`.
pub(super) async fn collect(
    plan: &Proven,
    state: &SessionState,
    most: usize,
) -> Result<Vec<RecordBatch>> {
    let mut stream = run(plan, state).await?;
    let (mut batches, mut rows) = (vec![], 0);
    while rows <= most
        && let Some(batch) = stream.next().await
    {
        let batch = batch?;
        rows += batch.num_rows();
        batches.push(batch);
    }
    Ok(batches)
}

#[expect(clippy::disallowed_methods, reason = "the one place where the vault runs a plan")]
async fn run(plan: &Proven, state: &SessionState) -> Result<SendableRecordBatchStream> {
    let physical = state.query_planner().create_physical_plan(plan.plan(), state).await?;
    let partitions = physical.output_partitioning().partition_count();
    // The parts of a union are partitions; they are read one after the other, so that rows keep their order.
    let streams: Result<Vec<_>> =
        (0..partitions).map(|part| physical.execute(part, state.task_ctx())).collect();
    let rows = futures::stream::iter(streams?).flatten();
    Ok(Box::pin(RecordBatchStreamAdapter::new(physical.schema(), rows)))
}

type LaneCells = Vec<(Vec<ScalarValue>, Vec<Measured>)>;

/// The columns of a batch, by their part: person, keys, arguments.
pub(super) struct Columns<'a> {
    person: &'a ArrayRef,
    pub(super) keys: &'a [ArrayRef],
    pub(super) arguments: &'a [ArrayRef],
}

impl<'a> Columns<'a> {
    /// The person of each row.
    pub(super) fn persons(&self) -> &UInt32Array {
        self.person.as_primitive::<UInt32Type>()
    }

    fn of(batch: &'a RecordBatch, release: &PersonalRelease) -> Result<Self> {
        let expected = 1 + release.keys.len() + release.arguments.len();
        let Some((person, rest)) = batch.columns().split_first() else {
            return internal_err!("a batch without columns");
        };
        if batch.num_columns() != expected || person.data_type() != &DataType::UInt32 {
            return internal_err!("a batch of an unexpected shape");
        }
        let (keys, arguments) = rest.split_at(release.keys.len());
        Ok(Self { person, keys, arguments })
    }
}

/// An empty set of cells.
pub(super) fn groups(release: &PersonalRelease) -> Result<Option<Box<dyn GroupValues>>> {
    if release.keys.is_empty() {
        return Ok(None);
    }
    let fields: Vec<Field> = release
        .keys
        .iter()
        .enumerate()
        .map(|(at, key)| Field::new(format!("key_{at}"), key.data_type.clone(), true))
        .collect();
    new_group_values(Arc::new(Schema::new(fields)), &GroupOrdering::None).map(Some)
}

fn emit(groups: Option<Box<dyn GroupValues>>, kernel: Kernel) -> Result<LaneCells> {
    let Some(mut groups) = groups else {
        return Ok(kernel.finish(1).into_iter().map(|cell| (vec![], cell)).collect());
    };
    let cells = kernel.finish(groups.len());
    Ok(keys_of(groups.as_mut())?.into_iter().zip(cells).collect())
}

/// The keys of all cells, in the order of their numbers.
pub(super) fn keys_of(groups: &mut dyn GroupValues) -> Result<Vec<Vec<ScalarValue>>> {
    let count = groups.len();
    if count == 0 {
        return Ok(vec![]);
    }
    let keys = groups.emit(EmitTo::All)?;
    let of = |row| keys.iter().map(|array| ScalarValue::try_from_array(array, row)).collect();
    (0..count).map(of).collect()
}

/// Lanes are runs of shards of nearly equal number.
fn split(shards: Range<usize>, lanes: usize) -> Vec<Range<usize>> {
    let (first, count) = (shards.start, shards.len());
    let lanes = lanes.clamp(1, count.max(1));
    let at = |lane| first + count * lane / lanes;
    (0..lanes).map(|lane| at(lane)..at(lane + 1)).collect()
}

/// States the order that the kernel relies on; the planner sorts where the plan lost it.
fn sorted_by_person(plan: &LogicalPlan) -> Result<LogicalPlan> {
    let person = datafusion::prelude::ident(PERSON);
    LogicalPlanBuilder::from(plan.clone()).sort(vec![person.sort(true, false)])?.build()
}

/// Replaces catalogue tables by files: the first shard of personal tables, public tables whole. Earlier results are
/// tables in memory.
fn bind(plan: &LogicalPlan, earlier: &[Vec<RecordBatch>], ground: &Ground) -> Result<LogicalPlan> {
    let bound = plan.clone().transform_up(|node| match node {
        LogicalPlan::TableScan(mut scan) => {
            scan.source = match (
                scan.source.downcast_ref::<SourceTable>(),
                scan.source.downcast_ref::<EarlierTable>(),
            ) {
                (Some(table), _) => provider_as_source(Arc::new(file_table(&table.0, ground, 0)?)),
                (None, Some(table)) => match earlier.get(table.release) {
                    Some(batches) => in_memory(table.schema(), batches)?,
                    None => return internal_err!("an earlier result that was not made"),
                },
                (None, None) => {
                    return internal_err!("a release plan scans something else than the catalogue");
                }
            };
            Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(bound.data)
}

/// Replaces the files of an optimised plan by those of another shard.
fn rebind(plan: &LogicalPlan, ground: &Ground, shard: usize) -> Result<LogicalPlan> {
    let bound = plan.clone().transform_up(|node| match node {
        LogicalPlan::TableScan(mut scan) => {
            let Some(source) = scan.source.downcast_ref::<DefaultTableSource>() else {
                return internal_err!("an optimised plan scans something else than a file");
            };
            if source.table_provider.downcast_ref::<MemTable>().is_some() {
                return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
            }
            let Some(known) = source.table_provider.downcast_ref::<SnapshotTable>() else {
                return internal_err!("an optimised plan scans something else than a snapshot");
            };
            let table = file_table(known.view(), ground, shard)?;
            scan.source = provider_as_source(Arc::new(table));
            Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(bound.data)
}

fn file_table(view: &Arc<ViewTable>, ground: &Ground, shard: usize) -> Result<SnapshotTable> {
    let snapshot = find(view, ground)?;
    let Some(table) = snapshot.contract().table(view.table.name.as_str()) else {
        return internal_err!("a table that is not in its snapshot");
    };
    let columns = view.table.columns.iter();
    let visible = columns.filter_map(|column| table.column(column.name.as_str()).map(|(at, _)| at));
    let condition = row_conditions::predicate(&ground.conditions, view);
    let file = file_of(&snapshot, &view.table.name, shard, condition)?;
    let mut persons = BTreeMap::new();
    for (table, condition) in row_conditions::of_persons(&ground.conditions, view) {
        let file = file_of(&snapshot, &table, shard, Some(condition))?;
        persons.insert(table, file);
    }
    SnapshotTable::new(Arc::clone(view), visible.collect(), file, persons)
}

/// The file of one shard of a personal table, or the one file of a public table.
fn file_of(
    snapshot: &Snapshot,
    name: &TableName,
    shard: usize,
    condition: Option<Expr>,
) -> Result<File> {
    let name = name.as_str();
    let Some(table) = snapshot.contract().table(name) else {
        return internal_err!("a table that is not in its snapshot");
    };
    let personal = matches!(table.kind, TableKind::Personal { .. });
    let file = if personal { snapshot.shard_file(name, shard) } else { snapshot.public_file(name) };
    let Some(file) = file else {
        return internal_err!("a file that is not in its snapshot");
    };
    Ok(File {
        schema: Arc::new(Schema::new(table.columns.iter().map(arrow_field).collect::<Vec<_>>())),
        path: Arc::from(file.path.as_path()),
        bytes: file.bytes,
        rows: file.rows,
        person: table.person_column().filter(|_| personal),
        condition,
    })
}

fn find(view: &ViewTable, ground: &Ground) -> Result<Arc<Snapshot>> {
    match ground.snapshots.iter().find(|snapshot| snapshot.id() == &view.snapshot) {
        Some(snapshot) => Ok(Arc::clone(snapshot)),
        None => internal_err!("a snapshot that is not served"),
    }
}

/// The one snapshot whose persons a plan is about. The guard refuses plans over several.
pub(super) fn personal_snapshot(plan: &LogicalPlan, ground: &Ground) -> Result<Arc<Snapshot>> {
    let mut found: Option<Arc<Snapshot>> = None;
    let mut several = false;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(source) = scan.source.downcast_ref::<SourceTable>()
            && matches!(source.0.table.kind, TableKind::Personal { .. })
        {
            let snapshot = find(&source.0, ground)?;
            several |= found.as_ref().is_some_and(|known| known.id() != snapshot.id());
            found = Some(snapshot);
        }
        Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
    })?;
    match found {
        Some(snapshot) if !several => Ok(snapshot),
        _ => internal_err!("a release plan over no snapshot or over several"),
    }
}
