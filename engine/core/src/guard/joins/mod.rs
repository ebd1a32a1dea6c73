//! Joins: tables about persons equate the person, tables without persons bring their whole key.
//!
//! So a row below the boundary always belongs to one person, and a join with a code list never multiplies rows.
//! Every kind of join is decided here by what stands on its sides, without a catch-all (PERSON-KNOWN).

mod conditions;
mod keys;
mod links;
mod persons;
mod results;

use std::sync::Arc;

use datafusion::common::{JoinConstraint, JoinType, NullEquality};
use datafusion::logical_expr::{Expr, Join, LogicalPlan};
use datafusion::scalar::ScalarValue;

use self::conditions::Condition;
use self::keys::whole_key;
use super::boundary;
use super::facts::{Fact, PersonFact, Relation, Side};
use super::flow::name_of;
use super::person_use;
use super::walk::{Walk, internal};
use crate::refusal::{Code, Refusal};
use crate::sql::QueryText;

/// A join that is being judged.
struct Link {
    kind: JoinType,
    nulls: NullEquality,
    left: Relation,
    right: Relation,
    condition: Condition,
    /// The columns by which a link of the contract brought the two together, where the guard added the person.
    linked: Option<String>,
}

/// Rebuilds a join and says what is known of its output.
pub(super) fn join(
    walk: &mut Walk<'_>,
    node: &Join,
    left: Relation,
    right: Relation,
) -> Result<Relation, Refusal> {
    let condition = Condition::of(node, &left, &right)?;
    let (kind, nulls) = (node.join_type, node.null_equality);
    let link = Link { kind, nulls, left, right, condition, linked: None }.left_handed();
    let plain = link.nulls == NullEquality::NullEqualsNothing || link.only_chooses();
    if !plain || node.null_aware {
        return Err(not_supported("this kind of join is not supported", walk.text));
    }
    judge(walk, link)
}

fn judge(walk: &mut Walk<'_>, link: Link) -> Result<Relation, Refusal> {
    match (&link.left.side, &link.right.side) {
        (Side::Personal { .. }, Side::Personal { .. }) => persons::join(walk, link),
        (Side::Personal { .. }, Side::Public { .. })
        | (Side::Public { .. }, Side::Personal { .. }) => with_public(walk, link),
        (Side::Public { .. }, Side::Public { .. }) => publics(walk, link),
        (Side::Released { .. }, Side::Released { .. } | Side::Public { .. })
        | (Side::Public { .. }, Side::Released { .. }) => results::join(walk, link),
        // INTERSECT and EXCEPT of lists: both are protected lists.
        (Side::Released { .. }, Side::Personal { .. })
            if link.only_chooses() && !link.on_person() =>
        {
            let visible = link.right.visible();
            let right = boundary::list(walk, link.right, &visible)?;
            judge(walk, Link { right, ..link })
        }
        // A result that rows about persons are held against is made first; then it is a table about nobody.
        (Side::Released { .. }, Side::Personal { .. }) => {
            let left = walk.earlier(link.left)?;
            judge(walk, Link { left, ..link })
        }
        (Side::Personal { .. }, Side::Released { .. }) => {
            let right = walk.earlier(link.right)?;
            judge(walk, Link { right, ..link })
        }
    }
}

impl Link {
    /// Semi, anti and mark joins keep the rows of their left side.
    fn left_handed(self) -> Self {
        let kind = match self.kind {
            JoinType::RightSemi => JoinType::LeftSemi,
            JoinType::RightAnti => JoinType::LeftAnti,
            JoinType::RightMark => JoinType::LeftMark,
            JoinType::Inner
            | JoinType::Left
            | JoinType::Right
            | JoinType::Full
            | JoinType::LeftSemi
            | JoinType::LeftAnti
            | JoinType::LeftMark => return self,
        };
        let condition = self.condition.swapped();
        Self { kind, left: self.right, right: self.left, condition, ..self }
    }

    /// Whether it only chooses or marks rows of the left side.
    const fn only_chooses(&self) -> bool {
        matches!(self.kind, JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark)
    }

