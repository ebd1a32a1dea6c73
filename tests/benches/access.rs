//! What access decisions cost: bundles of many rules, read, asked for the first time, and asked again.
//!
//! `cargo bench --workspace --bench access -- [--rules N] [--rounds K]`
//!
//! "decide" is the question of one query: one use of each of forty columns, or of all that the project has. "see" is
//! what every query begins with: which columns of all tables the project may use, and how.

#![expect(clippy::disallowed_macros, reason = "a benchmark prints its figures")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use tests::home::project;
use tests::profile::PLAIN;
use time::macros::datetime;
use tresor_core::catalog::contract::Contract;
use tresor_core::catalog::usage::Use;
use tresor_core::ids::{ColumnId, ColumnName, DatasetId, ProjectId, TableName, UserId};
use tresor_core::policy::{PolicyFiles, PolicyRevision};

/// Columns that one query reads.
const READ: usize = 40;
const NOON: time::OffsetDateTime = datetime!(2026-06-15 12:00 UTC);

/// How rules are spread: so many projects, and so many tables of so many columns.
struct Shape {
    name: &'static str,
    projects: usize,
    tables: usize,
    columns: usize,
}

const SHAPES: [Shape; 4] = [
    Shape { name: "1 project, 50 tables", projects: 1, tables: 50, columns: 100 },
    Shape { name: "10 projects, 20 tables", projects: 10, tables: 20, columns: 60 },
    Shape { name: "200 projects, 5 tables", projects: 200, tables: 5, columns: 40 },
    Shape { name: "1 project, one table", projects: 1, tables: 1, columns: 2_000 },
];

fn main() {
    let rules = number_after("--rules", 10_000);
    let rounds = number_after("--rounds", 5);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    println!("{rules} rules, best of {rounds}, milliseconds");
    println!(
        "| shape | load | decide {READ} columns: first | again | see all columns: first | again | everything |"
    );
    for shape in SHAPES {
        let best = (0..rounds)
            .map(|_| runtime.block_on(measure(&shape, rules)))
            .reduce(|best, next| std::array::from_fn(|at| best[at].min(next[at])))
            .unwrap_or_default();
        let shown = best.map(|time| format!("{:.3}", time.as_secs_f64() * 1000.0));
        println!("| {} | {} |", shape.name, shown.join(" | "));
    }
}

fn number_after(flag: &str, usual: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != flag).skip(1);
    arguments.next().map_or(usual, |number| number.parse().expect("a number"))
}

async fn measure(shape: &Shape, rules: usize) -> [Duration; 6] {
    let files = files(shape, rules);
    let contract = contract(shape);
    let begin = Instant::now();
    let revision = PolicyRevision::from_files(&files).await.unwrap();
    revision.check_contracts(&[&contract]).unwrap();
    let load = begin.elapsed();
    let (user, id) = (UserId::new("ann").unwrap(), ProjectId::new(project_id(0)).unwrap());

    let membership = revision.enter(&user, &id, NOON).unwrap();
    let all = shape.tables * shape.columns;
    let read: Vec<ColumnId> =
        (0..READ.min(all)).map(|at| column(shape, at * all / READ.min(all))).collect();
    let decide = || {
        let begin = Instant::now();
        let allowed =
            read.iter().filter(|column| membership.decide(column, Use::Group).allowed).count();
        assert!(allowed > 0);
        begin.elapsed()
    };
    let (decide_first, decide_again) = (decide(), decide());

    // Another revision, where nothing has been asked yet.
    let fresh = PolicyRevision::from_files(&files).await.unwrap();
    let membership = fresh.enter(&user, &id, NOON).unwrap();
    let see = || {
        let begin = Instant::now();
        assert!(!membership.visible(&[&contract]).datasets.is_empty());
        begin.elapsed()
    };
    let (see_first, see_again) = (see(), see());

    let begin = Instant::now();
    let fresh = PolicyRevision::from_files(&files).await.unwrap();
    fresh.ask_everything().unwrap();
    [load, decide_first, decide_again, see_first, see_again, begin.elapsed()]
}

fn project_id(at: usize) -> String {
    format!("project-{at}")
}

fn column(shape: &Shape, at: usize) -> ColumnId {
    ColumnId {
        dataset: DatasetId::new("d").unwrap(),
        table: TableName::new(format!("t{}", at / shape.columns)).unwrap(),
        column: ColumnName::new(format!("c{}", at % shape.columns)).unwrap(),
    }
}

/// Each project in turn opens a table, then speaks about its columns one by one, here and there with a no.
fn files(shape: &Shape, count: usize) -> PolicyFiles {
    let mut rules = String::new();
    let mut said = BTreeSet::new();
    let uses = Use::ALL.map(Use::as_str);
    for at in 0.. {
        if said.len() == count {
            break;
        }
        let (turn, project) = (at / shape.projects, project_id(at % shape.projects));
        let (table, step) = (turn % shape.tables, turn / shape.tables);
        let rule = if step == 0 {
            format!("p, researcher, {project}, d/t{table}/*, *")
        } else {
            // One use after the other once every column was named.
            let (column, kind) = ((step - 1) % shape.columns, uses[(step - 1) / shape.columns % 5]);
            format!("p, researcher, {project}, d/t{table}/c{column}, {kind}")
        };
        let effect = if at % 7 == 3 { "deny" } else { "allow" };
        if said.insert(rule.clone()) {
            let _ = writeln!(rules, "{rule}, {effect}");
        }
    }
    let mut texts = vec![
        (
            "access/model.conf".to_owned(),
            include_str!("../../policies/access/model.conf").to_owned(),
        ),
        ("access/rules.csv".to_owned(), rules),
        ("profiles/exact.toml".to_owned(), PLAIN.to_owned()),
        ("people.toml".to_owned(), "[[people]]\nuser = \"ann\"\nname = \"Ann\"\n".to_owned()),
    ];
    for at in 0..shape.projects {
        texts.push((format!("projects/{}.toml", project_id(at)), project("exact", "d", "")));
    }
    PolicyFiles::from_texts(texts)
}

fn contract(shape: &Shape) -> Contract {
    let mut text =
        String::from("dataset = \"d\"\ntitle = \"T\"\ndescription = \"D.\"\nuniverse = \"u\"\n");
    for table in 0..shape.tables {
        let _ = write!(
            text,
            "[tables.t{table}]\ndescription = \"T.\"\nrows = \"one-per-person\"\n[tables.t{table}.columns]\n\
             person_id = {{ type = \"text\", role = \"person\", description = \"P.\" }}\n"
        );
        for column in 0..shape.columns {
            let _ = writeln!(
                text,
                "c{column} = {{ type = \"text\", role = \"category\", values = [\"a\", \"b\"], description = \"C.\" }}"
            );
        }
    }
    Contract::parse("contract.toml", &text).unwrap()
}
