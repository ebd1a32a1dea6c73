//! A result in a later condition: the rows are held against the released number, never against the true one.
//!
//! A true mean in `cost > (select avg(cost) ..)` would move with one person's cost, and with it the rows that are chosen,
//! however noisy the count of them is.

use tests::clinic::Clinic;
use tests::home::{EXACT, NOISY};

use super::World;

const MEAN: &str = "select avg(cost) from visits where ward = 'w1'";

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_held_against_the_released_number() {
    let world = World::of(Clinic::new(1_000, 3)).await;
    let (told, truth) = (world.number(NOISY, MEAN).await, world.number(EXACT, MEAN).await);
    assert!((told - truth).abs() > 0.01, "the mean carries no noise: {told}");
    let above =
        |mean: &str| format!("select sum(case when cost > {mean} then cost end) from visits");
    let nested = world.number(NOISY, &above(&format!("({MEAN})"))).await;
    let typed_in = world.number(NOISY, &above(&told.to_string())).await;
    assert_eq!(nested, typed_in, "another number than the released one was compared");
    let with_truth = world.number(NOISY, &above(&truth.to_string())).await;
    assert_ne!(
        nested, with_truth,
        "the true mean chooses the same rows: the test cannot tell them apart"
    );
}
