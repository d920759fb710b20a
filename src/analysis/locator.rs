//! From script positions to places people can open: the original source where a source map leads to it, and the
//! npm package. Reads the file system, lazily; what it cannot read is left out.

use crate::analysis::declaration;
use crate::analysis::packages::Packages;
use crate::analysis::scripts::{ScriptTable, plain_path};
use crate::analysis::source_map::SourceMaps;
use crate::report::{Generated, Place};
use memchr::memmem;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

/// One for each diagnosis.
pub struct Locator<'a> {
    scripts: &'a ScriptTable,
    maps: SourceMaps,
    packages: Packages,
    texts: RefCell<FxHashMap<PathBuf, Option<Rc<[u8]>>>>,
}

/// The text of a script that ran.
#[derive(Clone, Debug)]
pub struct Code {
    pub text: Rc<[u8]>,
    script_id: Option<u32>,
    file: String,
}

impl Code {
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.text, &other.text)
    }
}

impl<'a> Locator<'a> {
    pub fn new(scripts: &'a ScriptTable) -> Self {
        Self {
            scripts,
            maps: SourceMaps::default(),
            packages: Packages::default(),
            texts: RefCell::default(),
        }
    }

    /// The place of a zero-based position.
    pub fn place(&self, script_id: u32, line: u32, column: u32) -> Place {
        let ran = self.scripts.place(script_id, line, column);
        let original = self
            .scripts
            .get(script_id)
            .and_then(|script| self.maps.original(script_id, script, line, column));
        let Some(original) = original else {
            return Place { package: self.packages.of(&ran.file), ..ran };
        };
        Place {
            package: self.packages.of(&original.file).or_else(|| self.packages.of(&ran.file)),
            file: original.file,
            line: Some(original.line.saturating_add(1)),
            column: Some(original.column.saturating_add(1)),
            script_id: ran.script_id,
            generated: Some(Generated {
                file: ran.file,
                line: line.saturating_add(1),
                column: column.saturating_add(1),
            }),
        }
    }

    /// The place in the code that ran, whatever the source maps say.
    pub fn as_run(&self, script_id: u32, line: u32, column: u32) -> Place {
        let ran = self.scripts.place(script_id, line, column);
        Place { package: self.packages.of(&ran.file), ..ran }
    }

    /// Where the script declares that variable at its top level, as far as its text tells.
    pub fn declaration(&self, script_id: u32, name: &str) -> Option<Place> {
        let (line, column) = declaration::find(&self.text(script_id)?, name)?;
        Some(self.place(script_id, line, column))
    }

    /// The code at that place.
    pub fn code(&self, place: &Place) -> Option<Code> {
        let text = match place.script_id {
            Some(id) => self.text(id),
            None => self.read(PathBuf::from(&place.file)),
        };
        Some(Code { text: text?, script_id: place.script_id, file: place.file.clone() })
    }

    /// The script and the byte at a zero-based position.
    pub fn code_at(&self, script_id: u32, line: u32, column: u32) -> Option<(Code, usize)> {
        let code = self.code(&self.scripts.place(script_id, line, column))?;
        let at = declaration::offset(&code.text, line, column)?;
        Some((code, at))
    }

    /// The place of a byte of the code.
    pub fn place_in(&self, code: &Code, at: usize) -> Option<Place> {
        let (line, column) = declaration::position(&code.text, at)?;
        Some(match code.script_id {
            Some(id) => self.place(id, line, column),
            None => Place { line: Some(line + 1), column: Some(column + 1), ..self.file(code.file.clone()) },
        })
    }

    /// The text of the script, from its file.
    fn text(&self, script_id: u32) -> Option<Rc<[u8]>> {
        let script = self.scripts.get(script_id)?;
        let text = self.read(PathBuf::from(plain_path(&script.url)))?;
        // With a map inside, what ran was made from the file as it was loaded: it may be another text.
        let made = script.source_map_url.as_ref().is_some_and(|url| url.starts_with("data:"));
        (!made || memmem::find(&text, b"sourceMappingURL=data:").is_some()).then_some(text)
    }

    fn read(&self, path: PathBuf) -> Option<Rc<[u8]>> {
        let known = self.texts.borrow().get(&path).cloned();
        known.unwrap_or_else(|| {
            let text = path.is_absolute().then(|| self.maps.text(&path)).flatten().map(Rc::from);
            self.texts.borrow_mut().insert(path, text.clone());
            text
        })
    }

    /// A file as a whole.
    pub fn file(&self, file: String) -> Place {
        Place { package: self.packages.of(&file), file, ..Place::default() }
    }
}
