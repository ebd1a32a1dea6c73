//! What the public may know.

use super::*;

const PROJECT: &str = "projects/heart.toml";

#[tokio::test]
async fn the_register_has_the_columns_of_the_specification() {
    let revision = files().revision().await;
    let csv = register_csv(&revision);
    let mut lines = csv.split("\r\n");
    assert_eq!(
        lines.next().unwrap(),
        "Lead applicant organisation name,Organisation ID,Organisation sector,Applicant names,Applicant ID,\
         Funders/Sponsors,Project ID,Project title,Lay summary,Public benefit statement,Request category type,\
         Technical summary,Other approval committees,Project start date,Project end date,Latest approval date,\
         Dataset(s) name,Data sensitivity level,Legal basis for provision of data under Article 6,\
         Lawful conditions for provision of data under Article 9,Common Law Duty of Confidentiality,\
         National data opt-out applied?,Access type,How has data been processed to enhance privacy?,\
         Link to research outputs,Data controller,Agreement"
    );
    assert_eq!(
        lines.next().unwrap(),
        "A university,,,,,,heart,Hearts,About hearts.,Better hearts.,,,A committee,2026-01-01,2026-12-31,,d,,\
         Art. 6(1)(e),Art. 9(2)(j),,Yes,TRE,\
         \"Pseudonymised; only protected aggregates leave, under the rules of: Plain\",,A hospital,A-1"
    );
    assert_eq!(lines.collect::<Vec<_>>(), [""]);
    let json = register(&revision);
    assert_eq!(json["projects"][0]["Project title"], "Hearts");
    assert_eq!(json["projects"][0]["Applicant names"], serde_json::Value::Null);
    let names = json["projects"][0].as_object().unwrap().len();
    assert_eq!(names, csv.split("\r\n").next().unwrap().split(',').count());
}

#[tokio::test]
async fn nobody_is_named_unless_the_project_says_so() {
    let member = "training_until = 2026-10-31\norcid = \"0000-0002-1825-0097\"";
    let with_id = || files().changed(PROJECT, "training_until = 2026-10-31", member);
    let said = |files: Files| async { register(&files.revision().await).to_string() };
    for silent in
        [with_id(), with_id().changed(PROJECT, "start =", "public_applicants = false\nstart =")]
    {
        let register = said(silent).await;
        assert!(!register.contains("Ada") && !register.contains("1825"), "{register}");
    }
    let public =
        said(with_id().changed(PROJECT, "start =", "public_applicants = true\nstart =")).await;
    assert!(public.contains("\"Applicant names\":\"Ada\""), "{public}");
    assert!(public.contains("\"Applicant ID\":\"0000-0002-1825-0097\""), "{public}");
    assert!(!public.contains("Ines"), "{public}");
}

#[tokio::test]
async fn past_projects_stay_and_a_value_stays_in_its_column() {
    let past = HEART
        .replace("\"Hearts\"", "\"=1+1, \\\"quoted\\\"\"")
        .replace("end = 2026-12-31", "end = 2026-01-31");
    let revision = files().with("projects/past.toml", &past).revision().await;
    let csv = register_csv(&revision);
    assert!(csv.contains(",past,\"'=1+1, \"\"quoted\"\"\",About hearts."), "{csv}");
    assert_eq!(register(&revision)["projects"].as_array().unwrap().len(), 2);
    // Nothing of how the project works leaves: no budget, no conditions, no accounts.
    for hidden in ["1000", "budget", "\"ada\"", "researcher"] {
        assert!(!register(&revision).to_string().contains(hidden), "{hidden}");
    }
}
