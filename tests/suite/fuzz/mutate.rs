//! Texts that are nearly SQL: pieces of good ones, changed.

use crate::model::chance::Chance;

const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "1e308",
    "1e-320",
    "0.1e9999",
    "99999999999999999999999999999999999999999999",
];

const WORDS: [&str; 60] = [
    "(",
    ")",
    ",",
    "*",
    "+",
    "-",
    "/",
    "%",
    "=",
    "<>",
    "<",
    "||",
    "::",
    ".",
    ";",
    "'",
    "\"",
    "--",
    "/*",
    "null",
    "not",
    "and",
    "or",
    "between",
    "in",
    "exists",
    "is",
    "distinct",
    "case",
    "when",
    "then",
    "else",
    "end",
    "cast",
    "as",
    "union",
    "intersect",
    "except",
    "all",
    "over",
    "partition",
    "order",
    "by",
    "limit",
    "offset",
    "having",
    "group",
    "rollup",
    "cube",
    "grouping sets",
    "lateral",
    "with",
    "recursive",
    "values",
    "interval '1 day'",
    "date '2022-02-30'",
    "person_id",
    "array[1]",
    "unnest",
    "filter (where true)",
];

/// A text made of the texts of a corpus.
pub(crate) fn mutated(chance: &mut Chance, corpus: &[String]) -> String {
    let mut text = chance.one_of(corpus);
    // Mostly a word for a word of its kind, which the parser still reads.
    for _ in 0..=chance.one_of(&[0, 0, 1, 2, 4]) {
        text = match chance.below(10) {
            0..=4 => alike(chance, &text, corpus),
            5..=7 => bracketed(chance, &text, corpus),
            _ => once(chance, &text, corpus),
        };
    }
    text
}

/// What a word is to the parser.
#[derive(PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Name,
    Comparison,
    Sign,
    Other,
}

const RESERVED: [&str; 26] = [
    "select", "from", "where", "group", "by", "as", "and", "or", "not", "on", "join", "left",
    "case", "when", "then", "else", "end", "with", "order", "having", "in", "is", "null",
    "between", "like", "union",
];

fn kind(token: &str) -> Kind {
    let word = token.trim();
    match word.chars().next() {
        Some('\'') => Kind::Text,
        Some(first) if first.is_ascii_digit() => Kind::Number,
        Some(first) if first.is_alphabetic() => match RESERVED.contains(&word) {
            true => Kind::Other,
            false => Kind::Name,
        },
        Some('=' | '<' | '>') => Kind::Comparison,
        Some('+' | '-' | '*' | '/' | '%') => Kind::Sign,
        _ => Kind::Other,
    }
}

/// A word becomes another of its kind.
fn alike(chance: &mut Chance, text: &str, corpus: &[String]) -> String {
    let mut tokens = tokens(text);
    let at = chance.below(tokens.len());
    let Some(old) = tokens.get(at) else { return text.to_owned() };
    let kind = kind(old);
    // Half of the time a word of the same text: its columns and tables fit together.
    let others = match chance.percent(50) {
        true => self::tokens(&chance.one_of(corpus)),
        false => tokens.clone(),
    };
    let others: Vec<String> = others.into_iter().filter(|t| self::kind(t) == kind).collect();
    if kind == Kind::Other || others.is_empty() {
        return text.to_owned();
    }
    let new = match kind == Kind::Number && chance.percent(30) {
        true => format!(" {}", chance.one_of(&NUMBERS)),
        false => chance.one_of(&others),
    };
    replace(&mut tokens, at, new);
    tokens.concat()
}

/// What stands in brackets becomes what stands in others.
fn bracketed(chance: &mut Chance, text: &str, corpus: &[String]) -> String {
    let tokens = tokens(text);
    let other = match chance.percent(60) {
        true => self::tokens(&chance.one_of(corpus)),
        false => tokens.clone(),
    };
    let (Some((from, to)), Some((first, last))) =
        (brackets(chance, &tokens), brackets(chance, &other))
    else {
        return text.to_owned();
    };
    [&tokens[..from], &other[first..last], &tokens[to..]].concat().concat()
}