    /// Whether it looks at the person of the right side.
    fn on_person(&self) -> bool {
        self.condition.filter.is_some()
            || self
                .right
                .visible()
                .iter()
                .any(|&at| self.right.columns.get(at).is_some_and(Fact::touches_person))
    }

    /// Whether rows of the left and of the right side may find no partner and stay.
    const fn keeps(&self) -> (bool, bool) {
        match self.kind {
            JoinType::Inner | JoinType::LeftSemi | JoinType::RightSemi => (false, false),
            JoinType::Left | JoinType::LeftAnti | JoinType::LeftMark => (true, false),
            JoinType::Right | JoinType::RightAnti | JoinType::RightMark => (false, true),
            JoinType::Full => (true, true),
        }
    }

    /// What is known of the output columns, for any kind of join.
    fn facts(&self) -> Vec<Fact> {
        let (keeps_left, keeps_right) = self.keeps();
        let mut facts: Vec<Fact> = self.left.columns.clone();
        if self.only_chooses() {
            if self.kind == JoinType::LeftMark {
                let known = [Some(true), Some(false)].map(ScalarValue::Boolean);
                facts.push(Fact { domain: Some(known.into()), ..Fact::default() });
            }
            return facts;
        }
        if keeps_right {
            facts.iter_mut().for_each(may_be_missing);
        }
        let far = facts.len();
        facts.extend(self.right.columns.iter().cloned());
        if keeps_left {
            facts.iter_mut().skip(far).for_each(may_be_missing);
        }
        facts
    }

    /// The node, with a check that its remaining condition only links by the person.
    fn build(self, side: Side, columns: Vec<Fact>, text: &QueryText) -> Result<Relation, Refusal> {
        if let Some(filter) = &self.condition.filter {
            let both = Relation {
                plan: self.plan(JoinType::Inner)?,
                side: side.clone(),
                columns: self.left.columns.iter().chain(&self.right.columns).cloned().collect(),
                flow: self.left.flow.clone(),
            };
            person_use::check_condition(filter, &both, text)?;
        }
        let plan = self.plan(self.kind)?;
        let flow = super::flow::Flow::of(words(&self), vec![self.left.flow, self.right.flow]);
        Ok(Relation { plan, side, columns, flow })
    }

    fn plan(&self, kind: JoinType) -> Result<LogicalPlan, Refusal> {
        let join = Join::try_new(
            Arc::new(self.left.plan.clone()),
            Arc::new(self.right.plan.clone()),
            self.condition.on.clone(),
            self.condition.filter.clone(),
            kind,
            JoinConstraint::On,
            self.nulls,
            false,
        );
        join.map(LogicalPlan::Join).map_err(internal)
    }
}

/// How a join is told to the researcher.
fn words(link: &Link) -> String {
    let kind = match link.kind {
        JoinType::Inner => "join",
        JoinType::Left => "left join",
        JoinType::Right => "right join",
        JoinType::Full => "full join",
        JoinType::LeftSemi | JoinType::RightSemi => "only rows with a partner",
        JoinType::LeftAnti | JoinType::RightAnti => "only rows without a partner",
        JoinType::LeftMark | JoinType::RightMark => "whether there is a partner",
    };
    if let Some(columns) = &link.linked {
        return format!("{kind} linked by {columns}, the person added");
    }
    let by = match (&link.left.side, &link.right.side) {
        (Side::Personal { .. }, Side::Personal { .. }) => "on the person",
        (Side::Personal { .. }, _) | (_, Side::Personal { .. }) => "with a table about nobody",
        (Side::Public { .. }, Side::Public { .. }) => "of tables about nobody",
        _ => "of results",
    };
    let equal = link.condition.on.iter().map(|(left, right)| (name_of(left), name_of(right)));
    let equal: Vec<String> = equal
        .map(|(left, right)| match left == right {
            true => format!("`{left}`"),
            false => format!("`{left}` = `{right}`"),
        })
        .collect();
    match equal.is_empty() {
        true => format!("{kind} {by}"),
        false => format!("{kind} {by} ({})", equal.join(", ")),
    }
}

