//! How large a number is to the rules, where which of two goes must tell nothing of single people.
//!
//! It is as large as it would be told to be: with noise, and as it was for an earlier cell that hardly differs. Where two
//! are equal their labels decide ([`super::atoms`]).

use tresor_disclosure::{ByPlan, Contribution, Protected};

use crate::guard::release::ROWS;
use crate::vault::cells::Measured;
use crate::vault::past::{Answer, Of};
use crate::vault::protect::Rules;

/// The size of what is never told by itself: anything else goes first.
pub(super) const UNTOLD: u128 = 1 << 120;

/// What decides between two of one size: who is in them, not the words of the query; nothing where it must not be people.
pub(super) fn tie(c: &Contribution, rules: &Rules<'_>) -> u64 {
    if rules.profile.is_blurred() { 0 } else { c.key }
}

/// What would be told of a number of rows or of a sum by this name. It is remembered by a name of its own: what decides
/// over numbers that are withheld is held against the past like those that are shown.
pub(super) fn as_told(measured: &Measured, name: &str, rules: &Rules<'_>) -> u128 {
    let (profile, secret, plan) = (rules.profile, rules.secret, ByPlan::default());
    let c = &measured.contribution;
    let own = match name {
        ROWS => {
            let c = Contribution { total: c.rows.into(), ..*c };
            tresor_disclosure::rows_in(profile, secret, ROWS, &c, plan)
        }
        name => tresor_disclosure::sum_in(profile, secret, name, c, plan),
    };
    let told = match rules.beside {
        Some(beside) => {
            let measure = format!("size of {name}");
            let sketch = measured.sketches.as_ref().map(|sketches| &sketches.persons);
            let of = Of { measure: &measure, cell: c, asked: measured.asked.name, sketch };
            beside.answer(of, Answer { protected: own, step: 0 }).protected
        }
        None => own,
    };
    match told {
        // Nobody is known to be in none.
        Protected::Shown { value, .. } => value.unsigned_abs().max(1),
        Protected::Withheld(_) => 1,
    }
}
