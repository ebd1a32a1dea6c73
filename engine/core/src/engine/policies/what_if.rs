//! What would have become of the last queries if a change had been in force: planned again under both, without
//! touching rows. Bound to the revision in force and to the text of the change, which the answer names.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tresor_ledger::{AuditEntry, Kind, NewEntry};

use super::reading::{invalid, no_change};
use crate::clock::rfc3339;
use crate::engine::inspection::Inspection;
use crate::engine::planner::Planner;
use crate::engine::{Caller, Engine};
use crate::guard::Guarded;
use crate::ids::{ChangeId, ProjectId, UserId};
use crate::policy::{HoldsFor, PolicyRevision, RowCondition, RowValue};
use crate::refusal::{Code, Refusal};
use crate::vault::unavailable;

/// Most queries that are planned again at once.
const MOST: u32 = 1_000;

/// A query that was asked before.
struct Asked {
    entry: AuditEntry,
    user: UserId,
    project: ProjectId,
    sql: String,
}

impl Engine {
    pub(super) async fn what_if(
        &self,
        caller: &Caller,
        id: &ChangeId,
        last: u32,
    ) -> Result<Value, Refusal> {
        if !(1..=MOST).contains(&last) {
            return Err(Refusal::new(
                Code::PolicyInvalid,
                format!("`last` is {last}"),
                format!("ask for the last 1 to {MOST} queries"),
            ));
        }
        let (base, bundle) = {
            let desk = self.desk.lock().await;
            let change = desk.change(id).ok_or_else(|| no_change(id))?;
            (change.base, change.bundle.clone())
        };
        let files = self.files_of(&bundle).await?;
        let draft = PolicyRevision::from_files(&files).await.map_err(|e| invalid(&e))?;
        let asked = self.asked(caller, id, last).await?;
        let (now, inspection) = (Arc::clone(self.in_force()?.revision()), self.inspection());
        let in_force = now.number();
        let effects = self.runtime.blocking(move || {
            let mut effects = Effects::default();
            for asked in &asked {
                effects.add(asked, &now, &draft, &inspection);
            }
            effects
        });
        let mut told = effects.await.map_err(Refusal::internal)?.told();
        told.insert("change".to_owned(), json!(id.as_str()));
        told.insert("bundle".to_owned(), json!(bundle.as_str()));
        told.insert("base".to_owned(), json!(base));
        told.insert("compared_with_revision".to_owned(), json!(in_force));
        Ok(Value::Object(told))
    }

    /// The last queries of the log. Their texts are opened for this, which is logged; they are not told.
    async fn asked(
        &self,
        caller: &Caller,
        id: &ChangeId,
        last: u32,
    ) -> Result<Vec<Asked>, Refusal> {
        let ledger = &self.vault.ledger;
        let mut reading = NewEntry::new(Kind::LogRead, caller.user.as_str(), self.moment());
        reading.role = Some("officer".to_owned());
        reading.body =
            json!({ "what_if": id.as_str(), "last": last, "openings": "planned again, not told" });
        ledger.record(reading).await.map_err(|error| unavailable(&error))?;
        let entries = ledger.latest_of(&[Kind::Intent, Kind::Refusal], last).await;
        let mut asked = vec![];
        for entry in entries.map_err(|error| unavailable(&error))? {
            let openings = ledger.opening(entry.seq).await.map_err(|error| unavailable(&error))?;
            let sql = openings.into_iter().find(|opening| opening.field == "sql");
            let user = UserId::new(entry.actor.clone()).ok();
            let project = entry.account.clone().and_then(|id| ProjectId::new(id).ok());
            if let (Some(sql), Some(user), Some(project)) = (sql, user, project) {
                asked.push(Asked { entry, user, project, sql: sql.text });
            }
        }
        Ok(asked)
    }
}

/// What changes for whom.
#[derive(Default)]
struct Effects {
    asked: u64,
    same: u64,
    newly_refused: Vec<Value>,
    newly_allowed: Vec<Value>,
    changed_cost: Vec<Value>,
    changed_protection: Vec<Value>,
}

impl Effects {
    fn add(
        &mut self,
        asked: &Asked,
        now: &PolicyRevision,
        draft: &PolicyRevision,
        inspection: &Inspection,
    ) {
        self.asked = self.asked.saturating_add(1);
        let before = planned(asked, now, inspection);
        let after = planned(asked, draft, inspection);
        match (before, after) {
            (Ok(before), Ok(after)) => self.compare(asked, &before, &after),
            (Ok(before), Err(why)) => {
                let mut told = asked.told();
                told.insert("code".to_owned(), json!(why.code().as_str()));
                told.insert("reason".to_owned(), json!(why.code().title()));
                told.insert("rule".to_owned(), json!(why.rule()));
                let lost = lost_uses(&before, asked, draft, inspection);
                told.insert("uses_that_end".to_owned(), json!(lost));
                self.newly_refused.push(Value::Object(told));
            }
            (Err(why), Ok(after)) => {
                let mut told = asked.told();
                told.insert("was_refused".to_owned(), json!(why.code().as_str()));
                told.insert("cost".to_owned(), json!(after.cost()));
                self.newly_allowed.push(Value::Object(told));
            }
            (Err(_), Err(_)) => self.same = self.same.saturating_add(1),
        }
    }

