//! Not to be committed.
use crate::model::{data, world::World};
use std::io::Write as _;
use tests::home::{EXACT, Home};

#[tokio::test(flavor = "multi_thread")]
async fn probe() {
    let _ = Home::of;
    let world = World::of(data::clinic(300, 11)).await;
    for line in std::fs::read_to_string("/tmp/twinprobe/q.sql").unwrap().lines() {
        if line.trim().is_empty() {
            continue;
        }
        let text = match tests::ask::ask(&world.engine, EXACT, line).await {
            Ok(a) => format!("OK {}", a.csv.lines().take(4).collect::<Vec<_>>().join(" | ")),
            Err(r) if r.code().as_str() == "execution_failed" => format!(
                "FAILED {}",
                world.last_cause().await.lines().take(3).collect::<Vec<_>>().join(" / ")
            ),
            Err(r) => format!("REFUSED {} {r}", r.code().as_str()),
        };
        let _ = writeln!(
            std::io::stderr(),
            "{line}\n   -> {}",
            text.chars().take(700).collect::<String>()
        );
    }
}
