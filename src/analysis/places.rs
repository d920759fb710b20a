//! Names and places for the nodes of a path: class, kind, file:line:column, module file.
//!
//! A snapshot gives locations to closures and to objects whose constructor it knows. A context has none of its
//! own: it is placed by the closures that were made in it. Node's `Module` objects carry their file name, which
//! places what hangs below them when no script table was captured.

use crate::analysis::container::is_dictionary;
use crate::analysis::expression::expression;
use crate::analysis::label::clip;
use crate::analysis::locator::{Code, Locator};
use crate::analysis::path::{Link, Step};
use crate::analysis::scripts::ScriptTable;
use crate::analysis::source_text::is_readable;
use crate::graph::Graph;
use crate::ids::{NodeIdx, StrIdx};
use crate::parse::columns::{EdgeKind, NodeKind};
use crate::report::{Place, short};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// What a function without a name is called.
pub const ANONYMOUS: &str = "anonymous";

pub struct Places<'a> {
    graph: &'a Graph,
    locator: Locator<'a>,
    scopes: Cow<'a, Scopes>,
}

/// For contexts, closures made in each.
#[derive(Clone, Default)]
pub struct Scopes {
    one: FxHashMap<NodeIdx, NodeIdx>,
    /// The others of module scopes.
    more: FxHashMap<NodeIdx, Vec<NodeIdx>>,
}

impl Scopes {
    /// Of every context.
    pub fn all(graph: &Graph) -> Self {
        Self::of(graph, |context| is_context(graph, context))
    }

    fn of(graph: &Graph, is_wanted: impl Fn(NodeIdx) -> bool) -> Self {
        let mut scopes = Self::default();
        for node in graph.nodes() {
            if graph.columns().nodes.kind[node.at()] != NodeKind::CLOSURE || graph.location(node).is_none() {
                continue;
            }
            if let Some(context) = internal(graph, node, b"context").filter(|&context| is_wanted(context)) {
                let one = *scopes.one.entry(context).or_insert(node);
                if one != node && is_module_scope(graph, context) {
                    let more = scopes.more.entry(context).or_default();
                    if more.len() < MOST_CLOSURES {
                        more.push(node);
                    }
                }
            }
        }
        scopes
    }
}

/// Closures of one scope that are asked which file it is in.
const MOST_CLOSURES: usize = 64;

