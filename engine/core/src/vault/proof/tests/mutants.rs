//! Real plans with one thing broken: every mutant must be found.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::default_table_source::DefaultTableSource;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{JoinType, TableReference};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprFunctionExt, ExprSchemable, Join, Limit, Operator, TableSource, cast, lit,
};

use datafusion::prelude::col;

use super::clinic::{file, view, visits};
use super::proven::{first, joined};
use super::*;
use crate::guard::release::Release;
use crate::guard::{EarlierTable, Guarded, guard};
use crate::ids::{ProjectId, UserId};
use crate::policy::{PolicyFiles, PolicyRevision, authorise};
use crate::sql::{SourceTable, Submission, Views, understand};
use crate::vault::finish::in_memory;
use crate::vault::tables::SnapshotTable;

/// Honest queries of every kind.
const QUERIES: &[&str] = &[
    "select count(*) from people",
    "select region, count(*) from people where birth_year < 1950 group by region",
    "select p.region, count(*), sum(v.cost) from people p join visits v on v.person_id = p.person_id group by p.region",
    "select kind, count(distinct person_id) from people join visits using (person_id) where sex = 'f' group by kind",
    "select p.region, count(v.person_id), count(distinct v.person_id) from people p left join visits v on v.person_id = p.person_id group by p.region",
    "select p.region, count(*) from people p left join visits v on v.person_id = p.person_id where v.person_id is null group by p.region",
    "select count(v.person_id) from people p left join visits v on v.person_id = p.person_id and v.kind = 'urgent'",
    "select count(*) from people p join visits v on v.person_id = p.person_id and v.cost > p.income",
    "select w.name, count(*) from visits v join wards w on w.ward = v.ward group by w.name",
    "select w.name, w.beds, count(*) from wards w join visits v on w.ward = v.ward where w.beds > 12 group by w.name, w.beds",
    "select w.name, count(*) from visits v left join wards w on w.ward = v.ward and w.beds > 12 group by w.name",
    "select p.sex, w.name, avg(v.cost) from people p join visits v on v.person_id = p.person_id join wards w on w.ward = v.ward group by p.sex, w.name",
    "select count(*) from visits a join visits b on a.person_id = b.person_id and a.kind = 'planned' and b.kind = 'urgent'",
    "select n, count(*) from (select person_id, count(*) n from visits group by person_id) t group by n",
    "select count(*), avg(c) from (select person_id, sum(cost) c from visits group by person_id) t",
    "select n, count(*) from (select p.person_id, count(v.person_id) n from people p left join visits v on v.person_id = p.person_id group by p.person_id) t group by n",
    "select count(*) from (select person_id from people where sex = 'f') a join (select distinct person_id from visits where kind = 'urgent') b on a.person_id = b.person_id",
    "select k, count(*) from (select person_id, count(distinct kind) k from visits group by person_id) t group by k",
    "select p.region, avg(t.longest) from people p join (select person_id, max(nights) longest from visits group by person_id) t on t.person_id = p.person_id group by p.region",
    "select case when cost > 100 then 'dear' else 'cheap' end, count(*), sum(cost) from visits group by 1",
    "select distinct region from people",
    "select a.region, a.n, b.n from (select region, count(*) n from people group by region) a join (select p.region, count(*) n from people p join visits v on v.person_id = p.person_id group by p.region) b on a.region = b.region",
    "select region, count(*) from people p where exists (select 1 from visits v where v.person_id = p.person_id) group by region",
    "select region, count(*) from people where person_id not in (select person_id from visits where kind = 'urgent') group by region",
    "select region, count(*) from people p where sex = 'f' or exists (select 1 from visits v where v.person_id = p.person_id) group by region",
    "select region, count(*) from people p where (select count(*) from visits v where v.person_id = p.person_id) > 2 group by region",
    "select count(*) from people p where 3 not in (select nights from visits v where v.person_id = p.person_id)",
    "select kind, count(*) from visits where cost > (select avg(cost) from visits) group by kind",
    "select count(*) from visits v where v.cost > (select avg(cost) from visits w where w.person_id = v.person_id)",
    "select kind, count(*) from visits where ward not in (select ward from wards where beds > 11) group by kind",
    "select p.region, count(*) from visits v right join people p on v.person_id = p.person_id group by p.region",
    "select p.region, count(v.person_id) from visits v full join people p on v.person_id = p.person_id group by p.region",
    "select p.region, count(distinct coalesce(p.person_id, v.person_id)) from visits v full join people p on v.person_id = p.person_id group by p.region",
    "select k, count(*) from (select coalesce(a.person_id, b.person_id) pid, count(*) k from people a full join visits b on a.person_id = b.person_id group by 1) t group by k",
    "select kind, count(*) from (select person_id, kind, row_number() over (partition by person_id order by visited_on) rn from visits) t where rn = 1 group by kind",
    "select kind, count(*) from (select person_id, kind, sum(cost) over (partition by person_id, kind) c from visits) t where c > 100 group by kind",
    "select k, count(*) from (select person_id, region k from people union all select person_id, kind from visits) t group by k",
    "select count(*) from (select person_id from people intersect select person_id from visits) t",
    "select count(*) from (select person_id from people except select person_id from visits where kind = 'urgent') t",
    "select kind, ward, count(*) from visits group by rollup (kind, ward)",
    "select b.name, count(*) from people p join (values ('east', 'E'), ('west', 'W')) b(region, name) on b.region = p.region group by b.name",
    "with big as (select ward, count(*) n from visits group by ward having count(*) > 50) select v.kind, count(*) from visits v join big on big.ward = v.ward group by v.kind",
    "select region, count(*) filter (where sex = 'f'), sum(income) filter (where sex = 'm') from people group by region",
    "select kind, stddev(cost), corr(cost, nights) from visits group by kind",
    "select kind, median(cost), count(distinct ward) from visits group by kind",
    "select count(*) from people p full join (select * from visits where 1 = 0) v on p.person_id = v.person_id",
];

