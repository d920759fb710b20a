//! Who made it: live bytes by call stack, from V8's sampling heap profiler.
//!
//! A [`Profile`] is one capture's call tree, with what is alive of what each function allocated. [`Sites`] lays the
//! profiles of a series over one another: a stack whose live bytes grow with every round makes what leaks.
//!
//! V8 samples stacks, not classes, and leaves out the frames of functions that were inlined. So a site is the
//! innermost function of the program under which the bytes that grow were allocated, or a function that called
//! it; and growth is only given to a suspect when it can be no other's (see [`Sites::of`]).

use crate::report::Round;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Functions kept of a profile, those with most bytes.
const MOST: usize = 2000;
/// Fewer samples than this are chance.
const FEWEST_SAMPLES: f64 = 8.0;
/// A function under which this part of the growth was allocated made it.
const MAJORITY: f64 = 0.8;
/// The least part of all growth that is the program's when it may be told who made it. The rest is of Node, of V8 and of
/// leakguard itself, with no function of the program on the stack: tens of kilobytes, which count in a short series.
const PROGRAM: f64 = 0.5;
/// Two rates this close may be of the same growth: samples scatter.
const CLOSE: f64 = 0.3;

/// A function's code: script, line and column, zero-based.
pub type Code = (u32, u32, u32);

/// One function in one place of the call tree, with what it allocated itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame(pub i32, pub String, pub u32, pub u32, pub u32, pub f64, pub f64);

/// The call tree of one capture: a parent before its children, the root first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profile(Vec<Frame>);

impl Profile {
    /// As `lib/hunt/allocation-profile.js` writes it; `None` for anything else.
    pub fn parse(json: &str) -> Option<Self> {
        let profile: Self = serde_json::from_str(json).ok()?;
        let ordered = profile.0.iter().enumerate().all(|(at, frame)| frame.0 < at as i32);
        (ordered && profile.0.first().is_some_and(|root| root.0 < 0)).then(|| profile.pruned())
    }

    /// The functions with most bytes below them. What is left out counts for their callers.
    fn pruned(self) -> Self {
        if self.0.len() <= MOST {
            return self;
        }
        let mut below: Vec<f64> = self.0.iter().map(|frame| frame.5).collect();
        for at in (1..self.0.len()).rev() {
            if let Ok(parent) = usize::try_from(self.0[at].0) {
                below[parent] += below[at];
            }
        }
        let mut order: Vec<usize> = (1..self.0.len()).collect();
        // A parent has at least the bytes of its child, and comes first among equals.
        order.sort_by(|&a, &b| below[b].total_cmp(&below[a]).then(a.cmp(&b)));
        let mut kept: Vec<bool> = vec![false; self.0.len()];
        kept[0] = true;
        order.iter().take(MOST - 1).for_each(|&at| kept[at] = true);
        let mut to = vec![0; self.0.len()];
        let mut frames: Vec<Frame> = Vec::with_capacity(MOST);
        for (at, mut frame) in self.0.into_iter().enumerate() {
            let parent = usize::try_from(frame.0).map_or(0, |parent| to[parent]);
            if kept[at] {
                to[at] = frames.len();
                frame.0 = if at == 0 { -1 } else { parent as i32 };
                frames.push(frame);
            } else {
                to[at] = parent;
                frames[parent].5 += frame.5;
                frames[parent].6 += frame.6;
            }
        }
        Self(frames)
    }
}

/// The functions of all captures, each with its growth.
pub struct Sites {
    nodes: Vec<Node>,
}

struct Node {
    parent: usize,
    function: String,
    code: Code,
    children: Vec<usize>,
    /// Live bytes and samples allocated in it and in what it called, for each capture.
    bytes: Vec<f64>,
    samples: Vec<f64>,
    /// Bytes per iteration.
    rate: f64,
}

/// A function that made what leaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    pub function: String,
    pub code: Code,
    pub bytes_per_iteration: f64,
    /// The functions that called it, nearest first.
    pub callers: Vec<(String, Code)>,
}