/// A table about persons and one without. A row without a person must not come of it.
fn with_public(walk: &Walk<'_>, link: Link) -> Result<Relation, Refusal> {
    let (left, right) = (&link.left, &link.right);
    for (l, r) in &link.condition.on {
        person_use::check_condition(l, left, walk.text)?;
        person_use::check_condition(r, right, walk.text)?;
    }
    let personal_left = matches!(left.side, Side::Personal { .. });
    let (keeps_left, keeps_right) = link.keeps();
    let keeps_public = if personal_left { keeps_right } else { keeps_left };
    if keeps_public || (!personal_left && link.only_chooses()) {
        return Err(not_supported(
            "this join would keep rows of a table without people, which belong to nobody",
            walk.text,
        )
        .hinting("put the table about people first and write LEFT JOIN, or use JOIN"));
    }
    if link.only_chooses() {
        looked_up(&link, walk.text)?;
    } else if personal_left {
        whole_key(&link.condition.right(), right, walk.text)?;
    } else {
        whole_key(&link.condition.left(), left, walk.text)?;
    }
    let side = if personal_left { left.side.clone() } else { right.side.clone() };
    let columns = link.facts();
    link.build(side, columns, walk.text)
}

/// Two tables without persons. Need a whole key, so that the result stays small.
fn publics(walk: &Walk<'_>, link: Link) -> Result<Relation, Refusal> {
    let (left, right) = (&link.left, &link.right);
    let keys = match link.kind {
        // Either side may be the one that is looked up.
        JoinType::Inner if keys::hold_key(&link.condition.left(), left) => far_keys(left, right),
        JoinType::Inner | JoinType::Left => {
            whole_key(&link.condition.right(), right, walk.text)?;
            left.side.keys().to_vec()
        }
        JoinType::Right => {
            whole_key(&link.condition.left(), left, walk.text)?;
            far_keys(left, right)
        }
        JoinType::Full => {
            whole_key(&link.condition.right(), right, walk.text)?;
            whole_key(&link.condition.left(), left, walk.text)?;
            vec![]
        }
        JoinType::LeftSemi
        | JoinType::LeftAnti
        | JoinType::LeftMark
        | JoinType::RightSemi
        | JoinType::RightAnti
        | JoinType::RightMark => {
            looked_up(&link, walk.text)?;
            left.side.keys().to_vec()
        }
    };
    let columns = link.facts();
    link.build(Side::Public { keys }, columns, walk.text)
}

/// The keys of the right side, where they stand in the joined row.
fn far_keys(left: &Relation, right: &Relation) -> Vec<Vec<usize>> {
    let far = left.columns.len();
    right.side.keys().iter().map(|key| key.iter().map(|at| at + far).collect()).collect()
}

/// A look-up that only chooses rows needs an equality, or a single row to look at: else every row meets every row.
fn looked_up(link: &Link, text: &QueryText) -> Result<(), Refusal> {
    let single = link.right.side.keys().iter().any(Vec::is_empty);
    if single || !link.condition.on.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        Code::JoinFanOut,
        "this looks up every row of a table for every row of another",
        "equate a column of one with a column of the other",
    )
    .at(text.find_any(&["EXISTS", "IN", "JOIN"])))
}

/// The far side of an outer join: values may be missing.
fn may_be_missing(fact: &mut Fact) {
    if fact.touches_person() {
        fact.person = PersonFact::OrNull;
    }
    if let Some(domain) = &fact.domain
        && !domain.iter().any(ScalarValue::is_null)
        && let Some(null) = domain.first().and_then(|v| ScalarValue::try_from(&v.data_type()).ok())
    {
        fact.domain = Some(domain.iter().cloned().chain([null]).collect());
    }
}

fn names(expr: &Expr, relation: &Relation, at: usize) -> bool {
    matches!(expr, Expr::Column(column) if relation.position(column) == Some(at))
}

fn not_supported(what: &str, text: &QueryText) -> Refusal {
    let hint = "write `JOIN .. ON ..` or `LEFT JOIN .. ON ..`";
    Refusal::new(Code::JoinNotSupported, what, hint).at(text.find("JOIN"))
}
