//! Freezes: one officer sets them, two lift them.

use tresor_ledger::Moment;

use super::act::Scope;
use super::{Desk, Unfitting};
use crate::ids::{FreezeId, UserId};

/// How many officers it takes to lift a freeze.
const TO_LIFT: usize = 2;

/// A freeze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Its id.
    pub id: FreezeId,
    /// What is frozen.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub by: UserId,
    /// When.
    pub at: Moment,
    /// Who wants it lifted, and since when.
    pub lifting: Vec<(UserId, Moment)>,
}

impl Freeze {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lifting.len() < TO_LIFT
    }
}

impl Desk {
    pub(super) fn freeze(
        &mut self,
        by: &UserId,
        at: Moment,
        id: FreezeId,
        scope: Scope,
        reason: String,
    ) -> Result<(), Unfitting> {
        let by = by.clone();
        let freeze = Freeze { id: id.clone(), scope, reason, by, at, lifting: vec![] };
        match self.freezes.insert(id, freeze) {
            None => Ok(()),
            Some(earlier) => Err(Unfitting(format!("freeze {} stands there twice", earlier.id))),
        }
    }

    pub(super) fn thaw(&mut self, by: &UserId, at: Moment, id: &FreezeId) -> Result<(), Unfitting> {
        let held = self.freezes.get_mut(id).filter(|freeze| freeze.holds());
        let freeze = held.ok_or_else(|| Unfitting(format!("there is no freeze {id}")))?;
        if freeze.lifting.iter().any(|(earlier, _)| earlier == by) {
            return Err(Unfitting(format!("{by} lifted freeze {id} twice")));
        }
        freeze.lifting.push((by.clone(), at));
        Ok(())
    }
}