    fn compare(&mut self, asked: &Asked, before: &Guarded, after: &Guarded) {
        let mut changes = vec![];
        differences("", &protection(before), &protection(after), &mut changes);
        let same_cost = before.cost() == after.cost();
        if changes.is_empty() && same_cost {
            self.same = self.same.saturating_add(1);
        }
        if !same_cost {
            let mut told = asked.told();
            told.insert("from".to_owned(), json!(before.cost()));
            told.insert("to".to_owned(), json!(after.cost()));
            self.changed_cost.push(Value::Object(told));
        }
        if !changes.is_empty() {
            let mut told = asked.told();
            told.insert("changes".to_owned(), json!(changes));
            self.changed_protection.push(Value::Object(told));
        }
    }

    fn told(self) -> Map<String, Value> {
        let told = json!({
            "asked": self.asked,
            "same": self.same,
            "newly_refused": self.newly_refused,
            "newly_allowed": self.newly_allowed,
            "changed_cost": self.changed_cost,
            "changed_protection": self.changed_protection,
        });
        if let Value::Object(told) = told { told } else { Map::new() }
    }
}

impl Asked {
    fn told(&self) -> Map<String, Value> {
        let told = json!({
            "entry": self.entry.seq,
            "query_id": self.entry.query_id,
            "at": rfc3339(self.entry.at),
            "user": self.user.as_str(),
            "project": self.project.as_str(),
            "sql_fingerprint": self.entry.body.get("sql_fingerprint"),
        });
        if let Value::Object(told) = told { told } else { Map::new() }
    }
}

/// The query under a revision, as of now.
fn planned(
    asked: &Asked,
    revision: &PolicyRevision,
    inspection: &Inspection,
) -> Result<Guarded, Refusal> {
    let membership = revision.enter(&asked.user, &asked.project, inspection.now)?;
    Planner::new(membership, &inspection.snapshots, &inspection.limits).try_plan(&asked.sql, false)
}

/// The uses of columns that a query makes and that a revision does not give.
fn lost_uses(
    before: &Guarded,
    asked: &Asked,
    draft: &PolicyRevision,
    inspection: &Inspection,
) -> Vec<Value> {
    let Ok(membership) = draft.enter(&asked.user, &asked.project, inspection.now) else {
        return vec![];
    };
    let mut lost = vec![];
    for (column, kind) in &before.grant.uses {
        let decision = membership.decide(column, *kind);
        if !decision.allowed {
            let rules: Vec<String> = decision.rules.iter().map(ToString::to_string).collect();
            let denied_by =
                if rules.is_empty() { json!("no rule allows it") } else { json!(rules) };
            lost.push(json!({
                "column": column.to_string(),
                "use": kind.as_str(),
                "denied_by": denied_by,
            }));
        }
    }
    lost
}

/// How a query is protected, as its check tells it, and to which rows it is kept.
fn protection(guarded: &Guarded) -> Value {
    let explained = guarded.explain();
    json!({
        "protection": explained.get("protection"),
        "profile": explained.get("policy").and_then(|policy| policy.get("profile")),
        "rows": guarded.grant.row_conditions.iter().map(condition).collect::<Vec<_>>(),
    })
}

fn condition(condition: &RowCondition) -> String {
    let values: Vec<String> = condition.values.iter().map(value).collect();
    let test =
        format!("{} {} {}", condition.column, condition.operator.as_str(), values.join(", "));
    match condition.holds_for {
        HoldsFor::Rows => test,
        HoldsFor::Person => format!("{test}, for the person"),
    }
}

fn value(value: &RowValue) -> String {
    match value {
        RowValue::Text(text) => format!("'{text}'"),
        RowValue::Integer(number) => number.to_string(),
        RowValue::Number(number) => number.to_string(),
        RowValue::Boolean(truth) => truth.to_string(),
        RowValue::Date(day) => day.to_string(),
    }
}

/// Every place at which two values differ.
fn differences(path: &str, before: &Value, after: &Value, found: &mut Vec<Value>) {
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let none = &Value::Null;
            let (old, new) = (old.get(key).unwrap_or(none), new.get(key).unwrap_or(none));
            differences(&below, old, new, found);
        }
    } else if before != after {
        found.push(json!({ "what": path, "from": before, "to": after }));
    }
}
