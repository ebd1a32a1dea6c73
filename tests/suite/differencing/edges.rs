//! The edges of the rule itself: how few are few, and how far is too far.
//!
//! Whoever knows everybody in a small group can make conditions of any effect, and put the target beside them: "of these
//! twelve those six, and the target if ill". If an edge were at a known place, one answer there would tell the secret.

use super::house::*;

/// Groups that one question asks about, each of other people.
const GROUPS: usize = 4;
/// Questions about each edge.
const QUESTIONS: usize = 4;

/// An edge: of how many people how many are kept beside the target.
#[derive(Debug, Clone, Copy)]
struct Edge {
    people: usize,
    kept: usize,
}

/// Around half of a group, and around the limit of the profile.
const EDGES: [Edge; 8] = [
    Edge { people: 12, kept: 5 },
    Edge { people: 12, kept: 6 },
    Edge { people: 13, kept: 6 },
    Edge { people: 16, kept: 8 },
    Edge { people: 20, kept: 9 },
    Edge { people: 20, kept: 10 },
    Edge { people: 20, kept: 11 },
    Edge { people: 30, kept: 20 },
];

/// For each group whether the target is in it who has the secret.
fn question(world: &World, edge: Edge, number: usize) -> String {
    let others = world.clinic.persons.iter().enumerate().filter(|(at, _)| *at != TARGET);
    let incomes: Vec<String> = others.map(|(_, person)| format!("{:.2}", person.income)).collect();
    let filters = (0..GROUPS).map(|group| {
        let from = (number * GROUPS + group) * 25;
        let known = &incomes[from..from + edge.people - 1];
        let (all, some) = (known.join(", "), known[..edge.kept].join(", "));
        format!(
            "count(*) filter (where income in ({all}, 49999.5) \
             and (income in ({some}) or (income = 49999.5 and hiv))) n{group}"
        )
    });
    format!("select {} from people", filters.collect::<Vec<_>>().join(", "))
}

/// How often the better of two guesses is right, of a hundred: the target has the secret where a number is shown, or where
/// it is withheld.
async fn success(worlds: &[World; 2], edge: Edge) -> (u64, String) {
    let mut shown = [0_u64; 2];
    for (world, shown) in worlds.iter().zip(&mut shown) {
        for number in 0..QUESTIONS {
            let sql = question(world, edge, number);
            let told =
                world.told(LOW[0], &sql).await.unwrap_or_else(|code| panic!("{code}: {sql}"));
            let row = told[0][0].as_array().unwrap().clone();
            *shown += row.iter().filter(|value| !value.is_null()).count() as u64;
        }
    }
    let all = (GROUPS * QUESTIONS) as u64;
    let right = shown[0] + (all - shown[1]);
    let right = right.max(2 * all - right);
    (right * 100 / (2 * all), format!("{edge:?}: shown {shown:?} of {all}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_edge_is_at_a_known_place() {
    let worlds = worlds().await;
    let mut found = vec![];
    for edge in EDGES {
        let (percent, what) = success(&worlds, edge).await;
        // Of 32 guesses by chance so many are right once in 200.
        if percent > 75 {
            found.push(format!("{percent} % right: {what}"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_numbers_tell_the_secret_at_every_edge() {
    let [yes, no] = worlds().await;
    for edge in EDGES {
        let sql = question(&yes, edge, 0);
        let (one, other) = (yes.plain(&sql).await, no.plain(&sql).await);
        assert!(one[0].iter().zip(&other[0]).all(|(one, other)| one != other), "{edge:?}");
    }
}
