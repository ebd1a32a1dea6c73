//! A whole log, and that it only grew.

use std::path::Path;

use serde_json::json;
use tresor_core::clock::rfc3339;
use tresor_ledger::Moment;
use tresor_ledger::tlog::folder::{Verified, verify as verify_folder};
use tresor_ledger::tlog::{SignedCheckpoint, Verifier, check_consistency};

use super::{Told, source};
use crate::stop::Stop;

/// Recomputes everything.
pub(super) fn verify(log: &Path, key: &str) -> Result<Told, Stop> {
    let key = source::key(key)?;
    source::folder(log)?;
    Ok(match verify_folder(log, &key) {
        Ok(verified) => sound(&verified),
        Err(findings) => Told {
            lines: vec![],
            value: json!({}),
            findings: findings.iter().map(ToString::to_string).collect(),
        },
    })
}

fn sound(verified: &Verified) -> Told {
    let Verified { checkpoint, tiles, documents, times } = verified;
    let checkpoint = checkpoint.checkpoint();
    let mut lines = vec![
        format!(
            "the log {} has {} entries; none is missing, none was changed",
            checkpoint.origin, checkpoint.size
        ),
        format!("its root {} is signed by the key", checkpoint.root),
        format!(
            "files recomputed: {tiles} of hashes; documents that have their digests: {documents}"
        ),
    ];
    let times = times.map(|(first, last)| (rfc3339(Moment(first)), rfc3339(Moment(last))));
    if let Some((first, last)) = &times {
        lines.push(format!("from {first} to {last}"));
    }
    let value = json!({
        "log": checkpoint.origin, "entries": checkpoint.size, "root": checkpoint.root.to_string(),
        "tiles": tiles, "documents": documents,
        "first": times.as_ref().map(|(first, _)| first), "last": times.as_ref().map(|(_, last)| last),
    });
    Told::sound(lines, value)
}

/// Shows that the later checkpoint contains the earlier one.
pub(super) fn consistency(
    from: &Path,
    to: Option<&Path>,
    log: &Path,
    key: &str,
) -> Result<Told, Stop> {
    let key = source::key(key)?;
    let folder = source::folder(log)?;
    let later = match to {
        Some(path) => source::checkpoint(path)?,
        None => folder.note().clone(),
    };
    let signed = |note, which: &str| {
        SignedCheckpoint::accept(note, &key)
            .map_err(|error| format!("the {which} checkpoint: {error}"))
    };
    let (old, new) = match (signed(source::checkpoint(from)?, "earlier"), signed(later, "later")) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let findings = [old.err(), new.err()].into_iter().flatten().collect();
            return Ok(Told { lines: vec![], value: json!({}), findings });
        }
    };
    Ok(grown(&old, &new, &folder, &key))
}

fn grown(
    old: &SignedCheckpoint,
    new: &SignedCheckpoint,
    folder: &tresor_ledger::tlog::folder::LogFolder,
    key: &Verifier,
) -> Told {
    let (old, new) = (old.head(), new.head());
    if new.size < old.size {
        return Told::found(format!(
            "the later checkpoint has {} entries and the earlier one {}: entries were taken away, or the two were given \
             in the wrong order",
            new.size, old.size
        ));
    }
    if new.size > folder.size() {
        return Told::found(format!(
            "the folder has {} entries, and its log signed {}: it is an older copy, or entries were taken away",
            folder.size(),
            new.size
        ));
    }
    let proof = folder.consistency(old.size, new.size);
    let proof = proof.and_then(|proof| check_consistency(&proof, old, new).map(|()| proof.len()));
    match proof {
        Ok(hashes) => Told::sound(
            vec![format!(
                "the log {} only grew: the first {} of its {} entries are those of the earlier checkpoint ({hashes} hashes)",
                key.name(),
                old.size,
                new.size
            )],
            json!({ "log": key.name(), "from": old.size, "to": new.size, "hashes": hashes }),
        ),
        Err(error) => Told::found(format!(
            "the first {} entries are not those of the earlier checkpoint, although the log signed both: history was \
             rewritten, or the copy was changed ({error})",
            old.size
        )),
    }
}
