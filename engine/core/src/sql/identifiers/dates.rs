//! Whole days in a text: `1961-03-12`, `12/03/1961`, `12.3.1961`, `19610312`, `12 March 1961`, `Mar 12, 1961`.

use time::{Date, Month};

/// Whether a text holds a day.
pub(super) fn in_text(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let parted = words.windows(3).any(|three| match three {
        [one, two, three] => is_day(one, two, three),
        _ => false,
    });
    parted || words.iter().any(|word| in_one(word))
}

fn is_day(one: &str, two: &str, three: &str) -> bool {
    // A time of day may follow: `1961-03-12T00:00`.
    let last = three.split('T').next().unwrap_or_default();
    let day_first = exists(three, two, one);
    let month_first = exists(three, one, two);
    exists(one, two, last) || day_first || month_first
}

fn in_one(word: &str) -> bool {
    if word.len() != 8 || !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let part = |from: usize, to: usize| word.get(from..to).unwrap_or_default();
    exists(part(0, 4), part(4, 6), part(6, 8)) || exists(part(4, 8), part(2, 4), part(0, 2))
}

/// Whether there is such a day, within the lives of people.
fn exists(year: &str, month: &str, day: &str) -> bool {
    let year = year.parse().ok().filter(|year| (1880..=2100).contains(year));
    let day = day.parse().ok();
    let (Some(year), Some(month), Some(day)) = (year, month_of(month), day) else { return false };
    Date::from_calendar_date(year, month, day).is_ok()
}

fn month_of(word: &str) -> Option<Month> {
    if let Ok(number) = word.parse::<u8>() {
        return Month::try_from(number).ok();
    }
    let word = word.to_ascii_lowercase();
    let months = std::iter::successors(Some(Month::January), |month| Some(month.next())).take(12);
    let mut months = months.filter(|month| {
        let name = month.to_string().to_ascii_lowercase();
        word.len() >= 3 && name.starts_with(&word)
    });
    months.next()
}
