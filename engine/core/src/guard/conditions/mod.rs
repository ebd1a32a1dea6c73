//! The conditions of a release as a list: every predicate that chooses personal rows, so that the vault can measure what
//! each of them changes and leave out those that concern too few people.
//!
//! What can be asked of each row by itself is a tree over *leaves* ([`Conditions::tree`]): what WHERE and the filters of
//! inner joins say, and for each argument the condition that its aggregate has of its own. What stands deeper
//! ([`inner`]) can only be left out of the plan. So can a *label*: that a cell is about the rows with one value of a
//! key. Each that can be left out has a number ([`Removed`]), which follows from the plan alone.
//!
//! Must never know: rows; what changes how much.

mod boolean;
mod inner;
mod partners;
mod sensitive;
mod words;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Case, Expr, ExprSchemable, Filter, LogicalPlan, Projection, lit};
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{Child, Node, Removed};

use self::boolean::Pieces;
use self::inner::{Sites, is_nothing};
use self::partners::{is_person_column, is_stored};
use super::release::{Argument, PERSON, PersonalRelease};
use super::rows::{Rows, rows_of};
use super::walk::internal;
use crate::refusal::{Code, Refusal};

/// Most conditions that can be left out, in one release.
const MOST: usize = 64;

/// The conditions of one release.
pub(crate) struct Conditions {
    /// The release in terms of the relation that its rows come from.
    rows: Rows,
    /// For each argument: its value where its own condition holds, and the pieces of that condition.
    arguments: Vec<Chosen>,
    /// What every row has to meet.
    all: Vec<Child>,
    leaves: Vec<Expr>,
    labels: Range<usize>,
    inner: Range<usize>,
}

/// An argument without its own condition.
struct Chosen {
    value: Expr,
    when: Vec<Child>,
}

impl Conditions {
    /// Finds the conditions of a release.
    ///
    /// # Errors
    /// When they are more than can be measured.
    pub(super) fn of(release: &PersonalRelease) -> std::result::Result<Self, Refusal> {
        let Some(rows) = rows_of(release) else {
            return Err(Refusal::internal("a release of another shape than the guard gives it"));
        };
        let mut numbered = Numbered::default();
        let all = rows.conditions.iter().map(Pieces::of).collect();
        let all = numbered.children(Pieces::all(all))?;
        let mut arguments = vec![];
        for (kind, expr) in release.arguments.iter().zip(&rows.arguments) {
            let (value, when) = without_condition(kind, expr.clone(), &rows.base);
            arguments.push(Chosen { value, when: numbered.children(Pieces::all(when))? });
        }
        let labels = numbered.next..numbered.next + rows.keys.len();
        let mut found = Self {
            rows,
            arguments,
            all,
            leaves: numbered.leaves,
            inner: labels.end..labels.end,
            labels,
        };
        let sites = found.without_inner(Removed::default()).map_err(internal)?.1;
        found.inner.end = sites.next();
        if found.inner.end > MOST || found.leaves.len() + found.arguments.len() > MOST {
            return Err(too_many());
        }
        Ok(found)
    }

    /// Whether there is nothing that could be left out.
    pub(crate) const fn is_empty(&self) -> bool {
        self.inner.end == 0
    }

    /// What must hold for a row to count: for the cell itself (0), or for an argument, which comes one later.
    pub(crate) fn tree(&self, column: usize) -> Node {
        Node::All(self.children(column).cloned().collect())
    }

    /// The pieces of the same, each once.
    pub(crate) fn children(&self, column: usize) -> impl Iterator<Item = &Child> {
        let own = column.checked_sub(1).and_then(|at| self.arguments.get(at));
        self.all.iter().chain(own.map(|argument| argument.when.as_slice()).unwrap_or_default())
    }

