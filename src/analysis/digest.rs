//! What one snapshot leaves behind for later diffs: a few hundred kilobytes, whatever the heap's size.
//!
//! In: a graph and its [`Fold`]. Out: [`Digest`], the folded dominator tree pruned to the groups that matter,
//! totals, and the biggest classes. Digests of any two processes can be compared: rows are found by signature.
//! [`Digest::to_bytes`] writes gzipped JSON; [`Digest::from_bytes`] checks what it reads and fails with
//! `LG_DIGEST`.

use crate::analysis::fold::{Fold, signature};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::parse::columns::NodeKind;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};

/// The version of the digest's format; digests of another version are not compared.
const VERSION: u32 = 1;
/// Rows kept by bytes held, by number of objects and by elements of one object, each with the rows above.
const KEEP_BY_BYTES: usize = 6000;
const KEEP_BY_COUNT: usize = 4000;
const KEEP_BY_ELEMENTS: usize = 2000;
const KEEP_CLASSES: usize = 1000;
/// An inflated digest is never larger; a hostile one is not read further.
const LARGEST: u64 = 64 << 20;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    version: u32,
    pub nodes: u64,
    pub edges: u64,
    /// Bytes of the objects the program made, with their backing stores.
    pub program_bytes: u64,
    /// Bytes of compiled code, feedback, shapes.
    pub metadata_bytes: u64,
    /// The highest object id: objects of a later snapshot of the same process with a higher id are newer.
    pub last_id: u32,
    /// True when groups were left out to keep the digest small.
    pub pruned: bool,
    /// Classes with most bytes.
    pub classes: Vec<ClassTotal>,
    texts: Vec<String>,
    /// Parents come before children; the first row is the root.
    rows: Rows,
    /// For each row, its signature; not written, since it follows from the names.
    #[serde(skip)]
    signatures: Vec<u64>,
    #[serde(skip)]
    by_signature: FxHashMap<u64, u32>,
}

/// One class by its plain name (no inferred shapes: those depend on the rest of the heap).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassTotal {
    pub name: String,
    pub count: u64,
    pub bytes: u64,
}

/// For each row, its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rows {
    parent: Vec<u32>,
    /// Positions in `texts`.
    label: Vec<u32>,
    class: Vec<u32>,
    count: Vec<u64>,
    bytes: Vec<u64>,
    retained: Vec<u64>,
    metadata: Vec<u64>,
    elements: Vec<u64>,
}

/// One row, read out of its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub parent: u32,
    pub count: u64,
    pub bytes: u64,
    pub retained: u64,
    /// Metadata of this group and all below.
    pub metadata: u64,
    pub elements: u64,
}

impl Digest {
    pub fn of(graph: &Graph) -> Self {
        Self::from_fold(graph, &Fold::of(graph))
    }

    /// The digest of a graph whose fold is at hand.
    pub fn from_fold(graph: &Graph, fold: &Fold) -> Self {
        let columns = graph.columns();
        let (kept, pruned) = keep(fold);
        let mut texts = Texts::default();
        let mut row_of = vec![u32::MAX; fold.groups.len()];
        let mut rows = Rows::default();
        for (row, &at) in kept.iter().enumerate() {
            row_of[at as usize] = row as u32;
            let group = &fold.groups[at as usize];
            rows.parent.push(row_of[group.parent as usize]);
            rows.label.push(texts.intern(group.label.text(columns)));
            rows.class.push(texts.intern(fold.class(at).name.clone()));
            rows.count.push(group.count);
            rows.bytes.push(group.bytes);
            rows.retained.push(group.retained);
            rows.metadata.push(group.retained_metadata);
            rows.elements.push(group.elements);
        }
        let mut digest = Self {
            version: VERSION,
            nodes: graph.len() as u64,
            edges: columns.edges.len() as u64,
            program_bytes: fold.groups[0].retained,
            metadata_bytes: fold.groups[0].retained_metadata,
            last_id: columns.nodes.id.iter().copied().max().unwrap_or(0),
            pruned,
            classes: classes(fold),
            texts: texts.list,
            rows,
            signatures: Vec::new(),
            by_signature: FxHashMap::default(),
        };
        digest.index();
        digest
    }

    pub fn len(&self) -> usize {
        self.rows.parent.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.parent.is_empty()
    }

    pub fn find(&self, signature: u64) -> Option<u32> {
        self.by_signature.get(&signature).copied()
    }

    pub fn row(&self, at: u32) -> Row {
        let i = at as usize;
        Row {
            parent: self.rows.parent[i],
            count: self.rows.count[i],
            bytes: self.rows.bytes[i],
            retained: self.rows.retained[i],
            metadata: self.rows.metadata[i],
            elements: self.rows.elements[i],
        }
    }

    pub fn signature(&self, at: u32) -> u64 {
        self.signatures[at as usize]
    }

