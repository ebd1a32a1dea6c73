//! A slow, obvious twin: random queries, answered by the engine and by loops over the rows of the clinic.
//!
//! In the project without noise both must agree: the same values, withheld exactly where fewer than ten people are in
//! the cell or contribute to the value. A query that fails is made smaller until nothing can be left out, and is
//! printed with both answers; it then becomes a case. `TRESOR_QUERIES=100000` asks so many instead of the usual number.

pub(crate) mod boundary;
pub(crate) mod chance;
mod compare;
pub(crate) mod data;
pub(crate) mod expr;
pub(crate) mod generate;
pub(crate) mod over;
pub(crate) mod rel;
pub(crate) mod runs;
pub(crate) mod sql;
pub(crate) mod value;
pub(crate) mod window;
pub(crate) mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use chance::{Chance, shrink};
use compare::{Outcome, Tally};
use generate::{ANSWERED, Feature, Generated, generate};
use runs::{queries, report, side_by_side};
use world::World;

/// Queries in the ordinary run.
const QUERIES: u64 = 2_000;
/// Most queries of a hundred that may be refused: the generator means to ask what is answered.
const REFUSED_PERCENT: u64 = 10;
/// Failing queries that are made smaller.
const MADE_SMALLER: usize = 4;
/// Questions asked to make a failing query smaller.
const SHRINKING: usize = 600;

#[tokio::test(flavor = "multi_thread")]
async fn random_queries_agree_with_the_rows() {
    let (worlds, total) = (worlds().await, queries(QUERIES));
    let found = side_by_side(total, |number| {
        let world = Arc::clone(of(&worlds, number));
        async move {
            let generated = generate(Chance::new(number), ANSWERED);
            let outcome = compare::ask(&world, &generated.query).await;
            (number, generated, outcome)
        }
    })
    .await;
    let mut seen = Seen::default();
    found.iter().for_each(|(_, generated, outcome)| seen.add(&generated.used, outcome));
    report(&format!("model: {total} queries, seeds 0 to {}\n{}", total - 1, seen.text()));
    let differ =
        |(_, _, outcome): &&(u64, Generated, Outcome)| matches!(outcome, Outcome::Differs(_));
    let all: Vec<u64> = found.iter().filter(differ).map(|(number, ..)| *number).collect();
    let mut smallest = vec![];
    for (number, generated, _) in found.iter().filter(differ).take(MADE_SMALLER) {
        smallest.push(made_smaller(of(&worlds, *number), generated.taken.clone()).await);
    }
    assert!(all.is_empty(), "queries {all:?} differ; made smaller:\n{}", smallest.join("\n"));
    seen.judge(total);
}

/// The comparison can fail: against rows in which one person more is known, most answers are wrong.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_too_many_is_noticed() {
    let mut clinic = data::clinic(300, 15);
    let full = data::persons(&clinic);
    clinic.persons.retain(|person| person.visits.len() < 9 || person.labs.len() < 4);
    assert!(clinic.persons.len() < full.len());
    let world = World { persons: full, ..World::of(clinic).await };
    let mut noticed = 0;
    for number in 0..60 {
        let generated = generate(Chance::new(number), &[]);
        let outcome = compare::ask(&world, &generated.query).await;
        noticed += u64::from(matches!(outcome, Outcome::Differs(_)));
    }
    assert!(noticed > 20, "{noticed} of 60 wrong answers were noticed");
}

/// The world in which the query of a number is asked.
fn of(worlds: &[Arc<World>], number: u64) -> &Arc<World> {
    &worlds[usize::try_from(number).unwrap() % worlds.len()]
}

/// Clinics of different sizes: in the small ones much is withheld, in the large ones little.
async fn worlds() -> Vec<Arc<World>> {
    let mut worlds = vec![];
    for (persons, seed) in [(300, 11), (450, 12), (700, 13), (1_000, 14)] {
        worlds.push(Arc::new(World::of(data::clinic(persons, seed)).await));
    }
    worlds
}

/// The smallest query with the same defect, with both answers.
async fn made_smaller(world: &World, taken: Vec<u64>) -> String {
    let smaller = shrink(taken, SHRINKING, async |candidate| {
        let generated = generate(Chance::again(candidate), ANSWERED);
        let outcome = compare::ask(world, &generated.query).await;
        matches!(outcome, Outcome::Differs(_)).then_some(generated.taken)
    })
    .await;
    let generated = generate(Chance::again(smaller), ANSWERED);
    match compare::ask(world, &generated.query).await {
        Outcome::Differs(why) => format!("{}\n{why}", sql::query(&generated.query)),
        _ => "the query fails now and then".to_owned(),
    }
}

/// What became of all queries.
#[derive(Default)]
struct Seen {
    tally: Tally,
    /// The texts of refusals, by code.
    refused: BTreeMap<String, Vec<String>>,
    features: BTreeMap<Feature, (u64, u64)>,
    tied: u64,
}

impl Seen {
    fn add(&mut self, used: &[Feature], outcome: &Outcome) {
        let answered = match outcome {
            Outcome::Agrees(tally) => {
                self.tally.add(*tally);
                true
            }
            Outcome::Refused(code, text) => {
                self.refused.entry(code.clone()).or_default().push(text.clone());
                false
            }
            Outcome::Tied => {
                self.tied += 1;
                false
            }
            Outcome::Differs(_) => false,
        };
        for feature in used {
            let (yes, no) = self.features.entry(*feature).or_default();
            *(if answered { yes } else { no }) += 1;
        }
    }

    fn text(&self) -> String {
        let Tally { shown, withheld, rows } = self.tally;
        let mut refused = String::new();
        for (code, texts) in &self.refused {
            refused.push_str(&format!("{} refused: {code}, such as {}\n", texts.len(), texts[0]));
        }
        format!(
            "{shown} values shown, {withheld} withheld, {rows} rows; {} not total\n{refused}\
             answered and not: {:?}",
            self.tied, self.features
        )
    }

    /// Whether the run was worth something.
    fn judge(&self, total: u64) {
        let refused: usize = self.refused.values().map(Vec::len).sum();
        assert!(
            refused as u64 * 100 <= total * REFUSED_PERCENT,
            "too many refusals: {}",
            self.text()
        );
        assert!(self.tied * 100 <= total * 5, "too many orders are not total: {}", self.text());
        let Tally { shown, withheld, .. } = self.tally;
        assert!(shown > total && withheld * 2 > total, "too easy: {}", self.text());
        for feature in ANSWERED {
            let answered = self.features.get(feature).is_some_and(|(yes, _)| *yes > 0);
            assert!(answered, "{feature:?} was never answered: {}", self.text());
        }
    }
}
