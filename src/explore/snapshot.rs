//! An opened snapshot: the graph, and the indexes that questions have needed so far.

use crate::analysis::container::Names;
use crate::analysis::places::Scopes;
use crate::analysis::reach::Reach;
use crate::analysis::{Digest, ScriptTable};
use crate::error::{Error, Result};
use crate::explore::groups::{Groups, by_retained};
use crate::explore::search::Found;
use crate::explore::strings::Repeated;
use crate::graph::{BuildOptions, Graph};
use crate::ids::{ClassIdx, NodeIdx};
use crate::parse::source::{ReadOptions, read_file};
use parking_lot::Mutex;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// How to open a file.
#[derive(Clone, Copy, Default)]
pub struct OpenOptions<'a> {
    /// Threads to use, the caller's included; 0 counts as 1.
    pub threads: usize,
    /// Told `(phase, done, total)`; phases are `read` and `analyze`.
    pub progress: Option<&'a (dyn Fn(&'static str, u64, u64) + Sync)>,
    pub cancel: Option<&'a AtomicBool>,
}

/// What questions need beside the graph. Each is built once, which takes seconds where there are millions of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    /// All nodes by retained size.
    Order,
    Instances,
    Dominated,
    Paths,
    Repeated,
    Digest,
}

impl Index {
    /// As people are told what they wait for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "objects by size",
            Self::Instances => "objects by class",
            Self::Dominated => "dominator tree",
            Self::Paths => "retaining paths",
            Self::Repeated => "repeated strings",
            Self::Digest => "digest",
        }
    }
}

pub struct Snapshot {
    graph: Graph,
    /// Where scripts are, as far as somebody knows: a file does not say.
    scripts: ScriptTable,
    /// How long parsing and building the graph took.
    loaded_ms: u64,
    by_retained: OnceLock<Vec<NodeIdx>>,
    instances: OnceLock<Groups>,
    dominated: OnceLock<Groups>,
    reach: OnceLock<Reach>,
    scopes: OnceLock<Scopes>,
    names: OnceLock<Names>,
    repeated: OnceLock<Vec<Repeated>>,
    digest: OnceLock<Arc<Digest>>,
    /// The last search, for its next page.
    pub(super) found: Mutex<Option<Arc<Found>>>,
}