const POLICY: [(&str, &str); 5] = [
    ("access/model.conf", include_str!("../../../../../../policies/access/model.conf")),
    ("access/rules.csv", RULES),
    ("people.toml", "[[people]]\nuser = \"ann\"\nname = \"Ann\"\n"),
    (
        "projects/study.toml",
        r#"title = "Study"
lay_summary = "Tests."
public_benefit = "None."
purpose = "Tests."
organisation = { name = "A university" }
gdpr_article_6 = "not applicable"
gdpr_article_9 = "not applicable"
national_opt_out = "applied"
controller = "A hospital"
agreement = "none"
approval = { reference = "T-1", committee = "Testers", until = 2099-12-31 }
start = 2024-01-01
end = 2099-12-31
release_profile = "tresor-default"
budget_points = 1000
datasets = ["clinic"]
[[members]]
user = "ann"
role = "researcher"
from = 2024-01-01
until = 2099-12-31
training_until = 2099-12-31
"#,
    ),
    (
        "profiles/tresor-default.toml",
        include_str!("../../../../../../policies/profiles/tresor-default.toml"),
    ),
];

const RULES: &str = "p, researcher, *, clinic/people/*, *, allow
p, researcher, *, clinic/visits/*, *, allow
p, researcher, *, clinic/wards/*, *, allow
";

async fn guarded(sql: &str) -> Guarded {
    let revision = PolicyRevision::from_files(&PolicyFiles::from_texts(POLICY)).await.unwrap();
    let (user, project) = (UserId::new("ann").unwrap(), ProjectId::new("study").unwrap());
    let now = time::OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
    let membership = revision.enter(&user, &project, now).unwrap();
    let limits = Limits::default();
    let submission = Submission {
        user: user.clone(),
        project: project.clone(),
        sql: sql.to_owned(),
        explained: false,
    };
    let understood = understand(submission, &view('0'), &Views::default(), &limits)
        .unwrap_or_else(|r| panic!("{sql}: {}", r.detail()));
    let authorised =
        authorise(understood, &membership).unwrap_or_else(|r| panic!("{sql}: {}", r.detail()));
    guard(authorised, &limits).unwrap_or_else(|r| panic!("{sql}: {}", r.detail()))
}

/// The release plans of a query about persons, over files.
async fn inputs(sql: &str) -> Vec<Input> {
    let guarded = guarded(sql).await;
    assert!(unbound(&guarded.finishing).is_ok(), "{sql}");
    let mut inputs = vec![];
    for release in guarded.releases {
        let Release::Personal(release) = release else { continue };
        let plan = LogicalPlanBuilder::from(bound(&release.input));
        let plan = plan.sort(vec![ident(PERSON).sort(true, false)]).unwrap().build().unwrap();
        inputs.push(Input { plan, release });
    }
    inputs
}

fn bound(plan: &LogicalPlan) -> LogicalPlan {
    let bound = plan.clone().transform_up_with_subqueries(|node| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        scan.source = match scan.source.downcast_ref::<SourceTable>() {
            Some(table) => file(&table.0),
            None => {
                let earlier: &EarlierTable = scan.source.downcast_ref().unwrap();
                in_memory(earlier.schema(), &[]).unwrap()
            }
        };
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    });
    bound.unwrap().data
}

#[tokio::test]
async fn honest_queries_are_proven() {
    for sql in QUERIES {
        for input in inputs(sql).await {
            assert_eq!(doubt(&input), None, "{sql}:\n{}", input.plan.display_indent());
            let plan = optimized(&input.plan);
            let found = release(plan.clone(), &input.release, &[]).err();
            assert_eq!(found, None, "{sql}, optimised:\n{}", plan.display_indent());
        }
    }
}

#[tokio::test]
async fn plans_do_not_pass_for_each_other() {
    for sql in QUERIES {
        let finishing = guarded(sql).await.finishing;
        for input in inputs(sql).await {
            assert!(release(finishing.clone(), &input.release, &[]).is_err(), "{sql}");
            assert!(unbound(&input.plan).is_err(), "{sql}");
            assert!(self::finishing(input.plan.clone()).is_err(), "{sql}");
            assert!(public(input.plan.clone(), &[]).is_err(), "{sql}");
        }
        for release_of in guarded(sql).await.releases {
            let Release::Personal(unread) = release_of else { continue };
            assert!(release(unread.input.clone(), &unread, &[]).is_err(), "{sql}");
        }
    }
}

/// Breaks one node; nothing where there is nothing to break.
type Mutation = fn(&LogicalPlan) -> Option<LogicalPlan>;

const MUTATIONS: &[(&str, Mutation)] = &[
    ("a join without its person", without_link),
    ("a join by another column", by_another_column),
    ("a join by the next person", by_the_next_person),
    ("rows about nobody kept", nobody_kept),
    ("grouped by nobody", grouped_by_nobody),
    ("a window over all", window_over_all),
    ("a person made up", made_up),
    ("another number as the person", another_number),
    ("the person shown", person_shown),
    ("the person summed", person_summed),
    ("some rows only", some_rows),
    ("some rows of the file only", some_rows_of_the_file),
    ("one person only", one_person),
    ("another snapshot", another_snapshot),
    ("another order", another_order),
];

#[tokio::test]
async fn every_mutant_is_found() {
    let mut killed: BTreeMap<&str, usize> = BTreeMap::new();
    for sql in QUERIES {
        for input in inputs(sql).await {
            kill(sql, &input, &mut killed);
        }
    }
    for input in by_hand() {
        kill("by hand", &input, &mut killed);
    }
    for (name, _) in MUTATIONS {
        assert!(killed.contains_key(name), "nothing to break: {name}");
    }
}

fn kill(title: &str, input: &Input, killed: &mut BTreeMap<&str, usize>) {
    for plan in [input.plan.clone(), optimized(&input.plan)] {
        for (name, mutation) in MUTATIONS {
            for mutant in mutants(&plan, *mutation) {
                let found = release(mutant.clone(), &input.release, &[]);
                assert!(found.is_err(), "{title}, {name}:\n{}", mutant.display_indent());
                *killed.entry(name).or_default() += 1;
            }
        }
    }
}

/// Plans of further kinds of nodes.
fn by_hand() -> Vec<Input> {
    let mut all = vec![];
    for kind in [JoinType::LeftSemi, JoinType::LeftAnti, JoinType::LeftMark] {
        all.push(cells(joined(kind), col("p.person_id"), vec![col("p.region")], vec![]));
    }
    for kind in [JoinType::RightSemi, JoinType::RightAnti, JoinType::Right] {
        all.push(cells(joined(kind), col("v.person_id"), vec![col("v.kind")], vec![]));
    }
    let either = first(col("p.person_id"), col("v.person_id"));
    all.push(cells(joined(JoinType::Full), either, vec![col("v.kind")], vec![]));
    let order = vec![col("v.visited_on").sort(true, false)];
    let number = row_number().partition_by(vec![col("v.person_id")]).order_by(order);
    let numbered = visits("v").window([number.build().unwrap().alias("at")]).unwrap();
    all.push(cells(numbered, col("v.person_id"), vec![col("at")], vec![]));
    all
}

/// A plan with one node broken, for every node that can be.
fn mutants(plan: &LogicalPlan, mutation: Mutation) -> Vec<LogicalPlan> {
    let mut all = vec![];
    loop {
        let mut seen = 0;
        let mutant = plan.clone().transform_up(|node| {
            let Some(broken) = mutation(&node) else { return Ok(Transformed::no(node)) };
            seen += 1;
            let turn = seen == all.len() + 1;
            Ok(if turn { Transformed::yes(broken) } else { Transformed::no(node) })
        });
        if seen <= all.len() {
            return all;
        }
        all.push(mutant.unwrap().data);
    }
}

/// The view has no other numbers of this type.
const NUMBERS: DataType = DataType::UInt32;

fn is_person(expr: &Expr, plan: &LogicalPlan) -> bool {
    matches!(expr.clone().unalias(), Expr::Column(_)) && is_number(expr, plan)
}

/// A person, or a CASE of persons.
fn is_number(expr: &Expr, plan: &LogicalPlan) -> bool {
    expr.get_type(plan.schema()).is_ok_and(|found| found == NUMBERS)
}

fn first_column(plan: &LogicalPlan, person: bool) -> Option<Expr> {
    let mut columns = plan.schema().columns().into_iter().map(Expr::Column);
    columns.find(|column| is_person(column, plan) == person)
}

/// The conditions that link persons in a join of two relations about persons, and the others.
struct Links {
    on: Vec<(Expr, Expr)>,
    filters: Vec<Expr>,
}

fn unlinked(plan: &LogicalPlan) -> Option<(Join, Links)> {
    let LogicalPlan::Join(join) = plan else { return None };
    let (left, right) = (&join.left, &join.right);
    if first_column(left, true).is_none() || first_column(right, true).is_none() {
        return None;
    }
    let mut join = join.clone();
    let (on, others) =
        join.on.into_iter().partition(|(l, r)| is_person(l, left) && is_person(r, right));
    join.on = others;
    let conditions = join.filter.take().map(split_conjunction_owned).unwrap_or_default();
    let links = |condition: &Expr| match condition {
        Expr::BinaryExpr(BinaryExpr { left: one, op: Operator::Eq, right: other }) => {
            (is_person(one, left) && is_person(other, right))
                || (is_person(other, left) && is_person(one, right))
        }
        _ => false,
    };
    let (filters, others): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(links);
    join.filter = conjunction(others);
    Some((join, Links { on, filters }))
}

fn without_link(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let (join, _) = unlinked(plan)?;
    Some(LogicalPlan::Join(join))
}

fn by_another_column(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let (mut join, _) = unlinked(plan)?;
    let number = |expr: Expr| cast(expr, NUMBERS);
    let (left, right) = (first_column(&join.left, false)?, first_column(&join.right, true)?);
    join.on.push((number(left), right));
    Some(LogicalPlan::Join(join))
}

fn by_the_next_person(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let (mut join, links) = unlinked(plan)?;
    let next = |(left, right): (Expr, Expr)| (left, right + lit(1_u32));
    join.on.extend(links.on.into_iter().map(next));
    let next = links.filters.into_iter().filter_map(|condition| match condition {
        Expr::BinaryExpr(BinaryExpr { left, right, .. }) => Some((*left).eq(*right + lit(1_u32))),
        _ => None,
    });
    join.filter = conjunction(join.filter.into_iter().chain(next));
    Some(LogicalPlan::Join(join))
}

fn nobody_kept(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let LogicalPlan::Join(join) = plan else { return None };
    let persons = |side: &LogicalPlan| first_column(side, true).is_some();
    let join_type = match (persons(&join.left), persons(&join.right), join.join_type) {
        (true, false, JoinType::Inner) => JoinType::Right,
        (false, true, JoinType::Inner) => JoinType::Left,
        (true, false, JoinType::Left) | (false, true, JoinType::Right) => JoinType::Full,
        _ => return None,
    };
    Some(LogicalPlan::Join(Join { join_type, ..join.clone() }))
}

fn grouped_by_nobody(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let LogicalPlan::Aggregate(node) = plan else { return None };
    let mut node = node.clone();
    let mut persons = 0;
    for key in &mut node.group_expr {
        if is_number(key, &node.input) {
            *key = renamed(lit(1_u32), key);
            persons += 1;
        }
    }
    (persons > 0).then_some(LogicalPlan::Aggregate(node))
}

fn renamed(expr: Expr, like: &Expr) -> Expr {
    let (qualifier, name) = like.qualified_name();
    expr.alias_qualified(qualifier, name)
}

fn window_over_all(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let LogicalPlan::Window(node) = plan else { return None };
    let mut node = node.clone();
    for expr in &mut node.window_expr {
        let broken = expr.clone().transform_up(|part| match part {
            Expr::WindowFunction(mut call) => {
                call.params.partition_by.retain(|key| !is_person(key, &node.input));
                Ok(Transformed::yes(Expr::WindowFunction(call)))
            }
            other => Ok(Transformed::no(other)),
        });
        *expr = broken.unwrap().data;
    }
    Some(LogicalPlan::Window(node))
}

/// Replaces the only person of a projection.
fn replaced(
    plan: &LogicalPlan,
    other: impl Fn(&LogicalPlan) -> Option<Expr>,
) -> Option<LogicalPlan> {
    let LogicalPlan::Projection(node) = plan else { return None };
    let persons = node.expr.iter().filter(|expr| is_number(expr, &node.input)).count();
    let mut node = node.clone();
    let person = node.expr.iter_mut().find(|expr| is_person(expr, &node.input))?;
    *person = renamed(other(&node.input)?, person);
    (persons == 1).then_some(LogicalPlan::Projection(node))
}

fn made_up(plan: &LogicalPlan) -> Option<LogicalPlan> {
    replaced(plan, |_| Some(lit(1_u32)))
}

fn another_number(plan: &LogicalPlan) -> Option<LogicalPlan> {
    replaced(plan, |input| Some(cast(first_column(input, false)?, NUMBERS)))
}

/// The last projection, with something else for this column.
fn shown(plan: &LogicalPlan, kind: &str) -> Option<LogicalPlan> {
    let LogicalPlan::Projection(node) = plan else { return None };
    if plan.schema().field(0).name() != PERSON {
        return None;
    }
    let person = first_column(&node.input, true)?;
    let mut node = node.clone();
    let kind = format!("{kind}_0");
    let at = node.schema.fields().iter().position(|field| *field.name() == kind)?;
    let value = node.expr.get_mut(at)?;
    *value = renamed(cast(person, DataType::Float64), value);
    Some(LogicalPlan::Projection(node))
}

fn person_shown(plan: &LogicalPlan) -> Option<LogicalPlan> {
    shown(plan, "key")
}

fn person_summed(plan: &LogicalPlan) -> Option<LogicalPlan> {
    shown(plan, "argument")
}

fn some_rows(plan: &LogicalPlan) -> Option<LogicalPlan> {
    first_column(plan, true)?;
    let fetch = Some(Box::new(lit(3_i64)));
    Some(LogicalPlan::Limit(Limit { skip: None, fetch, input: Arc::new(plan.clone()) }))
}

fn some_rows_of_the_file(plan: &LogicalPlan) -> Option<LogicalPlan> {
    first_column(plan, true)?;
    let LogicalPlan::TableScan(scan) = plan else { return None };
    let mut scan = scan.clone();
    scan.fetch = Some(3);
    Some(LogicalPlan::TableScan(scan))
}

fn one_person(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let person = first_column(plan, true)?;
    let plan = LogicalPlanBuilder::from(plan.clone());
    plan.filter(person.eq(lit(7_u32))).unwrap().build().ok()
}

fn another_snapshot(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let (join, links) = unlinked(plan)?;
    let strangers = join.left.as_ref().clone().transform_up(|node| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        let table = TableReference::bare(known(scan.source.as_ref()));
        scan.source = file(&view('1').find(None, table.table()).unwrap());
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    });
    let left = Arc::new(strangers.unwrap().data);
    let conditions = join.filter.into_iter().chain(links.filters);
    let on = join.on.into_iter().chain(links.on).collect();
    Some(LogicalPlan::Join(Join { left, on, filter: conjunction(conditions), ..join }))
}

/// The name of the table behind a scan.
fn known(source: &dyn TableSource) -> String {
    let source: &DefaultTableSource = source.downcast_ref().unwrap();
    let table: &SnapshotTable = source.table_provider.downcast_ref().unwrap();
    table.view().table.name.to_string()
}

fn another_order(plan: &LogicalPlan) -> Option<LogicalPlan> {
    let LogicalPlan::Sort(sort) = plan else { return None };
    let mut sort = sort.clone();
    sort.expr.iter_mut().for_each(|key| key.asc = false);
    Some(LogicalPlan::Sort(sort))
}
