use super::*;

const CSV: ResultFormat = ResultFormat::Csv(Markers::Columns);

#[track_caller]
fn check(accept: &str, expected: ResultFormat) {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, accept.parse().unwrap());
    assert_eq!(accepted(&headers), expected, "{accept}");
}

#[test]
fn csv_is_for_those_who_prefer_it() {
    check("text/csv", CSV);
    check("Text/CSV, application/json;q=0.5", CSV);
    check("text/csv;q=0.9, */*;q=0.1", CSV);
    check("text/*", CSV);
}

#[test]
fn arrow_and_parquet_are_for_those_who_prefer_them() {
    check(ARROW, ResultFormat::Arrow);
    check(PARQUET, ResultFormat::Parquet);
    check("application/vnd.apache.parquet, application/json;q=0.9", ResultFormat::Parquet);
    check("application/vnd.apache.arrow.stream, */*;q=0.1", ResultFormat::Arrow);
    check("text/csv;q=0.8, application/vnd.apache.parquet;q=0.9", ResultFormat::Parquet);
}

#[test]
fn json_is_for_everybody_else() {
    check("*/*", ResultFormat::Json);
    check("application/*", ResultFormat::Json);
    check("application/json, text/csv;q=0.5", ResultFormat::Json);
    check("text/csv;q=0", ResultFormat::Json);
    check("text/csv;q=nonsense", ResultFormat::Json);
    check("application/pdf", ResultFormat::Json);
    assert_eq!(accepted(&HeaderMap::new()), ResultFormat::Json);
}

#[test]
fn markers_are_for_csv() {
    let wanted = |format, markers| Wanted { format, markers }.format(&HeaderMap::new());
    let shorthand = ResultFormat::Csv(Markers::Shorthand);
    assert_eq!(wanted(None, Some(Marked::Shorthand)).unwrap(), shorthand);
    assert_eq!(wanted(Some(Named::Csv), Some(Marked::Shorthand)).unwrap(), shorthand);
    assert_eq!(wanted(Some(Named::Csv), None).unwrap(), CSV);
    for other in [Named::Json, Named::Arrow, Named::Parquet] {
        assert!(wanted(Some(other), Some(Marked::Columns)).is_err());
    }
}
