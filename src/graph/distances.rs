//! Distance: how many references away from the user's roots an object is (`calculateDistances`).

use crate::graph::bits::Bits;
use crate::graph::roots::user_roots;
use crate::graph::weakmap::Pair;
use crate::graph::words::{Word, Words};
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::Columns;
use crate::parse::columns::{Edge, EdgeKind, NodeKind};
use crate::sys::prefetch::prefetch;
use rustc_hash::{FxHashMap, FxHashSet};

/// Distance of a node nothing reaches.
pub const UNREACHABLE: i32 = -5;
/// Distance of the root when there are user roots; what only the root reaches lies beyond it. DevTools
/// shows no number from here on.
pub const SYSTEM: i32 = 100_000_000;

/// For each node ordinal, its distance. Nearly all are small or a little more than [`SYSTEM`] and take 16
/// bits; the few others (deep in long lists) live in a side table.
pub struct Distances {
    small: Vec<u16>,
    large: FxHashMap<u32, i32>,
}

/// Marks an entry for the side table.
const LARGE: u16 = u16::MAX;
/// Entries from here on count from [`SYSTEM`].
const FROM_SYSTEM: u16 = 1 << 15;
/// The entry of what nothing reaches. No node has distance 0 but a root without user roots.
const NONE: u16 = FROM_SYSTEM - 1;

impl Distances {
    fn new(nodes: usize) -> Self {
        Self { small: vec![NONE; nodes], large: FxHashMap::default() }
    }

    #[inline]
    pub fn get(&self, node: usize) -> i32 {
        match self.small[node] {
            LARGE => self.large[&(node as u32)],
            NONE => UNREACHABLE,
            small if small >= FROM_SYSTEM => SYSTEM + i32::from(small - FROM_SYSTEM),
            small => i32::from(small),
        }
    }

    #[inline]
    fn set(&mut self, node: usize, distance: i32) {
        self.small[node] = match distance {
            0.. if distance < i32::from(NONE) => distance as u16,
            SYSTEM.. if distance - SYSTEM < i32::from(LARGE - FROM_SYSTEM) => {
                FROM_SYSTEM + (distance - SYSTEM) as u16
            }
            _ => {
                self.large.insert(node as u32, distance);
                LARGE
            }
        };
    }
}

/// For each node, its distance: 1 for the user's roots, one more per edge from there; then the same again
/// from the root for what is left. Weak edges do not count, nor do some that V8 alone follows.
///
/// Bound by memory latency, although a breadth-first search knows well ahead where it will look.
pub fn distances(columns: &Columns, words: &Words) -> Distances {
    let roots = user_roots(columns, words);
    let mut search = Search {
        columns,
        words,
        special: special(columns, words),
        distances: Distances::new(columns.nodes.len()),
        seen: Bits::new(columns.nodes.len()),
        half_met: FxHashSet::default(),
    };
    for root in &roots {
        search.distances.set(root.at(), 1);
        search.seen.set(root.at());
    }
    let root_distance = if roots.is_empty() { 0 } else { SYSTEM };
    search.run(roots, 1);

    search.distances.set(columns.root.at(), root_distance);
    search.seen.set(columns.root.at());
    search.run(vec![columns.root], root_distance);
    search.distances
}

/// The nodes of which [`Search::counts`] must look at every edge, whatever its kind.
fn special(columns: &Columns, words: &Words) -> Bits {
    let mut special = Bits::new(columns.nodes.len());
    for (node, &kind) in columns.nodes.kind.iter().enumerate() {
        let name = match kind {
            NodeKind::HIDDEN => Word::NativeContext,
            NodeKind::ARRAY => Word::MapDescriptors,
            _ => continue,
        };
        if words.of(columns.nodes.name[node]) == name {
            special.set(node);
        }
    }
    special
}

struct Search<'a> {
    columns: &'a Columns,
    words: &'a Words,
    special: Bits,
    distances: Distances,
    seen: Bits,
    /// WeakMap pairs of which one edge has been met: the value is as far away as the *later* of its table
    /// and its key, so the first edge to be met does not count. Shared by both searches.
    half_met: FxHashSet<&'a [u8]>,
}

