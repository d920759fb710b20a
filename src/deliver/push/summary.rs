//! What leaves the process: numbers, and names from the program's source. Never heap contents.
//!
//! Names of classes, functions, variables, properties and files are what a developer needs to find the place; keys of
//! dictionaries and Maps, texts and numbers are what users of the program gave it, and look just like property
//! names in a heap snapshot. So everything that does not look like an identifier is replaced, and so is every edge out of
//! an object that is used as a dictionary or that piles up. The published schema is `docs/schema/summary.v1.json`.

use crate::monitor::{Assessment, State};
use crate::report::diagnosis::{Diagnosis, GrowthKind, Hop, Place, Role, Suspect};
use serde::Serialize;

pub const SCHEMA: u32 = 1;

/// The newest suspects are the last to be useful; a handful names the leak.
const MOST_SUSPECTS: usize = 5;
const LONGEST_NAME: usize = 120;

/// Who sends. The same in every summary of a process.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    pub appid: String,
    /// Random, made when the process started: tells apart two processes with one pid.
    pub instance: String,
    pub pid: u32,
    pub hostname: String,
    pub platform: String,
    pub node: String,
    pub leakguard: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary<'a> {
    pub schema: u32,
    /// Idempotency key: the same summary sent twice carries it twice.
    pub key: &'a str,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    pub sender: &'a Sender,
    #[serde(flatten)]
    pub content: Content,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Content {
    /// The process is alive. Not kept when the server cannot be reached.
    Heartbeat { state: Memory },
    /// How memory stands.
    Report { state: Memory },
    /// A leak was found.
    Leak { state: Memory, leak: Leak },
}

/// Bytes; `null` where not known.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    pub uptime_ms: u64,
    pub heap_used: f64,
    pub heap_total: f64,
    pub heap_limit: f64,
    /// What the last major collection left in the old generation.
    pub heap_floor: Option<f64>,
    pub external: f64,
    pub array_buffers: f64,
    pub rss: Option<f64>,
    pub cgroup_used: Option<f64>,
    pub cgroup_limit: Option<f64>,
    pub event_loop_delay_p99_s: f64,
    pub event_loop_utilization: f64,
    pub assessment: Assessment,
}

