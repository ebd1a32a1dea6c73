//! The slow twin of the engine's decisions: reads the texts of a bundle with a loop for everything, and shares no type
//! and no idea with the engine. Days are compared as texts.

use std::collections::BTreeMap;

use super::bundle::{RULES, Request};

/// What a broken evaluator gets wrong; each must be found by comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    None,
    DenyIgnored,
    WildcardIgnored,
    EveryUseIsAny,
    ProjectIgnored,
    NamesMatchByPrefix,
    DatasetNeedNotBeListed,
    LastDayIsOver,
    FirstDayIgnored,
    TrainingIgnored,
    RolesByUserName,
}

impl Mutant {
    pub(super) const ALL: [Self; 10] = [
        Self::DenyIgnored,
        Self::WildcardIgnored,
        Self::EveryUseIsAny,
        Self::ProjectIgnored,
        Self::NamesMatchByPrefix,
        Self::DatasetNeedNotBeListed,
        Self::LastDayIsOver,
        Self::FirstDayIgnored,
        Self::TrainingIgnored,
        Self::RolesByUserName,
    ];
}

/// A bundle as the twin sees it.
pub(super) struct Reference {
    rules: Vec<(usize, [String; 5])>,
    projects: BTreeMap<String, toml::Table>,
    people: toml::Table,
    mutant: Mutant,
}

impl Reference {
    pub(super) fn read(texts: &BTreeMap<String, String>, mutant: Mutant) -> Self {
        let mut rules = Vec::new();
        for (number, line) in texts[RULES].split('\n').enumerate() {
            if line.trim().is_empty() || line.trim().starts_with('#') {
                continue;
            }
            let fields: Vec<String> = line.split(',').map(|part| part.trim().to_owned()).collect();
            assert_eq!(fields[0], "p", "{line}");
            let fields: [String; 5] = fields[1..].to_vec().try_into().expect("five fields");
            assert!(["allow", "deny"].contains(&&*fields[4]), "{line}");
            rules.push((number + 1, fields));
        }
        let mut projects = BTreeMap::new();
        for (path, text) in texts {
            if let Some(name) = path.strip_prefix("projects/") {
                let id = name.strip_suffix(".toml").expect("a project");
                projects.insert(id.to_owned(), text.parse().unwrap());
            }
        }
        Self { rules, projects, people: texts["people.toml"].parse().unwrap(), mutant }
    }

    /// The answer in the words of the comparison.
    pub(super) fn answer(&self, request: &Request) -> String {
        if let Some((object, action)) = request.global {
            let roles = self.roles(&request.user, request.day);
            let yes = roles.iter().any(|role| self.decide(role, "*", object, action).0);
            return (if yes { "yes" } else { "no" }).to_owned();
        }
        let Some(project) = self.projects.get(request.project) else {
            return "not a member".to_owned();
        };
        if !self.is_member(project, request) {
            return "not a member".to_owned();
        }
        let dataset = toml::Value::from(request.column[0]);
        let listed = project["datasets"].as_array().unwrap().contains(&dataset);
        if !listed && self.mutant != Mutant::DatasetNeedNotBeListed {
            return "no".to_owned();
        }
        let object = request.column.join("/");
        let (yes, lines) = self.decide("researcher", request.project, &object, request.kind);
        lines.into_iter().fold((if yes { "yes" } else { "no" }).to_owned(), |answer, line| {
            format!("{answer} {line}")
        })
    }

    /// Yes or no, and the lines: of those that deny, else of those that allow.
    fn decide(&self, role: &str, project: &str, object: &str, action: &str) -> (bool, Vec<usize>) {
        let (mut allowing, mut denying) = (Vec::new(), Vec::new());
        for (number, [who, domain, what, how, effect]) in &self.rules {
            let domain = domain == "*" || domain == project || self.is(Mutant::ProjectIgnored);
            let all_columns = what.strip_suffix('*').filter(|_| !self.is(Mutant::WildcardIgnored));
            let covered = match all_columns {
                Some(table) => object.starts_with(table),
                None if self.is(Mutant::NamesMatchByPrefix) => object.starts_with(what.as_str()),
                None => object == what,
            };
            let how = how == "*" || how == action || self.is(Mutant::EveryUseIsAny);
            if who == role && domain && covered && how {
                if effect == "allow" {
                    allowing.push(*number);
                } else if !self.is(Mutant::DenyIgnored) {
                    denying.push(*number);
                }
            }
        }
        let yes = denying.is_empty() && !allowing.is_empty();
        (yes, if denying.is_empty() { allowing } else { denying })
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == mutant
    }

    fn is_member(&self, project: &toml::Table, request: &Request) -> bool {
        let runs = self.holds(Some(&project["start"]), &project["end"], request.day);
        runs && project["members"].as_array().unwrap().iter().any(|member| {
            let trained = self.holds(None, &member["training_until"], request.day);
            member["user"].as_str() == Some(&*request.user)
                && self.holds(member.get("from"), &member["until"], request.day)
                && (trained || self.is(Mutant::TrainingIgnored))
        })
    }

    fn roles(&self, user: &str, day: &str) -> Vec<String> {
        if self.is(Mutant::RolesByUserName) && user == "auditor" {
            return vec![user.to_owned()];
        }
        let person = self.people["people"].as_array().unwrap().iter();
        let person = person.filter(|person| person["user"].as_str() == Some(user));
        person
            .filter_map(|person| person.get("roles"))
            .flat_map(|roles| roles.as_array().unwrap())
            .filter(|role| self.holds(role.get("from"), &role["until"], day))
            .map(|role| role["role"].as_str().unwrap().to_owned())
            .collect()
    }

    fn holds(&self, first: Option<&toml::Value>, last: &toml::Value, day: &str) -> bool {
        let first = first.filter(|_| !self.is(Mutant::FirstDayIgnored));
        let begun = first.is_none_or(|first| first.to_string().as_str() <= day);
        let last = last.to_string();
        begun && (day < &*last || day == last && !self.is(Mutant::LastDayIsOver))
    }
}
