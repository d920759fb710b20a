//! Bytes in, columns out: a streaming parser for V8's `.heapsnapshot` JSON.
//!
//! ```text
//! source ─► parser ─► document ─► decode ─► segments ─► assembly ─► Columns
//! (bytes)  (blocks)  (sections,  (numbers) (columns of (whole
//!                     row ends)             a block)    columns, checks)
//!                                └── crew: on several threads ──┘
//! ```
//!
//! # What is read
//!
//! Any chunking of the bytes; plain or gzip; a byte order mark; any JSON whitespace; sections in any order
//! once `snapshot` has come, because its `meta` tells the fields of all others; fields in any order. Unknown
//! sections, fields and `snapshot` keys are skipped, unknown types keep their number. The file's own counts
//! are optional, and must be right when present. Errors say which byte, counted after decompression.
//!
//! # Limits
//!
//! 2^32 - 1 nodes, edges and strings each; 32 fields per row; 223 node types; a row of one mebibyte with its
//! whitespace; a `snapshot` section of one mebibyte. Zeros before a number and raw control characters in a
//! string are not JSON, but harmless, and accepted.
//!
//! # Memory
//!
//! The columns, and a few blocks of 1 MiB with their segments for each thread: for a real snapshot 0.6 to
//! 0.7 times the file. For any input at most eight times its bytes and 48 MiB (`tests/parse_memory.rs`):
//! `"samples":[0,0,…` is 4 bytes of text a row, 16 of column, and a vector doubles as it grows. What a
//! header promises is reserved only up to what the file's size can hold, and touched only as rows arrive.
//!
//! # Speed, and what bounds it
//!
//! Measured on two cores at 2.6 GHz, a real snapshot of 696 MB (9.1 million nodes, 30.7 million edges) in the
//! page cache: one thread 0.89 s (780 MB/s), two threads 0.53 s (1,300 MB/s). Beside that, the same machine
//! copies 4,300 MB/s in memory, reads files at 9,700 MB/s and reads and counts commas at 8,500 MB/s
//! (`cargo bench --bench parse`), so parsing is bound by instructions, five times from memory bandwidth.
//!
//! By profile, one thread spends a third of its time decoding numbers (`digits`: some 160 million of them,
//! five to seven cycles each, one of which is the mispredicted end of each 64-byte word), an eighth turning
//! rows into columns, a fifth in page faults of the new columns, a ninth in the kernel's copy out of the page
//! cache, a twentieth counting commas and finding section ends. Threads divide decoding; reading, cutting and
//! appending stay on one, which also decodes when it has nothing else to do. Other whitespace than V8's goes
//! through the strict scanner, several times slower. Gzip is bound by inflating, which is one thread's.
//!
//! Tried and dropped, because they did not pay when measured: compiling the decoder for AVX2 and BMI2 (no
//! difference), 2 MiB pages for the columns (a sixth of the page faults, user time down a tenth, but kernel
//! time doubled where a virtual machine hands free memory back to its host).

pub mod columns;
pub mod parser;
pub mod source;
pub mod strings;

mod assembly;
mod crew;
mod decode;
mod digits;
mod divisor;
mod document;
mod edge_segment;
mod header;
mod kinds;
mod node_segment;
mod peak;
mod scan;
mod section;
mod side_tables;
mod sink;
mod skip;
mod table;
mod text;
mod trace;

pub use columns::Columns;
pub use parser::{ParseOptions, Parser};
