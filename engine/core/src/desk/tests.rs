//! The rules of the desk: each by itself, and all of them under many random stories.

mod stories;

use ed25519_dalek::{Signer, SigningKey};
use tresor_ledger::Moment;

use super::*;
use crate::ids::BundleDigest;
use crate::refusal::Code;

const NOW: Moment = Moment(1_790_000_000_000_000);

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn bundle(letter: u8) -> BundleDigest {
    BundleDigest::new(hex::encode([letter; 32])).unwrap()
}

fn change_id(number: u8) -> ChangeId {
    ChangeId::new(format!("c_{}", hex::encode([number; 16]))).unwrap()
}

/// The key of a person: everybody has one, officers are those whose key is known.
fn key(name: &str) -> SigningKey {
    let mut seed = [7; 32];
    for (place, byte) in seed.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    SigningKey::from_bytes(&seed)
}

fn sign(name: &str, text: &str) -> Signed {
    let key = key(name);
    let signature = key.sign(text.as_bytes());
    Signed {
        key: hex::encode(key.verifying_key().to_bytes()),
        signature: hex::encode(signature.to_bytes()),
    }
}

/// Officers by name.
struct Three(Vec<&'static str>);

impl Officers for Three {
    fn key(&self, user: &UserId) -> Option<PublicKey> {
        let known = self.0.iter().find(|name| **name == user.as_str());
        known.map(|name| key(name).verifying_key().to_bytes())
    }
}

fn officers() -> Three {
    Three(vec!["grace", "olu", "ruth"])
}

/// A desk with a first revision.
fn founded() -> Desk {
    let mut desk = Desk::default();
    let first = Activate { change: None, revision: 1, bundle: bundle(1), effective_at: NOW.0 };
    desk.apply(&user("system"), NOW, Act::Activate(first)).unwrap();
    desk
}

/// Tries an act as the engine does.
fn take(desk: &mut Desk, by: &str, act: Act, passed: Option<&Passed>) -> Result<(), Code> {
    take_at(desk, by, NOW, act, passed)
}

fn take_at(
    desk: &mut Desk,
    by: &str,
    now: Moment,
    act: Act,
    passed: Option<&Passed>,
) -> Result<(), Code> {
    let (by, officers) = (user(by), officers());
    let acting = Acting { by: &by, now, officers: &officers, passed };
    desk.check(&acting, &act).map_err(|refusal| refusal.code())?;
    desk.apply(&by, now, act).unwrap();
    Ok(())
}

fn draft(number: u8, base: u64, letter: u8) -> Act {
    Act::Draft(Draft {
        change: change_id(number),
        title: "smaller cells".into(),
        reason: "the agreement asks for it".into(),
        base,
        bundle: bundle(letter),
        reverts: None,
    })
}

fn propose(desk: &Desk, by: &str, number: u8, effective_at: Option<Moment>) -> Act {
    let change = desk.change(&change_id(number)).unwrap();
    let statement = desk.statement(change, effective_at).unwrap();
    Act::Propose(Propose {
        change: change.id.clone(),
        bundle: change.bundle.clone(),
        base: change.base,
        effective_at: effective_at.map(|at| at.0),
        signed: sign(by, &statement.of_author(&user(by))),
    })
}

fn approve(desk: &Desk, by: &str, number: u8) -> Act {
    let change = desk.change(&change_id(number)).unwrap();
    let effective_at = change.proposal().and_then(|proposal| proposal.effective_at);
    let statement = desk.statement(change, effective_at).unwrap();
    Act::Approve(Approve {
        change: change.id.clone(),
        bundle: change.bundle.clone(),
        signed: sign(by, &statement.of_approver(&user(by))),
    })
}

fn activate(desk: &Desk, number: u8, now: Moment) -> Act {
    let change = desk.change(&change_id(number)).unwrap();
    let effective_at = change.proposal().map_or(now, |proposal| desk.effect_of(proposal, now));
    Act::Activate(Activate {
        change: Some(change.id.clone()),
        revision: desk.latest().unwrap().number + 1,
        bundle: change.bundle.clone(),
        effective_at: effective_at.0,
    })
}

/// A desk with a change of grace, put forward.
fn proposed() -> (Desk, Passed) {
    let (mut desk, passed) = (founded(), Passed::all_checks(bundle(2)));
    take(&mut desk, "grace", draft(1, 1, 2), None).unwrap();
    let act = propose(&desk, "grace", 1, None);
    take(&mut desk, "grace", act, Some(&passed)).unwrap();
    (desk, passed)
}

#[test]
fn two_officers_make_a_revision() {
    let (mut desk, passed) = proposed();
    let act = approve(&desk, "olu", 1);
    take(&mut desk, "olu", act, None).unwrap();
    let act = activate(&desk, 1, NOW);
    take(&mut desk, "ruth", act, Some(&passed)).unwrap();
    assert_eq!(desk.in_force(NOW).unwrap().number, 2);
    assert_eq!(desk.change(&change_id(1)).unwrap().stage, Stage::Activated(2));
}

#[test]
fn one_officer_alone_makes_none() {
    let (mut desk, passed) = proposed();
    let act = activate(&desk, 1, NOW);
    assert_eq!(take(&mut desk, "grace", act, Some(&passed)), Err(Code::ChangeConflict));
    let act = approve(&desk, "grace", 1);
    assert_eq!(take(&mut desk, "grace", act, None), Err(Code::OwnChange));
}

#[test]
fn a_signature_is_of_one_person_one_text_and_one_part() {
    let (mut desk, _) = proposed();
    let Act::Approve(good) = approve(&desk, "olu", 1) else { panic!("not an approval") };
    let statement = desk.statement(desk.change(&change_id(1)).unwrap(), None).unwrap();
    let forged = [
        sign("ruth", &statement.of_approver(&user("olu"))),
        sign("olu", &statement.of_author(&user("olu"))),
        sign("olu", &statement.of_approver(&user("ruth"))),
        Signed { key: good.signed.key.clone(), signature: "00".repeat(64) },
        Signed { key: good.signed.key.clone(), signature: String::new() },
        Signed { key: "zz".into(), signature: good.signed.signature.clone() },
    ];
    for signed in forged {
        let act = Act::Approve(Approve { signed, ..good.clone() });
        assert_eq!(take(&mut desk, "olu", act, None), Err(Code::SignatureInvalid));
    }
    let act = approve(&desk, "ada", 1);
    assert_eq!(take(&mut desk, "ada", act, None), Err(Code::SignatureInvalid), "no officer");
    take(&mut desk, "olu", Act::Approve(good), None).unwrap();
}

#[test]
fn an_edit_takes_all_approvals_away() {
    let (mut desk, passed) = proposed();
    let act = approve(&desk, "olu", 1);
    take(&mut desk, "olu", act, None).unwrap();
    take(&mut desk, "grace", draft(1, 1, 3), None).unwrap();
    let act = activate(&desk, 1, NOW);
    assert_eq!(take(&mut desk, "olu", act, Some(&passed)), Err(Code::ChangeConflict));
    assert!(desk.change(&change_id(1)).unwrap().proposal().is_none());
    assert_eq!(take(&mut desk, "olu", draft(1, 1, 2), None), Err(Code::OwnChange));
}

#[test]
fn what_did_not_pass_its_tests_goes_nowhere() {
    let mut desk = founded();
    take(&mut desk, "grace", draft(1, 1, 2), None).unwrap();
    let act = propose(&desk, "grace", 1, None);
    let of_another = Passed::all_checks(bundle(3));
    assert_eq!(take(&mut desk, "grace", act.clone(), None), Err(Code::ChangeConflict));
    assert_eq!(take(&mut desk, "grace", act, Some(&of_another)), Err(Code::ChangeConflict));
    let (mut desk, _) = proposed();
    let act = approve(&desk, "olu", 1);
    take(&mut desk, "olu", act, None).unwrap();
    let act = activate(&desk, 1, NOW);
    assert_eq!(take(&mut desk, "olu", act, Some(&of_another)), Err(Code::ChangeConflict));
}

#[test]
fn a_change_on_an_older_revision_is_rebased_first() {
    let (mut desk, passed) = proposed();
    take(&mut desk, "olu", draft(2, 1, 3), None).unwrap();
    let act = approve(&desk, "olu", 1);
    take(&mut desk, "olu", act, None).unwrap();
    let act = activate(&desk, 1, NOW);
    take(&mut desk, "olu", act, Some(&passed)).unwrap();
    let other = Passed::all_checks(bundle(3));
    let act = propose(&desk, "olu", 2, None);
    assert_eq!(take(&mut desk, "olu", act, Some(&other)), Err(Code::ChangeStale));
    take(&mut desk, "olu", draft(2, 2, 3), None).unwrap();
    let act = propose(&desk, "olu", 2, None);
    take(&mut desk, "olu", act, Some(&other)).unwrap();
}

#[test]
fn a_revision_takes_effect_at_its_moment_and_never_before_the_one_below_it() {
    let (mut desk, passed) = (founded(), Passed::all_checks(bundle(2)));
    let later = Moment(NOW.0 + 10);
    take(&mut desk, "grace", draft(1, 1, 2), None).unwrap();
    let act = propose(&desk, "grace", 1, Some(later));
    take(&mut desk, "grace", act, Some(&passed)).unwrap();
    let act = approve(&desk, "olu", 1);
    take(&mut desk, "olu", act, None).unwrap();
    let act = activate(&desk, 1, NOW);
    take(&mut desk, "olu", act, Some(&passed)).unwrap();
    assert_eq!(desk.in_force(Moment(later.0 - 1)).unwrap().number, 1);
    assert_eq!(desk.in_force(later).unwrap().number, 2);

    take(&mut desk, "olu", draft(2, 2, 1), None).unwrap();
    let back = Passed::all_checks(bundle(1));
    let act = propose(&desk, "olu", 2, Some(NOW));
    assert_eq!(take(&mut desk, "olu", act, Some(&back)), Err(Code::ChangeConflict));
    let act = propose(&desk, "olu", 2, None);
    take(&mut desk, "olu", act, Some(&back)).unwrap();
    let act = approve(&desk, "grace", 2);
    take(&mut desk, "grace", act, None).unwrap();
    let act = activate(&desk, 2, NOW);
    take(&mut desk, "grace", act, Some(&back)).unwrap();
    assert_eq!(desk.in_force(later).unwrap().number, 3, "reverted at the same moment");
}

#[test]
fn an_approver_who_is_no_officer_any_more_does_not_count() {
    let (mut desk, passed) = proposed();
    let act = approve(&desk, "olu", 1);
    take(&mut desk, "olu", act, None).unwrap();
    let (by, without_olu) = (user("ruth"), Three(vec!["grace", "ruth"]));
    let acting = Acting { by: &by, now: NOW, officers: &without_olu, passed: Some(&passed) };
    let refusal = desk.check(&acting, &activate(&desk, 1, NOW)).unwrap_err();
    assert_eq!(refusal.code(), Code::ChangeConflict, "{refusal}");
    let without_grace = Three(vec!["olu", "ruth"]);
    let acting = Acting { officers: &without_grace, ..acting };
    let refusal = desk.check(&acting, &activate(&desk, 1, NOW)).unwrap_err();
    assert_eq!(refusal.code(), Code::SignatureInvalid, "{refusal}");
}

#[test]
fn one_freezes_and_two_thaw() {
    let mut desk = founded();
    let freeze = FreezeId::new(format!("f_{}", "0".repeat(32))).unwrap();
    let scope = Scope::Person(user("ada"));
    let act = Act::Freeze { freeze: freeze.clone(), scope, reason: "a lost laptop".into() };
    take(&mut desk, "grace", act.clone(), None).unwrap();
    assert_eq!(take(&mut desk, "olu", act, None), Err(Code::ChangeConflict), "frozen already");
    let thaw = Act::Thaw { freeze };
    take(&mut desk, "grace", thaw.clone(), None).unwrap();
    assert!(desk.freezes().all(Freeze::holds));
    assert_eq!(take(&mut desk, "grace", thaw.clone(), None), Err(Code::ChangeConflict));
    take(&mut desk, "olu", thaw.clone(), None).unwrap();
    assert!(!desk.freezes().any(Freeze::holds));
    assert_eq!(take(&mut desk, "ruth", thaw, None), Err(Code::ChangeConflict));
}

#[test]
fn an_act_reads_back_as_what_it_was() {
    let (desk, _) = proposed();
    let freeze = FreezeId::new(format!("f_{}", "0".repeat(32))).unwrap();
    let acts = [
        draft(1, 1, 2),
        propose(&desk, "grace", 1, Some(NOW)),
        approve(&desk, "olu", 1),
        activate(&desk, 1, NOW),
        Act::Withdraw { change: change_id(1) },
        Act::Freeze { freeze: freeze.clone(), scope: Scope::Everything, reason: "x".into() },
        Act::Thaw { freeze },
    ];
    for (act, kind) in acts.into_iter().zip(Act::KINDS) {
        let body = serde_json::to_value(&act).unwrap();
        assert_eq!(act.kind(), kind);
        assert_eq!(Act::of_entry(kind, &body), Some(act), "{body}");
    }
}

#[test]
fn the_statement_is_this_text() {
    let (desk, _) = proposed();
    let statement = desk.statement(desk.change(&change_id(1)).unwrap(), Some(NOW)).unwrap();
    let expected = format!(
        "tresor policy change v1\nchange: {}\nbundle: {}\nbase: 1 {}\neffective: 2026-09-21T14:13:20Z\nauthor: grace\n",
        change_id(1),
        bundle(2),
        bundle(1)
    );
    assert_eq!(statement.of_author(&user("grace")), expected);
}
