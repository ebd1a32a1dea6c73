use super::*;

fn spread(persons: &[(u64, &[Bin])]) -> Distribution {
    let mut spread = Distribution::default();
    for (key, bins) in persons {
        for &bin in *bins {
            spread.add_row(bin);
        }
        if let (Some(&low), Some(&high)) = (bins.iter().min(), bins.iter().max()) {
            spread.add_person(*key, low, high);
        }
    }
    spread
}

#[test]
fn persons_are_counted_once_on_each_side() {
    let all = spread(&[(7, &[1, 5, 9]), (11, &[5]), (13, &[5, 5, 6])]);
    assert_eq!([0, 1, 5, 9].map(|bin| all.persons_to(bin)), [0, 1, 3, 3]);
    assert_eq!([0, 5, 6, 9, 10].map(|bin| all.persons_from(bin)), [3, 3, 2, 1, 0]);
    assert_eq!(
        all.persons_in(&(5..=6)),
        2,
        "the first person has a value there, but neither begins nor ends"
    );
    let steps = all.steps(3);
    let rows: Vec<(Bin, u64, u64, u64)> =
        steps.iter().map(|(bin, c)| (*bin, c.rows, c.persons, c.key)).collect();
    assert_eq!(rows, [(1, 1, 1, 7), (5, 5, 3, 31), (6, 6, 3, 31), (9, 7, 3, 31)]);
    assert_eq!(steps.iter().map(|(_, c)| c.largest()).collect::<Vec<_>>(), [1, 3, 3, 3]);
}

#[test]
fn the_split_into_lanes_does_not_matter() {
    let persons: [(u64, &[Bin]); 4] = [(7, &[1, 5]), (11, &[5]), (u64::MAX, &[-3, 6]), (2, &[5])];
    let whole = spread(&persons);
    for cut in 0..=persons.len() {
        let mut merged = spread(&persons[..cut]);
        merged.merge(spread(&persons[cut..]));
        assert!(merged == whole, "cut at {cut}");
    }
}

#[test]
fn a_spread_of_other_rows_is_noticed() {
    let all = spread(&[(7, &[1, 5]), (11, &[5])]);
    let fits = Contribution { persons: 2, key: 18, rows: 3, ..Contribution::default() };
    assert!(all.is_of(&fits));
    assert!(!all.is_of(&Contribution { rows: 4, ..fits }));
    assert!(!all.is_of(&Contribution { key: 17, ..fits }));
    assert!(!all.is_of(&Contribution { persons: 3, ..fits }));
}
