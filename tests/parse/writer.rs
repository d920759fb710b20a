//! Writes small snapshots in every way the format allows, from a seed.

use proptest::prelude::*;

/// What kind of snapshot to write.
#[derive(Clone, Debug)]
pub struct Shape {
    pub seed: u64,
    pub nodes: usize,
    pub edges_per_node: u64,
    pub space: Space,
    /// Fields and sections in another order than V8's, and ones no V8 ever wrote.
    pub strange: bool,
    /// With `trace_node_id`, `trace_function_infos`, `trace_tree` and `samples`.
    pub traces: bool,
    /// Some numbers that need all their bits.
    pub wide: bool,
}

/// What stands between the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Nothing, as from Node 24 on.
    None,
    /// A line per row, as up to Node 22.
    Rows,
    /// Any whitespace anywhere.
    Anywhere,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            seed: 1,
            nodes: 10,
            edges_per_node: 2,
            space: Space::None,
            strange: false,
            traces: false,
            wide: false,
        }
    }
}

impl Arbitrary for Shape {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let space = prop_oneof![Just(Space::None), Just(Space::Rows), Just(Space::Anywhere)];
        let flags = (any::<bool>(), any::<bool>(), any::<bool>());
        (any::<u64>(), 1usize..120, 0u64..6, space, flags)
            .prop_map(|(seed, nodes, edges_per_node, space, (strange, traces, wide))| Self {
                seed,
                nodes,
                edges_per_node,
                space,
                strange,
                traces,
                wide,
            })
            .boxed()
    }
}

const NODE_TYPES: &[&str] = &[
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
    "object shape",
    "wasm object",
    "quantum object",
];
const EDGE_TYPES: &[&str] =
    &["context", "element", "property", "internal", "hidden", "shortcut", "weak", "entangled"];

/// A small generator (SplitMix64), so that a seed says it all.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// The file's bytes.
pub fn snapshot(shape: &Shape) -> Vec<u8> {
    Writer { shape, dice: Dice(shape.seed), out: Vec::new() }.write()
}

struct Writer<'a> {
    shape: &'a Shape,
    dice: Dice,
    out: Vec<u8>,
}