/// Where a pair of brackets begins and ends.
fn brackets(chance: &mut Chance, tokens: &[String]) -> Option<(usize, usize)> {
    let open: Vec<usize> = (0..tokens.len()).filter(|&at| tokens[at] == "(").collect();
    let from = *open.get(chance.below(open.len()))?;
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        depth += i32::from(token == "(") - i32::from(token == ")");
        if depth == 0 {
            return Some((from, at + 1));
        }
    }
    None
}

fn once(chance: &mut Chance, text: &str, corpus: &[String]) -> String {
    let mut tokens = tokens(text);
    let at = chance.below(tokens.len());
    match chance.below(12) {
        0 => return flipped(chance, text),
        1 => drop(tokens.drain(at..tokens.len().min(at + 1 + chance.up_to(2)))),
        2 => {
            let other = chance.below(tokens.len());
            if !tokens.is_empty() {
                tokens.swap(at, other);
            }
        }
        3 => {
            let piece: Vec<String> =
                tokens[at..].iter().take(1 + chance.up_to(6)).cloned().collect();
            tokens.splice(at..at, piece);
        }
        4 | 5 => {
            let words = self::tokens(&chance.one_of(corpus));
            let from = chance.below(words.len());
            let piece: Vec<String> =
                words[from..].iter().take(1 + chance.up_to(8)).cloned().collect();
            let end = tokens.len().min(at + chance.up_to(4));
            tokens.splice(at..end.max(at), piece);
        }
        // The first part of one and the second part of another.
        6 => {
            let words = self::tokens(&chance.one_of(corpus));
            let from = chance.below(words.len());
            tokens.truncate(at);
            tokens.extend(words[from..].iter().cloned());
        }
        7 => replace(&mut tokens, at, chance.one_of(&NUMBERS).to_owned()),
        8 | 9 => replace(&mut tokens, at, format!(" {} ", chance.one_of(&WORDS))),
        10 => return nested(chance, text),
        _ => tokens.insert(at, format!(" {} ", chance.one_of(&WORDS))),
    }
    tokens.concat()
}

fn replace(tokens: &mut [String], at: usize, by: String) {
    if let Some(token) = tokens.get_mut(at) {
        *token = by;
    }
}

fn flipped(chance: &mut Chance, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=chance.up_to(2) {
        let at = chance.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << chance.below(8);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn nested(chance: &mut Chance, text: &str) -> String {
    let depth = chance.one_of(&[1, 2, 10, 40, 60, 300]);
    match chance.below(7) {
        0 => format!("select * from ({text}) t{depth}"),
        1 => format!("with a as ({text}), b as (select * from a) select count(*) from b"),
        2 => format!("select count(*) from people where {}true", "not ".repeat(depth)),
        3 => format!(
            "select count(*) from people where {}hiv{}",
            "(".repeat(depth),
            ")".repeat(depth)
        ),
        4 => format!("select sum(income{}) from people", " + 1".repeat(depth)),
        5 => {
            let (open, close) = ("select * from (".repeat(depth), ") t".repeat(depth));
            format!("{open}{text}{close}")
        }
        _ => format!("({text}) union all ({text})"),
    }
}

/// Words, numbers, texts in quotes and single signs, with the space before them.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = vec![];
    let mut quoted = false;
    let mut last = ' ';
    for sign in text.chars() {
        let word = |sign: char| sign.is_alphanumeric() || sign == '_';
        let joins = quoted || (word(sign) && (word(last) || last == ' '));
        match tokens.last_mut() {
            Some(token) if joins => token.push(sign),
            _ => tokens.push(sign.to_string()),
        }
        if sign == '\'' {
            quoted = !quoted;
        }
        last = sign;
    }
    tokens
}