    /// The name of the edge that leads to this group, normalised.
    pub fn label(&self, at: u32) -> &str {
        &self.texts[self.rows.label[at as usize] as usize]
    }

    pub fn class_name(&self, at: u32) -> &str {
        &self.texts[self.rows.class[at as usize] as usize]
    }

    /// The digest as gzipped JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let broken = |what: String| Error::Internal { at: "digest", what };
        let json = serde_json::to_vec(self).map_err(|e| broken(e.to_string()))?;
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(3));
        zip.write_all(&json).map_err(|e| broken(e.to_string()))?;
        zip.finish().map_err(|e| broken(e.to_string()))
    }

    /// Reads what [`Digest::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let broken = |what: String| Error::Digest { what };
        let mut json = Vec::new();
        flate2::read::GzDecoder::new(bytes)
            .take(LARGEST)
            .read_to_end(&mut json)
            .map_err(|e| broken(e.to_string()))?;
        let mut digest: Self = serde_json::from_slice(&json).map_err(|e| broken(e.to_string()))?;
        digest.check().map_err(|what| broken(what.to_owned()))?;
        digest.index();
        Ok(digest)
    }

    fn check(&self) -> std::result::Result<(), &'static str> {
        if self.version != VERSION {
            return Err("it was written by another version of leakguard");
        }
        let (rows, n) = (&self.rows, self.rows.parent.len());
        let columns = [
            rows.count.len(),
            rows.bytes.len(),
            rows.retained.len(),
            rows.metadata.len(),
            rows.elements.len(),
        ];
        if n == 0 || rows.label.len() != n || rows.class.len() != n || columns.iter().any(|&len| len != n) {
            return Err("its columns differ in length");
        }
        if rows.label.iter().chain(&rows.class).any(|&text| text as usize >= self.texts.len()) {
            return Err("a name is missing");
        }
        if rows.parent[0] != 0 || rows.parent.iter().enumerate().skip(1).any(|(row, &up)| up as usize >= row)
        {
            return Err("a row comes before its parent");
        }
        Ok(())
    }

    fn index(&mut self) {
        self.signatures = Vec::with_capacity(self.len());
        self.by_signature = FxHashMap::default();
        for at in 0..self.len() as u32 {
            let above = if at == 0 { 0 } else { self.signatures[self.rows.parent[at as usize] as usize] };
            let signature = signature(above, self.label(at), self.class_name(at));
            self.signatures.push(signature);
            self.by_signature.insert(signature, at);
        }
    }
}

/// The groups to keep, parents first, in an order that depends on signatures only.
fn keep(fold: &Fold) -> (Vec<u32>, bool) {
    let groups = &fold.groups;
    let mut wanted = vec![groups.len() <= KEEP_BY_BYTES + KEEP_BY_COUNT; groups.len()];
    wanted[0] = true;
    if !wanted.iter().all(|&w| w) {
        let mut by_rank: Vec<u32> = (0..groups.len() as u32).collect();
        let mut mark = |key: &dyn Fn(u32) -> u64, most: usize| {
            by_rank.sort_by_key(|&g| (std::cmp::Reverse(key(g)), groups[g as usize].signature));
            for &group in by_rank.iter().take(most) {
                let mut group = group;
                while !wanted[group as usize] {
                    wanted[group as usize] = true;
                    group = groups[group as usize].parent;
                }
            }
        };
        mark(&|g| groups[g as usize].retained, KEEP_BY_BYTES);
        mark(&|g| groups[g as usize].count, KEEP_BY_COUNT);
        mark(&|g| groups[g as usize].elements, KEEP_BY_ELEMENTS);
    }
    let mut kept: Vec<u32> = (0..groups.len() as u32).filter(|&g| wanted[g as usize]).collect();
    kept.sort_by_key(|&g| (groups[g as usize].depth, groups[g as usize].signature));
    let pruned = kept.len() < groups.len();
    (kept, pruned)
}

fn classes(fold: &Fold) -> Vec<ClassTotal> {
    let mut totals = vec![(0u64, 0u64); fold.classes.len()];
    for group in &fold.groups {
        let total = &mut totals[group.class as usize];
        total.0 += group.count;
        total.1 += group.bytes;
    }
    let mut list: Vec<ClassTotal> = totals
        .iter()
        .zip(&fold.classes)
        .filter(|(_, class)| class.kind != NodeKind::SYNTHETIC)
        .map(|(&(count, bytes), class)| ClassTotal { name: class.name.clone(), count, bytes })
        .collect();
    list.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    list.truncate(KEEP_CLASSES);
    list
}

#[derive(Default)]
struct Texts {
    list: Vec<String>,
    at: FxHashMap<String, u32>,
}

impl Texts {
    fn intern(&mut self, text: String) -> u32 {
        let next = self.list.len() as u32;
        *self.at.entry(text).or_insert_with_key(|text| {
            self.list.push(text.clone());
            next
        })
    }
}
