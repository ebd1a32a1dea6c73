use std::path::Path as FilePath;
use std::sync::Arc;

use tresor_core::engine::{Asked, Caller, Engine, QueryRequest};
use tresor_core::ids::{ProjectId, UserId};
use tresor_core::progress::Silent;
use tresor_core::refusal::Refusal;

use super::*;

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        assert!(meaning(*code).is_some(), "`{}` needs a paragraph in MEANINGS", code.as_str());
    }
}

#[test]
fn codes_of_the_face_and_of_the_engine_differ() {
    for face in FaceCode::ALL {
        assert!(Code::ALL.iter().all(|code| code.as_str() != face.as_str()), "{face:?}");
    }
}

/// A code of SQL whose example would be too long to read, and one of files.
const WITHOUT_EXAMPLE: [Code; 2] = [Code::TooLarge, Code::PolicyInvalid];

#[test]
fn what_sql_can_be_refused_for_has_an_example() {
    for code in Code::ALL.iter().filter(|code| matches!(code.class(), Class::Sql | Class::Policy)) {
        let exempt = WITHOUT_EXAMPLE.contains(code);
        assert_eq!(examples::of(*code).is_none(), exempt, "{}", code.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_are_refused_and_their_corrections_answered() {
    let folder = tempfile::tempdir().unwrap();
    let engine = sample(folder.path()).await;
    for example in examples::ALL {
        let refusal = ask(&engine, example.refused).await.err();
        let code = refusal.map(|refusal| refusal.code());
        assert_eq!(code, Some(example.code), "{}", example.refused);
        if let Err(refusal) = ask(&engine, example.instead).await {
            panic!("{}: {refusal}", example.instead);
        }
    }
}

/// The shipped policies over the shipped data.
async fn sample(folder: &FilePath) -> Arc<Engine> {
    let home = folder.join("home");
    crate::cli::demo_home(&crate::home::Home::at(&home), &Silent).unwrap();
    crate::open(&home).await.unwrap()
}

async fn ask(engine: &Arc<Engine>, sql: &str) -> Result<(), Refusal> {
    let request = QueryRequest {
        sql: sql.to_owned(),
        project: ProjectId::new("heart-study").unwrap(),
        idempotency_key: None,
        body_digest: "00".repeat(32),
    };
    match engine.ask(&Caller { user: UserId::new("ada").unwrap() }, request).await? {
        Asked::Query(_) | Asked::Explained(_) => Ok(()),
    }
}