    /// What can be left out of a number row by row, beside what is: pieces of conditions, and labels.
    pub(crate) fn candidates(&self, column: usize, removed: Removed) -> Vec<u8> {
        let labels = self.labels.clone().filter_map(|id| u8::try_from(id).ok());
        let labels = labels.filter(|id| !removed.contains(*id));
        self.tree(column).candidates(removed).into_iter().chain(labels).collect()
    }

    /// Whether a row can be in a number by one condition or by another.
    pub(crate) fn has_alternatives(&self, column: usize) -> bool {
        self.children(column).any(|child| child.node.has_alternatives())
    }

    /// The pieces of what every row has to meet: the number of each, then those of what is inside it.
    pub(crate) fn pieces_of_rows(&self) -> impl Iterator<Item = Vec<u8>> {
        let inside = |child: &Child| child.node.candidates(Removed::default());
        self.all.iter().map(move |child| std::iter::once(child.id).chain(inside(child)).collect())
    }

    /// How many conditions can be left out of a number. Follows from the plan.
    pub(crate) fn most(&self, column: usize) -> usize {
        let of_rows = self.tree(column).candidates(Removed::default()).len();
        of_rows + self.labels.len() + self.inner.len()
    }

    /// The relation that the rows come from; leaves and keys are expressions over it.
    pub(crate) const fn base(&self) -> &LogicalPlan {
        &self.rows.base
    }

    /// Everything that a number is made of, as it is without what is removed inside.
    pub(crate) fn inside_out(&self, removed: Removed) -> Result<InsideOut> {
        let (Parts { base, keys, values, leaves }, sites) = self.without_inner(removed)?;
        let ids = self.inner().filter_map(|id| u8::try_from(id).ok());
        let conditions = ids.zip(sites.into_told()).collect();
        Ok(InsideOut {
            leaves,
            keys,
            conditions,
            rows: words::of(&base)?,
            values: values.iter().map(|value| words::said(value, &[&base])).collect(),
        })
    }

    /// How many leaves the trees have.
    pub(crate) fn leaves(&self) -> usize {
        self.leaves.len()
    }

    /// For each key, the number of its label.
    pub(crate) fn labels(&self) -> Range<usize> {
        self.labels.clone()
    }

    /// The numbers of what can only be left out of the plan.
    pub(crate) fn inner(&self) -> Range<usize> {
        self.inner.clone()
    }

    /// Of what is removed, what can only be left out of the plan.
    pub(crate) fn inside(&self, removed: Removed) -> Removed {
        let ids = self.inner().filter_map(|id| u8::try_from(id).ok());
        ids.filter(|id| removed.contains(*id)).fold(Removed::default(), Removed::with)
    }

    /// The release without some of its conditions. The key of a label that is left out is NULL.
    pub(crate) fn without(
        &self,
        of: &PersonalRelease,
        removed: Removed,
    ) -> Result<PersonalRelease> {
        self.without_each(of, removed, &vec![removed; self.arguments.len()])
    }

    /// The same, where of the own condition of each argument something else is left out.
    pub(crate) fn without_each(
        &self,
        of: &PersonalRelease,
        removed: Removed,
        own: &[Removed],
    ) -> Result<PersonalRelease> {
        let (parts, _) = self.without_inner(removed)?;
        let all = kept(&self.all, removed, &parts.leaves);
        let input = where_all(all, parts.base)?;
        let mut arguments = vec![];
        for ((value, chosen), own) in parts.values.into_iter().zip(&self.arguments).zip(own) {
            arguments.push(match conjunction(kept(&chosen.when, *own, &parts.leaves)) {
                Some(when) => only_when(when, value),
                None => value,
            });
        }
        let keys = self.labelled(parts.keys, &input, removed)?;
        self.projected(of, input, keys, arguments, vec![])
    }