impl<'a> Places<'a> {
    /// `trails` are the paths whose contexts will be asked for.
    pub fn new<'t>(
        graph: &'a Graph,
        scripts: &'a ScriptTable,
        trails: impl Iterator<Item = &'t [Step]>,
    ) -> Self {
        let contexts: FxHashSet<NodeIdx> =
            trails.flatten().map(|step| step.node).filter(|&node| is_context(graph, node)).collect();
        let scopes = if contexts.is_empty() {
            Scopes::default()
        } else {
            Scopes::of(graph, |context| contexts.contains(&context))
        };
        Self { graph, locator: Locator::new(scripts), scopes: Cow::Owned(scopes) }
    }

    /// For questions about any path, one after the other.
    pub fn within(graph: &'a Graph, scripts: &'a ScriptTable, scopes: &'a Scopes) -> Self {
        Self { graph, locator: Locator::new(scripts), scopes: Cow::Borrowed(scopes) }
    }

    /// Where the node's class, or the closure itself, is defined; for a context, where a closure made in it
    /// is; for a plain object with methods, the file they are in.
    pub fn of(&self, node: NodeIdx) -> Option<Place> {
        if let Some(&made) = self.scopes.one.get(&node) {
            return self.scope_place(node, made);
        }
        match self.graph.location(node) {
            Some(at) => Some(self.locator.place(at.script_id, at.line, at.column)),
            None => self.methods_file(node),
        }
    }

    /// Where the first closure of a scope is. A bundler puts many files into one module scope: then none of them
    /// is named, but the bundle.
    fn scope_place(&self, context: NodeIdx, made: NodeIdx) -> Option<Place> {
        let at = self.graph.location(made)?;
        let place = self.locator.place(at.script_id, at.line, at.column);
        let mut others = self.scopes.more.get(&context).into_iter().flatten();
        let bundled = place.generated.is_some()
            && others.any(|&other| {
                let at = self.graph.location(other);
                let other = at.map(|at| self.locator.place(at.script_id, at.line, at.column));
                other.is_some_and(|other| other.file != place.file)
            });
        Some(if bundled { self.locator.as_run(at.script_id, at.line, at.column) } else { place })
    }

    /// `{ list: [], add() {…} }`: whoever refers to such an object, it is written where its functions are.
    /// None when they come from several files.
    fn methods_file(&self, node: NodeIdx) -> Option<Place> {
        let columns = self.graph.columns();
        if columns.nodes.kind[node.at()] != NodeKind::OBJECT || &*self.graph.node_name(node) != "Object" {
            return None;
        }
        let mut places = self
            .graph
            .edges(node)
            .filter(|e| {
                e.kind == EdgeKind::PROPERTY
                    && columns.strings.bytes(StrIdx(e.name_or_index)) != b"__proto__"
                    && columns.nodes.kind[e.to.at()] == NodeKind::CLOSURE
            })
            .filter_map(|e| self.graph.location(e.to))
            .take(MOST_CLOSURES)
            .map(|at| self.locator.place(at.script_id, at.line, at.column));
        let place = places.next()?;
        let alike = places.all(|other| other.file == place.file);
        alike.then_some(Place { line: None, column: None, generated: None, ..place })
    }

    /// The place only if it is in a file people can open.
    pub fn known(&self, node: NodeIdx) -> Option<Place> {
        self.of(node).filter(|place| !place.file.starts_with("script "))
    }

    /// The file in which the variable or object at `steps.last()` lives: that of the scope, closure or object
    /// with methods nearest to it on the path, else of the module object above it.
    pub fn home(&self, steps: &[Step]) -> Option<Place> {
        let mut module = None;
        for (at, step) in steps.iter().enumerate().rev() {
            let kind = self.graph.columns().nodes.kind[step.node.at()];
            let scoped = is_context(self.graph, step.node) || kind == NodeKind::CLOSURE;
            if let Some(place) = scoped.then(|| self.known(step.node)).flatten() {
                if !is_module_scope(self.graph, step.node) {
                    return Some(place);
                }
                // The scope has no line, but its variables have.
                let declared = match steps.get(at + 1).map(|next| &next.link) {
                    Some(Link::Variable(name)) => {
                        place.script_id.and_then(|id| self.locator.declaration(id, name))
                    }
                    _ => None,
                };
                return Some(declared.unwrap_or(Place {
                    line: None,
                    column: None,
                    generated: None,
                    ..place
                }));
            }
            // Functions that pile up in a dictionary come from anywhere.
            let methods = (!is_dictionary(self.graph.columns(), step.node))
                .then(|| self.methods_file(step.node))
                .flatten()
                .filter(|place| !ScriptTable::is_internal(place) && place.file.contains('/'));
            if methods.is_some() {
                return methods;
            }
            if module.is_none() {
                module = self.module_file(step.node);
                if module.is_some() {
                    break;
                }
            }
        }
        module.map(|file| self.locator.file(file))
    }

    /// The scripts in which the variable or object at `steps.last()` and the classes of the last few steps are, unless
    /// they are minified.
    pub fn codes(&self, steps: &[Step], most: usize) -> Vec<Code> {
        let near = steps.iter().rev().take(most).filter_map(|step| self.of(step.node));
        let mut codes: Vec<Code> = Vec::new();
        for code in self.home(steps).into_iter().chain(near).filter_map(|place| self.locator.code(&place)) {
            if !codes.iter().any(|known| known.is(&code)) && is_readable(&code.text) {
                codes.push(code);
            }
        }
        codes
    }

    /// The script that a closure is in, and the byte at which it begins.
    pub fn code_of(&self, closure: NodeIdx) -> Option<(Code, usize)> {
        let at = self.graph.location(closure)?;
        self.locator.code_at(at.script_id, at.line, at.column)
    }

    /// The place of a byte of the code.
    pub fn place_in(&self, code: &Code, at: usize) -> Option<Place> {
        self.locator.place_in(code, at)
    }

    /// The `filename` of a CommonJS `Module` object.
    pub fn module_file(&self, node: NodeIdx) -> Option<String> {
        if self.graph.columns().nodes.kind[node.at()] != NodeKind::OBJECT
            || &*self.graph.node_name(node) != "Module"
        {
            return None;
        }
        let strings = &self.graph.columns().strings;
        let file = self.graph.edges(node).find(|e| {
            e.kind == EdgeKind::PROPERTY && strings.bytes(StrIdx(e.name_or_index)) == b"filename"
        })?;
        let is_string = matches!(
            self.graph.columns().nodes.kind[file.to.at()],
            NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING
        );
        let text = self.graph.label(file.to).into_owned();
        (is_string && text.contains('/')).then_some(text)
    }

    /// The name a path shows for a node.
    pub fn name(&self, node: NodeIdx) -> String {
        let columns = self.graph.columns();
        let raw = self.graph.node_name(node);
        match columns.nodes.kind[node.at()] {
            NodeKind::CLOSURE if raw.is_empty() => self.anonymous(node),
            NodeKind::CLOSURE => format!("{}()", clip(&raw)),
            NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => {
                "(string)".to_owned()
            }
            NodeKind::NUMBER => "(number)".to_owned(),
            NodeKind::REGEXP => "RegExp".to_owned(),
            _ if raw == "system / JSProxy" => "Proxy".to_owned(),
            _ if is_context(self.graph, node) => self.scope_name(node),
            NodeKind::OBJECT if raw == "Object" => clip(&plain_shape(self.graph, node)),
            NodeKind::OBJECT if raw == "Module" => match self.module_file(node) {
                Some(file) => format!("module {}", short(&file)),
                None => clip(&raw),
            },
            NodeKind::OBJECT if raw.starts_with("global") || raw.contains("global /") => {
                "globalThis".to_owned()
            }
            _ => clip(&raw),
        }
    }

    /// A function without a name goes by where it is.
    fn anonymous(&self, node: NodeIdx) -> String {
        match self.known(node) {
            Some(Place { file, line: Some(line), .. }) => format!("{ANONYMOUS} at {}:{line}", short(&file)),
            _ => ANONYMOUS.to_owned(),
        }
    }

    fn scope_name(&self, node: NodeIdx) -> String {
        match self.known(node) {
            Some(place) if is_module_scope(self.graph, node) => {
                format!("module scope of {}", short(&place.file))
            }
            Some(place) => format!("scope in {}", short(&place.file)),
            None => "scope".to_owned(),
        }
    }

    /// The path's end as an [expression](crate::analysis::expression).
    pub fn expression(&self, steps: &[Step]) -> Option<String> {
        expression(steps, |node| {
            let is_object = self.kind(node) == "object" && !self.graph.user_roots().contains(&node);
            is_object.then(|| self.name(node)).filter(|name| name != "globalThis")
        })
    }

    /// The kind of a node in a path's terms.
    pub fn kind(&self, node: NodeIdx) -> &'static str {
        if is_context(self.graph, node) {
            return "context";
        }
        match self.graph.columns().nodes.kind[node.at()] {
            NodeKind::CLOSURE => "closure",
            NodeKind::STRING | NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => "string",
            NodeKind::ARRAY => "array",
            NodeKind::NATIVE => "native",
            NodeKind::SYNTHETIC => "root",
            NodeKind::CODE | NodeKind::OBJECT_SHAPE => "code",
            NodeKind::HIDDEN => "hidden",
            NodeKind::REGEXP => "regexp",
            NodeKind::NUMBER => "number",
            NodeKind::BIGINT => "bigint",
            NodeKind::SYMBOL => "symbol",
            _ => "object",
        }
    }
}

