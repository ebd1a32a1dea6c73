//! The 22 queries of TPC-H over a small shop, with the customer as the person.

mod reference;

use tests::ask::ask;
use tests::home::{EXACT, Home};
use tests::tpch::Shop;

use self::reference::Reference;

#[tokio::test(flavor = "multi_thread")]
async fn explore() {
    use std::fmt::Write as _;
    let shop = Shop::new(1_500, 1);
    let home = Home::of_shop(&shop);
    let engine = home.engine().await;
    let reference = Reference::over(&home.path().join("source").join("tpch")).await;
    let mut out = String::new();
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/tpch/queries");
    let mut names: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for path in names {
        let sql = std::fs::read_to_string(&path).unwrap();
        let start = std::time::Instant::now();
        let answer = ask(&engine, EXACT, &sql).await;
        let took = start.elapsed();
        writeln!(out, "=== {} {took:?}", path.file_name().unwrap().to_str().unwrap()).unwrap();
        match answer {
            Ok(a) => {
                writeln!(out, "{}", a.csv.lines().take(14).collect::<Vec<_>>().join("\n")).unwrap()
            }
            Err(r) => writeln!(
                out,
                "REFUSED {} {:?} {}; {}",
                r.code().as_str(),
                r.position(),
                r.detail(),
                r.hint()
            )
            .unwrap(),
        }
        let rows = reference.rows(&sql).await;
        writeln!(out, "--- truth {} rows", rows.len()).unwrap();
        for row in rows.iter().take(12) {
            writeln!(out, "{}", row.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
                .unwrap();
        }
        std::fs::write("/tmp/tpch-explore.txt", &out).unwrap();
    }
}