/// What is known of a suspect when its site is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Growing {
    pub bytes_per_iteration: f64,
    /// The constructor of its class.
    pub constructor: Option<Code>,
}

impl Sites {
    /// `profiles` has one entry per round; `None` without at least three of them, which are all of one sampling.
    pub fn new(profiles: &[Option<&Profile>], rounds: &[Round]) -> Option<Self> {
        if profiles.len() != rounds.len() || profiles.len() < 3 {
            return None;
        }
        let profiles = profiles.iter().copied().collect::<Option<Vec<_>>>()?;
        let root = Node::new(0, String::new(), (0, 0, 0), profiles.len());
        let mut sites = Self { nodes: vec![root] };
        let mut known: FxHashMap<(usize, String, Code), usize> = FxHashMap::default();
        for (capture, profile) in profiles.iter().enumerate() {
            let mut to = Vec::with_capacity(profile.0.len());
            for frame in &profile.0 {
                let node = match usize::try_from(frame.0) {
                    Err(_) => 0,
                    Ok(parent) => {
                        let parent = *to.get(parent)?;
                        let code = (frame.2, frame.3, frame.4);
                        *known.entry((parent, frame.1.clone(), code)).or_insert_with(|| {
                            sites.nodes.push(Node::new(parent, frame.1.clone(), code, profiles.len()));
                            sites.nodes.len() - 1
                        })
                    }
                };
                sites.nodes[node].bytes[capture] += frame.5;
                sites.nodes[node].samples[capture] += frame.6;
                to.push(node);
            }
        }
        sites.sum();
        sites.nodes.iter_mut().for_each(|node| node.rate = rate(&node.bytes, rounds));
        Some(sites)
    }

    /// Adds to each function what those it called allocated.
    fn sum(&mut self) {
        for at in (1..self.nodes.len()).rev() {
            let (above, below) = self.nodes.split_at_mut(at);
            let (node, parent) = (&below[0], &mut above[below[0].parent]);
            parent.children.push(at);
            parent.bytes.iter_mut().zip(&node.bytes).for_each(|(sum, bytes)| *sum += bytes);
            parent.samples.iter_mut().zip(&node.samples).for_each(|(sum, samples)| *sum += samples);
        }
    }

    /// For each suspect, worst first, the function that made what it is about; `None` where the samples do not say.
    ///
    /// 1. Under the constructor of its class, it is its caller: nobody else makes these objects there.
    /// 2. When nearly all that grows is one suspect's and nearly all was allocated under one function, that
    ///    function made it. Of several suspects, only the one whose rate it is.
    pub fn of(&self, suspects: &[Growing]) -> Vec<Option<Site>> {
        let sum: f64 = suspects.iter().map(|suspect| suspect.bytes_per_iteration).sum();
        let find = |suspect: &Growing| {
            let rate = suspect.bytes_per_iteration;
            let shared = suspects.iter().filter(|other| other.constructor == suspect.constructor).count() > 1;
            let made = suspect.constructor.filter(|_| !shared).and_then(|code| self.caller(code));
            if suspects.len() == 1 {
                // The constructor may be one of several that share the growth: the majority says more.
                return self.majority().or(made);
            }
            let main = || {
                let at = self.majority().filter(|_| rate >= sum * MAJORITY)?;
                close(self.nodes[at].rate, rate).then_some(at)
            };
            made.or_else(main).or_else(|| self.only(suspects, rate))
        };
        suspects.iter().map(|suspect| find(suspect).map(|at| self.site(at))).collect()
    }

    /// The innermost function under which most of all growth was allocated.
    fn majority(&self) -> Option<usize> {
        self.descend(0).filter(|&at| at != 0)
    }

