//! One column of a contract file.
//!
//! A column says its type, role and meaning. `nullable`, `sensitive` and `area` are false when left out;
//! `decimals` is 2.

use super::names::checked;
use super::nearest::listed;
use super::report::Report;
use super::section::{Entry, Section, integer, list, number, text, wrong_type};
use super::{Bounds, ColumnContract, ColumnType, Role};
use crate::ids::ColumnName;

const KEYS: &[&str] = &[
    "type",
    "role",
    "description",
    "unit",
    "nullable",
    "sensitive",
    "area",
    "values",
    "bounds",
    "decimals",
];

const TYPES: &[(&str, ColumnType)] = &[
    ("integer", ColumnType::Integer),
    ("number", ColumnType::Number),
    ("text", ColumnType::Text),
    ("boolean", ColumnType::Boolean),
    ("date", ColumnType::Date),
    ("timestamp", ColumnType::Timestamp),
];

const ROLES: &[(&str, Role)] = &[
    ("person", Role::Person),
    ("key", Role::Key),
    ("measure", Role::Measure),
    ("category", Role::Category),
    ("date", Role::Date),
    ("code", Role::Code),
    ("free-text", Role::FreeText),
];

/// Digits after the point that sums keep when the contract does not say.
const DECIMALS_BY_DEFAULT: u32 = 2;
const MAX_DECIMALS: i64 = 6;
/// Largest whole number that floating point numbers hold exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a column; nothing when it lacks what every column needs, after reporting it.
pub(super) fn read(entry: Entry<'_>, report: &mut Report<'_>) -> Option<ColumnContract> {
    let name = checked::<ColumnName>("column name", entry.key, entry.at, report);
    let what = format!("the column `{}`", entry.key);
    let section = Section::of(what, entry.at, entry.value, report)?;
    section.only(KEYS, report);
    let kind = section.choice("type", TYPES, report);
    let role = section.choice("role", ROLES, report);
    let description = section.required_text(
        "description",
        "add `description = \"..\"`: researchers read it",
        report,
    );
    let unit = section.optional_text("unit", report).map(str::to_owned);
    let nullable = section.flag("nullable", report);
    let sensitive = section.flag("sensitive", report);
    let area = section.flag("area", report);
    let (kind, role) = (kind?, role?);

    check_role(&section, kind, role, nullable, report);
    check_area(&section, role, area, report);
    let values = values(&section, kind, role, report);
    let bounds = bounds(&section, kind, role, report);
    let decimals = decimals(&section, kind, role, bounds, report);
    Some(ColumnContract {
        name: name?,
        kind,
        unit,
        description: description?.to_owned(),
        role,
        nullable,
        values,
        bounds,
        decimals,
        sensitive,
        area,
    })
}

/// The types that can serve in a role.
fn types_of(role: Role) -> &'static [ColumnType] {
    match role {
        Role::Person | Role::FreeText => &[ColumnType::Text],
        Role::Key | Role::Code => &[ColumnType::Text, ColumnType::Integer],
        Role::Measure => &[ColumnType::Integer, ColumnType::Number],
        Role::Category => &[ColumnType::Text, ColumnType::Integer, ColumnType::Boolean],
        Role::Date => &[ColumnType::Date, ColumnType::Timestamp],
    }
}

