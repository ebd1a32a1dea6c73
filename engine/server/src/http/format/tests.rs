use super::*;

#[track_caller]
fn check(accept: &str, expected: ResultFormat) {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, accept.parse().unwrap());
    assert_eq!(accepted(&headers), expected, "{accept}");
}

#[test]
fn csv_is_for_those_who_prefer_it() {
    check("text/csv", ResultFormat::Csv);
    check("Text/CSV, application/json;q=0.5", ResultFormat::Csv);
    check("text/csv;q=0.9, */*;q=0.1", ResultFormat::Csv);
}

#[test]
fn json_is_for_everybody_else() {
    check("*/*", ResultFormat::Json);
    check("application/json, text/csv;q=0.5", ResultFormat::Json);
    check("text/csv;q=0", ResultFormat::Json);
    check("text/csv;q=nonsense", ResultFormat::Json);
    check("application/pdf", ResultFormat::Json);
    assert_eq!(accepted(&HeaderMap::new()), ResultFormat::Json);
}
