//! What every account spent, followed from the first entry: the same rules that the ledger is held against when a server
//! starts.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use tresor_ledger::books::Books;
use tresor_ledger::{AuditEntry, Kind};

use super::{Told, source};
use crate::stop::Stop;

/// What is known of an account.
#[derive(Default)]
struct Account {
    charges: u64,
    limit: u64,
    /// Where it came closest to its limit: what was left.
    least_left: u64,
}

/// Follows every entry.
pub(super) fn followed(log: &Path) -> Result<Told, Stop> {
    let folder = source::folder(log)?;
    let (mut books, mut accounts) = (Books::new(), BTreeMap::new());
    let mut finding = None;
    source::each(&folder, |index, _, entry| {
        let followed = entry.and_then(|entry| {
            books.follow(&entry).map_err(|error| error.to_string())?;
            note(&mut accounts, &entry);
            Ok(())
        });
        finding = followed.err().map(|why: String| match why.starts_with("audit entry") {
            true => why,
            false => format!("audit entry {index}: {why}"),
        });
        finding.is_none()
    })?;
    let mut told = table(&books, &accounts);
    told.findings.extend(finding);
    Ok(told)
}

fn note(accounts: &mut BTreeMap<String, Account>, entry: &AuditEntry) {
    let amount = |name: &str| entry.body.get(name).and_then(Value::as_u64).unwrap_or_default();
    if let (Kind::Intent, Some(name)) = (entry.kind, &entry.account) {
        let left = amount("limit").saturating_sub(amount("spent_after"));
        let account = accounts
            .entry(name.clone())
            .or_insert(Account { least_left: left, ..Account::default() });
        account.charges = account.charges.saturating_add(1);
        account.limit = amount("limit");
        account.least_left = account.least_left.min(left);
    }
}

fn table(books: &Books, accounts: &BTreeMap<String, Account>) -> Told {
    let spent = books.spent();
    let spent = |name: &String| spent.get(name).copied().unwrap_or_default();
    let mut lines = vec![format!(
        "{} entries followed: {} queries charged, {} running, {} held for review",
        books.entries(),
        books.charges(),
        books.running().len(),
        books.held().len()
    )];
    let width = accounts.keys().map(String::len).max().unwrap_or_default().max("account".len());
    if !accounts.is_empty() {
        let head = ("charges", "spent", "limit", "least left");
        lines.push(format!(
            "{:width$}  {:>8}  {:>9}  {:>9}  {:>10}",
            "account", head.0, head.1, head.2, head.3
        ));
    }
    lines.extend(accounts.iter().map(|(name, account)| {
        let Account { charges, limit, least_left } = account;
        format!("{name:width$}  {charges:>8}  {:>9}  {limit:>9}  {least_left:>10}", spent(name))
    }));
    let listed = accounts.iter().map(|(name, account)| {
        json!({
            "account": name, "charges": account.charges, "spent": spent(name), "limit": account.limit,
            "least_left": account.least_left,
        })
    });
    let value = json!({
        "entries": books.entries(), "charges": books.charges(), "running": books.running(),
        "held": books.held(), "accounts": listed.collect::<Vec<_>>(),
    });
    Told::sound(lines, value)
}
