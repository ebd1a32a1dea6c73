//! `access/model.conf`: what a line of the rules means, in casbin's notation.
//!
//! The file is there to be read. A model that says anything else would change the meaning of every rule, and casbin
//! aborts on some and misreads others, so the file must say exactly this; casbin gets the text below.

use crate::policy::files::{MODEL, PolicyFiles};
use crate::policy::report::Report;

/// The model, without comments. Project and use are compared before the object and the role, which is cheaper.
pub(in crate::policy) const TEXT: &str = r#"
[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, dom, obj, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = (r.dom == p.dom || p.dom == "*") && (r.act == p.act || p.act == "*") && keyMatch(r.obj, p.obj) && g(r.sub, p.sub, r.dom)
"#;

/// Reports every line of the file that does not say what the engine does. Comments and white space are free.
pub(in crate::policy) fn check_model(files: &PolicyFiles, report: &mut Report) {
    let Some(source) = files.required(MODEL, report) else { return };
    let mut expected = meaningful(TEXT.lines().map(|line| (0, line)));
    let mut end = 0;
    for (byte, line) in meaningful(source.lines()) {
        end = byte;
        match expected.next() {
            Some((_, wanted)) if wanted == line => {}
            Some((_, wanted)) => {
                let wrong = "this is not the access model that the engine keeps";
                report.add(source.place(byte), wrong, format!("write `{wanted}`"));
                return;
            }
            None => {
                let wrong = "the access model is complete before this line";
                report.add(source.place(byte), wrong, "remove the line");
                return;
            }
        }
    }
    if let Some((_, wanted)) = expected.next() {
        let fix = format!("add the line `{wanted}`");
        report.add(source.place(end), "the access model stops here and is not complete", fix);
    }
}

fn meaningful<'a>(
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> impl Iterator<Item = (usize, String)> {
    lines
        .map(|(byte, line)| (byte, line.split_whitespace().collect::<Vec<_>>().join(" ")))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
