//! Reads `access/rules.csv`, strictly.
//!
//! casbin loads a line with a field too few and then answers every question with an error; drops a line of an unknown
//! kind without a word; takes the effect `maybe` for neither yes nor no; and lets `*` match across `..`. So a line
//! is accepted here or refused with its place, and casbin never sees the file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::line::Line;
use super::rule::{Effect, GLOBAL_OBJECTS, Role, Rule, RuleId, Target};
use crate::catalog::usage::Use;
use crate::ids::{DatasetId, ProjectId};
use crate::policy::files::{PROJECTS, PolicyFiles, RULES};
use crate::policy::nearest::did_you_mean;
use crate::policy::projects::Project;
use crate::policy::report::Report;

/// Reads the rules about these projects, in the order of the file.
pub(in crate::policy) fn read_rules(
    files: &PolicyFiles,
    projects: &BTreeMap<ProjectId, Project>,
    report: &mut Report,
) -> Vec<Rule> {
    let Some(source) = files.required(RULES, report) else { return Vec::new() };
    let projects = Projects {
        named: files.in_folder(PROJECTS).filter_map(|(id, _)| ProjectId::new(id).ok()).collect(),
        read: projects,
    };
    let mut rules = Vec::new();
    let mut said: HashMap<[&str; 4], usize> = HashMap::new();
    for (above, (_, text)) in source.lines().enumerate() {
        let Some(line) = Line::split(source, above + 1, text, report) else { continue };
        if let Some(earlier) = said.insert(line.question(), line.place.line) {
            let wrong = format!("line {earlier} already speaks about exactly this");
            report.add(line.place.clone(), wrong, "keep one of the two");
        }
        rules.extend(line.rule(&projects, report));
    }
    rules
}

/// The projects that have a file, and those of them that could be read.
struct Projects<'a> {
    named: BTreeSet<ProjectId>,
    read: &'a BTreeMap<ProjectId, Project>,
}

impl<'a> Line<'a> {
    fn question(&self) -> [&'a str; 4] {
        [self.role.text, self.project.text, self.object.text, self.action.text]
    }

    /// The typed rule. Every field is read, so that all mistakes of a line are reported together.
    fn rule(&self, projects: &Projects<'_>, report: &mut Report) -> Option<Rule> {
        let role = self.role(report);
        let project = self.project(projects, report);
        let effect = self.effect(report);
        let target =
            if self.object.text.contains('/') { self.columns(report) } else { self.global(report) };
        let (role, project, effect, target) = (role?, project?, effect?, target?);
        match &target {
            Target::Columns { dataset, .. } => {
                let project = project.and_then(|id| projects.read.get(id));
                self.check_columns(role, project, dataset, report)?;
            }
            Target::Global { .. } => self.check_global(role, project, report)?,
        }
        let id = RuleId { line: self.place.line };
        Some(Rule { id, role, project: project.cloned(), target, effect })
    }

    fn role(&self, report: &mut Report) -> Option<Role> {
        let known = Role::ALL.map(|role| (role.as_str(), role));
        self.role.word("role", &known, report)
    }

    fn effect(&self, report: &mut Report) -> Option<Effect> {
        let known = [("allow", Effect::Allow), ("deny", Effect::Deny)];
        self.effect.word("effect", &known, report)
    }

    /// The project of the line, or that it speaks about all.
    fn project<'p>(
        &self,
        projects: &'p Projects<'_>,
        report: &mut Report,
    ) -> Option<Option<&'p ProjectId>> {
        if self.project.text == "*" {
            return Some(None);
        }
        let id = ProjectId::new(self.project.text).ok();
        if let Some(id) = id.and_then(|id| projects.named.get(&id)) {
            return Some(Some(id));
        }
        let known: Vec<_> = projects.named.iter().map(|id| (id.as_str(), Some(id))).collect();
        self.project.word("project", &known, report)
    }

    /// `dataset/table/column`, where only the column may be `*`.
    fn columns(&self, report: &mut Report) -> Option<Target> {
        let parts: Vec<&str> = self.object.text.split('/').collect();
        let [dataset, table, column] = parts.as_slice() else {
            let wrong = format!("`{}` has {} parts", self.object.text, parts.len());
            report.add(
                self.object.place.clone(),
                wrong,
                "write `dataset/table/column` or `dataset/table/*`",
            );
            return None;
        };
        let dataset = self.object.name(dataset, report);
        let table = self.object.name(table, report);
        let column = match *column {
            "*" => Some(None),
            column => self.object.name(column, report).map(Some),
        };
        let known = Use::ALL.map(|kind| (kind.as_str(), kind));
        let kind = match self.action.text {
            "*" => Some(None),
            _ => self.action.word("use", &known, report).map(Some),
        };
        Some(Target::Columns { dataset: dataset?, table: table?, column: column?, kind: kind? })
    }

    /// Something outside projects; named in full, wildcards do not reach it.
    fn global(&self, report: &mut Report) -> Option<Target> {
        let known = GLOBAL_OBJECTS.map(|entry| (entry.0, entry));
        let (object, actions) = self.object.word("object", &known, report)?;
        let actions: Vec<_> = actions.iter().map(|action| (*action, *action)).collect();
        let action = self.action.word("action", &actions, report)?;
        Some(Target::Global { object, action })
    }

    fn check_columns(
        &self,
        role: Role,
        project: Option<&Project>,
        dataset: &DatasetId,
        report: &mut Report,
    ) -> Option<()> {
        if !Role::IN_PROJECTS.contains(&role) {
            let wrong =
                format!("the role `{}` is held outside projects, where no data are", role.as_str());
            let fix = did_you_mean("", Role::IN_PROJECTS.map(Role::as_str));
            report.add(self.role.place.clone(), wrong, fix);
            return None;
        }
        if let Some(project) = project
            && !project.datasets.contains(dataset)
        {
            let wrong =
                format!("the project `{}` does not list the dataset `{dataset}`", project.id);
            let fix =
                did_you_mean(dataset.as_str(), project.datasets.iter().map(DatasetId::as_str));
            report.add(self.object.place.clone(), wrong, fix);
            return None;
        }
        Some(())
    }

    fn check_global(
        &self,
        role: Role,
        project: Option<&ProjectId>,
        report: &mut Report,
    ) -> Option<()> {
        if !Role::GLOBAL.contains(&role) {
            let wrong = format!("the role `{}` is held in projects only", role.as_str());
            let fix = did_you_mean("", Role::GLOBAL.map(Role::as_str));
            report.add(self.role.place.clone(), wrong, fix);
            return None;
        }
        if project.is_some() {
            let wrong = format!("`{}` belongs to no project", self.object.text);
            report.add(self.project.place.clone(), wrong, "write `*`");
            return None;
        }
        Some(())
    }
}
