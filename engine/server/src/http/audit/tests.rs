use time::macros::datetime;
use tresor_core::audit::{Decision, Kind};

use super::super::params::Params;
use super::wanted::{Entries, column, moment, query, word};

fn entries(parameters: &str) -> Entries {
    let uri = format!("/?{parameters}").parse().unwrap();
    axum::extract::Query::try_from_uri(&uri).map(|axum::extract::Query(wanted)| wanted).unwrap()
}

#[test]
fn parameters_become_a_filter() {
    let wanted = entries(
        "person=ann&project=heart&dataset=d&column=d.t.c&kind=intent,refusal&decision=refused&code=x&rule=y&flag=z\
         &revision=4&since=2026-01-01&until=2026-01-02T03:04:05Z&order=oldest&from=7&limit=9&open=true&text=a%20b",
    );
    let filter = wanted.filter().ok().unwrap();
    assert_eq!(filter.person.as_deref(), Some("ann"));
    assert_eq!(filter.kinds, [Kind::Intent, Kind::Refusal]);
    assert_eq!(filter.decision, Some(Decision::Refused));
    assert_eq!(filter.revision, Some(4));
    assert_eq!(filter.since, Some(datetime!(2026-01-01 0:00 UTC)));
    assert_eq!(filter.until, Some(datetime!(2026-01-02 03:04:05 UTC)));
    assert!(wanted.open() && wanted.oldest_first());
    assert_eq!((wanted.from(), wanted.limit().ok()), (Some(7), Some(9)));
    assert_eq!(wanted.text().ok().flatten().as_deref(), Some("a b"));
    let nothing = entries("");
    assert_eq!(nothing.filter().ok().unwrap(), tresor_core::audit::Filter::default());
    assert_eq!((nothing.open(), nothing.oldest_first()), (false, false));
    assert_eq!((nothing.from(), nothing.limit().ok()), (None, Some(100)));
}

#[test]
fn what_does_not_fit_is_said() {
    for wrong in [
        "kind=nonsense",
        "kind=",
        "kind=intent,",
        "decision=perhaps",
        "since=yesterday",
        "until=2026-13-01",
        "person=",
        "rule=%07",
    ] {
        assert!(entries(wrong).filter().is_err(), "{wrong}");
    }
    assert!(entries("text=").text().is_err());
    assert!(entries(&format!("text={}", "x".repeat(1_001))).text().is_err());
    for limit in [0, 1_001] {
        assert!(entries(&format!("limit={limit}")).limit().is_err());
    }
    for wrong in ["", "a", "a.b", "a.b.c.d", "a..c", "a.b.c d", "a.b.é"] {
        assert!(column(wrong).is_err(), "{wrong}");
    }
    assert!(column("sample.patients.hiv_status").is_ok());
    assert!(query("q_1").is_err() && query("q_0123456789abcdef0123456789abcdef").is_ok());
    assert!(word("a", Some(&"x".repeat(201))).is_err() && word("a", None).is_ok());
    assert!(moment("a", Some("2026-02-30")).is_err());
}

/// The refusal of a text never repeats it: what is searched for is sealed.
#[test]
fn a_text_is_not_repeated() {
    let text = format!("canary{}", "x".repeat(1_001));
    let problem = entries(&format!("text={text}")).text().err().unwrap();
    let response = axum::response::IntoResponse::into_response(problem);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let bytes = runtime.block_on(axum::body::to_bytes(response.into_body(), usize::MAX)).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
}

/// Strict, as everywhere: a parameter that nobody knows is a mistake and not passed over.
#[tokio::test]
async fn unknown_parameters_are_refused() {
    use axum::extract::FromRequestParts as _;
    let api = crate::http::tests::double();
    for uri in ["/?persn=ann", "/?open=yes", "/?limit=x", "/?order=up"] {
        let (mut parts, ()) = axum::http::Request::get(uri).body(()).unwrap().into_parts();
        assert!(Params::<Entries>::from_request_parts(&mut parts, &api).await.is_err(), "{uri}");
    }
}
