//! Crates held against what the profiles demand, one line per demand.
//!
//! Five Safes RO-Crate 0.4 (w3id.org/5s-crate/0.4) and what it takes from RO-Crate 1.2, Workflow RO-Crate 1.0, BagIt
//! (RFC 8493). `.ci/crate` has other people's validator look at a crate, as far as it knows these profiles.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use serde_json::{Value, json};
use sha2::{Digest, Sha512};
use tresor_core::engine::{Named, ReleaseRecord};
use zip::ZipArchive;

use super::{Files, Release};

const ID: &str = "q_0123456789abcdef0123456789abcdef";
const ANSWER: &[u8] = br#"{"rows": [[1]], "cell_status": [], "intervals": []}"#;

fn named(id: &str, name: &str) -> Named {
    Named { id: id.to_owned(), name: name.to_owned() }
}

fn release() -> Release {
    let record = ReleaseRecord {
        query: ID.to_owned(),
        person: named("ada", "Ada Lovelace"),
        role: "researcher".to_owned(),
        project: named("heart-study", "Heart disease and care after hospital"),
        organisation: ("University of Somewhere".to_owned(), None),
        sql: Some("select count(*) from patients".to_owned()),
        fingerprint: "select count(*) from patients".to_owned(),
        submitted_at: "2026-01-01T00:00:00Z".to_owned(),
        settled_at: "2026-01-01T00:00:01.5Z".to_owned(),
        reviewed_at: None,
        about: json!({"summary": {"rows": 1}, "notes": [], "truncated": false, "schema": [], "release": {
            "policy_revision": 3, "policy_digest": "00ff", "profile": "sample", "snapshots": ["aa", "bb"],
            "criteria": {"tool": {"name": "tresor", "version": "0.1.0"}, "profile": {"id": "sample"}},
        }}),
    };
    Release {
        record,
        origin: "tre.example.org/tresor".to_owned(),
        json: Some(ANSWER.to_vec()),
        csv: Some(b"count\r\n1\r\n".to_vec()),
        receipt: b"{}".to_vec(),
    }
}

fn reviewed() -> Release {
    let mut release = release();
    release.record.reviewed_at = Some("2026-01-02T00:00:00Z".to_owned());
    release
}

fn without_json() -> Release {
    Release { json: None, ..release() }
}

/// The files of a zip, by path.
fn unzipped(bytes: &[u8]) -> Files {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Files::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut content = vec![];
        file.read_to_end(&mut content).unwrap();
        files.insert(file.name().unwrap().into_owned(), content);
    }
    files
}

fn bag(release: &Release) -> Files {
    let files = unzipped(&release.write().unwrap());
    files
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(&format!("{ID}/")).unwrap().to_owned(), bytes))
        .collect()
}

/// The graph of a description.
struct Graph(Vec<Value>);

impl Graph {
    fn of(files: &Files, path: &str) -> Self {
        let document: Value = serde_json::from_slice(&files[path]).unwrap();
        Self(document["@graph"].as_array().unwrap().clone())
    }

    fn get(&self, id: &str) -> Option<&Value> {
        self.0.iter().find(|entity| entity["@id"] == id)
    }

    fn root(&self) -> &Value {
        self.get("./").unwrap()
    }

    /// The entities that a property refers to; those that are not described are missing.
    fn refers(&self, entity: &Value, property: &str) -> Vec<Option<&Value>> {
        ids(&entity[property]).iter().map(|id| self.get(id)).collect()
    }

    fn typed(&self, wanted: &str) -> Vec<&Value> {
        self.0.iter().filter(|entity| is(entity, wanted)).collect()
    }

    fn assessed(&self, what: &str) -> Vec<&Value> {
        let id = format!("https://w3id.org/shp#{what}");
        self.0.iter().filter(|entity| entity["additionalType"]["@id"] == id).collect()
    }

    fn run(&self) -> &Value {
        let runs = self.typed("CreateAction");
        assert_eq!(runs.len(), 1);
        runs[0]
    }
}

fn ids(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(ids).collect(),
        Value::Object(object) => object["@id"].as_str().map(str::to_owned).into_iter().collect(),
        _ => vec![],
    }
}

fn is(entity: &Value, wanted: &str) -> bool {
    match &entity["@type"] {
        Value::Array(types) => types.iter().any(|one| one == wanted),
        one => one == wanted,
    }
}

fn all_are(found: &[Option<&Value>], wanted: &[&str]) -> bool {
    !found.is_empty()
        && found
            .iter()
            .all(|one| one.is_some_and(|one| wanted.iter().any(|wanted| is(one, wanted))))
}

