//! What a project's answers tell together of single people: how far its meters have moved, and whom they say most about.

use serde_json::{Value, json};

use super::Part;
use crate::audit::Filter;
use crate::engine::{Caller, Engine};
use crate::ids::ProjectId;
use crate::refusal::Refusal;
use crate::vault::Gauge;

/// Groups of people that are told of each column.
const GROUPS_MAX: usize = 20;

impl Engine {
    /// Tells true numbers of people, so it takes the right to open sealed texts.
    pub(super) async fn exposure(
        &self,
        caller: &Caller,
        project: &ProjectId,
    ) -> Result<Value, Refusal> {
        let filter = Filter { project: Some(project.to_string()), ..Filter::default() };
        let part = Part { filter, from: 0, open: true };
        let reading = self.reading_of(caller, "exposure", &part, None).await?;
        let in_force = self.in_force()?;
        let policy = in_force.revision();
        let known = policy.project(project);
        let Some(profile) = known.and_then(|known| policy.profile(&known.release_profile)) else {
            let columns: [Value; 0] = [];
            return Ok(json!({ "columns": columns, "reading": reading.seq }));
        };
        let mut columns = vec![];
        for (gauge, most) in self.vault.exposed(project.as_str(), profile, GROUPS_MAX).await? {
            let exposed = most.iter().map(|group| {
                json!({
                    "explained_percent": Gauge::percent(group.share),
                    "people": group.persons,
                    "queries": group.queries,
                })
            });
            let mut told = gauge.told_exactly();
            if let Some(told) = told.as_object_mut() {
                told.insert("groups_counted".to_owned(), json!(gauge.cohorts));
                told.insert("most_exposed".to_owned(), exposed.collect());
            }
            columns.push(told);
        }
        Ok(json!({ "columns": columns, "reading": reading.seq }))
    }
}
