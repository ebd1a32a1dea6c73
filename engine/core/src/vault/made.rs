//! Making an answer: release plans are run and measured, what concerns too few people is left out, cells are protected
//! beside the past of the project, the finishing plan runs over them. Nothing is durable here.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::LogicalPlan;
use serde_json::{Value, json};
use tresor_disclosure::exposure::Level;
use tresor_disclosure::low_effect::LowEffect;
use tresor_ledger::Remembered;

use super::answer::{Body, Statuses, Written};
use super::effects::{Effects, Told, cohort};
use super::execute::{Ground, Who, copy_public, measure};
use super::exposure::{Exposing, cohorts};
use super::finish::{earlier, finish};
use super::open::Vault;
use super::past::{Beside, Held};
use super::protect::{MeasuredFamily, MeasuredTable, Rules, protect};
use super::stages::Stage;
use crate::catalog::contract::TableKind;
use crate::guard::Guarded;
use crate::guard::families::Atoms;
use crate::guard::release::Release;
use crate::ids::QueryId;
use crate::sql::SourceTable;

/// An answer that was made and is not yet durable.
pub(super) struct Answered {
    pub(super) written: Written,
    /// What later queries of the project are decided by.
    pub(super) remembered: Vec<Remembered>,
    /// What was left out and given again, for the auditor.
    pub(super) details: Value,
    /// The past of the project, in hand until the answer is durable.
    pub(super) past: Option<Held>,
    /// Whether people look at the answer first: what others of the project were answered meanwhile may have moved a meter
    /// so far.
    pub(super) watched: bool,
}

/// Runs the releases, protects their cells and finishes.
pub(super) async fn answer(guarded: &Guarded, vault: &Vault, id: &QueryId) -> Result<Answered> {
    let ground = Ground {
        snapshots: Arc::clone(&vault.snapshots),
        record_keys: Arc::clone(&vault.record_keys),
        known_keys: Arc::clone(&vault.known_keys),
        conditions: guarded.grant.row_conditions.clone().into(),
        limits: vault.limits.clone(),
        spill: vault.spill.clone(),
        optimizer: vault.optimizer,
        lanes: vault.lanes,
    };
    let profile = &guarded.grant.profile;
    let mut made = Made::of(guarded, vault, &ground, id).await?;
    let max_rows = usize::try_from(profile.release.max_rows)
        .unwrap_or(usize::MAX)
        .min(vault.limits.result_rows);
    vault.stages.begins(Stage::Finish);
    let batches =
        finish(&guarded.finishing, &made.tables, &guarded.scans, max_rows, &ground).await?;
    vault.stages.begins(Stage::Write);
    let body = Body {
        columns: &guarded.columns,
        schema: guarded.finishing.schema(),
        batches: &batches,
        releases: &guarded.releases,
        statuses: &made.statuses,
        scans: &guarded.scans,
        profile,
        max_rows,
        may_omit: made.may_omit,
        more_notes: guarded.notes().into_iter().chain(made.warnings.clone()).collect(),
    };
    let written = body.write()?;
    let (mut given, mut remembered, mut past, mut watched) = (vec![], vec![], None, false);
    if let Some(done) = made.beside.take().and_then(|beside| beside.done(&lineage(guarded, vault)))
    {
        let (mut held, exposing) = (done.2, std::mem::take(&mut made.exposing));
        (remembered, given) = (done.0, done.1);
        let columns: Vec<String> = exposing.iter().map(|one| one.column.clone()).collect();
        remembered.extend(exposed(guarded, vault, &mut held, id, exposing).await?);
        watched = is_watched(guarded, vault, &mut held, &columns).await?;
        past = Some(held);
    }
    let given = given.iter().map(|given| {
        json!({
            "cohort": cohort(given.key),
            "measure": given.measure,
            "persons": given.persons,
            "differing": given.differing,
            "earlier": given.earlier,
        })
    });
    let left_out = made.told.told();
    let details = json!({ "left_out": left_out, "given_again": given.collect::<Vec<_>>() });
    Ok(Answered { written, remembered, details, past, watched })
}

/// Whether a meter stands where people look at answers, or where there are none. Asked with the past in hand, once this answer
/// has moved it: queries that were sent all at once were let in before any of them had, and one alone can hold as much as many.
async fn is_watched(
    guarded: &Guarded,
    vault: &Vault,
    held: &mut Held,
    columns: &[String],
) -> Result<bool> {
    let lineage = lineage(guarded, vault);
    let mut watched = false;
    for column in columns {
        let Some(of) = vault.metered(guarded, &lineage, column) else { continue };
        let gauge = held.gauge(&of).await;
        let gauge = gauge.map_err(|why| DataFusionError::External(why.into()))?;
        watched |= gauge.level >= Level::Review;
    }
    Ok(watched)
}

/// Moves the meters of the project.
async fn exposed(
    guarded: &Guarded,
    vault: &Vault,
    held: &mut Held,
    id: &QueryId,
    exposing: Vec<Exposing>,
) -> Result<Vec<Remembered>> {
    let mut remembered = vec![];
    for Exposing { column, cohorts } in exposing {
        let lineage = lineage(guarded, vault);
        let Some(of) = vault.metered(guarded, &lineage, &column) else { continue };
        let more = held.expose(&of, id.as_str(), cohorts).await;
        remembered.extend(more.map_err(|why| DataFusionError::External(why.into()))?);
    }
    Ok(remembered)
}

