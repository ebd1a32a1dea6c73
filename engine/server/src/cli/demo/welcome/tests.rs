use std::path::Path;

use super::super::credentials::Person;
use super::*;

#[test]
fn the_welcome_holds_commands_that_can_be_pasted() {
    let person = |name, role, token: &str| {
        let token = token.to_owned();
        Person { name, role, token, signing_key: None }
    };
    let credentials = Credentials {
        base_url: "http://127.0.0.1:8080".to_owned(),
        project: "heart-study",
        people: vec![
            person("Ada", "researcher", "trs_1"),
            person("Grace", "governance officer", "trs_2"),
            person("Ines", "auditor", "trs_4"),
        ],
    };
    let text = text(&credentials, &Home::at(Path::new(".tresor/demo")));
    assert!(text.contains("TRESOR_SERVER='http://127.0.0.1:8080' TRESOR_TOKEN='trs_2'\n"));
    assert!(text.contains("--from '.tresor/changed-policies'\n"));
    assert_eq!(text.matches("curl -s 'http://127.0.0.1:8080/api/v1/").count(), 3);
    assert!(
        text.contains(
            "'http://127.0.0.1:8080/api/v1/audit' \\\n    -H 'Authorization: Bearer trs_4'"
        )
    );
    // Each body is JSON between quotes of the shell.
    for (_, rest) in text.match_indices("-d '").map(|(at, _)| text.split_at(at + 4)) {
        let body = rest.split('\'').next().unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["project"], "heart-study");
        assert!(body["sql"].as_str().unwrap().starts_with("select"));
    }
}
