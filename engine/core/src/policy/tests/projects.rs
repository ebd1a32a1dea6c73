//! What a project says of itself.

use super::*;

const PROJECT: &str = "projects/heart.toml";

async fn heart(files: Files) -> Project {
    files.revision().await.project(&project("heart")).unwrap().clone()
}

#[tokio::test]
async fn what_may_be_left_out_may_be_left_out() {
    let heart = heart(files()).await;
    assert_eq!(heart.about.organisation.name, "A university");
    assert_eq!((heart.about.funders.len(), heart.about.sensitivity), (0, None));
    assert_eq!(heart.about.risk_appetite, None);
    assert!(!heart.about.public_applicants);
    assert_eq!(heart.legal.national_opt_out, NationalOptOut::Applied);
    assert_eq!(heart.legal.confidentiality_basis, None);
    assert_eq!(heart.legal.approval.until, date!(2026 - 12 - 31));
    assert_eq!(heart.limits, ProjectLimits::default());
    assert_eq!((&heart.members[0].accreditation, &heart.members[0].orcid), (&None, &None));
}

#[tokio::test]
async fn everything_that_is_written_is_read() {
    let more = "funders = [\"A fund\", \"Another\"]\nsensitivity = \"anonymous\"\npublic_applicants = true\n\
         technical_summary = \"Hearts, but longer.\"\nintended_outputs = \"A paper.\"\ncategory = \"research\"\n\
         outputs = [\"https://example.org/1\"]\nconfidentiality_basis = \"consent\"\n\
         risk_appetite = { text = \"Little.\", tier = 3 }\nstart =";
    let organisation = "{ name = \"A university\", id = \"ror.org/1\", sector = \"academic\" }";
    let member = "training_until = 2026-10-31\norcid = \"0000-0002-1825-0097\"\n\
         accreditation = { number = \"AR-1\", until = 2026-09-30 }";
    let files = files()
        .changed(PROJECT, "start =", more)
        .changed(PROJECT, "{ name = \"A university\" }", organisation)
        .changed(
            PROJECT,
            "national_opt_out = \"applied\"",
            "national_opt_out = \"not_applied\"\nnational_opt_out_reason = \"no people of England\"",
        )
        .changed(PROJECT, "committee = \"A committee\",", "committee = \"B\", on = 2026-01-02,")
        .changed(PROJECT, "training_until = 2026-10-31", member);
    let Project { about, legal, members, .. } = heart(files).await;
    assert_eq!(about.organisation.id.as_deref(), Some("ror.org/1"));
    assert_eq!(about.organisation.sector.as_deref(), Some("academic"));
    assert_eq!(about.funders, ["A fund", "Another"]);
    assert_eq!(about.sensitivity, Some(Sensitivity::Anonymous));
    assert_eq!(about.risk_appetite, Some(RiskAppetite { text: "Little.".into(), tier: Some(3) }));
    assert!(about.public_applicants);
    let reason = "no people of England".to_owned();
    assert_eq!(legal.national_opt_out, NationalOptOut::NotApplied { reason });
    assert_eq!(legal.confidentiality_basis.as_deref(), Some("consent"));
    assert_eq!(
        (legal.approval.committee.as_str(), legal.approval.on),
        ("B", Some(date!(2026 - 01 - 02)))
    );
    let accreditation = Accreditation { number: "AR-1".into(), until: date!(2026 - 09 - 30) };
    assert_eq!(members[0].accreditation, Some(accreditation));
    assert_eq!(members[0].orcid.as_deref(), Some("0000-0002-1825-0097"));
}

#[tokio::test]
async fn mistakes_of_what_a_project_says() {
    for (from, to, expected) in [
        (
            "organisation = { name = \"A university\" }",
            "organisation = \"A university\"",
            "5:16: `organisation` is a table, and this is a text; write `organisation = { .. }`",
        ),
        (
            "organisation = { name = \"A university\" }",
            "",
            "1:1: `organisation` is missing; add a line `organisation = { .. }`",
        ),
        (
            "organisation = { name",
            "organisation = { nmae",
            "5:16: `name` is missing; add a line `name = ..`\n\
             policies/projects/heart.toml:5:18: unknown key `nmae`; use one of `name`, `id`, `sector`",
        ),
        (
            "gdpr_article_9 = \"Art. 9(2)(j)\"",
            "gdpr_artcle_9 = \"Art. 9(2)(j)\"",
            "1:1: `gdpr_article_9` is missing; add a line `gdpr_article_9 = ..`\n\
             policies/projects/heart.toml:7:1: unknown key `gdpr_artcle_9`; did you mean `gdpr_article_9`?",
        ),
        (
            "national_opt_out = \"applied\"",
            "national_opt_out = \"aplied\"",
            "8:20: `aplied` is not known here; did you mean `applied`?",
        ),
        (
            "national_opt_out = \"applied\"",
            "national_opt_out = \"not_applied\"",
            "8:20: opt-outs are not applied, and nothing says why; add a line `national_opt_out_reason = \"..\"`",
        ),
        (
            "controller =",
            "national_opt_out_reason = \"why\"\ncontroller =",
            "9:27: there is a reason why opt-outs are not applied, but they are; leave it out, or write `national_opt_out = \"not_applied\"`",
        ),
        (
            "committee = \"A committee\", until = 2026-12-31",
            "committee = \"A committee\", on = 2026-12-31, until = 2026-01-01",
            "11:85: the last day, 2026-01-01, is before the first, 2026-12-31; write a later day",
        ),
        (
            "start =",
            "sensitivity = \"identifiable\"\nstart =",
            "12:15: data that identify people are not served here; use one of `de-personalised`, `anonymous`",
        ),
        (
            "start =",
            "risk_appetite = { text = \"Little.\", tier = 5 }\nstart =",
            "12:44: this is not a tier; write a whole number from 0, public, to 4, most sensitive",
        ),
        (
            "start =",
            "public_applicants = \"yes\"\nstart =",
            "12:21: this is a text, not true or false; write true or false, without quotes",
        ),
        (
            "training_until = 2026-10-31",
            "training_until = 2026-10-31\norcid = \"0000-0002-1825-0098\"",
            "24:9: `0000-0002-1825-0098` is not an ORCID iD; copy it from orcid.org without the address, as in 0000-0002-1825-0097",
        ),
        (
            "training_until = 2026-10-31",
            "training_until = 2026-10-31\naccreditation = { number = \"AR-1\" }",
            "24:17: `until` is missing; add a line `until = ..`",
        ),
    ] {
        let errors = errors_of(files().changed(PROJECT, from, to)).await;
        assert_eq!(errors, format!("policies/{PROJECT}:{expected}"), "{from} -> {to}");
    }
}

#[tokio::test]
async fn orcid_ids_are_checked_by_their_last_sign() {
    for (id, right) in [
        ("0000-0002-1825-0097", true),
        ("0000-0001-5109-3700", true),
        ("0000-0002-1694-233X", true),
        ("0000-0002-1694-2330", false),
        ("0000-0002-1694-233x", false),
        ("0000000218250097", false),
        ("0000-0002-1825-009", false),
        ("0000-0002-1825-00977", false),
        ("000\u{e9}-0002-1825-009", false),
        ("", false),
    ] {
        let line = format!("training_until = 2026-10-31\norcid = \"{id}\"");
        let files = files().changed(PROJECT, "training_until = 2026-10-31", &line);
        let read = PolicyRevision::from_files(&PolicyFiles::from_texts(files.0)).await;
        assert_eq!(read.is_ok(), right, "{id}");
    }
}
