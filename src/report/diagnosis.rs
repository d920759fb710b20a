//! What a diagnosis says, as data: verdict, growth, suspects with their growth point, path and evidence.
//!
//! These types are the wire format of `hunt --json`, of `/report` and of the failure message of an assertion;
//! `report` renders them. Sizes are bytes, rates are per iteration (or per snapshot, see [`RateUnit`]), lines
//! and columns are one-based, as editors show them. Fields may be added, never renamed: [`SCHEMA`].

use serde::{Deserialize, Serialize};

/// The version of every JSON document leakguard writes. It changes only when a field changes its meaning.
pub const SCHEMA: u32 = 1;

/// The answer to "does it leak?", with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    pub schema: u32,
    pub verdict: Verdict,
    /// One sentence that gives the reason for the verdict.
    pub reason: String,
    /// What to change to get a clearer answer, when the verdict is not a clear one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    pub unit: RateUnit,
    pub rounds: Vec<Round>,
    pub growth: Growth,
    /// Worst first: by retained bytes per iteration. Noise and drained growth come last.
    pub suspects: Vec<Suspect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Something the program made grows with the work done, and stays.
    Leak,
    /// Nothing the program made grows with the work done.
    Healthy,
    /// It grew under load and drained when the load stopped.
    Backlog,
    /// The evidence does not allow an answer.
    Inconclusive,
}

/// What one unit of `countPerIteration` and `bytesPerIteration` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RateUnit {
    #[default]
    Iteration,
    /// An HTTP request that was answered.
    Request,
    /// A second of an app that works by itself.
    Second,
    /// No iterations are known (`leakguard diff` over files): rates are per snapshot.
    Snapshot,
}

/// One batch of identical work and the capture after it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Round {
    /// Iterations of work since the capture before this one. Of the first round it is the warm-up.
    pub iterations: u64,
    /// True for the capture after the load had stopped and everything had time to drain.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cool_down: bool,
    /// Since the capture before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heap_used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array_buffers: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss: Option<u64>,
    /// Bytes of the objects the program made, as the snapshot counts them; filled in by the diagnosis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_bytes: Option<u64>,
    /// Bytes of compiled code, shapes and other things V8 made for itself; filled in by the diagnosis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_bytes: Option<u64>,
}

/// How the whole heap grew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Growth {
    /// Growth of the objects the program made.
    pub bytes_per_iteration: f64,
    /// How well a straight line explains it, 0 to 1.
    pub r2: f64,
    /// Growth of what V8 made for itself: code, feedback, shapes. It levels off after enough warm-up.
    #[serde(default)]
    pub metadata_bytes_per_iteration: f64,
}

/// One thing that grows, and who keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspect {
    pub rank: u32,
    /// The kind of leak, from the detectors; `noise` for what V8 made for itself, `backlog` for what drained.
    pub category: String,
    pub class_name: String,
    pub count_per_iteration: f64,
    pub bytes_per_iteration: f64,
    /// Bytes held by everything this suspect covers, in the last snapshot.
    pub retained_bytes: u64,
    pub grows_at: GrowthPoint,
    /// From the GC root through the growth point to one of the objects that pile up.
    pub path: Vec<Hop>,
    /// Where the class or closure that piles up is defined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defined_at: Option<Place>,
    /// Who made it, when samples of the program's allocations tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocated_at: Option<AllocatedAt>,
    /// What to do about it.
    pub hint: String,
    /// The whole finding in one line.
    pub sentence: String,
    /// Stable across runs, processes and small code moves: use it to tell a known leak from a new one.
    pub fingerprint: String,
    pub evidence: Evidence,
    /// Everything that piles up at this growth point, most bytes first; the first is `className`.
    pub classes: Vec<ClassGrowth>,
    /// Other objects that hold the same ones, so that clearing the growth point alone frees nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_held_by: Vec<String>,
}

