//! What in a copied log looks like an attack. The texts of queries are not in the copy: less is seen than by the server.

use std::path::Path;

use serde_json::Value;
use tresor_core::audit::Gathered;

use super::{Told, source};
use crate::stop::Stop;

/// Looks through the whole log.
pub(super) fn seen(log: &Path) -> Result<Told, Stop> {
    let folder = source::folder(log)?;
    let mut gathered = Gathered::closed();
    let mut finding = None;
    source::each(&folder, |index, _, entry| {
        match entry {
            Ok(entry) => gathered.add(&entry, &[]),
            Err(why) => finding = Some(format!("audit entry {index}: {why}")),
        }
        finding.is_none()
    })?;
    let value = gathered.told();
    let list = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut lines = vec![format!(
        "{} queries looked through, without the texts that are sealed; alerts: {}",
        gathered.len(),
        list("alerts").count()
    )];
    lines.extend(list("alerts").flat_map(alert));
    let more = value.get("more_alerts").and_then(Value::as_u64).unwrap_or_default();
    lines.extend((more > 0).then(|| format!("and {more} alerts more")));
    let not: Vec<&str> = list("not_looked_for").filter_map(Value::as_str).collect();
    lines.push(format!("the server looks for these as well, in sealed texts: {}", not.join(", ")));
    let mut told = Told::sound(lines, value);
    told.findings.extend(finding);
    Ok(told)
}

fn alert(alert: &Value) -> Vec<String> {
    let text = |name: &str| alert.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| alert.get(name).and_then(Value::as_u64).unwrap_or_default();
    let words = |name: &str| {
        let all = alert.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![
        format!("{} of {} in {}", text("kind"), words("people"), words("projects")),
        format!("  {}", text("says")),
        format!(
            "  {} where {} are an alert, within {} days; from {} to {}",
            number("number"),
            number("bound"),
            number("within_days"),
            text("first"),
            text("last")
        ),
        format!("  queries  {}", words("queries")),
    ];
    let more = number("more_queries");
    lines.extend((more > 0).then(|| format!("  and {more} before them")));
    lines
}
