//! What each condition says, in one form for all ways to write it: the values of a column that it leaves.
//!
//! A condition on one column whose values are public (categories, whole numbers between declared bounds) is the list of
//! those for which it is true, whatever its text: `BETWEEN 1950 AND 1959` and `birth_year / 10 = 195` are the same. A
//! group of a table is such a condition too. Where the values are not public, the condition's own text in terms of the
//! canonical relation stands for it. Must never know: rows.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_expr::create_physical_expr;
use datafusion::scalar::ScalarValue;
use tresor_disclosure::low_effect::{Child, Layer, Node, Removed};

use crate::catalog::contract::{ColumnContract, ColumnType, Role};
use crate::guard::conditions::{Conditions, InsideOut, written_over};
use crate::guard::domain;
use crate::guard::structural::KeyColumn;
use crate::sql::SourceTable;

/// Widest range of whole numbers whose values are gone through.
const WIDEST: f64 = 4_096.0;

/// How a missing value is written.
const MISSING: &str = "\u{0}missing";

/// A column with the values that the contract lets it hold.
struct PublicColumn {
    name: String,
    values: Vec<String>,
}

/// Places among the public values of a column.
type Places = BTreeSet<usize>;

/// What a leaf or a key says of a column.
enum Described {
    /// The column, by its place, and for each thing that the expression can be the values for which it is that.
    Values { column: usize, values: HashMap<String, Arc<Said>> },
    /// The text of the expression.
    Text(String),
}

/// What a condition leaves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    /// Of a column, by its place, these values.
    Values {
        column: usize,
        values: Places,
    },
    Text(String),
}

/// What a condition leaves, and its layer once that was asked for: cells have most of their conditions in common.
struct Said {
    left: Left,
    layer: OnceLock<Option<Layer>>,
}

impl Said {
    fn of(left: Left) -> Arc<Self> {
        Arc::new(Self { left, layer: OnceLock::new() })
    }
}

/// What the conditions of a release say of columns.
pub(super) struct Layers<'a> {
    conditions: &'a Conditions,
    columns: Vec<PublicColumn>,
    leaves: Vec<Described>,
    keys: Vec<Described>,
    /// What can only be left out of the plan, by its number.
    inner: Vec<(u8, Layer)>,
    /// What is computed below the rows, and what earlier results say there.
    rows: Layer,
    /// What each argument is, where it is computed.
    values: Vec<Option<Layer>>,
}

impl<'a> Layers<'a> {
    /// What they say without what is removed inside of expressions.
    pub(super) fn of(
        conditions: &'a Conditions,
        earlier: &[Vec<RecordBatch>],
        removed: Removed,
    ) -> Result<Self> {
        let base = conditions.base();
        let mut columns = vec![];
        let mut of = |exprs: Vec<Expr>| -> Vec<Described> {
            exprs.iter().map(|expr| described(expr, base, &mut columns)).collect()
        };
        let InsideOut { leaves, keys, conditions: inner, rows, values } =
            conditions.inside_out(removed)?;
        let (leaves, keys) = (of(leaves), of(keys));
        let inner = inner.into_iter().map(|(id, text)| (id, Layer::of("deeper", [text]))).collect();
        let value = |text: Option<String>| Some(Layer::of("argument", [text?]));
        // A researcher can write constants into an earlier result as well.
        let rows = Layer::of("rows", [rows, in_words(earlier)?]);
        let values = values.into_iter().map(value).collect();
        Ok(Self { conditions, columns, leaves, keys, inner, rows, values })
    }

    /// One number for all that is asked of a cell's number: its conditions, and how its rows and values are made.
    pub(super) fn name(&self, column: usize, keys: &[ScalarValue], removed: Removed) -> u64 {
        self.name_with(column, removed, &self.of_cell(column, keys, removed))
    }

    /// The same where the conditions are at hand.
    pub(super) fn name_with(&self, column: usize, removed: Removed, conditions: &[Layer]) -> u64 {
        let mut all = conditions.to_vec();
        all.push(self.rows);
        all.extend(column.checked_sub(1).and_then(|at| self.values.get(at).copied()).flatten());
        let deeper = self.inner.iter().filter(|(id, _)| !removed.contains(*id));
        all.extend(deeper.map(|(_, layer)| *layer));
        Layer::name(&all)
    }

