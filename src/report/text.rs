//! A diagnosis for the terminal: the verdict in one line, then per suspect what grows, how fast, who keeps it
//! (the path from top to bottom, the growth point marked), where it is defined, and what to do.

pub use crate::report::page::Style;
use crate::report::page::{BOLD, CYAN, DIM, GREEN, Page, RED, YELLOW, columns, cut, plain, sparkline};
use crate::report::{
    AllocatedAt, Diagnosis, Hop, Package, Place, Role, Round, Strength, Suspect, Verdict, in_package, per,
    short, signed, size,
};

/// More hops than this are not all shown: those around the ends are.
const MOST_HOPS: usize = 16;

/// The whole diagnosis as text, with a newline at its end.
pub fn render(diagnosis: &Diagnosis, style: &Style) -> String {
    let mut page = Page::new(style);
    page.verdict(diagnosis);
    page.growth(diagnosis);
    for suspect in diagnosis.suspects.iter().take(style.full) {
        page.suspect(suspect, diagnosis);
    }
    let rest = &diagnosis.suspects[diagnosis.suspects.len().min(style.full)..];
    if !rest.is_empty() {
        page.blank();
        page.line(&format!("  {}", page.paint(BOLD, "Also:")));
        for suspect in rest {
            page.wrapped(&format!("  {:>2}  ", suspect.rank), "      ", &suspect.sentence);
        }
    }
    page.text
}

/// The parts of a diagnosis, from top to bottom.
impl Page {
    fn verdict(&mut self, diagnosis: &Diagnosis) {
        let (name, color) = match diagnosis.verdict {
            Verdict::Leak if !self.style.confirmed => ("GROWING", YELLOW),
            Verdict::Leak => ("LEAK", RED),
            Verdict::Healthy => ("HEALTHY", GREEN),
            Verdict::Backlog => ("BACKLOG", YELLOW),
            Verdict::Inconclusive => ("INCONCLUSIVE", YELLOW),
        };
        let badge = self.paint(color, name);
        let indent = " ".repeat(name.len() + 4);
        // The badge may carry escapes, which take no columns: wrap with its plain text, then paint.
        let before = self.text.len();
        self.wrapped(&format!("  {name}  "), &indent, &diagnosis.reason);
        self.text.replace_range(before + 2..before + 2 + name.len(), &badge);
        if let Some(advice) = &diagnosis.advice {
            self.wrapped(&indent, &indent, advice);
        }
    }

    fn growth(&mut self, diagnosis: &Diagnosis) {
        let load: Vec<&Round> = diagnosis.rounds.iter().filter(|round| !round.cool_down).collect();
        let sizes: Vec<u64> = load.iter().filter_map(|round| round.program_bytes).collect();
        let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else { return };
        if sizes.len() < 2 {
            return;
        }
        let iterations: u64 = load.iter().skip(1).map(|round| round.iterations).sum();
        let unit = per(diagnosis.unit);
        let work = if iterations > 0 { format!(" over {iterations} {unit}s") } else { String::new() };
        let rate = diagnosis.growth.bytes_per_iteration;
        let sign = if rate < 0.0 { "" } else { "+" };
        let text = format!(
            "objects {} {} → {}{work}: {sign}{} per {} (r² {:.2}); code and metadata {} per {}",
            sparkline(&sizes),
            size(*first as f64),
            size(*last as f64),
            size(rate),
            per(diagnosis.unit),
            diagnosis.growth.r2,
            size(diagnosis.growth.metadata_bytes_per_iteration),
            per(diagnosis.unit),
        );
        self.blank();
        self.wrapped("  ", "          ", &text);
    }

    fn suspect(&mut self, suspect: &Suspect, diagnosis: &Diagnosis) {
        self.blank();
        let rate = if suspect.evidence.in_place {
            format!("+{} per {}, in place", size(suspect.bytes_per_iteration), per(diagnosis.unit))
        } else {
            format!(
                "{} per {} · {} each",
                signed(suspect.count_per_iteration),
                per(diagnosis.unit),
                size(suspect.bytes_per_iteration / suspect.count_per_iteration.max(f64::MIN_POSITIVE)),
            )
        };
        let held = size(suspect.retained_bytes as f64);
        let title = format!("{}  {} held · {}", rate, held, suspect.category);
        let name = self.paint(BOLD, &suspect.class_name);
        self.line(&format!("  {}  {name}  {title}", suspect.rank));
        if !suspect.sentence.is_empty() && suspect.sentence != diagnosis.reason {
            self.wrapped("     ", "     ", &suspect.sentence);
        }
        self.path(suspect);
        if let Some(place) = suspect.grows_at.place.as_ref().filter(|place| place.line.is_some()) {
            let place = self.paint(CYAN, &place_text(place));
            self.line(&format!("     kept     {place}"));
        }
        if let Some(place) = &suspect.defined_at {
            let place = self.paint(CYAN, &place_text(place));
            self.line(&format!("     defined  {place}"));
        }
        if let Some(made) = &suspect.allocated_at {
            self.wrapped("     made     ", "              ", &made_by(made));
        }
        self.line(&format!("     seen     {}", evidence(suspect)));
        if !suspect.also_held_by.is_empty() {
            self.wrapped(
                "     also     ",
                "              ",
                &format!("held by {}", suspect.also_held_by.join(", ")),
            );
        }
        if suspect.classes.len() > 1 {
            self.wrapped("     with     ", "              ", &others(suspect));
        }
        self.wrapped("     fix      ", "              ", &suspect.hint);
    }

