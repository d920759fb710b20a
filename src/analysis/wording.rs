//! The words of a diagnosis: growth points, sentences, fingerprints.

use crate::analysis::fold::signature;
use crate::analysis::path::{Link, Step};
use crate::analysis::places::ANONYMOUS;
use crate::report::{Expiry, GrowthKind, Place, RateUnit, per, short, signed, size};

/// "array `requests` of lib/server.js".
pub fn growth_point(
    kind: GrowthKind,
    class: &str,
    name: Option<&str>,
    file: Option<&str>,
    instances: u64,
) -> String {
    let noun = match kind {
        GrowthKind::Array => "array",
        GrowthKind::Map => "Map",
        GrowthKind::Set => "Set",
        GrowthKind::WeakMap => "WeakMap",
        GrowthKind::Dictionary => "object",
        GrowthKind::Listeners => "listener list",
        GrowthKind::Chain => "the chain that starts at",
        GrowthKind::String => "string",
        GrowthKind::Timers => "timer list",
        GrowthKind::Root => return "no single object: only GC roots hold them".to_owned(),
        GrowthKind::Context => "the variables captured in",
        GrowthKind::InPlace if class == "Array" => "array",
        _ => class,
    };
    let many = match instances {
        0 | 1 => String::new(),
        n => format!(" (and {} others like it)", n - 1),
    };
    let file = file.map_or_else(String::new, |file| format!(" of {}", short(file)));
    match name {
        Some(name) => format!("{noun} `{name}`{file}{many}"),
        None if noun == class || class == "(string)" => format!("{noun}{file}{many}"),
        // A scope's name already says its file.
        None if kind == GrowthKind::Context => format!("{noun} the {class}{many}"),
        None => format!("{noun} {class}{file}{many}"),
    }
}

pub fn of_file(place: String, file: Option<&str>) -> String {
    match file {
        Some(file) => format!("{place} of {}", short(file)),
        None => place,
    }
}

/// What piles up: one class, or several of which this is the biggest.
pub fn what(class: &str, kinds: usize) -> String {
    match kinds {
        0 | 1 => format!("`{class}`"),
        n => format!("objects of {n} kinds (`{class}` and others)"),
    }
}

/// "`CAP` +1.00 per iteration (2.1 KB each) in array `reg_ary` of ccap/lib/timer.js".
pub fn more(what: &str, place: &str, count: f64, bytes: f64, unit: RateUnit) -> String {
    let each = if count > 0.0 { format!(" ({} each)", size(bytes / count)) } else { String::new() };
    format!("{what} {} per {}{each} {place}", signed(count), per(unit)).trim_end().to_owned()
}

/// What to do about a backlog.
pub const DRAINS: &str = "Work came in faster than it was done, and was caught up once the load stopped. If such \
                          load can last, bound the queue or slow down what fills it.";

/// What to do where the program does take out again.
pub fn taken_out(text: &str, place: &Place) -> String {
    format!(
        "{} takes out of it again (`{text}`): see why that does not happen for all of them, or whether it happens \
         later than this load lasts.",
        at_line(place)
    )
}

/// "lib/server.js:12"
fn at_line(place: &Place) -> String {
    let line = place.line.map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}", short(&place.file))
}

/// How to find out whether a timer takes it away.
pub fn until_due(expiry: &Expiry) -> String {
    let seconds = (expiry.after_ms as f64 / 1000.0).ceil();
    let place = expiry.place.as_ref().map_or_else(String::new, |place| format!(", {}", at_line(place)));
    format!(
        "A timer is to take it away after {seconds:.0} s (`{}`{place}), which is longer than this lasted. A hunt with \
         `--cool-down {:.0}`, or captures that are further apart, would tell whether it does.",
        expiry.text,
        seconds + COOL_DOWN_SPARE_S
    )
}

/// On top of the time after which a timer is due.
const COOL_DOWN_SPARE_S: f64 = 10.0;

/// "array `samples` of stats.js gets 80 B bigger per iteration".
pub fn bigger(growth_point: &str, bytes: f64, unit: RateUnit) -> String {
    format!("{growth_point} gets {} bigger per {}", size(bytes), per(unit))
}

/// Class, kind, file and the last names on the path, all without numbers: the same leak has the same
/// fingerprint in every run, process and deployment, and after lines moved.
pub fn fingerprint(class: &str, kind: GrowthKind, steps: &[Step], file: Option<&str>) -> String {
    // Which file a nameless function is in does not make it another one.
    let class =
        class.split_once(" at ").map_or(class, |(name, _)| if name == ANONYMOUS { name } else { class });
    let mut hash = signature(0, &without_digits(class), &format!("{kind:?}"));
    hash = signature(hash, "file", &file.map_or_else(String::new, |file| without_digits(installed(file))));
    let named = steps.iter().rev().filter_map(|step| match &step.link {
        Link::Property(name) | Link::Variable(name) => Some(name),
        _ => None,
    });
    for name in named.take(3) {
        hash = signature(hash, "name", &without_digits(name));
    }
    format!("{hash:016x}")
}

/// Of a file in a package the part below `node_modules`, else the bare name: the same wherever it is installed.
fn installed(file: &str) -> &str {
    match file.rfind("node_modules/") {
        Some(at) => &file[at + "node_modules/".len()..],
        None => file.rsplit('/').next().unwrap_or(file),
    }
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_growth_point_reads_like_a_phrase() {
        let text = growth_point(
            GrowthKind::Array,
            "Array",
            Some("reg_ary"),
            Some("/x/node_modules/ccap/lib/timer.js"),
            1,
        );
        assert_eq!(text, "array `reg_ary` of ccap/lib/timer.js");
        assert_eq!(growth_point(GrowthKind::Map, "Map", None, None, 3), "Map (and 2 others like it)");
    }

    #[test]
    fn a_fingerprint_does_not_see_numbers() {
        let a = fingerprint("Req1", GrowthKind::Array, &[], Some("/srv/v1/app.js"));
        let b = fingerprint("Req2", GrowthKind::Array, &[], Some("/srv/v22/app.js"));
        assert_eq!(a, b);
        assert_ne!(a, fingerprint("Req1", GrowthKind::Map, &[], Some("/srv/v1/app.js")));
    }

    #[test]
    fn a_fingerprint_does_not_see_where_it_is_installed() {
        let of = |class: &str, file: &str| fingerprint(class, GrowthKind::Array, &[], Some(file));
        assert_eq!(of("A", "/srv/shop/server.js"), of("A", "/home/me/work/server.js"));
        assert_eq!(
            of("A", "/srv/node_modules/ccap/lib/timer.js"),
            of("A", "/x/node_modules/.pnpm/ccap@0.6.10/node_modules/ccap/lib/timer.js"),
        );
        assert_ne!(
            of("A", "/srv/node_modules/ccap/lib/timer.js"),
            of("A", "/srv/node_modules/acc/lib/timer.js")
        );
        assert_eq!(of("anonymous at shop/a.js:3", "/a.js"), of("anonymous at work/a.js:12", "/a.js"));
    }
}
