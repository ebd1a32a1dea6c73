//! Windows: what a row makes of the rows beside it.

use std::cell::Cell;
use std::cmp::Ordering;

use super::expr::{Call, Expr, Frame, same};
use super::value::{Value, order};

/// A window function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    pub(crate) call: Over,
    pub(crate) argument: Expr,
    pub(crate) partition: Vec<Expr>,
    /// What is sorted by, and whether it is turned round.
    pub(crate) order: Vec<(Expr, bool)>,
    /// `ROWS BETWEEN`, counted from the current row; nothing is unbounded.
    pub(crate) rows: Option<(Option<i64>, Option<i64>)>,
}

/// What is made of the rows of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Aggregate(Call),
    RowNumber,
    Rank,
    Lag(usize),
    Lead(usize),
    First,
    Last,
}

thread_local! {
    /// Whether an order left open which of two different rows comes first.
    static TIED: Cell<bool> = const { Cell::new(false) };
}

/// Whether some order was not total since the last time this was asked.
pub(crate) fn was_tied() -> bool {
    TIED.replace(false)
}

/// The value of a window function on the row that the frame stands on.
pub(crate) fn eval(window: &Window, frame: &Frame<'_>) -> Value {
    let key = |at: usize| -> Vec<Value> {
        window.order.iter().map(|(expr, _)| expr.eval(&frame.on(at))).collect()
    };
    let group = |at: usize| -> Vec<Value> {
        window.partition.iter().map(|expr| expr.eval(&frame.on(at))).collect()
    };
    let here = group(frame.at);
    let mut members: Vec<(usize, Vec<Value>)> = (0..frame.rows.len())
        .filter(|&at| group(at).iter().zip(&here).all(|(a, b)| same(a, b)))
        .map(|at| (at, key(at)))
        .collect();
    let sorted = |a: &[Value], b: &[Value]| {
        let pairs = a.iter().zip(b).zip(&window.order);
        let mut orders = pairs.map(|((a, b), (_, descending))| order(a, b, *descending));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    members.sort_by(|a, b| sorted(&a.1, &b.1));
    if window.needs_total_order() {
        for pair in members.windows(2) {
            let tie = sorted(&pair[0].1, &pair[1].1).is_eq();
            if tie && frame.rows[pair[0].0] != frame.rows[pair[1].0] {
                TIED.set(true);
            }
        }
    }
    let place = members.iter().position(|(at, _)| *at == frame.at).unwrap();
    let peer = |other: usize| sorted(&members[other].1, &members[place].1).is_eq();
    let at = |place: usize| match members.get(place) {
        Some((row, _)) => window.argument.eval(&frame.on(*row)),
        None => Value::Null,
    };
    let (first, end) = match (window.rows, window.order.is_empty()) {
        (Some((low, high)), _) => {
            let clamp = |to: i64| usize::try_from(to.max(0)).unwrap().min(members.len());
            let place = place as i64;
            let first = low.map_or(0, |low| clamp(place + low));
            (first, high.map_or(members.len(), |high| clamp(place + high + 1)).max(first))
        }
        (None, true) => (0, members.len()),
        // From the beginning to the last row that is sorted like this one.
        (None, false) => {
            (0, (place..members.len()).take_while(|&other| peer(other)).last().unwrap() + 1)
        }
    };
    match window.call {
        Over::RowNumber => Value::Int(place as i64 + 1),
        Over::Rank => Value::Int((0..place).find(|&other| peer(other)).unwrap_or(place) as i64 + 1),
        Over::Lag(by) => place.checked_sub(by).map_or(Value::Null, at),
        Over::Lead(by) => at(place + by),
        Over::First => {
            if first < end {
                at(first)
            } else {
                Value::Null
            }
        }
        Over::Last => {
            if first < end {
                at(end - 1)
            } else {
                Value::Null
            }
        }
        Over::Aggregate(call) => {
            let rows = members[first..end].iter().map(|(row, _)| frame.on(*row));
            call.over(rows, &window.argument, None)
        }
    }
}

impl Window {
    /// Whether rows that are sorted alike must be alike.
    fn needs_total_order(&self) -> bool {
        match self.call {
            Over::Rank => false,
            Over::Aggregate(_) => self.rows.is_some(),
            Over::RowNumber | Over::Lag(_) | Over::Lead(_) | Over::First | Over::Last => true,
        }
    }
}
