//! Days between dates, and dates moved by days and months, without an end of the calendar to fall off.
//!
//! What lies outside the years -9999 to 9999 is NULL (NO-DATA-IN-VERDICTS).

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Date32Array, Int64Array, PrimitiveArray};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Int64Type, IntervalMonthDayNano, TimeUnit,
    TimestampMicrosecondType, TimestampNanosecondType,
};
use datafusion::common::{Result, internal_err};
use time::{Date, Month};

use super::rowwise::RowWise;

/// The day from which dates are counted, as a Julian day.
const EPOCH: i64 = 2_440_588;
const DAY_NS: i64 = 86_400_000_000_000;

/// `later - earlier`, in whole days.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct DaysBetween;

impl RowWise for DaysBetween {
    fn name(&self) -> &'static str {
        "days_between"
    }

    fn compute(&self, columns: &[ArrayRef], _returns: &DataType) -> Result<ArrayRef> {
        let [later, earlier] = columns else { return internal_err!("two dates were expected") };
        let rows = dates(later)?.iter().zip(dates(earlier)?);
        // Two numbers of 32 bits always have a difference in 64.
        let days: Int64Array = rows.map(|(l, e)| Some(i64::from(l?) - i64::from(e?))).collect();
        Ok(Arc::new(days))
    }
}

/// A date and a whole number of days.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct DaysAdded {
    /// Whether they are taken away.
    pub(super) back: bool,
}

impl RowWise for DaysAdded {
    fn name(&self) -> &'static str {
        if self.back { "days_taken" } else { "days_added" }
    }

    fn compute(&self, columns: &[ArrayRef], _returns: &DataType) -> Result<ArrayRef> {
        let [date, days] = columns else { return internal_err!("a date and days were expected") };
        let Some(days) = days.as_primitive_opt::<Int64Type>() else {
            return internal_err!("days were expected");
        };
        let moved: Date32Array = dates(date)?
            .iter()
            .zip(days)
            .map(|(date, days)| {
                let days = if self.back { days?.checked_neg()? } else { days? };
                known_day(i64::from(date?).checked_add(days)?)
            })
            .collect();
        Ok(Arc::new(moved))
    }
}

/// A date or time moved by an interval that is written out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Moved(pub(super) IntervalMonthDayNano);

impl Moved {
    /// The same step back.
    pub(super) fn back(&self) -> Option<Self> {
        Some(Self(IntervalMonthDayNano::new(
            self.0.months.checked_neg()?,
            self.0.days.checked_neg()?,
            self.0.nanoseconds.checked_neg()?,
        )))
    }

    fn day(&self, day: i64) -> Option<i64> {
        let date = Date::from_julian_day(i32::try_from(day.checked_add(EPOCH)?).ok()?).ok()?;
        let months = i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1
            + i64::from(self.0.months);
        let year = i32::try_from(months.div_euclid(12)).ok()?;
        let month = Month::try_from(u8::try_from(months.rem_euclid(12) + 1).ok()?).ok()?;
        let last = month.length(year);
        let moved = Date::from_calendar_date(year, month, date.day().min(last)).ok()?;
        let day = i64::from(moved.to_julian_day()) - EPOCH + i64::from(self.0.days);
        known_day(day).map(i64::from)
    }

    /// A time that is counted in units of so many nanoseconds.
    fn moment(&self, time: i64, unit_ns: i64) -> Option<i64> {
        let units = DAY_NS / unit_ns;
        let day = self.day(time.div_euclid(units))?;
        let moved = day.checked_mul(units)?.checked_add(time.rem_euclid(units))?;
        moved.checked_add(self.0.nanoseconds / unit_ns)
    }

    fn moments<T: ArrowPrimitiveType<Native = i64>>(
        &self,
        column: &ArrayRef,
        unit_ns: i64,
    ) -> ArrayRef {
        let times = column.as_primitive::<T>();
        let moved: PrimitiveArray<T> =
            times.iter().map(|time| self.moment(time?, unit_ns)).collect();
        Arc::new(moved)
    }
}

impl RowWise for Moved {
    fn name(&self) -> &'static str {
        "moved"
    }

    fn compute(&self, columns: &[ArrayRef], _returns: &DataType) -> Result<ArrayRef> {
        let [column] = columns else { return internal_err!("one column was expected") };
        match column.data_type() {
            DataType::Date32 => {
                let moved: Date32Array = dates(column)?
                    .iter()
                    .map(|day| i32::try_from(self.day(i64::from(day?))?).ok())
                    .collect();
                Ok(Arc::new(moved))
            }
            DataType::Timestamp(TimeUnit::Microsecond, None) => {
                Ok(self.moments::<TimestampMicrosecondType>(column, 1_000))
            }
            DataType::Timestamp(TimeUnit::Nanosecond, None) => {
                Ok(self.moments::<TimestampNanosecondType>(column, 1))
            }
            _ => internal_err!("a date or time was expected"),
        }
    }
}

/// The date of a year, a month and a day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct DateMade;

impl RowWise for DateMade {
    fn name(&self) -> &'static str {
        "date_made"
    }

    fn compute(&self, columns: &[ArrayRef], _returns: &DataType) -> Result<ArrayRef> {
        let [Some(years), Some(months), Some(days)] =
            columns.iter().map(|column| column.as_primitive_opt::<Int64Type>()).collect::<Vec<_>>()
                [..]
        else {
            return internal_err!("three whole numbers were expected");
        };
        let made: Date32Array = years
            .iter()
            .zip(months)
            .zip(days)
            .map(|((year, month), day)| {
                let month = Month::try_from(u8::try_from(month?).ok()?).ok()?;
                let year = i32::try_from(year?).ok()?;
                let date = Date::from_calendar_date(year, month, u8::try_from(day?).ok()?).ok()?;
                known_day(i64::from(date.to_julian_day()) - EPOCH)
            })
            .collect();
        Ok(Arc::new(made))
    }
}

fn known_day(day: i64) -> Option<i32> {
    Date::from_julian_day(i32::try_from(day.checked_add(EPOCH)?).ok()?).ok()?;
    i32::try_from(day).ok()
}

fn dates(column: &ArrayRef) -> Result<&PrimitiveArray<Date32Type>> {
    match column.as_primitive_opt::<Date32Type>() {
        Some(dates) => Ok(dates),
        None => internal_err!("dates were expected"),
    }
}
