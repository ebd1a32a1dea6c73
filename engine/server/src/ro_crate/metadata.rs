//! What the crate says of itself: Five Safes RO-Crate 0.4 on RO-Crate 1.2.
//!
//! Safe project: the project and its organisation. Safe people: who asked. Safe settings: the environment and its software.
//! Safe data: the snapshots that were read. Safe outputs: the sign-off before the run and the disclosure checks after it,
//! each with its instrument. What was not done is not claimed: nobody validates a crate here before it is run.

use serde_json::{Value, json};
use tresor_core::engine::ReleaseRecord;

use super::contents::{ANSWER_CSV, ANSWER_JSON, CRITERIA, POLICY, RECEIPT};
use super::names::uuid;
use super::{Files, Release, workflow};

/// Where it stands.
pub(super) const FILE: &str = "ro-crate-metadata.json";

const PROFILE: &str = "https://w3id.org/5s-crate/0.4";
const SUMS: &str = "https://www.iana.org/assignments/named-information#sha-512";
const COMPLETED: &str = "http://schema.org/CompletedActionStatus";

/// The ids of things that are no files.
struct Ids {
    project: String,
    person: String,
    organisation: String,
    policy: String,
    run: String,
    sign_off: String,
    disclosure: String,
    review: String,
    sums: String,
}

impl Ids {
    fn of(release: &Release) -> Self {
        let record = &release.record;
        let act = |name: &str| format!("#{name}-{}", uuid(&record.query, name));
        let (_, organisation) = &record.organisation;
        let public = organisation.as_ref().filter(|id| id.starts_with("https://"));
        Self {
            project: format!("#project-{}", record.project.id),
            person: format!("#person-{}", record.person.id),
            organisation: public.cloned().unwrap_or_else(|| "#organisation".to_owned()),
            policy: format!("#policy-revision-{}", made(record, "policy_revision")),
            run: act("query"),
            sign_off: act("signoff"),
            disclosure: act("disclosure"),
            review: act("review"),
            sums: act("bagit"),
        }
    }
}