    /// Of what is removed from a number, what all numbers share, and what the argument has of its own.
    pub(crate) fn shared_and_own(&self, column: usize, removed: Removed) -> (Removed, Removed) {
        let own = column.checked_sub(1).and_then(|at| self.arguments.get(at));
        let own = own.map(|argument| argument.when.as_slice()).unwrap_or_default();
        let ids = own.iter().flat_map(|child| {
            std::iter::once(child.id).chain(child.node.candidates(Removed::default()))
        });
        let own = ids.fold(Removed::default(), Removed::with).within(removed);
        (removed.except(own), own)
    }

    /// The release with every row, whatever its leaves say, and with the leaves behind its arguments. What stands
    /// deeper is left out if it is removed.
    pub(crate) fn open(
        &self,
        of: &PersonalRelease,
        removed: Removed,
        only: &Only,
    ) -> Result<PersonalRelease> {
        let (parts, _) = self.without_inner(removed)?;
        let all = self.all.iter().filter(|child| only.kept.contains(child.id));
        let all = all.map(|child| expr_of(&child.node, removed, &parts.leaves));
        let keys = parts.keys.iter().zip(&only.keys);
        let keys = keys.filter_map(|(key, values)| Some(one_of(key, values.as_ref()?)));
        let input = where_all(all.chain(keys), parts.base)?;
        let leaves = parts.leaves.into_iter().map(Expr::is_true).collect();
        self.projected(of, input, parts.keys, parts.values, leaves)
    }

    /// The release with every row and nothing but the keys.
    pub(crate) fn keys_alone(
        &self,
        of: &PersonalRelease,
        removed: Removed,
    ) -> Result<PersonalRelease> {
        let (parts, _) = self.without_inner(removed)?;
        let of = PersonalRelease { arguments: vec![], ..of.clone() };
        self.projected(&of, parts.base, parts.keys, vec![], vec![])
    }

    /// The keys under which a cell is found once these labels are left out.
    pub(crate) fn labelled_keys(
        &self,
        keys: &[ScalarValue],
        removed: Removed,
    ) -> Result<Vec<ScalarValue>> {
        let gone = |id: usize| u8::try_from(id).is_ok_and(|id| removed.contains(id));
        let keys = keys.iter().zip(self.labels());
        keys.map(|(key, id)| match gone(id) {
            false => Ok(key.clone()),
            true => ScalarValue::try_from(&key.data_type()),
        })
        .collect()
    }

    /// Each condition in words, by its number: for the auditor. Holds the researcher's constants.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = vec![String::new(); self.labels.start];
        let own = self.arguments.iter().flat_map(|argument| &argument.when);
        for child in self.all.iter().chain(own) {
            self.tell(child, &mut told);
        }
        told.extend(self.rows.keys.iter().map(|key| format!("the group of {key}")));
        if let Ok((_, sites)) = self.without_inner(Removed::default()) {
            told.extend(sites.into_told());
        }
        told
    }

    fn tell(&self, child: &Child, told: &mut [String]) {
        if let Some(slot) = told.get_mut(usize::from(child.id)) {
            *slot = expr_of(&child.node, Removed::default(), &self.leaves).to_string();
        }
        match &child.node {
            Node::Leaf(_) => {}
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| self.tell(part, told));
            }
        }
    }

    fn without_inner(&self, removed: Removed) -> Result<(Parts, Sites)> {
        let mut sites = Sites::from(self.inner.start, removed);
        let base = sites.plan(self.rows.base.clone())?;
        let mut walked = |exprs: Vec<&Expr>| -> Result<Vec<Expr>> {
            exprs.into_iter().map(|expr| sites.expr(expr.clone())).collect()
        };
        let parts = Parts {
            base,
            keys: walked(self.rows.keys.iter().collect())?,
            values: walked(self.arguments.iter().map(|argument| &argument.value).collect())?,
            leaves: walked(self.leaves.iter().collect())?,
        };
        Ok((parts, sites))
    }

    /// Keys, NULL where the label is removed.
    fn labelled(
        &self,
        keys: Vec<Expr>,
        input: &LogicalPlan,
        removed: Removed,
    ) -> Result<Vec<Expr>> {
        let gone = |id: usize| u8::try_from(id).is_ok_and(|id| removed.contains(id));
        let keys = keys.into_iter().zip(self.labels());
        keys.map(|(key, id)| match gone(id) {
            false => Ok(key),
            true => Ok(lit(ScalarValue::try_from(&key.get_type(input.schema().as_ref())?)?)),
        })
        .collect()
    }

    fn projected(
        &self,
        of: &PersonalRelease,
        input: LogicalPlan,
        keys: Vec<Expr>,
        arguments: Vec<Expr>,
        leaves: Vec<Expr>,
    ) -> Result<PersonalRelease> {
        let kinds = of.arguments.iter().cloned().chain(leaves.iter().map(|_| Argument::Presence));
        let kinds = kinds.collect();
        let keys = keys.into_iter().enumerate().map(|(at, key)| key.alias(format!("key_{at}")));
        let arguments = arguments.into_iter().chain(leaves).enumerate();
        let arguments = arguments.map(|(at, expr)| expr.alias(format!("argument_{at}")));
        let person = std::iter::once(self.rows.person.clone().alias(PERSON));
        let exprs = person.chain(keys).chain(arguments).collect();
        let plan = Projection::try_new(exprs, Arc::new(input))?;
        Ok(PersonalRelease { input: LogicalPlan::Projection(plan), arguments: kinds, ..of.clone() })
    }
}