    /// The conditions that a cell's number still has, for noise of their own: of the cell (column 0) or an argument.
    pub(super) fn of_cell(
        &self,
        column: usize,
        keys: &[ScalarValue],
        removed: Removed,
    ) -> Vec<Layer> {
        let kept = |child: &&Child| !removed.contains(child.id);
        let mut left: Vec<Arc<Said>> = vec![];
        for child in self.conditions.children(column).filter(kept) {
            add(&mut left, self.left(&child.node, removed));
        }
        for ((key, value), id) in self.keys.iter().zip(keys).zip(self.conditions.labels()) {
            if !u8::try_from(id).is_ok_and(|id| removed.contains(id)) {
                add(&mut left, of_label(key, value));
            }
        }
        let mut layers: Vec<Layer> = left.iter().filter_map(|said| self.layer(said)).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }

    fn left(&self, node: &Node, removed: Removed) -> Arc<Said> {
        let (parts, all) = match node {
            Node::Leaf(at) => return of_leaf(self.leaves.get(usize::from(*at))),
            Node::All(parts) => (parts, true),
            Node::Any(parts) => (parts, false),
        };
        let parts = parts.iter().filter(|part| !removed.contains(part.id));
        let mut parts: Vec<Left> =
            parts.map(|part| self.left(&part.node, removed).left.clone()).collect();
        parts.sort();
        let together =
            parts.iter().skip(1).fold(parts.first().cloned(), |sum, part| match (sum?, part) {
                (Left::Values { column, values }, Left::Values { column: other, values: more })
                    if column == *other =>
                {
                    let values = if all { &values & more } else { &values | more };
                    Some(Left::Values { column, values })
                }
                _ => None,
            });
        Said::of(together.unwrap_or_else(|| {
            let mut texts: Vec<String> = parts.iter().map(|part| self.text(part)).collect();
            texts.sort();
            Left::Text(texts.join(if all { " and " } else { " or " }))
        }))
    }

    /// The layer of what is left; none where it leaves every value.
    fn layer(&self, said: &Said) -> Option<Layer> {
        *said.layer.get_or_init(|| match &said.left {
            Left::Text(text) => Some(Layer::of(text, ["true"])),
            Left::Values { column, values } => self.columns.get(*column).and_then(|column| {
                let whole = values.len() == column.values.len();
                (!whole).then(|| Layer::of(&column.name, column.at(values)))
            }),
        })
    }

    fn text(&self, left: &Left) -> String {
        match left {
            Left::Text(text) => format!("({text})"),
            Left::Values { column, values } => match self.columns.get(*column) {
                Some(column) => {
                    let mut texts: Vec<&str> = column.at(values).collect();
                    texts.sort_unstable();
                    format!("({} in {})", column.name, texts.join(", "))
                }
                None => String::new(),
            },
        }
    }
}

impl PublicColumn {
    fn at(&self, places: &Places) -> impl Iterator<Item = &str> {
        places.iter().filter_map(|at| self.values.get(*at)).map(String::as_str)
    }
}

/// Adds what is left by one more condition: two on one column are one.
fn add(all: &mut Vec<Arc<Said>>, more: Arc<Said>) {
    if let Left::Values { column, values } = &more.left {
        for known in all.iter_mut() {
            if let Left::Values { column: same, values: known_values } = &known.left
                && same == column
            {
                let values = known_values & values;
                *known = Said::of(Left::Values { column: *column, values });
                return;
            }
        }
    }
    all.push(more);
}

fn of_leaf(leaf: Option<&Described>) -> Arc<Said> {
    match leaf {
        Some(described @ Described::Values { .. }) => described.where_it_is("true"),
        Some(Described::Text(text)) => Said::of(Left::Text(text.clone())),
        None => Said::of(Left::Text(String::new())),
    }
}

/// The rows of a group are those whose column has one of the values that lead to the group.
fn of_label(key: &Described, label: &ScalarValue) -> Arc<Said> {
    let label = written(label);
    match key {
        Described::Values { .. } => key.where_it_is(&label),
        Described::Text(text) => Said::of(Left::Text(format!("{text} is {label}"))),
    }
}

impl Described {
    /// The values for which the expression is this.
    fn where_it_is(&self, result: &str) -> Arc<Said> {
        match self {
            Self::Values { column, values } => values.get(result).cloned().unwrap_or_else(|| {
                Said::of(Left::Values { column: *column, values: Places::new() })
            }),
            Self::Text(text) => Said::of(Left::Text(text.clone())),
        }
    }
}

