//! The clock that is handed in, for those who count as the system does.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// A time as the system counts it; one before 1970 is 1970.
pub(crate) fn system(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::new(seconds, u32::try_from(at.subsec_nanosecond()).unwrap_or(0))
}
