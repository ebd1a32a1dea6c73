use super::*;

fn money() -> Bins {
    Bins::of(0, 10_000_000, false)
}

#[test]
fn small_ranges_of_whole_numbers_have_a_bin_each() {
    let nights = Bins::of(0, 60, true);
    for value in -999..=999 {
        assert_eq!(nights.values(nights.of_value(value)), value..=value);
    }
    // Sums of them per person leave the range: from there bins grow with the value.
    assert_eq!(nights.values(nights.of_value(1_234)), 1_230..=1_239);
    assert_eq!(nights.values(nights.of_value(-1_234)), -1_239..=-1_230);
    let far = Bins::of(7_000, 7_900, true);
    assert_eq!(far.values(far.of_value(7_777)), 7_777..=7_777);
}

#[test]
fn elsewhere_a_bin_is_about_one_percent() {
    assert_eq!(money().values(money().of_value(1_234)), 1_000..=1_999);
    assert_eq!(money().values(money().of_value(2_512_345)), 2_500_000..=2_519_999);
    assert_eq!(money().values(money().of_value(9_999_999)), 9_950_000..=9_999_999);
    assert_eq!(money().values(money().of_value(-1)), -999..=-1);
    let large = Bins::of(0, 9_000, true);
    assert_eq!(large.values(large.of_value(150)), 150..=150);
    assert_eq!(large.values(large.of_value(8_765)), 8_750..=8_799);
}

#[test]
fn bins_are_a_partition_in_the_order_of_their_values() {
    for bins in
        [money(), Bins::of(0, 60, true), Bins::of(-400, 9_000, true), Bins::of(7_000, 7_900, true)]
    {
        let mut next = *bins.values(bins.of_value(-30_000)).start();
        let mut last = Bin::MIN;
        while next < 30_000 {
            let bin = bins.of_value(next);
            let values = bins.values(bin);
            assert_eq!(*values.start(), next, "no gap, no overlap");
            assert!(values.clone().all(|value| bins.of_value(value) == bin));
            assert!(bin > last);
            (next, last) = (values.end() + 1, bin);
        }
    }
}

#[test]
fn wider_bins_are_unions_of_narrow_ones() {
    for bins in
        [money(), Bins::of(0, 60, true), Bins::of(-400, 9_000, true), Bins::of(7_000, 7_900, true)]
    {
        for value in (-20_000..20_000).step_by(7).chain([2_512_345, 199, 200, -200, -1, 0]) {
            let bin = bins.of_value(value);
            assert!(bins.widths(bin).is_sorted());
            for width in bins.widths(bin).take_while(|&width| width <= 20_000) {
                let wide = bins.widened(bin, width);
                assert!(wide.end() - wide.start() < 2 * width, "{value} {width}: {wide:?}");
                assert!(wide.contains(&value), "{value} {width}");
                for end in [*wide.start(), *wide.end()] {
                    let narrow = bins.values(bins.of_value(end));
                    assert!(
                        wide.contains(narrow.start()) && wide.contains(narrow.end()),
                        "{value} {width}: {wide:?} {narrow:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_ends_of_the_range_are_in_bins() {
    for value in [i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1] {
        let bin = money().of_value(value);
        assert_eq!(bin < 0, value < 0);
        assert!(
            money().widths(bin).count() < 60 && money().values(bin).contains(&value.max(-i64::MAX))
        );
    }
}
