//! The query as a Workflow RO-Crate of its own, inside the crate of the release: the profile wants the thing that was run
//! to be described apart from its run.

use serde_json::{Value, json};

use super::Release;
use super::metadata::{descriptor, released_at};

/// The folder of the query.
pub(super) const FOLDER: &str = "workflow/";
/// The query.
pub(super) const QUERY: &str = "workflow/query.sql";
/// What the crate inside says.
pub(super) const METADATA: &str = "workflow/ro-crate-metadata.json";
/// What it conforms to.
pub(super) const PROFILE: &str = "https://w3id.org/workflowhub/workflow-ro-crate/1.0";

const FILE: &str = "query.sql";

/// What the crate inside says.
pub(super) fn metadata(release: &Release) -> Value {
    let record = &release.record;
    json!({
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            descriptor(&["https://w3id.org/ro/crate/1.1", PROFILE]),
            {
                "@id": "./",
                "@type": "Dataset",
                "name": format!("query {}", record.query),
                "description": "one SELECT over de-identified data, as it was asked",
                "datePublished": released_at(record),
                "license": {"@id": "#conditions"},
                "mainEntity": {"@id": FILE},
                "hasPart": [{"@id": FILE}],
            },
            {
                "@id": FILE,
                "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
                "name": format!("query {}", record.query),
                "description": record.fingerprint,
                "encodingFormat": "application/sql",
                "programmingLanguage": {"@id": "#sql"},
                "license": {"@id": "#conditions"},
            },
            {
                "@id": "#sql",
                "@type": "ComputerLanguage",
                "name": "SQL",
                "identifier": {"@id": "https://www.iso.org/standard/76583.html"},
                "url": {"@id": "https://www.iso.org/standard/76583.html"},
            },
            {
                "@id": "https://www.iso.org/standard/76583.html",
                "@type": "WebPage",
                "name": "ISO/IEC 9075: database language SQL",
            },
            {
                "@id": "#conditions",
                "@type": "CreativeWork",
                "name": "conditions of the project",
                "description": "the terms under which the project may use and publish what it was given",
            },
        ],
    })
}
