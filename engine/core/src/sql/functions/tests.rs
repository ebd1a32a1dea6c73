use std::collections::BTreeSet;

use super::*;

#[test]
fn every_aggregate_and_window_has_one_entry() {
    let names: Vec<&str> = aggregates().iter().map(|f| f.name()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let names: Vec<&str> = windows().iter().map(|f| f.name()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}