fn check_role(
    section: &Section<'_>,
    kind: ColumnType,
    role: Role,
    nullable: bool,
    report: &mut Report<'_>,
) {
    let at = |key| section.get(key).map_or(section.at, |entry: Entry<'_>| entry.at);
    if !types_of(role).contains(&kind) {
        let (kind, role_word) = (word(TYPES, kind), word(ROLES, role));
        let fitting: Vec<&str> = types_of(role).iter().map(|kind| word(TYPES, *kind)).collect();
        report.add(
            at("type"),
            format!("{} has the type `{kind}`, which cannot be a {role_word}", section.what),
            format!("change the role, or the type to {}", listed(&fitting)),
        );
    }
    if role == Role::Person && nullable {
        let problem = format!("{} is the person and cannot be missing", section.what);
        report.add(at("nullable"), problem, "remove `nullable`");
    }
}

/// An area is one of several that people live or are treated in, under a name or code.
fn check_area(section: &Section<'_>, role: Role, area: bool, report: &mut Report<'_>) {
    match role {
        Role::Category | Role::Code | Role::Key => {}
        Role::Person | Role::Measure | Role::Date | Role::FreeText => {
            if area {
                let at = section.get("area").map_or(section.at, |entry: Entry<'_>| entry.at);
                let role = word(ROLES, role);
                let problem = format!("{} is a {role} and cannot be an area", section.what);
                report.add(at, problem, "remove `area`, or make it a category, code or key");
            }
        }
    }
}

/// The listed values of a category, as text.
fn values(
    section: &Section<'_>,
    kind: ColumnType,
    role: Role,
    report: &mut Report<'_>,
) -> Option<Vec<String>> {
    let entry = section.get("values")?;
    if role != Role::Category || !matches!(kind, ColumnType::Text | ColumnType::Integer) {
        let problem = format!("{} lists `values` but is not a category", section.what);
        let fix = "remove `values`, or make it a category of type text or integer";
        report.add(entry.at, problem, fix);
        return None;
    }
    let mut values: Vec<String> = Vec::new();
    for item in list(entry, "`[\"a\", \"b\"]`", report)? {
        let value = match kind {
            ColumnType::Integer => integer("values", item, report).map(|i| i.to_string()),
            _ => text(Entry { value: item, ..entry }, report).map(str::to_owned),
        };
        let Some(value) = value else { continue };
        if values.contains(&value) {
            let problem = format!("`{value}` is listed twice in {}", section.what);
            report.add(item.span().start, problem, "remove one");
        } else {
            values.push(value);
        }
    }
    if values.is_empty() {
        let problem = format!("{} lists no `values`", section.what);
        report.add(entry.at, problem, "list the values it may hold, or remove `values`");
    }
    Some(values)
}

/// Smallest and largest value; a measure must have them.
fn bounds(
    section: &Section<'_>,
    kind: ColumnType,
    role: Role,
    report: &mut Report<'_>,
) -> Option<Bounds> {
    let Some(entry) = section.get("bounds") else {
        if role == Role::Measure {
            let fix =
                "add `bounds = [smallest, largest]`: they limit what one person can contribute";
            report.add(section.at, format!("{} is a measure without bounds", section.what), fix);
        }
        return None;
    };
    if !matches!(kind, ColumnType::Integer | ColumnType::Number) {
        let problem = format!("{} has `bounds` but holds no numbers", section.what);
        report.add(entry.at, problem, "remove `bounds`");
        return None;
    }
    let form = "`[smallest, largest]`";
    let items = list(entry, form, report)?;
    let [lower, upper] = items.as_slice() else {
        wrong_type(report, entry.value, "bounds", "two numbers", form);
        return None;
    };
    let (lower, upper) = (number("bounds", lower, report), number("bounds", upper, report));
    let bounds = Bounds { lower: lower?, upper: upper? };
    let at = entry.value.span().start;
    if bounds.lower >= bounds.upper {
        let problem = format!("the bounds of {} leave no room", section.what);
        report.add(at, problem, "write the smallest value first, then a larger one");
    }
    if bounds.lower.abs() > EXACT || bounds.upper.abs() > EXACT {
        let problem = format!("the bounds of {} are too far from zero to be exact", section.what);
        report.add(at, problem, "stay within 9007199254740992 (2^53) on either side");
    }
    let whole = bounds.lower.fract() == 0.0 && bounds.upper.fract() == 0.0;
    if kind == ColumnType::Integer && !whole {
        let problem = format!("{} holds whole numbers, its bounds are not whole", section.what);
        report.add(at, problem, "write whole numbers");
    }
    Some(bounds)
}

/// Digits after the point that sums keep; 0 for everything that is not a measure of type number.
fn decimals(
    section: &Section<'_>,
    kind: ColumnType,
    role: Role,
    bounds: Option<Bounds>,
    report: &mut Report<'_>,
) -> u32 {
    let summed = role == Role::Measure && kind == ColumnType::Number;
    let Some(entry) = section.get("decimals") else {
        return if summed { DECIMALS_BY_DEFAULT } else { 0 };
    };
    if !summed {
        let problem = format!("{} has `decimals` but is no measure of type number", section.what);
        report.add(entry.at, problem, "remove `decimals`");
        return 0;
    }
    let Some(decimals) = integer("decimals", entry.value, report) else { return 0 };
    if !(0..=MAX_DECIMALS).contains(&decimals) {
        let problem = format!("{} keeps {decimals} decimals", section.what);
        report.add(entry.value.span().start, problem, format!("use 0 to {MAX_DECIMALS}"));
        return 0;
    }
    let decimals = u32::try_from(decimals).unwrap_or(0);
    let largest = bounds.map_or(0.0, |bounds| bounds.lower.abs().max(bounds.upper.abs()));
    if largest * 10_f64.powi(decimals.cast_signed()) > EXACT {
        let problem = format!("sums of {} would not be exact", section.what);
        report.add(entry.value.span().start, problem, "use fewer decimals or tighter bounds");
    }
    decimals
}

/// The word of the file for a type or role.
fn word<T: PartialEq>(choices: &[(&'static str, T)], value: T) -> &'static str {
    choices.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}
