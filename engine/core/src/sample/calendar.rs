//! Days of the six years that the sample covers, counted from 1970-01-01, and when things happen in a year.

use time::{Date, Duration, Month, Weekday};

use super::dice::{Dice, Wheel};

/// 2019-01-01.
pub(super) const FIRST_DAY: i32 = 17_897;
/// 2024-12-31.
pub(super) const LAST_DAY: i32 = 20_088;
/// The year of the last day.
pub(super) const LAST_YEAR: i32 = 2024;

/// The first day of a year between 1901 and 2099.
pub(super) fn first_day_of(year: i32) -> i32 {
    365 * (year - 1970) + (year - 1969).div_euclid(4)
}

/// The year of a day that the sample covers.
pub(super) fn year_of(day: i32) -> i32 {
    (2019..=LAST_YEAR).rev().find(|year| first_day_of(*year) <= day).unwrap_or(2019)
}

/// How days are spread over weeks and years.
pub(super) struct Calendar {
    /// More in winter, every day of the week.
    pub(super) emergencies: Wheel,
    /// Working days, fewer in August and December.
    pub(super) clinics: Wheel,
}

impl Calendar {
    pub(super) fn new() -> Self {
        Self {
            emergencies: Wheel::new(days().map(|day| winter(day.month()))),
            clinics: Wheel::new(days().map(working)),
        }
    }
}

/// A day from a wheel, after the birth of the person.
pub(super) fn draw_day(wheel: &Wheel, birth_year: i32, dice: &mut Dice) -> i32 {
    let day = FIRST_DAY + i32::try_from(wheel.draw(dice)).unwrap_or(0);
    let birth = first_day_of(birth_year);
    if day >= birth {
        return day;
    }
    birth + (day - FIRST_DAY) % (LAST_DAY - birth + 1)
}

fn days() -> impl Iterator<Item = Date> {
    (FIRST_DAY..=LAST_DAY).map(|day| epoch() + Duration::days(day.into()))
}

fn epoch() -> Date {
    Date::from_ordinal_date(1970, 1).unwrap_or(Date::MIN)
}

fn winter(month: Month) -> f64 {
    match month {
        Month::December | Month::January => 1.35,
        Month::February | Month::November => 1.15,
        Month::June | Month::July | Month::August => 0.8,
        _ => 1.0,
    }
}

fn working(day: Date) -> f64 {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let holidays = matches!(day.month(), Month::August | Month::December);
    match (weekend, holidays) {
        (true, _) => 0.04,
        (false, true) => 0.75,
        (false, false) => 1.0,
    }
}