impl<'a> Search<'a> {
    /// Breadth first from `level`, all at the same distance. The order matters, for [`Self::half_met`].
    fn run(&mut self, mut level: Vec<NodeIdx>, mut distance: i32) {
        let (nodes, edges) = (&self.columns.nodes, &self.columns.edges);
        let mut next = Vec::new();
        while !level.is_empty() {
            distance += 1;
            for (i, &node) in level.iter().enumerate() {
                if let Some(far) = level.get(i + 16) {
                    prefetch(&nodes.first_edge, far.at());
                }
                if let Some(near) = level.get(i + 6) {
                    let edge = nodes.edges_of(*near).start;
                    prefetch(&edges.to, edge);
                    edges.prefetch_kind(edge);
                }
                let special = self.special.get(node.at());
                for e in nodes.edges_of(node) {
                    let to = edges.to[e];
                    if self.seen.get(to.at()) {
                        continue;
                    }
                    let kind = edges.kind(e);
                    if kind == EdgeKind::WEAK {
                        continue;
                    }
                    if (special || kind == EdgeKind::INTERNAL) && !self.counts(node, edges.get(e)) {
                        continue;
                    }
                    self.seen.set(to.at());
                    self.distances.set(to.at(), distance);
                    next.push(to);
                }
            }
            level.clear();
            std::mem::swap(&mut level, &mut next);
        }
    }

    fn counts(&mut self, from: NodeIdx, edge: Edge) -> bool {
        let named = !edge.kind.is_indexed();
        let name = StrIdx(edge.name_or_index);
        let from_kind = self.columns.nodes.kind[from.at()];
        let from_name = self.words.of(self.columns.nodes.name[from.at()]);
        if from_kind == NodeKind::HIDDEN
            && from_name == Word::NativeContext
            && named
            && self.words.of(name) == Word::SloppyFunctionMap
        {
            return false;
        }
        if from_kind == NodeKind::ARRAY && from_name == Word::MapDescriptors {
            // Maps share descriptor arrays, so a descriptor need not belong to the map it is reached from.
            // The array holds two header fields, then key, type and descriptor in turn.
            let index = if named {
                parse_int(self.columns.strings.bytes(name))
            } else {
                f64::from(edge.name_or_index)
            };
            return index < 2.0 || index % 3.0 != 1.0;
        }
        if edge.kind == EdgeKind::INTERNAL && self.words.of(name) == Word::WeakMapPair {
            let columns = self.columns;
            if let Some(pair) = Pair::parse(columns.strings.bytes(name))
                && !self.half_met.remove(pair.identity)
            {
                self.half_met.insert(pair.identity);
                return false;
            }
        }
        true
    }
}

/// JavaScript's `parseInt(text, 10)`, for DevTools applies it to any edge name. NaN for no number.
fn parse_int(text: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (sign, text) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse::<f64>().map_or(f64::NAN, |n| sign * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_any_size() {
        let interesting = [0, 1, 2, 32_766, 32_767, 32_768, 65_535, 99_999_999]
            .into_iter()
            .flat_map(|d| [d, d + SYSTEM])
            .chain([UNREACHABLE]);
        let interesting: Vec<i32> = interesting.collect();
        let mut distances = Distances::new(interesting.len() + 1);
        for (node, &distance) in interesting.iter().enumerate() {
            distances.set(node, distance);
        }
        for (node, &distance) in interesting.iter().enumerate() {
            assert_eq!(distances.get(node), distance);
        }
        assert_eq!(distances.get(interesting.len()), UNREACHABLE);
    }

    #[test]
    fn parse_int_is_javascripts() {
        assert_eq!(parse_int(b"42 apples"), 42.0);
        assert_eq!(parse_int(b" \n-7"), -7.0);
        assert_eq!(parse_int(b"0x10"), 0.0);
        assert!(parse_int(b"map").is_nan() && parse_int(b"").is_nan() && parse_int(b"-").is_nan());
    }
}
