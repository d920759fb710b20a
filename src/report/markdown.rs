//! A diagnosis as Markdown, for issues, pull requests and chat.

use crate::report::text::{made_by, place_text, series};
use crate::report::{Diagnosis, Role, Suspect, Verdict, per, signed, size};

/// The whole diagnosis as a document.
pub fn render(diagnosis: &Diagnosis) -> String {
    let verdict = match diagnosis.verdict {
        Verdict::Leak => "Leak",
        Verdict::Healthy => "Healthy",
        Verdict::Backlog => "Backlog",
        Verdict::Inconclusive => "Inconclusive",
    };
    let mut out = format!("## {verdict}\n\n{}\n", diagnosis.reason);
    if let Some(advice) = &diagnosis.advice {
        out.push_str(&format!("\n{advice}\n"));
    }
    let unit = per(diagnosis.unit);
    let growth = &diagnosis.growth;
    out.push_str(&format!(
        "\nThe program's objects: {} per {unit} (r² {:.2}). Code and metadata: {} per {unit}.\n",
        size(growth.bytes_per_iteration),
        growth.r2,
        size(growth.metadata_bytes_per_iteration)
    ));
    if !diagnosis.suspects.is_empty() {
        out.push_str(&format!("\n| # | class | per {unit} | bytes per {unit} | held | grows at | kind |\n"));
        out.push_str("|--:|---|--:|--:|--:|---|---|\n");
        for s in &diagnosis.suspects {
            out.push_str(&format!(
                "| {} | {} | {} | {} | {} | {} | {} |\n",
                s.rank,
                cell(&s.class_name),
                signed(s.count_per_iteration),
                size(s.bytes_per_iteration),
                size(s.retained_bytes as f64),
                cell(&s.grows_at.text),
                cell(&s.category)
            ));
        }
    }
    diagnosis.suspects.iter().for_each(|s| suspect(&mut out, s));
    out
}

fn suspect(out: &mut String, s: &Suspect) {
    out.push_str(&format!("\n### {}. {}\n\n{}\n\n```text\n", s.rank, s.class_name, s.sentence));
    for hop in &s.path {
        let mark = match hop.role {
            Some(Role::GrowthPoint) => format!("   <- grows here {}", series(&s.grows_at.elements)),
            Some(Role::Leaked) => "   <- leaked".to_owned(),
            None => String::new(),
        };
        let place = hop.location.as_ref().map(|p| format!("   {}", place_text(p))).unwrap_or_default();
        out.push_str(format!("{} -> {}{place}{mark}", hop.edge, hop.name).trim_end());
        out.push('\n');
        if let Some(times) = hop.repeats {
            out.push_str(&format!(
                "   … the last {} hops repeat {times} times …\n",
                hop.repeated_hops.unwrap_or(1)
            ));
        }
    }
    out.push_str("```\n\n");
    if let Some(place) = s.grows_at.place.as_ref().filter(|place| place.line.is_some()) {
        out.push_str(&format!("- Kept at `{}`\n", place_text(place)));
    }
    if let Some(place) = &s.defined_at {
        out.push_str(&format!("- Defined at `{}`\n", place_text(place)));
    }
    if let Some(made) = &s.allocated_at {
        out.push_str(&format!("- Made {}\n", made_by(made)));
    }
    if !s.also_held_by.is_empty() {
        out.push_str(&format!("- Also held by {}\n", s.also_held_by.join(", ")));
    }
    out.push_str(&format!("- Fix: {}\n- Fingerprint `{}`\n", s.hint, s.fingerprint));
}

/// Text that cannot break out of a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
