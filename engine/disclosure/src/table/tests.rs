use super::*;
use crate::profile::tests::sample;
use crate::profile::{
    CheckOn, ClassDisclosure, OnSmall, Profile, Rounding, RoundingMethod, ZeroRule,
};

use Standing::{Empty, Open, Structural};

const SECRET: NoiseSecret = NoiseSecret::new([7; 32]);

const SMALL: Standing = Standing::Withheld(Reason::TooFewPersons);
const SPARSE: Standing = Standing::Withheld(Reason::SparseTable);
const CLASS: Standing = Standing::Withheld(Reason::ClassDisclosure);
const ANOTHER: Standing = Standing::Withheld(Reason::AnotherCellTooSmall);

fn cells(persons: &[u64]) -> Vec<Cell> {
    persons.iter().map(|persons| Cell::listed(*persons, *persons)).collect()
}

/// Cells of one key whose values are public and all listed: a single line.
fn one_row(profile: &Profile, cells: &[Cell]) -> Screening {
    let line = Line { cells: (0..cells.len()).collect(), absent: 0 };
    screen(profile, &SECRET, &Table { cells, lines: &[line] })
}

fn standings(profile: &Profile, persons: &[u64]) -> Vec<Standing> {
    one_row(profile, &cells(persons)).cells
}

/// Every rule of this module off but the minimum of 10; zeros shown.
fn plain() -> Profile {
    Profile { class_disclosure: ClassDisclosure::Off, ..sample() }
}

#[test]
fn every_cell_is_held_against_the_minimum() {
    assert_eq!(standings(&plain(), &[0, 1, 9, 10]), [Empty, SMALL, SMALL, Open]);
    let hidden = Profile { zero: ZeroRule::TreatAsSmall, ..plain() };
    assert_eq!(standings(&hidden, &[0, 9, 10]), [SMALL, SMALL, Open]);
}

#[test]
fn where_noise_decides_nothing_is_judged_by_the_true_number() {
    let noisy = crate::table::minimum::judge_cells(
        &Profile { check_on: CheckOn::Noisy, ..plain() },
        &SECRET,
        &Table { cells: &cells(&[0, 1, 10]), lines: &[] },
    );
    assert_eq!(noisy, [Empty, Open, Open]);
}

/// Stats NZ: mean cell size of at least 2; below it counts of 6 or more are rescued.
fn mean_size() -> Profile {
    let rounding = Rounding { method: RoundingMethod::RandomFixed, base: 3, ..sample().rounding };
    Profile { min_count: 2, check_on: CheckOn::MeanCellSize, rounding, ..plain() }
}

#[test]
fn the_mean_of_the_cells_with_somebody_decides() {
    assert_eq!(standings(&mean_size(), &[1, 1, 1, 5]), [Open; 4], "mean 2 is enough");
    assert_eq!(standings(&mean_size(), &[1, 1, 1, 4]), [SPARSE; 4]);
    assert_eq!(
        standings(&mean_size(), &[1, 1, 1, 1, 1, 6, 0]),
        [SPARSE, SPARSE, SPARSE, SPARSE, SPARSE, Open, Empty],
        "mean 11/6: six people stay, and nobody is no small group"
    );
    assert_eq!(standings(&mean_size(), &[2, 2, 0, 0]), [Open, Open, Empty, Empty]);
    assert_eq!(standings(&mean_size(), &[0]), [Empty]);
}

#[test]
fn cells_that_nobody_sees_belong_to_the_mean() {
    let mut cells = cells(&[1, 3]);
    assert_eq!(one_row(&mean_size(), &cells).cells, [Open, Open]);
    cells.push(Cell::unlisted(1, 7));
    assert_eq!(one_row(&mean_size(), &cells).cells, [SPARSE; 3]);
}

/// DataSHIELD: nothing of a table is shown where a cell has 1 or 2 persons; 0 and 3 pass.
fn all_or_nothing() -> Profile {
    Profile { min_count: 3, on_small: OnSmall::RefuseResult, ..plain() }
}

#[test]
fn one_small_cell_withholds_the_table() {
    assert_eq!(standings(&all_or_nothing(), &[0, 3, 40]), [Empty, Open, Open]);
    for small in [1, 2] {
        assert_eq!(standings(&all_or_nothing(), &[0, 3, small, 40]), [ANOTHER; 4]);
        let cells = [Cell::listed(40, 7), Cell::unlisted(small, small)];
        assert_eq!(one_row(&all_or_nothing(), &cells).cells, [ANOTHER; 2]);
    }
}

#[test]
fn a_refused_table_warns_of_nothing() {
    let profile = Profile { class_disclosure: ClassDisclosure::Warn, ..all_or_nothing() };
    assert_eq!(one_row(&profile, &cells(&[0, 2])).warnings, []);
}

#[test]
fn tables_with_too_many_small_cells_are_withheld() {
    let half = Profile { sparsity_max_small: 0.5, ..plain() };
    assert_eq!(standings(&half, &[9, 9, 10, 10]), [SMALL, SMALL, Open, Open]);
    assert_eq!(standings(&half, &[9, 9, 9, 10, 10]), [SPARSE; 5]);
    assert_eq!(standings(&plain(), &[9, 9, 9]), [SMALL; 3], "1 turns the rule off");
}

