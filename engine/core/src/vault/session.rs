//! Sessions made by hand: only our functions, one partition, no rule that tears persons apart.

use std::path::Path;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionConfig;

use super::pushdown;
use crate::limits::Limits;
use crate::sql::functions;

/// Whether logical optimizer rules run. Off is for tests: answers must not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optimizer {
    /// All rules run.
    On,
    /// No rule runs.
    Off,
}

/// Memory and temporary files of one query, so that one researcher's query cannot make another's fail.
pub(super) fn runtime(limits: &Limits, spill: &Path) -> Result<Arc<RuntimeEnv>> {
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![spill.to_path_buf()]))
        .with_max_temp_directory_size(limits.spill_bytes);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes)))
        .with_disk_manager_builder(disk)
        .build()?;
    Ok(Arc::new(runtime))
}

/// A session for one plan.
pub(super) fn session(runtime: &Arc<RuntimeEnv>, optimizer: Optimizer) -> SessionState {
    let mut config = SessionConfig::new()
        .with_target_partitions(1)
        .with_batch_size(8192)
        .with_information_schema(false)
        .with_create_default_catalog_and_schema(false)
        .with_round_robin_repartition(false)
        .with_repartition_joins(false)
        .with_repartition_aggregations(false)
        .with_repartition_windows(false)
        .with_repartition_sorts(false)
        .with_repartition_file_scans(false);
    let options = config.options_mut();
    options.optimizer.prefer_existing_sort = true;
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.optimizer.enable_join_dynamic_filter_pushdown = false;
    options.optimizer.enable_topk_dynamic_filter_pushdown = false;
    options.optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    options.execution.enable_recursive_ctes = false;
    options.execution.enable_file_stream_work_stealing = false;
    options.execution.collect_statistics = false;
    let builder = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(Arc::clone(runtime))
        .with_physical_optimizer_rules(pushdown::rules())
        .with_scalar_functions(functions::scalars().map(|(f, _)| Arc::clone(f)).collect())
        .with_aggregate_functions(functions::aggregates().to_vec())
        .with_window_functions(functions::windows().to_vec());
    match optimizer {
        Optimizer::On => builder.build(),
        Optimizer::Off => builder.with_optimizer_rules(vec![]).build(),
    }
}