impl From<&State> for Memory {
    fn from(state: &State) -> Self {
        let pulse = &state.pulse;
        Self {
            uptime_ms: state.at_ms,
            heap_used: pulse.heap.used,
            heap_total: pulse.heap.total,
            heap_limit: pulse.heap.limit,
            heap_floor: state.heap.map(|heap| heap.old_used),
            external: pulse.heap.external,
            array_buffers: pulse.heap.array_buffers,
            rss: state.process.rss,
            cgroup_used: state.process.cgroup_usage,
            cgroup_limit: state.process.cgroup_limit,
            event_loop_delay_p99_s: pulse.delay.p99,
            event_loop_utilization: pulse.utilization,
            assessment: state.assessment,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Leak {
    /// Reported before, by this process: the figures are newer, the leak is not.
    pub known: bool,
    pub suspects: Vec<LeakSuspect>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeakSuspect {
    /// Stable across processes and deploys.
    pub fingerprint: String,
    pub category: String,
    pub class_name: String,
    pub count_per_snapshot: f64,
    pub bytes_per_snapshot: f64,
    pub retained_bytes: u64,
    pub grows_at: LeakPoint,
    pub path: Vec<Step>,
    pub defined_at: Option<Site>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeakPoint {
    pub kind: GrowthKind,
    pub class_name: String,
    pub name: Option<String>,
    pub elements: Vec<Option<u64>>,
    pub at: Option<Site>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub edge: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Site {
    pub file: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

impl Leak {
    /// The worst suspects of a diagnosis, cleaned.
    pub fn from_diagnosis(diagnosis: &Diagnosis, known: bool) -> Self {
        Self { known, suspects: diagnosis.suspects.iter().take(MOST_SUSPECTS).map(suspect).collect() }
    }
}

fn suspect(s: &Suspect) -> LeakSuspect {
    LeakSuspect {
        fingerprint: s.fingerprint.clone(),
        category: s.category.clone(),
        class_name: name(&s.class_name),
        count_per_snapshot: s.count_per_iteration,
        bytes_per_snapshot: s.bytes_per_iteration,
        retained_bytes: s.retained_bytes,
        grows_at: LeakPoint {
            kind: s.grows_at.kind,
            class_name: name(&s.grows_at.class_name),
            name: s.grows_at.name.as_deref().map(edge),
            elements: s.grows_at.elements.clone(),
            at: s.grows_at.place.as_ref().map(site),
        },
        path: path(&s.path),
        defined_at: s.defined_at.as_ref().map(site),
    }
}

/// From the growth point on, edges are keys of what grows.
fn path(hops: &[Hop]) -> Vec<Step> {
    let mut inside = false;
    hops.iter()
        .map(|hop| {
            let step = Step {
                edge: if inside { "[]".to_owned() } else { edge(&hop.edge) },
                name: if hop.kind.contains("string")
                    || matches!(hop.kind.as_str(), "number" | "bigint" | "symbol")
                {
                    format!("({})", hop.kind)
                } else {
                    name(&hop.name)
                },
                kind: hop.kind.clone(),
            };
            inside |= hop.role == Some(Role::GrowthPoint);
            step
        })
        .collect()
}

/// A property or variable, or `[]` for anything that could be a key.
fn edge(text: &str) -> String {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$' | '#'));
    let identifier =
        starts && text.len() <= 64 && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    if identifier { text.to_owned() } else { "[]".to_owned() }
}

/// A class or function name: one line of bounded length. V8's names for its own things contain spaces and
/// punctuation, so these cannot be told from texts; but texts never name an object.
fn name(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_NAME).collect()
}

fn site(place: &Place) -> Site {
    Site { file: place.file.chars().take(512).collect(), line: place.line, column: place.column }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::diagnosis::{Growth, GrowthPoint, RateUnit, Verdict};

    fn diagnosis(suspects: Vec<Suspect>) -> Diagnosis {
        Diagnosis {
            schema: 1,
            verdict: Verdict::Leak,
            reason: String::new(),
            advice: None,
            unit: RateUnit::Snapshot,
            rounds: Vec::new(),
            growth: Growth::default(),
            suspects,
        }
    }

    fn hop(edge: &str, name: &str, kind: &str, role: Option<Role>) -> Hop {
        Hop { edge: edge.to_owned(), name: name.to_owned(), kind: kind.to_owned(), role, ..Hop::default() }
    }

    /// Keys and texts of users must not get out, wherever in a diagnosis they are.
    #[test]
    fn heap_contents_stay_inside() {
        let secret = "alice@example.com";
        let diagnosis = diagnosis(vec![Suspect {
            class_name: "Session".to_owned(),
            sentence: format!("Session piles up under {secret}"),
            hint: secret.to_owned(),
            also_held_by: vec![secret.to_owned()],
            grows_at: GrowthPoint {
                text: format!("Map of {secret}"),
                name: Some("sessions".to_owned()),
                ..GrowthPoint::default()
            },
            path: vec![
                hop("context", "system / Context", "object", None),
                hop(secret, "Object", "object", None),
                hop("sessions", "Map", "object", Some(Role::GrowthPoint)),
                hop("aliceSmith", "Session", "object", None),
                hop("token", secret, "string", Some(Role::Leaked)),
            ],
            ..Suspect::default()
        }]);
        let leak = Leak::from_diagnosis(&diagnosis, false);
        let json = serde_json::to_string(&leak).unwrap();
        assert!(!json.contains("alice"), "{json}");
        assert!(json.contains("Session") && json.contains("sessions") && json.contains("(string)"), "{json}");
    }

    #[test]
    fn only_a_few_suspects_travel() {
        let suspects = (0..50).map(|_| Suspect::default()).collect();
        let diagnosis = diagnosis(suspects);
        assert_eq!(Leak::from_diagnosis(&diagnosis, true).suspects.len(), MOST_SUSPECTS);
    }
}
