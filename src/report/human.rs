//! Numbers and names for people: sizes, rates, file names.

use crate::report::RateUnit;

pub fn per(unit: RateUnit) -> &'static str {
    match unit {
        RateUnit::Iteration => "iteration",
        RateUnit::Request => "request",
        RateUnit::Second => "second",
        RateUnit::Snapshot => "snapshot",
    }
}

/// A rate with as many decimals as it needs.
pub fn signed(count: f64) -> String {
    match count.abs() {
        n if n >= 100.0 => format!("{count:+.0}"),
        n if n >= 0.095 => format!("{count:+.2}"),
        _ => format!("{count:+.4}"),
    }
}

/// Bytes for people: decimal units, as file managers use them.
pub fn size(bytes: f64) -> String {
    match bytes.abs() {
        b if b < 10.0 && b.fract() != 0.0 => format!("{bytes:.1} B"),
        b if b < 1e3 => format!("{bytes:.0} B"),
        b if b < 1e6 => format!("{:.1} KB", bytes / 1e3),
        b if b < 1e9 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.2} GB", bytes / 1e9),
    }
}

/// A file name short enough for a sentence: inside the package, or the last two parts.
pub fn short(file: &str) -> String {
    if let Some(at) = file.rfind("node_modules/") {
        return file[at + "node_modules/".len()..].to_owned();
    }
    if file.starts_with("node:") {
        return file.to_owned();
    }
    let mut parts: Vec<&str> = file.rsplitn(3, '/').take(2).collect();
    parts.reverse();
    if parts.first().is_some_and(|first| first.is_empty() || first.ends_with(':')) {
        parts.remove(0);
    }
    parts.join("/")
}

/// Of a file in a `node_modules` folder, the path inside its package; else as [`short`].
pub fn in_package(file: &str) -> String {
    let name = short(file);
    let depth = if name.starts_with('@') { 2 } else { 1 };
    match file.contains("node_modules/") {
        true => name.splitn(depth + 1, '/').nth(depth).map_or_else(|| name.clone(), str::to_owned),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_rates_have_the_digits_they_need() {
        assert_eq!(size(96.0), "96 B");
        assert_eq!(size(2.5), "2.5 B");
        assert_eq!(size(2140.0), "2.1 KB");
        assert_eq!(size(3.2e9), "3.20 GB");
        assert_eq!(signed(1.0), "+1.00");
        assert_eq!(signed(0.01), "+0.0100");
        assert_eq!(signed(250.4), "+250");
    }

    #[test]
    fn a_short_file_name_still_says_whose_it_is() {
        assert_eq!(short("/srv/app/node_modules/ccap/lib/timer.js"), "ccap/lib/timer.js");
        assert_eq!(short("/srv/app/lib/queue.js"), "lib/queue.js");
        assert_eq!(short("/app.js"), "app.js");
        assert_eq!(short("node:events"), "node:events");
        assert_eq!(in_package("/srv/app/node_modules/ccap/lib/timer.js"), "lib/timer.js");
        assert_eq!(in_package("/srv/node_modules/a/node_modules/@s/b/c.js"), "c.js");
        assert_eq!(in_package("/srv/app/lib/queue.js"), "lib/queue.js");
    }
}