/// The description of a crate with these files.
pub(super) fn of(release: &Release, files: &Files) -> Value {
    let ids = Ids::of(release);
    let mut graph =
        vec![descriptor(&["https://w3id.org/ro/crate/1.2"]), root(release, files, &ids)];
    graph.extend(described(release, files));
    graph.extend(concerned(release, &ids));
    graph.extend(inputs(&release.record));
    graph.extend(acts(release, files, &ids));
    json!({ "@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph })
}

/// The entity about the description itself.
pub(super) fn descriptor(conforms_to: &[&str]) -> Value {
    json!({
        "@id": FILE,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": one_or_all(conforms_to.iter().map(|id| (*id).to_owned()).collect()),
    })
}

/// When the answer could first be fetched.
pub(super) fn released_at(record: &ReleaseRecord) -> &str {
    record.reviewed_at.as_ref().unwrap_or(&record.settled_at)
}

fn root(release: &Release, files: &Files, ids: &Ids) -> Value {
    let record = &release.record;
    let mut parts: Vec<String> = listed(files).map(str::to_owned).collect();
    parts.push(workflow::FOLDER.to_owned());
    let mut mentions = vec![&ids.run, &ids.sign_off, &ids.disclosure];
    mentions.extend(record.reviewed_at.is_some().then_some(&ids.review));
    mentions.push(&ids.sums);
    json!({
        "@id": "./",
        "@type": "Dataset",
        "identifier": format!("urn:uuid:{}", uuid(&record.query, "crate")),
        "name": format!("answer to query {}", record.query),
        "description": format!(
            "protected numbers about groups, asked on behalf of `{}`: {}",
            record.project.id, record.fingerprint
        ),
        "conformsTo": {"@id": PROFILE},
        "datePublished": released_at(record),
        "author": {"@id": ids.person},
        "publisher": {"@id": "#environment"},
        "license": {"@id": "#conditions"},
        "sourceOrganization": {"@id": ids.project},
        "mainEntity": {"@id": workflow::FOLDER},
        "hasPart": refer(parts),
        "mentions": refer(mentions.into_iter().cloned().collect()),
    })
}

/// The files of the crate itself; those of the crate inside are its own.
fn listed(files: &Files) -> impl Iterator<Item = &str> {
    files.keys().map(String::as_str).filter(|path| !path.starts_with(workflow::FOLDER))
}

fn described(release: &Release, files: &Files) -> Vec<Value> {
    let about = |path: &str| match path {
        ANSWER_JSON => {
            "the answer, byte for byte as it is stored; the receipt is about these bytes"
        }
        ANSWER_CSV => "the answer for spreadsheets, made of the stored one",
        CRITERIA => "every rule that was applied, and what it did to which value",
        POLICY => "the policy revision that was in force, its digest, and the release profile",
        RECEIPT => "proof that the release is an entry of the audit log",
        _ => "a part of the crate",
    };
    let one = |path: &str, bytes: &[u8]| {
        json!({
            "@id": path,
            "@type": "File",
            "name": path.rsplit('/').next(),
            "description": about(path),
            "encodingFormat": if path.ends_with(".csv") { "text/csv" } else { "application/json" },
            "contentSize": bytes.len().to_string(),
            "license": {"@id": "#conditions"},
        })
    };
    let files = files.iter().filter(|(path, _)| !path.starts_with(workflow::FOLDER));
    let mut entities: Vec<Value> = files.map(|(path, bytes)| one(path, bytes)).collect();
    entities.push(json!({
        "@id": workflow::FOLDER,
        "@type": "Dataset",
        "name": format!("query {}", release.record.query),
        "description": "the question, as a crate of its own",
        "conformsTo": {"@id": workflow::PROFILE},
        "license": {"@id": "#conditions"},
    }));
    entities
}

/// People, organisations, software, and what they go by.
fn concerned(release: &Release, ids: &Ids) -> Vec<Value> {
    let record = &release.record;
    let local = format!("_:localid:tresor:{}", record.project.id);
    let (organisation, _) = &record.organisation;
    vec![
        json!({"@id": PROFILE, "@type": ["CreativeWork", "Profile"], "name": "Five Safes RO-Crate profile", "version": "0.4"}),
        json!({"@id": workflow::PROFILE, "@type": ["CreativeWork", "Profile"], "name": "Workflow RO-Crate profile", "version": "1.0"}),
        json!({"@id": SUMS, "@type": "DefinedTerm", "name": "sha-512", "termCode": "sha-512"}),
        json!({
            "@id": ids.project, "@type": "Project", "name": record.project.name,
            "identifier": {"@id": local}, "member": {"@id": ids.organisation},
        }),
        json!({"@id": local, "@type": "PropertyValue", "name": release.origin, "value": record.project.id}),
        json!({"@id": ids.organisation, "@type": "Organization", "name": organisation}),
        json!({
            "@id": ids.person, "@type": "Person", "name": record.person.name, "jobTitle": record.role,
            "affiliation": {"@id": ids.organisation}, "memberOf": {"@id": ids.project},
        }),
        json!({
            "@id": "#environment", "@type": "Organization", "name": release.origin,
            "url": format!("https://{}", release.origin),
            "description": "the trusted research environment that ran the query",
        }),
        json!({
            "@id": "#tresor", "@type": "SoftwareApplication", "name": "Tresor",
            "version": made(record, "criteria/tool/version"),
            "softwareVersion": made(record, "criteria/tool/version"),
            "url": format!("https://{}", release.origin),
            "provider": {"@id": "#environment"},
        }),
        json!({
            "@id": ids.policy, "@type": "CreativeWork",
            "name": format!("access policy, revision {}", made(record, "policy_revision")),
            "identifier": format!("sha256:{}", made(record, "policy_digest")),
            "subjectOf": {"@id": POLICY},
        }),
        json!({
            "@id": "#conditions", "@type": "CreativeWork", "name": "conditions of the project",
            "description": "the terms under which the project may use and publish what it was given",
        }),
    ]
}

/// The snapshots that were read, by their digests: the data do not leave.
fn inputs(record: &ReleaseRecord) -> Vec<Value> {
    let mut entities: Vec<Value> = snapshots(record)
        .map(|digest| {
            json!({
                "@id": snapshot(digest), "@type": "PropertyValue", "name": "snapshot", "value": digest,
                "exampleOfWork": {"@id": "#snapshot"},
            })
        })
        .collect();
    entities.push(json!({
        "@id": "#snapshot", "@type": "FormalParameter", "name": "snapshot", "additionalType": "Text",
        "description": "digest of an immutable snapshot of de-identified data",
    }));
    entities
}

fn snapshots(record: &ReleaseRecord) -> impl Iterator<Item = &str> {
    let digests = record.about.pointer("/release/snapshots").and_then(Value::as_array);
    digests.into_iter().flatten().filter_map(Value::as_str)
}

fn snapshot(digest: &str) -> String {
    format!("#snapshot-{digest}")
}

/// What was done, in the order of the phases of the profile.
fn acts(release: &Release, files: &Files, ids: &Ids) -> Vec<Value> {
    let record = &release.record;
    let answers: Vec<String> = [ANSWER_JSON, ANSWER_CSV]
        .into_iter()
        .filter(|path| files.contains_key(*path))
        .map(str::to_owned)
        .collect();
    let judged: Vec<String> =
        std::iter::once("./".to_owned()).chain(answers.iter().cloned()).collect();
    let revision = made(record, "policy_revision");
    let mut acts = vec![
        json!({
            "@id": ids.sign_off, "@type": "AssessAction",
            "additionalType": {"@id": "https://w3id.org/shp#SignOff"},
            "name": format!("Sign-off by access policy, revision {revision}: allowed"),
            "startTime": record.submitted_at, "endTime": record.submitted_at,
            "object": refer(vec!["./".to_owned(), workflow::FOLDER.to_owned(), ids.project.clone()]),
            "instrument": {"@id": ids.policy}, "agent": {"@id": "#tresor"}, "actionStatus": COMPLETED,
        }),
        json!({
            "@id": ids.run, "@type": "CreateAction",
            "name": format!("Answer the query {}", record.query),
            "startTime": record.submitted_at, "endTime": record.settled_at,
            "agent": {"@id": ids.person}, "instrument": {"@id": workflow::FOLDER},
            "object": refer(snapshots(record).map(snapshot).collect()), "result": refer(answers),
            "actionStatus": COMPLETED,
        }),
        json!({
            "@id": ids.disclosure, "@type": "AssessAction",
            "additionalType": {"@id": "https://w3id.org/shp#DisclosureCheck"},
            "name": format!("Disclosure control by the release profile `{}`: applied", made(record, "profile")),
            "startTime": record.submitted_at, "endTime": record.settled_at, "object": refer(judged.clone()),
            "instrument": {"@id": CRITERIA}, "agent": {"@id": "#tresor"}, "actionStatus": COMPLETED,
        }),
    ];
    // Who reviewed is not for the author to know.
    acts.extend(record.reviewed_at.as_ref().map(|at| {
        json!({
            "@id": ids.review, "@type": "AssessAction",
            "additionalType": {"@id": "https://w3id.org/shp#DisclosureCheck"},
            "name": "Disclosure check by two output checkers: approved",
            "startTime": record.settled_at, "endTime": at, "object": refer(judged),
            "agent": {"@id": "#environment"}, "actionStatus": COMPLETED,
        })
    }));
    acts.push(json!({
        "@id": ids.sums, "@type": "UpdateAction",
        "additionalType": {"@id": "https://w3id.org/shp#GenerateCheckValue"},
        "name": "BagIt manifests of the crate written", "startTime": released_at(record),
        "object": {"@id": "./"}, "instrument": {"@id": SUMS}, "agent": {"@id": "#tresor"},
        "actionStatus": COMPLETED,
    }));
    acts
}

/// Something that the record of the release says, as text.
fn made(record: &ReleaseRecord, path: &str) -> String {
    match record.about.pointer(&format!("/release/{path}")) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "unknown".to_owned(),
    }
}

fn refer(ids: Vec<String>) -> Value {
    ids.into_iter().map(|id| json!({"@id": id})).collect()
}

fn one_or_all(ids: Vec<String>) -> Value {
    match ids.as_slice() {
        [only] => json!({"@id": only}),
        _ => refer(ids),
    }
}