    /// From a growing function to the innermost one that has most of its growth.
    fn descend(&self, from: usize) -> Option<usize> {
        let mut at = from;
        if !self.is_growing(at) {
            return None;
        }
        loop {
            let most = self.most_below(at);
            let next = self.nodes[at].children.iter().copied();
            match next.filter(|&child| self.is_growing(child)).find(|&child| self.nodes[child].rate >= most) {
                Some(child) => at = child,
                None => return Some(at),
            }
        }
    }

    /// What a function must make grow to have most of its caller's growth.
    fn most_below(&self, at: usize) -> f64 {
        let Node { rate, children, .. } = &self.nodes[at];
        if at != 0 {
            return rate * MAJORITY;
        }
        let program: f64 = children.iter().map(|&child| self.nodes[child].rate.max(0.0)).sum();
        (program * MAJORITY).max(rate * PROGRAM)
    }

    /// The one function that calls the constructor with that code and makes grow what it allocates.
    fn caller(&self, code: Code) -> Option<usize> {
        let mut callers: Vec<usize> = (1..self.nodes.len())
            .filter(|&at| self.nodes[at].code == code && self.is_growing(at))
            .map(|at| self.nodes[at].parent)
            .collect();
        callers.sort_unstable();
        callers.dedup();
        match callers[..] {
            [one] if one != 0 => Some(one),
            _ => None,
        }
    }

    /// The innermost function that grows at that rate, if no branch beside it and no other suspect does.
    fn only(&self, suspects: &[Growing], rate: f64) -> Option<usize> {
        let alike = |other: &&Growing| close(other.bytes_per_iteration, rate);
        if suspects.iter().filter(alike).count() > 1 {
            return None;
        }
        let fits = |at: &usize| self.is_growing(*at) && close(self.nodes[*at].rate, rate);
        let found: Vec<usize> = (1..self.nodes.len()).filter(fits).collect();
        let &last = found.last()?;
        let chain = found.iter().all(|&at| at == last || self.is_above(at, last));
        chain.then(|| self.descend(last)).flatten()
    }

    fn is_above(&self, above: usize, mut at: usize) -> bool {
        while at > above {
            at = self.nodes[at].parent;
        }
        at == above
    }

    /// Whether the samples are enough, and what they stand for stayed to the end.
    fn is_growing(&self, at: usize) -> bool {
        let Node { bytes, samples, rate, .. } = &self.nodes[at];
        let gained = samples.last().unwrap_or(&0.0) - samples.first().unwrap_or(&0.0);
        let most = bytes.iter().copied().fold(0.0, f64::max);
        *rate > 0.0 && gained >= FEWEST_SAMPLES && bytes.last().is_some_and(|last| *last >= most * 0.6)
    }

    fn site(&self, at: usize) -> Site {
        let mut callers = Vec::new();
        let mut above = self.nodes[at].parent;
        while above != 0 {
            callers.push((self.nodes[above].function.clone(), self.nodes[above].code));
            above = self.nodes[above].parent;
        }
        let Node { function, code, rate, .. } = &self.nodes[at];
        Site { function: function.clone(), code: *code, bytes_per_iteration: *rate, callers }
    }
}

impl Node {
    fn new(parent: usize, function: String, code: Code, captures: usize) -> Self {
        let zeros = vec![0.0; captures];
        Self { parent, function, code, children: Vec::new(), bytes: zeros.clone(), samples: zeros, rate: 0.0 }
    }
}

/// The median of the rounds' growth per iteration: one burst, such as code that is compiled, is no growth.
fn rate(bytes: &[f64], rounds: &[Round]) -> f64 {
    let mut gains: Vec<f64> = (1..bytes.len())
        .filter(|&at| !rounds[at].cool_down)
        .map(|at| (bytes[at] - bytes[at - 1]) / rounds[at].iterations.max(1) as f64)
        .collect();
    gains.sort_by(f64::total_cmp);
    match gains.len() {
        0 => 0.0,
        n if n % 2 == 1 => gains[n / 2],
        n => f64::midpoint(gains[n / 2 - 1], gains[n / 2]),
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= CLOSE * a.max(b)
}

#[cfg(test)]
mod tests;