/// One class that piles up at a growth point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassGrowth {
    pub class_name: String,
    pub count_per_iteration: f64,
    pub bytes_per_iteration: f64,
}

/// The one object whose children multiply while it stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrowthPoint {
    /// In words: "array `requests` of server.js".
    pub text: String,
    pub kind: GrowthKind,
    pub class_name: String,
    /// The variable or property that names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its object id in the last snapshot.
    pub id: u32,
    /// Elements (entries, listeners, hops of a chain) it held in each capture; `null` where not known.
    pub elements: Vec<Option<u64>>,
    /// How many objects of this kind grow alike (one listener list per socket, say); usually 1.
    pub instances: u64,
    /// Where the code that names it is: the module or function whose variable it is, or its class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrowthKind {
    Array,
    Map,
    Set,
    WeakMap,
    /// A plain object used as a dictionary.
    Dictionary,
    /// Listeners of an EventEmitter or EventTarget.
    Listeners,
    /// Objects linked into a chain: linked list, promise behind promise, wrapper around wrapper.
    Chain,
    /// The object itself gets bigger: numbers in an array, a typed array, a buffer.
    InPlace,
    /// A string that is appended to.
    String,
    /// Pending timers.
    Timers,
    /// A variable captured by closures.
    Context,
    /// A function that owns what grows, by properties or by its closure.
    Closure,
    /// Something native: handles, buffers, bindings.
    Native,
    /// No single object could be made out.
    Root,
    #[default]
    Object,
}

/// One step of a retaining path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
    /// How the object before refers to this one: property, variable, `[]`, or internal name.
    pub edge: String,
    /// The object's class or function name.
    pub name: String,
    /// `object`, `array`, `closure`, `context`, `native`, `string`, `root` …
    #[serde(rename = "type")]
    pub kind: String,
    /// V8's object id in the last snapshot.
    pub id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// `growth-point` or `leaked` on those two hops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// How many times the segment of `repeatedHops` hops that ends here repeats; absent when it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeated_hops: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    GrowthPoint,
    Leaked,
}

/// A place in source code, one-based.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The original source where a source map leads to it, else path or URL as the script is known to the process,
    /// or `script <id>` when no table of scripts was given.
    pub file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_id: Option<u32>,
    /// The npm package, of files in a `node_modules` folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// Where the code that ran is, when `file` is what it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
}

/// What a `package.json` says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Package {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A place in compiled or bundled code, one-based.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Generated {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

/// The function that makes what piles up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllocatedAt {
    pub function_name: String,
    /// Where the function is.
    pub place: Place,
    /// What it allocated on V8's heap, by itself and in what it called, that stayed: an estimate from samples.
    pub bytes_per_iteration: f64,
    /// The function and its callers, innermost first; the program's own and its packages'.
    pub stack: Vec<StackFrame>,
}

/// One function of a call stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackFrame {
    pub function_name: String,
    pub place: Place,
}

/// The numbers a suspect rests on, one per capture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Instances of the suspect's class at its growth point; `null` where not known.
    pub counts: Vec<Option<u64>>,
    /// Bytes the program's objects at the growth point hold.
    pub bytes: Vec<Option<u64>>,
    pub r2: f64,
    pub strength: Strength,
    /// True when the same objects got bigger rather than more.
    pub in_place: bool,
    /// Part of the growth that was gone in the cool-down capture, 0 to 1; absent without such a capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drained: Option<f64>,
    /// What the program lets it grow to, where that is known and not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// When a timer will have taken it away, where that is later than anybody has watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
}

/// What a pending timer will do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Expiry {
    /// What takes it away: `sessions.delete(…)`.
    pub text: String,
    /// How long something is kept.
    pub after_ms: u64,
    /// The timer's function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A number under a name like `max`, in the container or beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
    pub name: String,
    pub value: u64,
}

/// How far the numbers can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// Too few rounds or objects to be sure: more rounds would tell.
    #[default]
    Weak,
    Strong,
}