#[test]
fn empty_groups_do_not_make_a_table_dense() {
    let half = Profile { sparsity_max_small: 0.5, ..plain() };
    assert_eq!(standings(&half, &[9, 9, 10, 0, 0, 0, 0, 0]), [SPARSE; 8]);
    assert_eq!(standings(&half, &[0, 0]), [Empty; 2]);
}

#[test]
fn shares_compare_exactly() {
    let third = Profile { sparsity_max_small: 0.333_333, ..plain() };
    assert_eq!(standings(&third, &[9, 10, 10]), [SPARSE; 3]);
    let third = Profile { sparsity_max_small: 0.333_334, ..plain() };
    assert_eq!(standings(&third, &[9, 10, 10]), [SMALL, Open, Open]);
}

fn class(rule: ClassDisclosure) -> Profile {
    Profile { class_disclosure: rule, ..sample() }
}

#[test]
fn a_row_with_everybody_in_one_cell_warns_or_is_withheld() {
    let row = cells(&[0, 0, 12]);
    let warned = one_row(&class(ClassDisclosure::Warn), &row);
    assert_eq!(warned.cells, [Empty, Empty, Open]);
    assert_eq!(warned.warnings, [Warning::ClassDisclosure { line: 0, cell: 2 }]);
    let refused = one_row(&class(ClassDisclosure::Refuse), &row);
    assert_eq!(refused, Screening { cells: vec![CLASS; 3], warnings: vec![] });
    let off = one_row(&class(ClassDisclosure::Off), &row);
    assert_eq!(off, Screening { cells: vec![Empty, Empty, Open], warnings: vec![] });
}

#[test]
fn groups_that_are_only_absent_count_as_empty() {
    let row = cells(&[12]);
    let line = Line { cells: vec![0], absent: 2 };
    let table = Table { cells: &row, lines: &[line] };
    assert_eq!(screen(&class(ClassDisclosure::Warn), &SECRET, &table).warnings.len(), 1);
    assert_eq!(screen(&class(ClassDisclosure::Refuse), &SECRET, &table).cells, [CLASS]);
}

#[test]
fn zeros_beside_a_hidden_number_tell_as_much() {
    let refused = one_row(&class(ClassDisclosure::Refuse), &cells(&[0, 0, 4]));
    assert_eq!(refused.cells, [CLASS; 3], "one reason, or it would tell which cell is full");
    assert_eq!(one_row(&class(ClassDisclosure::Warn), &cells(&[0, 0, 4])).warnings.len(), 1);
}

#[test]
fn two_groups_with_somebody_are_no_class() {
    for persons in [&[0, 3, 12][..], &[12, 12], &[0, 0], &[12]] {
        let screening = one_row(&class(ClassDisclosure::Warn), &cells(persons));
        assert_eq!(screening.warnings, [], "{persons:?}");
    }
}

#[test]
fn a_warning_does_not_tell_small_groups_from_empty_ones() {
    let seen = [Cell::listed(12, 7)];
    let with_small = [Cell::listed(12, 7), Cell::unlisted(3, 7)];
    let line = Line { cells: vec![0], absent: 1 };
    let of = |cells: &[Cell]| {
        screen(
            &class(ClassDisclosure::Warn),
            &SECRET,
            &Table { cells, lines: std::slice::from_ref(&line) },
        )
        .warnings
    };
    assert_eq!(of(&seen), of(&with_small));
}

#[test]
fn zeros_that_are_hidden_tell_nothing() {
    let hidden = Profile { zero: ZeroRule::TreatAsSmall, ..class(ClassDisclosure::Warn) };
    assert_eq!(one_row(&hidden, &cells(&[0, 0, 12])).warnings, []);
    let refused = Profile { class_disclosure: ClassDisclosure::Refuse, ..hidden };
    assert_eq!(one_row(&refused, &cells(&[0, 0, 12])).cells, [SMALL, SMALL, Open]);
}

#[test]
fn zeros_that_may_be_somebody_tell_nothing() {
    let blurred = Profile { class_disclosure: ClassDisclosure::Warn, ..mean_size() };
    assert_eq!(one_row(&blurred, &cells(&[0, 0, 12])).warnings, []);
    let rounding = Rounding { method: RoundingMethod::Nearest, base: 20, ..sample().rounding };
    let blurred = Profile { rounding, ..class(ClassDisclosure::Warn) };
    assert_eq!(one_row(&blurred, &cells(&[0, 0, 12])).warnings, [], "10 may be shown as 0");
    let rounding = Rounding { method: RoundingMethod::Nearest, base: 5, ..sample().rounding };
    let clear = Profile { rounding, ..class(ClassDisclosure::Warn) };
    assert_eq!(one_row(&clear, &cells(&[0, 0, 12])).warnings.len(), 1);
}

fn impossible(persons: u64) -> Cell {
    Cell { structural: true, ..Cell::listed(persons, persons) }
}

