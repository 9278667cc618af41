//! Where the clocks of programs begin, in seconds before or after 1970-01-01.

/// Between 1601-01-01 (Windows, Chromium) and 1970-01-01.
pub(crate) const FROM_1601: i64 = 11_644_473_600;
/// Between 1970-01-01 and 2001-01-01 (Apple).
pub(crate) const FROM_2001: i64 = 978_307_200;
