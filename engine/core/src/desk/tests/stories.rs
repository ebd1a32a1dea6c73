//! Random stories, held against a second telling of the rules that looks at what was accepted and at nothing else.

use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};

use super::*;

const STORIES: u64 = 400;
const ACTS: usize = 150;
const PEOPLE: [&str; 4] = ["grace", "olu", "ruth", "ada"];

/// An act that was accepted.
struct Told {
    by: &'static str,
    act: Act,
}

#[test]
fn nothing_becomes_a_revision_without_two_officers_a_fresh_base_and_passed_tests() {
    let (mut revisions, mut refused) = (0, std::collections::BTreeSet::new());
    for seed in 0..STORIES {
        let mut chance = ChaCha12Rng::seed_from_u64(seed);
        let (mut desk, mut told) = (founded(), Vec::new());
        for _ in 0..ACTS {
            let by = PEOPLE[chance.random_range(0..PEOPLE.len())];
            let (act, passed) = any_act(&desk, by, &mut chance);
            match take(&mut desk, by, act.clone(), passed.as_ref()) {
                Err(code) => drop(refused.insert(code)),
                Ok(()) => {
                    if let Act::Activate(made) = &act {
                        assert!(is_lawful(made, &told, passed.as_ref()), "story {seed}: {act:?}");
                        revisions += 1;
                    }
                    told.push(Told { by, act });
                }
            }
        }
        assert_eq!(replayed(&told), desk, "story {seed}");
    }
    assert!(revisions > 200, "{revisions} revisions: the stories are dull");
    let expected =
        [Code::ChangeConflict, Code::ChangeStale, Code::OwnChange, Code::SignatureInvalid];
    assert!(expected.iter().all(|code| refused.contains(code)), "{refused:?}");
}

/// The desk that follows from what was told.
fn replayed(told: &[Told]) -> Desk {
    let mut desk = founded();
    for Told { by, act } in told {
        let body = serde_json::to_value(act).unwrap();
        desk.apply(&user(by), NOW, Act::of_entry(act.kind(), &body).unwrap()).unwrap();
    }
    desk
}

/// The rule told a second time: of the acts about this change, after its last edit there is a proposal of the editor and
/// an approval of somebody else, both officers with true signatures; no revision came since its base; it passed.
fn is_lawful(made: &Activate, told: &[Told], passed: Option<&Passed>) -> bool {
    let id = made.change.clone().unwrap();
    let last_edit =
        told.iter().rposition(|one| matches!(&one.act, Act::Draft(d) if d.change == id));
    let Some(last_edit) = last_edit else { return false };
    let Act::Draft(text) = &told[last_edit].act else { return false };
    let author = told[last_edit].by;
    let after = &told[last_edit..];
    let revisions =
        1 + told.iter().filter(|one| matches!(one.act, Act::Activate(_))).count() as u64;
    let proposal = after.iter().find_map(|one| match &one.act {
        Act::Propose(proposal) if proposal.change == id => Some((one.by, proposal)),
        _ => None,
    });
    let approvals: Vec<&str> = after
        .iter()
        .filter(|one| matches!(&one.act, Act::Approve(approval) if approval.change == id))
        .map(|one| one.by)
        .collect();
    let is_officer = |name: &str| officers().0.contains(&name);
    let Some((proposer, proposal)) = proposal else { return false };
    text.base == revisions
        && made.bundle == text.bundle
        && proposer == author
        && is_officer(author)
        && proposal.signed.key == hex::encode(key(author).verifying_key().to_bytes())
        && approvals.iter().any(|name| *name != author && is_officer(name))
        && passed == Some(&Passed::all_checks(text.bundle.clone()))
}

/// Some act, often one that has to be refused.
fn any_act(desk: &Desk, by: &'static str, chance: &mut ChaCha12Rng) -> (Act, Option<Passed>) {
    let number = chance.random_range(1..=5_u8);
    let latest = desk.latest().unwrap().number;
    let Some(change) = desk.change(&change_id(number)).cloned() else {
        let base = if chance.random_bool(0.8) { latest } else { 1 };
        return (draft(number, base, chance.random_range(1..=9)), None);
    };
    let passed = match chance.random_range(0..10) {
        0 => None,
        1 => Some(Passed::all_checks(bundle(99))),
        _ => Some(Passed::all_checks(change.bundle.clone())),
    };
    // Signatures are at times of somebody else, of another part, or of what the change said before.
    let signer = if chance.random_bool(0.9) { by } else { PEOPLE[chance.random_range(0..4)] };
    let other_part = chance.random_bool(0.05);
    let act = match chance.random_range(0..8) {
        0 if matches!(change.stage, Stage::Activated(_) | Stage::Withdrawn) => {
            draft(number + 5 * chance.random_range(1..9), latest, chance.random_range(1..=9))
        }
        0 => draft(
            number,
            if chance.random_bool(0.5) { latest } else { change.base },
            chance.random_range(1..=9),
        ),
        1 if chance.random_bool(0.1) => Act::Withdraw { change: change.id.clone() },
        1 | 2 => resigned(propose(desk, signer, number, None), signer, other_part),
        3 | 4 => resigned(approve(desk, signer, number), signer, other_part),
        _ => activate(desk, number, NOW),
    };
    (act, passed)
}

/// With a signature of nonsense, if so wished.
fn resigned(act: Act, by: &str, other: bool) -> Act {
    match act {
        Act::Propose(act) if other => Act::Propose(Propose { signed: sign(by, "x"), ..act }),
        Act::Approve(act) if other => Act::Approve(Approve { signed: sign(by, "x"), ..act }),
        act => act,
    }
}