impl Writer<'_> {
    fn write(mut self) -> Vec<u8> {
        let shape = self.shape;
        let nodes = shape.nodes as u64;
        let strings = 1 + self.dice.below(30);
        let functions = if shape.traces { 1 + self.dice.below(5) } else { 0 };
        let traces = if shape.traces { 1 + self.dice.below(20) } else { 0 };

        let mut node_fields = vec!["type", "name", "id", "self_size", "edge_count", "detachedness"];
        if shape.traces {
            node_fields.insert(5, "trace_node_id");
        }
        let mut edge_fields = vec!["type", "name_or_index", "to_node"];
        let mut location_fields = vec!["object_index", "script_id", "line", "column"];
        let mut sample_fields = vec!["timestamp_us", "last_assigned_id"];
        let mut function_fields = vec!["function_id", "name", "script_name", "script_id", "line", "column"];
        let mut trace_fields = vec!["id", "function_info_index", "count", "size"];
        if shape.strange {
            for fields in [
                &mut node_fields,
                &mut edge_fields,
                &mut location_fields,
                &mut sample_fields,
                &mut function_fields,
                &mut trace_fields,
            ] {
                fields.push("colour");
                self.dice.shuffle(fields);
            }
        }
        trace_fields.push("children");

        let counts: Vec<u64> = (0..nodes).map(|_| self.dice.below(shape.edges_per_node * 2 + 1)).collect();
        let edges: u64 = counts.iter().sum();

        let mut node_rows = Vec::new();
        for &count in &counts {
            for &field in &node_fields {
                node_rows.push(match field {
                    "type" => self.dice.below(NODE_TYPES.len() as u64).to_string(),
                    "name" => self.dice.below(strings).to_string(),
                    "self_size" => self.number(64).to_string(),
                    "id" => self.number(32).to_string(),
                    "edge_count" => count.to_string(),
                    "trace_node_id" => self.dice.below(traces + 1).to_string(),
                    "detachedness" => {
                        if shape.seed.is_multiple_of(2) {
                            "0".to_owned()
                        } else {
                            self.dice.below(3).to_string()
                        }
                    }
                    _ => self.odd_number(),
                });
            }
        }
        let mut edge_rows = Vec::new();
        for _ in 0..edges {
            let kind = self.dice.below(EDGE_TYPES.len() as u64);
            let indexed = matches!(EDGE_TYPES[kind as usize], "element" | "hidden");
            for &field in &edge_fields {
                edge_rows.push(match field {
                    "type" => kind.to_string(),
                    "name_or_index" if indexed => self.number(32).to_string(),
                    "name_or_index" => self.dice.below(strings).to_string(),
                    "to_node" => (self.dice.below(nodes) * node_fields.len() as u64).to_string(),
                    _ => self.odd_number(),
                });
            }
        }
        let mut location_rows = Vec::new();
        for _ in 0..self.dice.below(nodes) {
            for &field in &location_fields {
                location_rows.push(match field {
                    "object_index" => (self.dice.below(nodes) * node_fields.len() as u64).to_string(),
                    "colour" => self.odd_number(),
                    _ => self.number(32).to_string(),
                });
            }
        }
        let mut sample_rows = Vec::new();
        let mut function_rows = Vec::new();
        if shape.traces {
            for _ in 0..self.dice.below(9) {
                for &field in &sample_fields {
                    sample_rows.push(match field {
                        "colour" => self.odd_number(),
                        "timestamp_us" => self.number(64).to_string(),
                        _ => self.number(32).to_string(),
                    });
                }
            }
            for _ in 0..functions {
                for &field in &function_fields {
                    function_rows.push(match field {
                        "colour" => self.odd_number(),
                        "name" | "script_name" => self.dice.below(strings).to_string(),
                        _ => self.number(32).to_string(),
                    });
                }
            }
        }

        let header = format!(
            r#"{{"meta":{{"node_fields":{},"node_types":{},"edge_fields":{},"edge_types":{},"trace_function_info_fields":{},"trace_node_fields":{},"sample_fields":{},"location_fields":{}}},"node_count":{nodes},"edge_count":{edges},"trace_function_count":{functions},"extra_native_bytes":{},"later":{{"x":[null,true,"]"]}}}}"#,
            list(&node_fields),
            types(&node_fields, NODE_TYPES),
            list(&edge_fields),
            types(&edge_fields, EDGE_TYPES),
            list(&function_fields),
            list(&trace_fields),
            list(&sample_fields),
            list(&location_fields),
            self.number(40),
        );
        let fields = [node_fields.len(), edge_fields.len(), location_fields.len()];
        let mut sections =
            vec!["nodes", "edges", "trace_function_infos", "trace_tree", "samples", "locations"];
        sections.push("strings");
        if shape.strange {
            sections.extend(["scopes", "note", "flag"]);
            self.dice.shuffle(&mut sections);
        }
        self.put("{");
        self.key("snapshot");
        self.put(&header);
        for section in sections {
            self.put(",");
            self.out.push(b'\n');
            self.key(section);
            match section {
                "nodes" => self.table(&node_rows, fields[0]),
                "edges" => self.table(&edge_rows, fields[1]),
                "locations" => self.table(&location_rows, fields[2]),
                "samples" => self.table(&sample_rows, sample_fields.len()),
                "trace_function_infos" => self.table(&function_rows, function_fields.len()),
                "trace_tree" => self.tree(traces, functions, &trace_fields),
                "strings" => self.strings(strings),
                "scopes" => self.put(r#"[[1,{"a":"]}\\\"["}],{},-1.5e3,null]"#),
                "note" => self.put(r#""a \" string""#),
                _ => self.put("false"),
            }
        }
        self.put("}");
        self.out
    }

    /// Mostly small, now and then as wide as allowed.
    fn number(&mut self, bits: u32) -> u64 {
        let width = match self.dice.below(8) {
            0 if self.shape.wide => bits,
            1 if self.shape.wide => self.dice.below(u64::from(bits)) as u32 + 1,
            2 => 29,
            _ => 7,
        };
        match self.dice.below(20) {
            0 if self.shape.wide => {
                [u64::MAX >> (64 - bits), (1 << 29) - 1, 1 << 29][self.dice.below(3) as usize]
            }
            _ => self.dice.next() >> (64 - width),
        }
    }

    /// For a field nobody reads.
    fn odd_number(&mut self) -> String {
        ["0", "-1", "1.5", "12345678901234567890", "-2.5e-3"][self.dice.below(5) as usize].to_owned()
    }

    fn space(&mut self) {
        if self.shape.space == Space::Anywhere {
            for _ in 0..self.dice.below(4) {
                let byte = b" \n\r\t"[self.dice.below(4) as usize];
                self.out.push(byte);
            }
        }
    }

    fn put(&mut self, token: &str) {
        self.space();
        self.out.extend_from_slice(token.as_bytes());
        self.space();
    }

    fn key(&mut self, key: &str) {
        self.put(&format!("\"{key}\""));
        self.put(":");
    }

    fn table(&mut self, numbers: &[String], fields: usize) {
        self.put("[");
        for (at, number) in numbers.iter().enumerate() {
            if at > 0 {
                if at % fields == 0 && self.shape.space == Space::Rows {
                    self.out.push(b'\n');
                }
                self.put(",");
            }
            self.put(number);
        }
        if self.shape.space == Space::Rows {
            self.out.push(b'\n');
        }
        self.put("]");
    }

    /// A random tree: each node either opens a list of children or comes after a sibling.
    fn tree(&mut self, traces: u64, functions: u64, fields: &[&str]) {
        self.put("[");
        let mut depth = 0;
        let mut ids: Vec<u64> = (1..=traces).collect();
        self.dice.shuffle(&mut ids);
        for (at, id) in ids.into_iter().enumerate() {
            if at > 0 {
                // The node before has its list of children open: stay in it, or leave some lists.
                let up = self.dice.below(depth + 1);
                for _ in 0..up {
                    self.put("]");
                    depth -= 1;
                }
                if up > 0 {
                    self.put(",");
                }
            }
            for &field in &fields[..fields.len() - 1] {
                let value = match field {
                    "id" => id,
                    "function_info_index" => self.dice.below(functions),
                    "colour" => 5,
                    _ => self.number(64),
                };
                self.put(&value.to_string());
                self.put(",");
            }
            self.put("[");
            depth += 1;
        }
        for _ in 0..depth {
            self.put("]");
        }
        self.put("]");
    }

    fn strings(&mut self, count: u64) {
        const PIECES: &[&str] = &[
            "x",
            "system / Context",
            "]",
            ",",
            "\\\"",
            "\\\\",
            "\\/",
            "\\b\\f\\n\\r\\t",
            "\\u0000",
            "\\u00e9",
            "\\u20AC",
            "\\ud83d\\ude00",
            "é€😀",
            "a longer piece of plain text, so that words of many bytes are copied at once",
        ];
        self.put("[");
        for at in 0..count {
            if at > 0 {
                self.put(",");
            }
            let mut text = String::from("\"");
            for _ in 0..self.dice.below(6) {
                text.push_str(PIECES[self.dice.below(PIECES.len() as u64) as usize]);
            }
            text.push('"');
            self.put(&text);
        }
        self.put("]");
    }
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", quoted.join(","))
}

/// The `*_types` list: names for the field `type`, a word for every other.
fn types(fields: &[&str], names: &[&str]) -> String {
    let all: Vec<String> = fields
        .iter()
        .map(|&field| if field == "type" { list(names) } else { "\"number\"".to_owned() })
        .collect();
    format!("[{}]", all.join(","))
}