/// What a number is made of.
pub(crate) struct InsideOut {
    pub(crate) leaves: Vec<Expr>,
    pub(crate) keys: Vec<Expr>,
    /// What each condition says that can only be left out of the plan, by its number.
    pub(crate) conditions: Vec<(u8, String)>,
    /// What is computed below the rows, in words.
    pub(crate) rows: String,
    /// What each argument is, where it is computed.
    pub(crate) values: Vec<Option<String>>,
}

/// An expression over the relation that the rows come from, whatever its columns are called that are of no table.
pub(crate) fn written_over(expr: &Expr, base: &LogicalPlan) -> String {
    words::written(expr, &[base])
}

/// Which rows of an open release are wanted: all by default.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Only {
    /// Those that meet these of the conditions that every row has to meet.
    pub(crate) kept: Removed,
    /// Those whose keys have one of these values; any where there are none.
    pub(crate) keys: Vec<Option<HashSet<ScalarValue>>>,
}

/// The parts of a release, some conditions left out.
struct Parts {
    base: LogicalPlan,
    keys: Vec<Expr>,
    values: Vec<Expr>,
    leaves: Vec<Expr>,
}

/// Gives numbers to pieces and to the comparisons in them.
#[derive(Default)]
struct Numbered {
    leaves: Vec<Expr>,
    next: usize,
}

impl Numbered {
    fn children(&mut self, pieces: Vec<Pieces>) -> std::result::Result<Vec<Child>, Refusal> {
        pieces.into_iter().map(|piece| self.child(piece)).collect()
    }

    fn child(&mut self, piece: Pieces) -> std::result::Result<Child, Refusal> {
        let id = number(self.next)?;
        self.next += 1;
        let node = match piece {
            Pieces::One(expr) => Node::Leaf(self.leaf(expr)?),
            Pieces::All(parts) => Node::All(self.children(parts)?),
            Pieces::Any(parts) => Node::Any(self.children(parts)?),
        };
        Ok(Child { id, node })
    }

    fn leaf(&mut self, expr: Expr) -> std::result::Result<u8, Refusal> {
        let known = self.leaves.iter().position(|known| *known == expr);
        let at = known.unwrap_or_else(|| {
            self.leaves.push(expr);
            self.leaves.len() - 1
        });
        number(at)
    }
}

fn number(at: usize) -> std::result::Result<u8, Refusal> {
    u8::try_from(at).ok().filter(|_| at < MOST).ok_or_else(too_many)
}

