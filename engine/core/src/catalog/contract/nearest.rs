//! The known word that somebody probably meant.

/// The candidate with the smallest edit distance, if it is close enough to be a slip of the pen.
pub(super) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let slip = (word.chars().count() / 2).clamp(1, 3);
    candidates
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= slip)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to write instead of `word`: the nearest candidate, or the list of all.
pub(super) fn suggestion(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("use {}", listed(candidates)),
    }
}

/// "one of `a`, `b`, `c`", or just "`a`".
pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let one_of = if quoted.len() > 1 { "one of " } else { "" };
    format!("{one_of}{}", quoted.join(", "))
}

/// Levenshtein distance in characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (r, pair) in right.iter().zip(row.windows(2)) {
            let (Some(diagonal), Some(above)) = (pair.first(), pair.last()) else { continue };
            let beside = next.last().copied().unwrap_or(0);
            next.push((diagonal + usize::from(l != *r)).min(above + 1).min(beside + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
