//! Stages of answering one query, told as they begin to whoever holds the engine's configuration.
//!
//! For benchmarks, which ask where the time goes. Nobody listens in production ([`NoStages`]): how long a stage takes
//! depends on rows, so no word of it may reach a researcher. Must never know: the time, a cell, who asks.

/// A stage of answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Release plans run, and lanes are merged. Begins anew for each plan.
    Measure,
    /// It is looked for conditions that concern too few people. Begins after each plan that was measured.
    LeaveOut,
    /// It is decided on true values which rows there are and which cells are withheld for their own sake.
    Decide,
    /// What would tell a withheld number is withheld too.
    Withhold,
    /// Values are perturbed and rounded, and others derived from them.
    Perturb,
    /// Totals are made of their parts, and protected tables are written down.
    Tables,
    /// The finishing plan runs over protected tables.
    Finish,
    /// The answer is written.
    Write,
    /// It is made durable.
    Settle,
}

/// Is told of each stage as it begins, on the thread that is about to go on. The stage before ends there.
pub trait Stages: Send + Sync {
    /// The stage begins.
    fn begins(&self, stage: Stage);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoStages;

impl Stages for NoStages {
    fn begins(&self, _stage: Stage) {}
}
