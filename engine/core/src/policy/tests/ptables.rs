//! Perturbation tables that profiles name.

use super::*;

const BY_TABLE: &str = "{ method = \"cell_key_table\", ptable = \"ours\", index = \"ons\", keys = 256, ptable_size = 0, small_n = 0, magnitude = { top = 1, small = 0.25, large = 0.05, flex_point = 1000, exponent = 3 } }";
const OURS: &str = "id = \"ours\"\ntitle = \"Ours\"\nsource = \"tests\"\ninterval = \"told\"\nmodulo = { below = 10, noise = [0, -1, -2, 2, 1] }\n";

/// The plain profile with noise by the table `ours`, and that table.
fn with_table(table: &str) -> Files {
    let geometric = "{ method = \"cell_key_geometric\", count_sd = 2.0, magnitude_sd = 1.0 }";
    let profile = files().changed("profiles/plain.toml", geometric, BY_TABLE);
    if table.is_empty() { profile } else { profile.with("ptables/ours.toml", table) }
}

#[tokio::test]
async fn a_profile_gets_the_table_that_its_noise_names() {
    let revision = with_table(OURS).revision().await;
    let membership = revision.enter(&user("ada"), &project("heart"), NOON).unwrap();
    assert_eq!(membership.profile().table.as_ref().unwrap().id(), "ours");
    assert_ne!(revision.digest(), with_table(&format!("{OURS}# x\n")).revision().await.digest());
}

#[tokio::test]
async fn a_missing_or_broken_table_is_told_once() {
    assert_eq!(
        errors_of(with_table("").with("ptables/our.toml", &OURS.replace("ours", "our"))).await,
        "policies/profiles/plain.toml:8:47: `noise.ptable` is `ours`, and there is no such table; did you mean `our`?"
    );
    let broken = errors_of(with_table(&OURS.replace("below = 10", "below = \"ten\""))).await;
    assert!(broken.starts_with("policies/ptables/ours.toml:5:"), "{broken}");
    assert_eq!(broken.lines().count(), 1, "{broken}");
    let named = errors_of(with_table(&OURS.replace("\"ours\"", "\"theirs\""))).await;
    assert_eq!(
        named,
        "policies/ptables/ours.toml:1:1: the id is `theirs` and the file is `ours.toml`; write `id = \"ours\"` or rename the file"
    );
    let misfit = with_table(OURS).changed("profiles/plain.toml", "\"ons\"", "\"destatis\"");
    let misfit = errors_of(misfit).await;
    assert!(misfit.contains("profiles/plain.toml:8:"), "{misfit}");
}
