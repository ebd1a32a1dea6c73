//! What conditions with their constants say of values: enough to see that two groups have nobody in common.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A constant.
#[derive(Debug, Clone, PartialEq)]
enum Constant {
    Number(f64),
    Text(String),
}

/// The values of one column or expression that all conditions leave.
#[derive(Debug, Clone, Default, PartialEq)]
struct Left {
    /// From here on; whether this one is left.
    low: Option<(Constant, bool)>,
    /// Up to here.
    high: Option<(Constant, bool)>,
    /// Only these.
    among: Option<Vec<Constant>>,
}

/// What the conditions of one question leave, by column or expression.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Values(BTreeMap<String, Left>);

impl Values {
    /// Of conditions as the sealed texts have them. What is not understood leaves everything.
    pub(super) fn of(texts: &[String]) -> Self {
        let mut values = Self::default();
        for text in texts {
            values.read(text);
        }
        values
    }

    /// Whether nobody can be in both groups, going by one value for each person: some column is left no value in common.
    pub(super) fn exclude(&self, other: &Self) -> bool {
        let shared = self.0.iter().filter_map(|(column, one)| Some((one, other.0.get(column)?)));
        shared.into_iter().any(|(one, other)| one.excludes(other))
    }

    fn read(&mut self, text: &str) {
        for (word, test) in TESTS {
            let Some((column, rest)) = text.split_once(word) else { continue };
            if column.contains(['\'', '(']) && !column.starts_with("date_") {
                return;
            }
            let Some(constants) = constants(rest) else { return };
            let left = self.0.entry(column.to_owned()).or_default();
            return test.narrow(left, constants);
        }
    }
}

/// A way to compare with constants.
#[derive(Clone, Copy)]
enum Test {
    Low(bool),
    High(bool),
    Among,
}

const TESTS: [(&str, Test); 6] = [
    (" >= ", Test::Low(true)),
    (" > ", Test::Low(false)),
    (" <= ", Test::High(true)),
    (" < ", Test::High(false)),
    (" = ", Test::Among),
    (" in ", Test::Among),
];

impl Test {
    fn narrow(self, left: &mut Left, constants: Vec<Constant>) {
        // The narrowest of several counts.
        match self {
            Self::Low(itself) => tighten(&mut left.low, constants, itself, Ordering::Greater),
            Self::High(itself) => tighten(&mut left.high, constants, itself, Ordering::Less),
            Self::Among => {
                let both = |known: &Constant| constants.contains(known);
                left.among = Some(match left.among.take() {
                    Some(known) => known.into_iter().filter(both).collect(),
                    None => constants,
                });
            }
        }
    }
}

fn tighten(
    end: &mut Option<(Constant, bool)>,
    constants: Vec<Constant>,
    itself: bool,
    tighter: Ordering,
) {
    let Ok([value]) = <[Constant; 1]>::try_from(constants) else { return };
    let order = end.as_ref().and_then(|(known, _)| value.order(known));
    let replaces = match order {
        Some(Ordering::Equal) => !itself,
        Some(order) => order == tighter,
        None => true,
    };
    if replaces {
        *end = Some((value, itself));
    }
}

impl Left {
    fn excludes(&self, other: &Self) -> bool {
        let apart = |low: &Option<(Constant, bool)>, high: &Option<(Constant, bool)>| {
            let (Some((low, low_itself)), Some((high, high_itself))) = (low, high) else {
                return false;
            };
            match low.order(high) {
                Some(Ordering::Greater) => true,
                Some(Ordering::Equal) => !(*low_itself && *high_itself),
                Some(Ordering::Less) | None => false,
            }
        };
        let outside = |among: &Option<Vec<Constant>>, range: &Self| {
            among.as_ref().is_some_and(|among| among.iter().all(|value| !range.may_have(value)))
        };
        apart(&self.low, &other.high)
            || apart(&other.low, &self.high)
            || outside(&self.among, other)
            || outside(&other.among, self)
    }

    fn may_have(&self, value: &Constant) -> bool {
        let point = Self { low: Some((value.clone(), true)), ..Self::default() };
        let ends = Self { high: Some((value.clone(), true)), ..Self::default() };
        let bounds = Self { low: self.low.clone(), high: self.high.clone(), among: None };
        let listed = self.among.as_ref().is_none_or(|among| among.contains(value));
        listed && !point.excludes(&bounds) && !ends.excludes(&bounds)
    }
}

impl Constant {
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.partial_cmp(other),
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Number(_), Self::Text(_)) | (Self::Text(_), Self::Number(_)) => None,
        }
    }
}

/// One constant, or a list of them in brackets. Nothing where anything else stands there.
fn constants(text: &str) -> Option<Vec<Constant>> {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    let (mut found, mut rest) = (vec![], inner.trim());
    loop {
        let (constant, after) = constant(rest)?;
        found.push(constant);
        match after.trim_start().strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None if after.trim().is_empty() => return Some(found),
            None => return None,
        }
    }
}

fn constant(text: &str) -> Option<(Constant, &str)> {
    let Some(quoted) = text.strip_prefix('\'') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        let (number, rest) = text.split_at_checked(end)?;
        return Some((Constant::Number(number.parse().ok()?), rest));
    };
    let mut value = String::new();
    let mut signs = quoted.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        if sign != '\'' {
            value.push(sign);
        } else if signs.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return Some((Constant::Text(value), quoted.get(at + 1..)?));
        }
    }
    None
}