impl Snapshot {
    /// Reads a file and builds its graph.
    pub fn open(path: &Path, options: &OpenOptions<'_>) -> Result<Self> {
        let started = Instant::now();
        let told = |phase: &'static str| {
            move |done: u64, total: u64| {
                if let Some(progress) = options.progress {
                    progress(phase, done, total);
                }
            }
        };
        let (reading, building) = (told("read"), told("analyze"));
        let threads = options.threads;
        let reading = ReadOptions { threads, progress: Some(&reading), cancel: options.cancel };
        let columns = read_file(path, &reading)?;
        let building = BuildOptions { threads, progress: Some(&building), cancel: options.cancel };
        let graph = Graph::build(columns, &building)?;
        let mut snapshot = Self::new(graph);
        snapshot.scripts = ScriptTable::of_file(path);
        snapshot.loaded_ms = started.elapsed().as_millis() as u64;
        Ok(snapshot)
    }

    pub fn new(graph: Graph) -> Self {
        Self {
            graph,
            scripts: ScriptTable::default(),
            loaded_ms: 0,
            by_retained: OnceLock::new(),
            instances: OnceLock::new(),
            dominated: OnceLock::new(),
            reach: OnceLock::new(),
            scopes: OnceLock::new(),
            names: OnceLock::new(),
            repeated: OnceLock::new(),
            digest: OnceLock::new(),
            found: Mutex::new(None),
        }
    }

    /// Whether questions that need it are answered without a wait.
    pub fn has(&self, index: Index) -> bool {
        match index {
            Index::Order => self.by_retained.get().is_some(),
            Index::Instances => self.instances.get().is_some(),
            Index::Dominated => self.dominated.get().is_some(),
            Index::Paths => self.reach.get().is_some() && self.scopes.get().is_some(),
            Index::Repeated => self.repeated.get().is_some(),
            Index::Digest => self.digest.get().is_some(),
        }
    }

    /// Builds it, unless it is there.
    pub fn build(&self, index: Index) {
        match index {
            Index::Order => {
                self.by_retained();
            }
            Index::Instances => {
                self.all_instances();
            }
            Index::Dominated => {
                self.all_dominated();
            }
            Index::Paths => {
                self.reach();
                self.scopes();
            }
            Index::Repeated => {
                self.repeated();
            }
            Index::Digest => {
                self.digest();
            }
        }
    }

    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    pub fn scripts(&self) -> &ScriptTable {
        &self.scripts
    }

    pub fn loaded_ms(&self) -> u64 {
        self.loaded_ms
    }

    /// Bytes of memory it takes with all its indexes, about.
    pub fn weight(&self) -> u64 {
        /// Columns and graph 31, indexes 20.
        const NODE: usize = 51;
        const EDGE: usize = 8;
        /// Where it ends, and its word.
        const STRING: usize = 9;
        let columns = self.graph.columns();
        let (strings, edges) = (&columns.strings, columns.edges.len());
        (self.graph.len() * NODE + edges * EDGE + strings.len() * STRING + strings.arena_len()) as u64
    }

    /// The node with that ordinal.
    pub fn node(&self, index: u32) -> Result<NodeIdx> {
        match (index as usize) < self.graph.len() {
            true => Ok(NodeIdx(index)),
            false => Err(Error::HttpArgument { what: format!("the snapshot has no object number {index}") }),
        }
    }

    /// The node that V8 gave that id. Not worth an index: reading the column of ids takes 5 ms for 10 million.
    pub fn node_with_id(&self, id: u32) -> Result<NodeIdx> {
        let ids = &self.graph.columns().nodes.id;
        ids.iter().position(|&each| each == id).map(NodeIdx::from).ok_or(Error::NoObject { id })
    }

    /// The class with that row in the class table.
    pub fn class(&self, index: u32) -> Result<ClassIdx> {
        match (index as usize) < self.graph.classes().len() {
            true => Ok(ClassIdx(index)),
            false => Err(Error::HttpArgument { what: format!("the snapshot has no class number {index}") }),
        }
    }

    /// All nodes, biggest retained size first.
    pub fn by_retained(&self) -> &[NodeIdx] {
        self.by_retained.get_or_init(|| by_retained(&self.graph))
    }

    /// A class's instances, biggest retained size first. As in the class's figures, those without a size of their own
    /// do not count.
    pub fn instances(&self, class: ClassIdx) -> &[NodeIdx] {
        self.all_instances().of(class.at())
    }

    fn all_instances(&self) -> &Groups {
        let graph = &self.graph;
        self.instances.get_or_init(|| {
            let class = |node| (graph.self_size(node) != 0).then(|| graph.class_of(node).at());
            Groups::new(graph.classes().len(), self.by_retained(), class)
        })
    }

    /// What the node dominates directly, biggest retained size first.
    pub fn dominated(&self, node: NodeIdx) -> &[NodeIdx] {
        self.all_dominated().of(node.at())
    }

    fn all_dominated(&self) -> &Groups {
        let graph = &self.graph;
        self.dominated.get_or_init(|| {
            let dominator = |node| (node != graph.root()).then(|| graph.dominator(node).at());
            Groups::new(graph.len(), self.by_retained(), dominator)
        })
    }

    /// The cheapest retaining paths.
    pub fn reach(&self) -> &Reach {
        self.reach.get_or_init(|| Reach::of(&self.graph))
    }

    /// A closure for every scope, to place it by.
    pub fn scopes(&self) -> &Scopes {
        self.scopes.get_or_init(|| Scopes::all(&self.graph))
    }

    pub fn names(&self) -> Names {
        *self.names.get_or_init(|| Names::of(self.graph.columns()))
    }

    /// Texts that several strings have.
    pub fn repeated(&self) -> &[Repeated] {
        self.repeated.get_or_init(|| Repeated::all(&self.graph))
    }

    /// What a diagnosis of a later snapshot needs of this one.
    pub fn digest(&self) -> Arc<Digest> {
        Arc::clone(self.digest.get_or_init(|| Arc::new(Digest::of(&self.graph))))
    }
}
