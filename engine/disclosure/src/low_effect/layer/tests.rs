use std::collections::BTreeSet;

use super::*;

#[test]
fn order_and_repetition_make_no_difference() {
    let layer = Layer::of("d.people.region", ["coast", "hills"]);
    assert_eq!(layer, Layer::of("d.people.region", ["hills", "coast", "hills"]));
}

#[test]
fn columns_and_values_are_told_apart() {
    let layers = [
        Layer::of("d.people.region", ["coast"]),
        Layer::of("d.people.region", ["coast", "hills"]),
        Layer::of("d.people.region", ["coasthills"]),
        Layer::of("d.people.region", [""]),
        Layer::of("d.people.region", Vec::<&str>::new()),
        Layer::of("d.people.regioncoast", Vec::<&str>::new()),
        Layer::of("d.people.town", ["coast"]),
    ];
    assert_eq!(layers.iter().collect::<BTreeSet<_>>().len(), layers.len());
}

/// A digest that changes redraws the noise of every answer, and two draws can be averaged.
#[test]
fn the_digest_stays_what_it_is() {
    let Layer([first, second, third, ..]) = Layer::of("d.people.region", ["coast", "hills"]);
    assert_eq!([first, second, third], [59, 115, 0]);
}
