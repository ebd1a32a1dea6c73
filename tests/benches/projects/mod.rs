//! Projects that a home has for one benchmark.

use std::fs;
use std::path::Path;

use tests::profile::changed;

/// A project of its own for a profile, with the rights of the one that the sample brings.
pub fn add_project(policies: &Path, (id, shipped, lines): &(&str, &str, &[&str])) {
    let read = |name: &str| fs::read_to_string(policies.join(name)).unwrap();
    let profile = read(&format!("profiles/{shipped}.toml"));
    let profile = changed(&profile, &[&[&*format!("id = \"{id}\"")], *lines].concat());
    fs::write(policies.join(format!("profiles/{id}.toml")), profile).unwrap();
    let project = changed(
        &read("projects/heart-study.toml"),
        &[&format!("release_profile = \"{id}\""), "budget_points = 1000000000"],
    );
    fs::write(policies.join(format!("projects/{id}.toml")), project).unwrap();
    let rules = read("access/rules.csv");
    if !rules.contains(&format!("researcher, {id},")) {
        let own = rules.lines().filter(|line| line.contains("researcher, heart-study,"));
        let own: Vec<String> = own.map(|line| line.replace("heart-study", id)).collect();
        fs::write(policies.join("access/rules.csv"), format!("{rules}\n{}\n", own.join("\n")))
            .unwrap();
    }
}