pub fn is_context(graph: &Graph, node: NodeIdx) -> bool {
    graph.columns().nodes.kind[node.at()] == NodeKind::OBJECT
        && graph
            .columns()
            .strings
            .bytes(graph.columns().nodes.name[node.at()])
            .starts_with(b"system / Context")
}

/// Whether a context is the outermost scope of a script or module: only the native context is beyond it.
fn is_module_scope(graph: &Graph, node: NodeIdx) -> bool {
    is_context(graph, node)
        && internal(graph, node, b"previous").is_none_or(|outer| !is_context(graph, outer))
}

/// The target of a node's internal edge of that name.
pub fn internal(graph: &Graph, node: NodeIdx, name: &[u8]) -> Option<NodeIdx> {
    let strings = &graph.columns().strings;
    graph
        .edges(node)
        .find(|e| e.kind == EdgeKind::INTERNAL && strings.bytes(StrIdx(e.name_or_index)) == name)
        .map(|e| e.to)
}

/// What a number's node says, in captures that make numbers visible.
pub fn number_value(graph: &Graph, node: NodeIdx) -> Option<f64> {
    let is_number = graph.columns().nodes.kind[node.at()] == NodeKind::NUMBER;
    let text = is_number.then(|| internal(graph, node, b"value")).flatten()?;
    graph.node_name(text).parse().ok()
}

/// The target of a node's property of that name.
pub fn property(graph: &Graph, node: NodeIdx, name: &[u8]) -> Option<NodeIdx> {
    let strings = &graph.columns().strings;
    graph
        .edges(node)
        .find(|e| e.kind == EdgeKind::PROPERTY && strings.bytes(StrIdx(e.name_or_index)) == name)
        .map(|e| e.to)
}

/// `{a, b, c}`, at most a few names; a dictionary is just an `Object`.
fn plain_shape(graph: &Graph, node: NodeIdx) -> String {
    const MOST: usize = 5;
    let strings = &graph.columns().strings;
    let mut names: Vec<String> = graph
        .edges(node)
        .filter(|e| e.kind == EdgeKind::PROPERTY)
        .map(|e| strings.text(StrIdx(e.name_or_index)).into_owned())
        .filter(|name| name != "__proto__" && !name.starts_with("<symbol"))
        .take(MOST + 1)
        .collect();
    if names.is_empty() || is_dictionary(graph.columns(), node) {
        return "Object".to_owned();
    }
    if names.len() > MOST {
        names[MOST] = "…".to_owned();
    }
    format!("{{{}}}", names.join(", "))
}