fn too_many() -> Refusal {
    Refusal::new(
        Code::TooLarge,
        format!("the query has more than {MOST} conditions on rows about people"),
        "use a range or one IN list in place of many comparisons, or split the query",
    )
    .under("limit: conditions")
}

/// The value of an argument where its own condition holds, and that condition: FILTER, or a CASE that yields nothing
/// elsewhere.
fn without_condition(kind: &Argument, expr: Expr, base: &LogicalPlan) -> (Expr, Vec<Pieces>) {
    let mut conditions = vec![];
    let mut value = expr;
    while let Expr::Case(Case { expr: None, when_then_expr, else_expr }) = &value {
        let nothing = match (kind, else_expr.as_deref()) {
            (_, None) => true,
            (Argument::Value { .. }, Some(other)) => is_nothing(other),
            (Argument::Presence | Argument::Positions { .. }, Some(other)) => {
                matches!(other, Expr::Literal(value, _) if value.is_null())
            }
        };
        let [(when, then)] = when_then_expr.as_slice() else { break };
        if !nothing {
            break;
        }
        conditions.push(Pieces::of(when));
        value = then.as_ref().clone();
    }
    if *kind == Argument::Presence && is_computed(&value, base) {
        conditions.push(Pieces::of(&value.is_not_null()));
        value = lit(true);
    }
    (value, conditions)
}

/// Whether an expression decides by itself in which rows there is something to count: `nullif(x, 1)`, `1 / (x - 1)`. A
/// column does where it is computed further down, or written and joined.
fn is_computed(expr: &Expr, base: &LogicalPlan) -> bool {
    match expr {
        Expr::Alias(alias) => is_computed(&alias.expr, base),
        Expr::Cast(cast) => is_computed(&cast.expr, base),
        Expr::Literal(..) => false,
        column @ Expr::Column(_) => !is_stored(column, base) && !is_person_column(column, base),
        _ => true,
    }
}

/// The rows that meet all of these.
fn where_all(all: impl IntoIterator<Item = Expr>, rows: LogicalPlan) -> Result<LogicalPlan> {
    match conjunction(all) {
        Some(predicate) => Ok(LogicalPlan::Filter(Filter::try_new(predicate, Arc::new(rows))?)),
        None => Ok(rows),
    }
}

/// The pieces that are left of what must hold.
fn kept(children: &[Child], removed: Removed, leaves: &[Expr]) -> Vec<Expr> {
    let left = children.iter().filter(|child| !removed.contains(child.id));
    left.map(|child| expr_of(&child.node, removed, leaves)).collect()
}

fn expr_of(node: &Node, removed: Removed, leaves: &[Expr]) -> Expr {
    let leaf = |at: &u8| leaves.get(usize::from(*at)).cloned().unwrap_or(lit(false));
    match node {
        Node::Leaf(at) => leaf(at),
        Node::All(parts) => conjunction(kept(parts, removed, leaves)).unwrap_or(lit(true)),
        Node::Any(parts) => {
            let parts = kept(parts, removed, leaves);
            datafusion::logical_expr::utils::disjunction(parts).unwrap_or(lit(false))
        }
    }
}

fn one_of(key: &Expr, values: &HashSet<ScalarValue>) -> Expr {
    let mut known: Vec<&ScalarValue> = values.iter().filter(|value| !value.is_null()).collect();
    known.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    let known: Vec<Expr> = known.into_iter().cloned().map(lit).collect();
    let is_known = key.clone().in_list(known, false);
    if values.iter().any(ScalarValue::is_null) {
        is_known.or(key.clone().is_null())
    } else {
        is_known
    }
}

fn only_when(when: Expr, value: Expr) -> Expr {
    let when_then_expr = vec![(Box::new(when), Box::new(value))];
    Expr::Case(Case { expr: None, when_then_expr, else_expr: None })
}
