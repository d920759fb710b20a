//! Times as others read them: milliseconds since 1970, and ISO 8601.

use std::time::{SystemTime, UNIX_EPOCH};

pub fn now_ms() -> u64 {
    millis(SystemTime::now())
}

pub fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// `2026-01-31T12:00:00.000Z`.
pub fn iso(time: SystemTime) -> String {
    let ms = millis(time);
    let (year, month, day) = date((ms / 86_400_000) as i64);
    let (hour, minute) = (ms / 3_600_000 % 24, ms / 60_000 % 60);
    let (second, milli) = (ms / 1000 % 60, ms % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// The Gregorian date of a day since 1970, after Howard Hinnant's `civil_from_days`: years begin in March, so that
/// the leap day is their last.
fn date(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::iso;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn writes_times_as_javascript_does() {
        // By `new Date(ms).toISOString()`.
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_826_271_007, "2000-02-29T12:11:11.007Z"),
            (1_767_225_599_999, "2025-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso(UNIX_EPOCH + Duration::from_millis(ms)), text);
        }
    }
}