/// What earlier results say, in order. They are protected.
fn in_words(earlier: &[Vec<RecordBatch>]) -> Result<String> {
    let mut words = vec![];
    for batch in earlier.iter().flatten() {
        for column in batch.columns() {
            for row in 0..column.len() {
                words.push(ScalarValue::try_from_array(column, row)?.to_string());
            }
        }
    }
    Ok(words.join("\n"))
}

fn written(value: &ScalarValue) -> String {
    let text = value.cast_to(&DataType::Utf8).ok();
    let text = text.as_ref().and_then(|text| text.try_as_str().flatten());
    text.unwrap_or(MISSING).to_owned()
}

fn described(expr: &Expr, base: &LogicalPlan, columns: &mut Vec<PublicColumn>) -> Described {
    by_values(expr, base, columns).unwrap_or_else(|| Described::Text(written_over(expr, base)))
}

/// The expression for each public value of the one column that it is about.
fn by_values(
    expr: &Expr,
    base: &LogicalPlan,
    columns: &mut Vec<PublicColumn>,
) -> Option<Described> {
    let about = expr.column_refs();
    let mut about = about.into_iter();
    let (column, None) = (about.next()?, about.next()) else { return None };
    let name = KeyColumn::of(&Expr::Column(column.clone()), base)?.name;
    let values = public_values(&contract_column(base, &name)?)?;
    let field = base.schema().field(base.schema().maybe_index_of_column(column)?);
    let values = ScalarValue::iter_to_array(values).ok()?;
    let values = cast(&values, field.data_type()).ok()?;
    let results = texts(&evaluated(expr, column, &values)?)?;
    let mut by_result: HashMap<String, Places> = HashMap::new();
    for (place, result) in results.into_iter().enumerate() {
        by_result.entry(result).or_default().insert(place);
    }
    let values = texts(&values)?;
    let column = columns.iter().position(|known| known.name == name).unwrap_or_else(|| {
        columns.push(PublicColumn { name, values });
        columns.len() - 1
    });
    let left = |values| Said::of(Left::Values { column, values });
    let values = by_result.into_iter().map(|(result, places)| (result, left(places))).collect();
    Some(Described::Values { column, values })
}

/// What an expression over one column is for these values of it, which are public.
fn evaluated(expr: &Expr, column: &Column, values: &ArrayRef) -> Option<ArrayRef> {
    let field = Arc::new(Field::new(column.name.clone(), values.data_type().clone(), true));
    let fields = vec![(column.relation.clone(), Arc::clone(&field))];
    let schema = DFSchema::new_with_metadata(fields, Default::default()).ok()?;
    let (props, context) = (ExecutionProps::new(), PhysicalPlanningContext::default());
    let physical = create_physical_expr(expr, &schema, &props, &context).ok()?;
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::clone(values)]);
    physical.evaluate(&batch.ok()?).ok()?.into_array(values.len()).ok()
}

fn texts(array: &ArrayRef) -> Option<Vec<String>> {
    let texts = cast(array, &DataType::Utf8).ok()?;
    let texts = texts.as_string_opt::<i32>()?;
    Some(texts.iter().map(|text| text.unwrap_or(MISSING).to_owned()).collect())
}

/// Every value that the contract lets a column hold.
fn public_values(column: &ColumnContract) -> Option<Vec<ScalarValue>> {
    if let Some(domain) = domain::of_column(column) {
        return Some(domain.to_vec());
    }
    let bounds = column.bounds.filter(|bounds| bounds.upper - bounds.lower <= WIDEST)?;
    let whole = column.kind == ColumnType::Integer && column.role != Role::Person;
    let missing = column.nullable.then_some(ScalarValue::Int64(None));
    let values = (bounds.lower as i64..=bounds.upper as i64).map(|v| ScalarValue::Int64(Some(v)));
    whole.then(|| values.chain(missing).collect())
}

/// The contract of a column by its name with table and dataset.
fn contract_column(plan: &LogicalPlan, name: &str) -> Option<ColumnContract> {
    let mut found = None;
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(source) = scan.source.downcast_ref::<SourceTable>()
        {
            let columns = source.0.table.columns.iter().enumerate();
            let mut named = columns
                .filter(|(at, _)| source.0.column_id(*at).is_some_and(|id| id.to_string() == name));
            found = found.take().or_else(|| named.next().map(|(_, column)| column.clone()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    walked.ok()?;
    found
}