/// RFC 3339 with its zone.
fn is_time(value: &Value) -> bool {
    let parse =
        |text| time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339);
    value.as_str().is_some_and(|text| parse(text).is_ok())
}

const STATES: [&str; 4] = [
    "http://schema.org/PotentialActionStatus",
    "http://schema.org/ActiveActionStatus",
    "http://schema.org/CompletedActionStatus",
    "http://schema.org/FailedActionStatus",
];

type Demand = (&'static str, fn(&Graph, &Files) -> bool);

/// What a crate of a release has to hold to. The words are ours; MUST and SHOULD are the profile's.
const DEMANDS: [Demand; 30] = [
    ("MUST: the description conforms to RO-Crate 1.2 or later", |graph, _| {
        let descriptor = graph.get("ro-crate-metadata.json").unwrap();
        descriptor["conformsTo"]["@id"] == "https://w3id.org/ro/crate/1.2"
            && descriptor["about"]["@id"] == "./"
            && is(descriptor, "CreativeWork")
    }),
    ("MUST: the root is `./`, a Dataset with name, description, date and licence", |graph, _| {
        let root = graph.root();
        let told = ["name", "description"].iter().all(|name| root[*name].is_string());
        is(root, "Dataset")
            && told
            && is_time(&root["datePublished"])
            && all_are(&graph.refers(root, "license"), &["CreativeWork"])
    }),
    ("SHOULD: the root says that it conforms to the profile, which is described", |graph, _| {
        graph.root()["conformsTo"]["@id"] == "https://w3id.org/5s-crate/0.4"
            && all_are(&graph.refers(graph.root(), "conformsTo"), &["Profile"])
    }),
    ("MUST: the main entity is a Dataset that conforms to Workflow RO-Crate", |graph, _| {
        let main = graph.refers(graph.root(), "mainEntity");
        let [Some(main)] = main.as_slice() else { return false };
        is(main, "Dataset")
            && main["conformsTo"]["@id"] == "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
    }),
    ("MUST: the root mentions the CreateAction", |graph, _| {
        ids(&graph.root()["mentions"]).contains(&graph.run()["@id"].as_str().unwrap().to_owned())
    }),
    ("MUST: the root mentions every AssessAction", |graph, _| {
        let mentioned: BTreeSet<String> = ids(&graph.root()["mentions"]).into_iter().collect();
        graph
            .typed("AssessAction")
            .iter()
            .all(|act| mentioned.contains(act["@id"].as_str().unwrap()))
    }),
    ("MUST: the CreateAction has the workflow as its instrument", |graph, _| {
        ids(&graph.run()["instrument"]) == ids(&graph.root()["mainEntity"])
    }),
    ("MUST: the CreateAction has a name of ten characters or more", |graph, _| {
        graph.run()["name"].as_str().unwrap().len() >= 10
    }),
    ("SHOULD: the CreateAction has an id made of a UUID other than the bag's", |graph, files| {
        let info = String::from_utf8(files["bag-info.txt"].clone()).unwrap();
        let id = graph.run()["@id"].as_str().unwrap().strip_prefix("#query-").unwrap();
        id.len() == 36 && !info.contains(id)
    }),
    ("MUST: the CreateAction has a person as its agent", |graph, _| {
        all_are(&graph.refers(graph.run(), "agent"), &["Person"])
    }),
    ("MUST: an affiliation of the agent is an Organization", |graph, _| {
        let agent = graph.refers(graph.run(), "agent")[0].unwrap();
        all_are(&graph.refers(agent, "affiliation"), &["Organization"])
    }),
    ("MUST: the root has a Project as its source organization", |graph, _| {
        all_are(&graph.refers(graph.root(), "sourceOrganization"), &["Project"])
    }),
    ("MUST: the agent is a member of that project", |graph, _| {
        let agent = graph.refers(graph.run(), "agent")[0].unwrap();
        ids(&agent["memberOf"]) == ids(&graph.root()["sourceOrganization"])
    }),
    ("MUST: members of the project are organizations or people", |graph, _| {
        let project = graph.refers(graph.root(), "sourceOrganization")[0].unwrap();
        all_are(&graph.refers(project, "member"), &["Organization", "Person"])
    }),
    ("SHOULD: the project has a local identifier with name and value", |graph, _| {
        let project = graph.refers(graph.root(), "sourceOrganization")[0].unwrap();
        let local = graph.refers(project, "identifier");
        all_are(&local, &["PropertyValue"]) && local[0].unwrap()["value"] == "heart-study"
    }),
    ("MUST: each input is described", |graph, _| {
        all_are(&graph.refers(graph.run(), "object"), &["PropertyValue", "File", "Dataset"])
    }),
    ("SHOULD: each input is an example of a formal parameter", |graph, _| {
        let inputs = graph.refers(graph.run(), "object");
        inputs.iter().all(|input| {
            all_are(&graph.refers(input.unwrap(), "exampleOfWork"), &["FormalParameter"])
        })
    }),
    ("SHOULD: the outputs of a completed run are its result", |graph, _| {
        all_are(&graph.refers(graph.run(), "result"), &["File"])
    }),
    ("MUST: results are parts of the root", |graph, _| {
        let parts: BTreeSet<String> = ids(&graph.root()["hasPart"]).into_iter().collect();
        ids(&graph.run()["result"]).iter().all(|id| parts.contains(id))
    }),
    ("MUST: the status of an act is one of four", |graph, _| {
        let acts =
            ["CreateAction", "AssessAction", "UpdateAction"].map(|kind| graph.typed(kind)).concat();
        acts.len() >= 4
            && acts.iter().all(|act| STATES.iter().any(|state| act["actionStatus"] == *state))
    }),
    ("MUST: times are RFC 3339 with a zone", |graph, _| {
        let of = |entity: &Value| ["startTime", "endTime"].map(|name| entity[name].clone());
        graph.0.iter().flat_map(of).filter(|time| !time.is_null()).all(|time| is_time(&time))
    }),
    ("MUST: an assessment has a name and is an AssessAction", |graph, _| {
        let all = [graph.assessed("SignOff"), graph.assessed("DisclosureCheck")].concat();
        all.iter().all(|act| is(act, "AssessAction") && act["name"].as_str().unwrap().len() >= 10)
    }),
    (
        "SHOULD: an assessment is of the root, ended at a time, by an agent with a name",
        |graph, _| {
            graph.typed("AssessAction").iter().all(|act| {
                let agents = graph.refers(act, "agent");
                ids(&act["object"]).contains(&"./".to_owned())
                    && is_time(&act["endTime"])
                    && all_are(&agents, &["Organization", "Person", "SoftwareApplication"])
                    && agents.iter().all(|agent| agent.unwrap()["name"].is_string())
            })
        },
    ),
    ("MUST: software that acts for the environment names it as its provider", |graph, _| {
        let software = graph.typed("SoftwareApplication");
        !software.is_empty()
            && software.iter().all(|one| all_are(&graph.refers(one, "provider"), &["Organization"]))
    }),
    ("SHOULD: one sign-off, of workflow and project, by a policy with a name", |graph, _| {
        let sign_offs = graph.assessed("SignOff");
        let [act] = sign_offs.as_slice() else { return false };
        let objects = ids(&act["object"]);
        let both = [&graph.root()["mainEntity"], &graph.root()["sourceOrganization"]];
        let policy = graph.refers(act, "instrument");
        both.iter().all(|one| objects.contains(&ids(one)[0]))
            && all_are(&policy, &["CreativeWork"])
            && policy[0].unwrap()["name"].is_string()
    }),
    ("SHOULD: the results were checked for disclosure", |graph, _| {
        !graph.assessed("DisclosureCheck").is_empty()
    }),
    (
        "SHOULD: the environment is the publisher, and that the sums were written is an act",
        |graph, _| {
            all_are(&graph.refers(graph.root(), "publisher"), &["Organization"])
                && graph.assessed("GenerateCheckValue").len() == 1
        },
    ),
    ("MUST: parts are there, and every file of the crate is a part", |graph, files| {
        let parts: BTreeSet<String> = ids(&graph.root()["hasPart"]).into_iter().collect();
        let listed = |path: &str| {
            parts.contains(path)
                || path.starts_with("workflow/")
                || path == "ro-crate-metadata.json"
        };
        let payload = files.keys().filter_map(|path| path.strip_prefix("data/"));
        payload.clone().all(listed)
            && parts.iter().all(|part| {
                payload.clone().any(|path| {
                    path == part || (part.ends_with('/') && path.starts_with(part.as_str()))
                })
            })
    }),
    ("MUST: nothing refers outside the bag, and no id is told twice", |graph, _| {
        let told: Vec<&str> =
            graph.0.iter().map(|entity| entity["@id"].as_str().unwrap()).collect();
        told.iter().all(|id| !id.contains("..") && !id.starts_with('/'))
            && told.iter().collect::<BTreeSet<_>>().len() == told.len()
    }),
    ("MUST: the graph is flat: what is referred to is an id and nothing else", |graph, _| {
        let flat = |value: &Value| match value {
            Value::Object(object) => object.len() == 1 && object.contains_key("@id"),
            _ => true,
        };
        let values = |value: &Value| match value {
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        let objects = graph.0.iter().map(|entity| entity.as_object().unwrap());
        objects.flat_map(|entity| entity.values()).flat_map(values).all(|value| flat(&value))
    }),
];

#[test]
fn crates_hold_to_the_profile() {
    for release in [release(), reviewed(), without_json()] {
        let files = bag(&release);
        let graph = Graph::of(&files, "data/ro-crate-metadata.json");
        for (demand, holds) in DEMANDS {
            assert!(holds(&graph, &files), "{demand}\n{:#}", Value::Array(graph.0));
        }
    }
}

#[test]
fn the_query_is_a_workflow_crate() {
    let files = bag(&release());
    let graph = Graph::of(&files, "data/workflow/ro-crate-metadata.json");
    let main = graph.refers(graph.root(), "mainEntity");
    for wanted in ["File", "SoftwareSourceCode", "ComputationalWorkflow"] {
        assert!(all_are(&main, &[wanted]), "{wanted}");
    }
    let query = main[0].unwrap();
    assert!(all_are(&graph.refers(query, "programmingLanguage"), &["ComputerLanguage"]));
    assert!(ids(&graph.root()["hasPart"]).contains(&"query.sql".to_owned()));
    let descriptor = graph.get("ro-crate-metadata.json").unwrap();
    let wanted =
        ["https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"];
    assert_eq!(ids(&descriptor["conformsTo"]), wanted);
    assert_eq!(files["data/workflow/query.sql"], b"select count(*) from patients\n");
}

#[test]
fn the_bag_is_whole() {
    let files = bag(&release());
    let text = |path: &str| String::from_utf8(files[path].clone()).unwrap();
    assert_eq!(text("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    assert!(text("bag-info.txt").contains("External-Identifier: urn:uuid:"));
    let sums = |manifest: &str| -> BTreeSet<(String, String)> {
        let pair = |line: &str| {
            line.split_once("  ").map(|(sum, path)| (path.to_owned(), sum.to_owned())).unwrap()
        };
        text(manifest).lines().map(pair).collect()
    };
    let real = |wanted: fn(&str) -> bool| -> BTreeSet<(String, String)> {
        let files = files.iter().filter(|(path, _)| wanted(path));
        files.map(|(path, bytes)| (path.clone(), hex::encode(Sha512::digest(bytes)))).collect()
    };
    assert_eq!(sums("manifest-sha512.txt"), real(|path| path.starts_with("data/")));
    let tags = |path: &str| !path.starts_with("data/") && !path.starts_with("tagmanifest");
    assert_eq!(sums("tagmanifest-sha512.txt"), real(tags));
    assert_eq!(files["data/outputs/answer.json"], ANSWER);
}

#[test]
fn the_same_release_gives_the_same_bytes() {
    assert_eq!(release().write().unwrap(), release().write().unwrap());
    let folders: BTreeSet<String> = unzipped(&release().write().unwrap())
        .into_keys()
        .map(|path| path.split('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(folders, BTreeSet::from([ID.to_owned()]));
}

#[test]
fn a_form_that_may_not_leave_is_not_in_it() {
    let files = bag(&without_json());
    assert!(!files.contains_key("data/outputs/answer.json"));
    let criteria: Value = serde_json::from_slice(&files["data/criteria.json"]).unwrap();
    assert_eq!(criteria["cell_status"], Value::Null);
}

#[test]
fn a_review_is_told_without_the_reviewers() {
    let files = bag(&reviewed());
    let graph = Graph::of(&files, "data/ro-crate-metadata.json");
    assert_eq!(graph.assessed("DisclosureCheck").len(), 2);
    assert_eq!(graph.root()["datePublished"], "2026-01-02T00:00:00Z");
    assert_eq!(graph.typed("Person").len(), 1);
}

#[test]
fn an_erased_text_is_told_by_its_shape() {
    let mut release = release();
    release.record.sql = None;
    let query = String::from_utf8(bag(&release)["data/workflow/query.sql"].clone()).unwrap();
    assert!(query.starts_with("-- the text was erased"), "{query}");
}
