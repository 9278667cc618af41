//! A week of UTC, from Monday to Sunday (ISO 8601-1:2019, section 4.3.2).

use std::{fmt, str::FromStr};

use jiff::{
    SignedDuration, Timestamp,
    civil::{ISOWeekDate, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::{ValueError, id::text_form};

/// The first year that is written: there were no hubs before.
const FIRST: i16 = 1970;
const LENGTH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A week, as in `2026-W48`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Week {
    year: i16,
    number: i8,
}

impl Week {
    /// The week that a time lies in; times before 1970 lie in the first.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let date = TimeZone::UTC.to_datetime(at.max(Timestamp::UNIX_EPOCH)).iso_week_date();
        Self { year: date.year(), number: date.week() }
    }

    /// Its first second.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        let monday = ISOWeekDate::new(self.year, self.number, Weekday::Monday).ok();
        let begins = monday.and_then(|day| TimeZone::UTC.to_timestamp(day.date().at(0, 0, 0, 0)).ok());
        // Every week that can be made has a Monday; one without would never be over.
        begins.unwrap_or(Timestamp::MAX)
    }

    /// The first second after it.
    #[must_use]
    pub fn ends(self) -> Timestamp {
        self.begins().checked_add(LENGTH).unwrap_or(Timestamp::MAX)
    }

    /// The one before it; of the first, itself.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(self.begins().checked_sub(LENGTH).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// How many weeks after this one a time lies; negative before it.
    #[must_use]
    pub fn age(self, at: Timestamp) -> i64 {
        (Self::of(at).begins().as_second() - self.begins().as_second()) / LENGTH.as_secs()
    }
}

impl fmt::Display for Week {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-W{:02}", self.year, self.number)
    }
}

impl FromStr for Week {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let read = || {
            let (year, number) = text.split_once("-W")?;
            let day = ISOWeekDate::new(year.parse().ok()?, number.parse().ok()?, Weekday::Monday).ok()?;
            Some(Self { year: day.year(), number: day.week() })
        };
        // One spelling only: what is signed has one form.
        read().filter(|week| week.year >= FIRST && week.to_string() == text).ok_or(ValueError::Week)
    }
}

text_form!(Week);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_goes_from_monday_to_sunday_of_utc() {
        let week: Week = "2026-W48".parse().unwrap();
        assert_eq!((week.begins(), week.ends()), (at("2026-11-23T00:00:00Z"), at("2026-11-30T00:00:00Z")));
        assert_eq!(Week::of(at("2026-11-29T23:59:59Z")), week);
        assert_eq!(Week::of(at("2026-11-30T00:00:00Z")).to_string(), "2026-W49");
        // Whose year is not its days' year.
        assert_eq!(Week::of(at("2027-01-01T12:00:00Z")).to_string(), "2026-W53");
        assert_eq!("2027-W01".parse::<Week>().unwrap().before().to_string(), "2026-W53");
        assert!("2026-W53".parse::<Week>().unwrap() < "2027-W01".parse().unwrap());
        assert_eq!([at("2026-11-22T00:00:00Z"), at("2026-12-07T00:00:00Z")].map(|at| week.age(at)), [-1, 2]);
    }

    #[test]
    fn a_week_has_one_spelling_and_no_time_is_without_one() {
        for bad in ["2026-W00", "2026-W54", "2025-W53", "2026W48", "2026-w48", "2026-W8", "+2026-W48", "1969-W01", ""] {
            assert_eq!(bad.parse::<Week>(), Err(ValueError::Week), "{bad}");
        }
        for time in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            let week = Week::of(time);
            assert_eq!(week.to_string().parse(), Ok(week));
            assert!(week.before() <= week && week.begins() < week.ends());
        }
        assert_eq!(Week::of(Timestamp::MIN).before().to_string(), "1970-W01");
    }
}
