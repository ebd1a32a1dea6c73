//! Running release plans: lane by lane, shard by shard, one pass.
//!
//! A lane is a range of shards. For each of its shards the plan is bound to the shard's files and run with one
//! partition, sorted by person; the kernel's state carries on from shard to shard. Only here, and where the
//! finishing plan runs, are batches looked into.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, UInt32Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::default_table_source::{DefaultTableSource, provider_as_source};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::datasource::MemTable;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{EmitTo, Expr, LogicalPlan, LogicalPlanBuilder, TableSource};
use datafusion::physical_plan::ExecutionPlanProperties;
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::scalar::ScalarValue;
use futures::StreamExt;

use super::cells::{Cells, Measured};
use super::finish::in_memory;
use super::kernel::{Broken, Kernel, Keys};
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
    /// The project's row conditions.
    pub(super) conditions: Arc<[RowCondition]>,
    pub(super) limits: Limits,
    pub(super) spill: PathBuf,
    pub(super) optimizer: Optimizer,
    pub(super) lanes: usize,
}

/// Runs a release plan over all lanes.
pub(super) async fn measure(
    release: &PersonalRelease,
    earlier: &[Vec<RecordBatch>],
    ground: &Ground,
) -> Result<Cells> {
    let snapshot = personal_snapshot(&release.input, ground)?;
    let runtime = runtime(&ground.limits, &ground.spill)?;
    let state = Arc::new(session(&runtime, ground.optimizer));
    let release = Arc::new(release.clone());
    let sorted = sorted_by_person(&release.input)?;
    let plan = state.optimize(&bind(&sorted, earlier, ground)?)?;
    // Nothing is opened before the plan is proven as it will run.
    let plan = Arc::new(proof::release(plan, &release, &ground.conditions)?);

    let mut tasks = tokio::task::JoinSet::new();
    for shards in split(snapshot.shards().len(), ground.lanes) {
        let (ground, state, plan) = (ground.clone(), Arc::clone(&state), Arc::clone(&plan));
        let (release, snapshot) = (Arc::clone(&release), Arc::clone(&snapshot));
        tasks.spawn(async move { lane(&release, &plan, &state, &ground, &snapshot, shards).await });
    }
    let mut cells = Cells::default();
    while let Some(done) = tasks.join_next().await {
        let lane = done.map_err(|error| DataFusionError::External(Box::new(error)))??;
        for (keys, measured) in lane {
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
async fn run(
    plan: &Proven,
    state: &SessionState,
) -> Result<datafusion::physical_plan::SendableRecordBatchStream> {
    let physical = state.query_planner().create_physical_plan(plan.plan(), state).await?;
    let partitions = physical.output_partitioning().partition_count();
    // The parts of a union are partitions; they are read one after the other, so that rows keep their order.
    let streams: Result<Vec<_>> =
        (0..partitions).map(|part| physical.execute(part, state.task_ctx())).collect();
    let rows = futures::stream::iter(streams?).flatten();
    Ok(Box::pin(RecordBatchStreamAdapter::new(physical.schema(), rows)))
}

type LaneCells = Vec<(Vec<ScalarValue>, Vec<Measured>)>;

/// One lane: its shards in order, one kernel.
async fn lane(
    release: &PersonalRelease,
    plan: &Proven,
    state: &SessionState,
    ground: &Ground,
    snapshot: &Snapshot,
    shards: Range<usize>,
) -> Result<LaneCells> {
    let mut groups = groups(release)?;
    let mut kernel = Kernel::new(&release.arguments);
    let mut cells_of_rows = vec![];
    for shard in shards {
        let Some(cut) = snapshot.shards().get(shard) else { continue };
        let record_keys = ground.record_keys.of(snapshot, shard)?;
        let keys = Keys { first: cut.first, keys: &record_keys };
        let bound = rebind(plan.plan(), ground, shard)?;
        let bound = proof::release(bound, release, &ground.conditions)?;
        let mut stream = run(&bound, state).await?;
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            let columns = Columns::of(&batch, release)?;
            match &mut groups {
                Some(groups) => groups.intern(columns.keys, &mut cells_of_rows)?,
                None => {
                    cells_of_rows.clear();
                    cells_of_rows.resize(batch.num_rows(), 0);
                }
            }
            let count = groups.as_ref().map_or(1, |groups| groups.len());
            let persons = columns.person.as_primitive::<UInt32Type>();
            kernel
                .update(persons, &cells_of_rows, count, columns.arguments, &keys)
                .map_err(|Broken(what)| DataFusionError::Internal(what.to_owned()))?;
        }
    }
    emit(groups, kernel)
}

/// The columns of a batch, by their part: person, keys, arguments.
struct Columns<'a> {
    person: &'a ArrayRef,
    keys: &'a [ArrayRef],
    arguments: &'a [ArrayRef],
}

impl<'a> Columns<'a> {
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

fn groups(release: &PersonalRelease) -> Result<Option<Box<dyn GroupValues>>> {
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
    let count = groups.len();
    let cells = kernel.finish(count);
    if count == 0 {
        return Ok(vec![]);
    }
    let keys = groups.emit(EmitTo::All)?;
    cells
        .into_iter()
        .enumerate()
        .map(|(row, cell)| {
            let key: Result<Vec<ScalarValue>> =
                keys.iter().map(|array| ScalarValue::try_from_array(array, row)).collect();
            Ok((key?, cell))
        })
        .collect()
}

/// Lanes are runs of shards of nearly equal number.
fn split(shards: usize, lanes: usize) -> Vec<Range<usize>> {
    let lanes = lanes.clamp(1, shards.max(1));
    (0..lanes).map(|lane| (shards * lane / lanes)..(shards * (lane + 1) / lanes)).collect()
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
fn personal_snapshot(plan: &LogicalPlan, ground: &Ground) -> Result<Arc<Snapshot>> {
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