/// The lineage of the persons that a query is about: they keep their record keys within it. Tables about nobody make no
/// difference, or each of them would be another past.
pub(super) fn lineage(guarded: &Guarded, vault: &Vault) -> String {
    let mut found = String::new();
    for release in &guarded.releases {
        let Release::Personal(release) = release else { continue };
        // Plans that were guarded are walked without errors.
        let _ = release.input.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(source) = scan.source.downcast_ref::<SourceTable>()
                && matches!(source.0.table.kind, TableKind::Personal { .. })
                && let Some(snapshot) =
                    vault.snapshots.iter().find(|s| *s.id() == source.0.snapshot)
            {
                snapshot.lineage().clone_into(&mut found);
            }
            Ok(TreeNodeRecursion::Continue)
        });
    }
    found
}

/// The protected tables of a query, by release.
#[derive(Default)]
struct Made<'a> {
    tables: Vec<Vec<RecordBatch>>,
    statuses: Statuses,
    may_omit: bool,
    warnings: BTreeSet<String>,
    /// Conditions that were left out, for the auditor.
    told: Told,
    /// Who was counted in numbers that say something of a sensitive column.
    exposing: Vec<Exposing>,
    /// The past of the project, from where the first cells are protected.
    beside: Option<Beside<'a>>,
    /// How many earlier results were made.
    stage: usize,
}

impl<'a> Made<'a> {
    /// Runs the releases in order. Tables are protected together, as late as can be: before one of them is read by a
    /// later release, or at the end.
    async fn of(
        guarded: &'a Guarded,
        vault: &'a Vault,
        ground: &Ground,
        id: &QueryId,
    ) -> Result<Self> {
        let mut made = Self::default();
        let mut measured = vec![];
        for (at, release) in guarded.releases.iter().enumerate() {
            made.statuses.push(vec![]);
            made.tables.push(vec![]);
            let batches = match release {
                Release::Personal(release) => {
                    vault.stages.begins(Stage::Measure);
                    let conditions = guarded.conditions.get(at).and_then(Option::as_ref);
                    let who = if conditions.is_some() { Who::Sketched } else { Who::Counted };
                    let mut cells = measure(release, &made.tables, ground, who).await?;
                    if let Some(conditions) = conditions {
                        vault.stages.begins(Stage::LeaveOut);
                        let earlier = &made.tables;
                        let (profile, secret) = (&guarded.grant.profile, &vault.noise);
                        let effects =
                            Effects { release, conditions, earlier, ground, profile, secret };
                        let left = effects.removed(&mut cells).await?;
                        made.told.add(at, conditions, &left);
                        let exposing = cohorts(release, conditions, earlier, ground, profile);
                        made.exposing.extend(exposing.await?);
                    }
                    measured.push(MeasuredTable { at, release, cells, settled: None });
                    continue;
                }
                Release::Public(plan) => {
                    let batches = copy_public(plan, &made.tables, ground).await?;
                    super::public::with_row_numbers(plan, batches)?
                }
                Release::Earlier(plan) => {
                    made.protect(&mut measured, guarded, vault, ground, id).await?;
                    made.stage += 1;
                    earlier(plan, &made.tables, &guarded.scans, ground).await?
                }
            };
            if let Some(slot) = made.tables.get_mut(at) {
                *slot = batches;
            }
        }
        made.protect(&mut measured, guarded, vault, ground, id).await?;
        Ok(made)
    }

    async fn protect(
        &mut self,
        measured: &mut [MeasuredTable<'_>],
        guarded: &'a Guarded,
        vault: &'a Vault,
        ground: &Ground,
        id: &QueryId,
    ) -> Result<()> {
        let (profile, secret) = (&guarded.grant.profile, &vault.noise);
        if self.beside.is_none() && LowEffect::new(profile, secret).is_some() {
            let (account, lineage) = (guarded.project.as_str(), lineage(guarded, vault));
            let held = vault.pasts.take(&vault.ledger, account, &lineage).await;
            let held = held.map_err(|why| DataFusionError::External(why.into()))?;
            self.beside = Beside::new(held, profile, secret, id.as_str());
        }
        let mut families = vec![];
        for family in guarded.families.iter().filter(|family| family.stage == self.stage) {
            let extra = match &family.atoms {
                Atoms::Member(_) => None,
                Atoms::Extra(release) => {
                    vault.stages.begins(Stage::Measure);
                    Some(measure(release, &self.tables, ground, Who::Counted).await?)
                }
            };
            families.push(MeasuredFamily { family, extra });
        }
        let rules = Rules {
            profile,
            secret,
            limits: &vault.limits,
            stages: vault.stages.as_ref(),
            beside: self.beside.as_ref(),
        };
        let protected = protect(measured, &families, &rules)?;
        for (table, rows) in measured.iter_mut().zip(protected) {
            // What was read by another release stays as it was read.
            if table.settled.is_some() {
                continue;
            }
            table.settled = Some(rows.settled);
            self.may_omit |= rows.may_omit;
            self.warnings.extend(rows.warnings.into_iter().map(str::to_owned));
            if let Some(slot) = self.statuses.get_mut(table.at) {
                *slot = rows.statuses;
            }
            if let Some(slot) = self.tables.get_mut(table.at) {
                *slot = vec![rows.batch];
            }
        }
        Ok(())
    }
}