    fn path(&mut self, suspect: &Suspect) {
        let hops = &suspect.path;
        let skip = hidden(hops);
        let edge_width =
            hops.iter().map(|hop| columns(&hop.edge)).filter(|w| *w <= 28).max().unwrap_or(6).clamp(6, 28);
        for (at, hop) in hops.iter().enumerate() {
            if skip.contains(&at) {
                if at == skip.start {
                    let more = self.paint(DIM, &format!("… {} more hops …", skip.len()));
                    self.line(&format!("       {more}"));
                }
                continue;
            }
            self.hop(suspect, hop, edge_width);
        }
    }

    fn hop(&mut self, suspect: &Suspect, hop: &Hop, edge_width: usize) {
        let (mark, name) = match hop.role {
            Some(Role::GrowthPoint) => ("▶", self.paint(YELLOW, &hop.name)),
            Some(Role::Leaked) => ("●", self.paint(RED, &hop.name)),
            None => ("│", hop.name.clone()),
        };
        let edge = format!("{:<edge_width$}", cut(&hop.edge, edge_width));
        let mut line = format!("     {mark} {}  {name}", self.paint(DIM, &edge));
        match hop.role {
            Some(Role::GrowthPoint) => {
                let counts = series(&suspect.grows_at.elements);
                let counts = if counts.is_empty() { String::new() } else { format!(": {counts}") };
                line.push_str(&self.paint(YELLOW, &format!("  ◀ grows here{counts}")));
            }
            Some(Role::Leaked) => line.push_str(&self.paint(RED, "  ◀ leaked")),
            None => {}
        }
        let told = |place: &&Place| {
            let nodes_own = hop.kind == "object" && place.file.starts_with("node:");
            !place.file.starts_with("script ") && !nodes_own
        };
        // Where the name says the file, the version is still news.
        let text = |place: &Place| match &place.package {
            _ if !hop.name.contains(&short(&place.file)) => Some(place_text(place)),
            Some(Package { name, version: Some(version) }) => Some(format!("{name}@{version}")),
            _ => None,
        };
        if let Some(place) = hop.location.as_ref().filter(told).and_then(text) {
            let place = format!("  {place}");
            if columns(&plain(&line)) + columns(&place) < self.style.width {
                line.push_str(&self.paint(DIM, &place));
            }
        }
        self.line(&line);
        if let Some(times) = hop.repeats {
            let hops = hop.repeated_hops.unwrap_or(1);
            let what =
                if hops == 1 { "this hop repeats".to_owned() } else { format!("these {hops} hops repeat") };
            let grows = if suspect.evidence.in_place {
                String::new()
            } else {
                format!(", {} per iteration", signed(suspect.count_per_iteration))
            };
            let text = self.paint(YELLOW, &format!("↻ {what} {times} times{grows}"));
            self.line(&format!("     │ {:<edge_width$}  {text}", ""));
        }
    }
}

/// The hops not shown: those in the middle, but never the growth point or what follows.
fn hidden(hops: &[Hop]) -> std::ops::Range<usize> {
    if hops.len() <= MOST_HOPS {
        return 0..0;
    }
    let keep = hops.iter().position(|hop| hop.role.is_some() || hop.repeats.is_some()).unwrap_or(hops.len());
    let end = keep.min(hops.len() - 8);
    if end > 6 { 4..end.saturating_sub(2).max(4) } else { 0..0 }
}

/// "by `open` src/registry.ts:11:17, called by `iterate` src/app.ts:7:17".
pub fn made_by(made: &AllocatedAt) -> String {
    const CALLERS: usize = 2;
    let named = |name: &str, place: &Place| format!("`{name}` {}", place_text(place));
    let mut text = format!("by {}", named(&made.function_name, &made.place));
    for caller in made.stack.iter().skip(1).take(CALLERS) {
        text.push_str(&format!(", called by {}", named(&caller.function_name, &caller.place)));
    }
    text
}

fn evidence(suspect: &Suspect) -> String {
    let evidence = &suspect.evidence;
    let numbers = if evidence.in_place { sizes(&evidence.bytes) } else { series(&evidence.counts) };
    let mut text = format!("{numbers} (r² {:.2}", evidence.r2);
    if let Some(drained) = evidence.drained {
        text.push_str(&format!(", {:.0} % drained", drained * 100.0));
    }
    if evidence.strength == Strength::Weak {
        text.push_str(", weak evidence");
    }
    text.push(')');
    text
}

fn others(suspect: &Suspect) -> String {
    const SHOWN: usize = 4;
    let names: Vec<String> = suspect
        .classes
        .iter()
        .skip(1)
        .take(SHOWN)
        .map(|class| format!("{} {}", class.class_name, signed(class.count_per_iteration)))
        .collect();
    let more = suspect.classes.len().saturating_sub(1 + SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

/// `200 → 400 → 600`.
pub fn series(values: &[Option<u64>]) -> String {
    if values.iter().flatten().all(|v| *v == 0) {
        return String::new();
    }
    let shown: Vec<String> =
        values.iter().map(|v| v.map_or_else(|| "?".to_owned(), |v| v.to_string())).collect();
    shown.join(" → ")
}

fn sizes(values: &[Option<u64>]) -> String {
    let shown: Vec<String> =
        values.iter().map(|v| v.map_or_else(|| "?".to_owned(), |v| size(v as f64))).collect();
    shown.join(" → ")
}

/// `lib/queue.js:12:5`, in a package `ccap@0.6.10 lib/timer.js:12:5`.
pub fn place_text(place: &Place) -> String {
    let mut text = match &place.package {
        Some(Package { name, version: Some(version) }) => {
            format!("{name}@{version} {}", in_package(&place.file))
        }
        Some(Package { name, version: None }) => format!("{name} {}", in_package(&place.file)),
        None => short(&place.file),
    };
    if let Some(line) = place.line {
        text.push_str(&format!(":{line}"));
        if let Some(column) = place.column {
            text.push_str(&format!(":{column}"));
        }
    }
    text
}
