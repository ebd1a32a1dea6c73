//! The bag (RFC 8493): the crate is its payload, and every file has a SHA-512 sum.

use std::fmt::Write;

use sha2::{Digest, Sha512};

use super::names::uuid;
use super::{Files, Release};

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The bag with these files as its payload.
pub(super) fn around(payload: Files, release: &Release) -> Files {
    let octets: usize = payload.values().map(Vec::len).sum();
    let information = information(release, octets, payload.len());
    let mut bag: Files =
        payload.into_iter().map(|(path, bytes)| (format!("data/{path}"), bytes)).collect();
    let manifest = sums(&bag);
    let tags = Files::from([
        ("bag-info.txt".to_owned(), information.into_bytes()),
        ("bagit.txt".to_owned(), DECLARATION.into()),
        ("manifest-sha512.txt".to_owned(), manifest.into_bytes()),
    ]);
    bag.insert("tagmanifest-sha512.txt".to_owned(), sums(&tags).into_bytes());
    bag.extend(tags);
    bag
}

fn information(release: &Release, octets: usize, files: usize) -> String {
    let record = &release.record;
    let released = record.reviewed_at.as_ref().unwrap_or(&record.settled_at);
    let day = released.split('T').next().unwrap_or_default();
    format!(
        "Bagging-Date: {day}\nExternal-Description: answer to query {}\nExternal-Identifier: urn:uuid:{}\n\
         Payload-Oxum: {octets}.{files}\n",
        record.query,
        uuid(&record.query, "crate")
    )
}

fn sums(files: &Files) -> String {
    let mut text = String::new();
    for (path, bytes) in files {
        // Writing to a string cannot fail.
        let _never = writeln!(text, "{}  {path}", hex::encode(Sha512::digest(bytes)));
    }
    text
}
