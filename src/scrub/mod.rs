//! `scrub`: a snapshot fit to be shared. Every string the program held is replaced by its length; the graph,
//! the sizes, and the names of classes, properties, variables and functions stay, so that Chrome and
//! leakguard show the same heap.
//!
//! In: a `.heapsnapshot`, plain or gzip, read twice: first to learn what each string is used for
//! ([`survey`]), then to copy it with some names changed ([`rewrite`]). In memory: five bytes per node and
//! per string. Out: the same bytes but for those names. The reasons for each rule are in `docs/scrub.md`.
//!
//! Errors: `LG_PARSE_*` as for any snapshot, `LG_READ`, `LG_WRITE`, `LG_CANCELLED`.

mod layout;
mod rewrite;
mod scanner;
mod source;
mod survey;
#[cfg(test)]
mod tests;
mod walk;
mod words;

use crate::error::{Error, Result};
use flate2::write::GzEncoder;
use source::Source;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// How a caller watches and stops the work.
#[derive(Default, Clone, Copy)]
pub struct ScrubOptions<'a> {
    /// `(done, total)`, in bytes of the input file; `total` is twice its size, for it is read twice.
    pub progress: Option<&'a (dyn Fn(u64, u64) + Sync)>,
    pub cancel: Option<&'a AtomicBool>,
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scrubbed {
    /// Strings in the table of the input.
    pub strings: u64,
    /// Of these, how many no longer say what they said.
    pub replaced: u64,
    /// Texts that are also the name of a property, class or function: that name stays, and the string nodes
    /// got a placeholder of their own.
    pub separated: u64,
}

/// Writes a scrubbed copy of `input` to `output`, gzip when that name ends in `.gz`. The output appears under
/// its name only when it is complete.
pub fn scrub_file(input: &Path, output: &Path, options: &ScrubOptions<'_>) -> Result<Scrubbed> {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let partial = output.with_file_name(name);
    let result = scrub_into(input, &partial, output, options).and_then(|done| {
        std::fs::rename(&partial, output).map_err(|e| cannot_write(output, e))?;
        Ok(done)
    });
    if result.is_err() {
        // The first error is the one to report; the file may not even have been created.
        let _ = std::fs::remove_file(&partial);
    }
    result
}

fn scrub_into(input: &Path, partial: &Path, output: &Path, options: &ScrubOptions<'_>) -> Result<Scrubbed> {
    let source = Source::new(input, *options)?;
    let survey = survey::survey(&source)?;
    let file = File::create(partial).map_err(|e| cannot_write(output, e))?;
    let mut plain = BufWriter::with_capacity(1 << 18, file);
    let done = if output.extension().is_some_and(|extension| extension == "gz") {
        let mut gzip = GzEncoder::new(&mut plain, flate2::Compression::default());
        let done = rewrite::rewrite(&source, &survey, &mut gzip, output)?;
        gzip.finish().map_err(|e| cannot_write(output, e))?;
        done
    } else {
        rewrite::rewrite(&source, &survey, &mut plain, output)?
    };
    plain.flush().map_err(|e| cannot_write(output, e))?;
    Ok(done)
}

fn cannot_write(path: &Path, source: std::io::Error) -> Error {
    Error::Write { path: path.to_owned(), source }
}