#[test]
fn what_cannot_be_is_shown_as_0_whatever_the_rows_say() {
    let hidden = Profile { zero: ZeroRule::TreatAsSmall, ..plain() };
    for few in [0, 1, 9] {
        assert_eq!(
            one_row(&hidden, &[impossible(few), Cell::listed(0, 7)]).cells,
            [Structural, SMALL]
        );
    }
    assert_eq!(one_row(&hidden, &[impossible(10)]).cells, [Open], "policy is wrong about a group");
}

#[test]
fn what_cannot_be_is_no_alternative() {
    for rule in [ClassDisclosure::Warn, ClassDisclosure::Refuse] {
        let screening = one_row(&class(rule), &[impossible(0), Cell::listed(12, 7)]);
        assert_eq!(screening, Screening { cells: vec![Structural, Open], warnings: vec![] });
    }
    let screening = one_row(
        &class(ClassDisclosure::Refuse),
        &[impossible(0), Cell::listed(12, 7), Cell::listed(0, 7)],
    );
    assert_eq!(screening.cells, [Structural, CLASS, CLASS]);
}

#[test]
fn somebody_where_nobody_can_be_still_refuses_a_whole_table() {
    // Its total would tell of them: all or nothing leaves no other protection.
    assert_eq!(
        one_row(&all_or_nothing(), &[impossible(1), Cell::listed(40, 7)]).cells,
        [ANOTHER; 2]
    );
}

#[test]
fn each_line_is_judged_by_itself() {
    // Sex by smoking: all women smoke. Columns are mixed.
    let keys: Vec<Vec<u32>> = [[0, 0], [0, 1], [1, 0], [1, 1]].map(Vec::from).to_vec();
    let cells = cells(&[30, 0, 20, 20]);
    let lines = lines(&cells, &keys, &[Some(2), Some(2)]);
    let screening =
        screen(&class(ClassDisclosure::Refuse), &SECRET, &Table { cells: &cells, lines: &lines });
    // The column "does not smoke" has everybody in one cell too: all who do not are men.
    assert_eq!(screening.cells, [CLASS, CLASS, Open, CLASS]);
}

#[test]
fn lines_have_all_keys_but_one_in_common() {
    let keys: Vec<Vec<u32>> = [[0, 0], [0, 1], [1, 0]].map(Vec::from).to_vec();
    let line = |cells: &[usize], absent| Line { cells: cells.to_vec(), absent };
    let all = lines(&cells(&[10, 11, 12]), &keys, &[Some(2), Some(3)]);
    assert_eq!(all, [line(&[0, 2], 0), line(&[1], 1), line(&[0, 1], 1), line(&[2], 2)]);
    assert_eq!(lines(&cells(&[10]), &[vec![]], &[]), [], "a single cell has no neighbours");
}

#[test]
fn only_what_is_listed_makes_a_key_known() {
    let keys: Vec<Vec<u32>> = [[0, 0], [0, 1], [1, 0]].map(Vec::from).to_vec();
    let seen = [Cell::listed(20, 7), Cell::unlisted(3, 7), Cell::listed(30, 7)];
    let unseen = [Cell::listed(20, 7), Cell::listed(30, 7)];
    let without: Vec<Vec<u32>> = [[0, 0], [1, 0]].map(Vec::from).to_vec();
    let absent = |lines: Vec<Line>| lines.into_iter().map(|line| line.absent).collect::<Vec<_>>();
    let public = [None, None];
    assert_eq!(absent(lines(&seen, &keys, &public)), absent(lines(&unseen, &without, &public)));
}

#[test]
fn nothing_is_left_under_a_profile_with_problems() {
    let broken = Profile { dof_min: 0, ..plain() };
    let withheld = Standing::Withheld(Reason::Unprotectable);
    assert_eq!(standings(&broken, &[0, 5, 50]), [withheld; 3]);
}

/// With a drawn minimum the people of a cell decide, and every rule that compares cells with the minimum agrees.
#[test]
fn a_drawn_minimum_belongs_to_the_people_of_the_cell() {
    let profile = Profile { min_count_sd: 1.0, ..plain() };
    let verdict = |key| one_row(&profile, &[Cell::listed(12, key)]).cells[0];
    let shown = (0..400).filter(|key| verdict(*key) == Open).count();
    assert!((200..350).contains(&shown), "{shown} of 400");
    let refusing = Profile { on_small: OnSmall::RefuseResult, ..profile.clone() };
    let sparse = Profile { sparsity_max_small: 0.4, ..profile.clone() };
    for key in 0..100 {
        let table = [Cell::listed(12, key), Cell::listed(40, 1)];
        let small = verdict(key) != Open;
        assert_eq!(one_row(&refusing, &table).cells == [ANOTHER; 2], small);
        assert_eq!(one_row(&sparse, &table).cells == [SPARSE; 2], small);
        let structural = Cell { structural: true, ..Cell::listed(12, key) };
        assert_eq!(one_row(&profile, &[structural]).cells == [Structural], small);
    }
}
