//! Links inside a person: `o_orderkey = l_orderkey` means the person too, where the contract declares the link.
//!
//! An order belongs to one person, says the contract. The guard does not believe it: where the whole link is equated it
//! adds the equality of the person, so that rows of two persons never meet, whatever the data hold (PERSON-KNOWN).

use datafusion::logical_expr::Expr;

use super::super::facts::{ContractColumn, Relation};
use super::super::walk::fact_of;
use super::{Link, keys};
use crate::catalog::links::LinkEnd;

/// The same join with the person equated, where its equalities hold a whole declared link and not yet the person.
pub(super) fn with_person(mut link: Link) -> Link {
    let person = |expr: &Expr, relation: &Relation| fact_of(expr, relation).touches_person();
    let touched = |(l, r): &(Expr, Expr)| person(l, &link.left) || person(r, &link.right);
    if link.condition.on.iter().any(touched) {
        return link;
    }
    let Some(linked) = whole_link(&link) else { return link };
    let (Some(left), Some(right)) = (link.left.person(), link.right.person()) else { return link };
    link.condition.on.push((link.left.column(left), link.right.column(right)));
    link.linked = Some(linked);
    link
}

/// Columns of the contract that the two sides equate.
type Equated = (ContractColumn, ContractColumn);

/// The columns of a link all of which are equated, in words.
fn whole_link(link: &Link) -> Option<String> {
    let held = |expr: &Expr, relation: &Relation| {
        relation.columns.get(keys::column(expr, relation)?)?.column.clone()
    };
    let pairs = link.condition.on.iter();
    let equated: Vec<Equated> =
        pairs.filter_map(|(l, r)| Some((held(l, &link.left)?, held(r, &link.right)?))).collect();
    let (table, end) =
        equated.iter().find_map(|pair| Some((&pair.0.table, end_of(pair, &equated)?)))?;
    let columns = end.columns.iter().filter_map(|&at| table.table.columns.get(at));
    let names: Vec<String> = columns.map(|column| format!("`{}`", column.name)).collect();
    Some(names.join(" and "))
}

/// The left end of a link between the tables of these columns that is wholly equated.
fn end_of<'a>((l, r): &'a Equated, equated: &[Equated]) -> Option<&'a LinkEnd> {
    if (&l.table.dataset, &l.table.snapshot) != (&r.table.dataset, &r.table.snapshot) {
        return None;
    }
    let of_tables = |left: &ContractColumn, right: &ContractColumn| {
        left.table.table.name == l.table.table.name && right.table.table.name == r.table.table.name
    };
    l.table.links.iter().find(|left| {
        r.table.links.iter().filter(|right| right.link == left.link).any(|right| {
            left.columns.len() == right.columns.len()
                && left.columns.iter().zip(&right.columns).all(|(&a, &b)| {
                    equated.iter().any(|(l, r)| l.at == a && r.at == b && of_tables(l, r))
                })
        })
    })
}
