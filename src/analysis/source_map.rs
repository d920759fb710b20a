//! Source maps: from a place in the code that ran to the place in the code somebody wrote.
//!
//! In: a script's URL and its `//# sourceMappingURL`, an inline `data:` URL or a file beside the script. Each map
//! is read at most once, when a place in it is asked for. What is missing, too large, of another host or not a
//! map is no error: the place stays as it is.

use crate::analysis::scripts::{Script, plain_path};
use memchr::memmem;
use rustc_hash::FxHashMap;
use sourcemap::{DecodedMap, decode_data_url, decode_slice};
use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// Larger maps are not read: decoded they take a few times this.
const LARGEST: u64 = 64 << 20;
/// Text of all maps read for one diagnosis.
const LARGEST_SUM: u64 = 256 << 20;

/// A zero-based position in an original file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

/// The maps read so far.
#[derive(Default)]
pub struct SourceMaps {
    maps: RefCell<FxHashMap<u32, Option<Rc<Map>>>>,
    read: RefCell<u64>,
}

struct Map {
    decoded: DecodedMap,
    /// What its sources are relative to.
    folder: PathBuf,
}

impl SourceMaps {
    /// Where the zero-based position of that script came from.
    pub fn original(&self, id: u32, script: &Script, line: u32, column: u32) -> Option<Original> {
        let known = self.maps.borrow().get(&id).cloned();
        let map = known.unwrap_or_else(|| {
            let map = self.load(script).map(Rc::new);
            self.maps.borrow_mut().insert(id, map.clone());
            map
        })?;
        let token = map.decoded.lookup_token(line, column)?;
        // The nearest mapping before the position; one of a line above says nothing about this line.
        if token.get_dst_line() != line || !token.has_source() {
            return None;
        }
        let file = resolve(&map.folder, token.get_source()?)?;
        Some(Original { file, line: token.get_src_line(), column: token.get_src_col() })
    }

    fn load(&self, script: &Script) -> Option<Map> {
        let url = script.source_map_url.as_deref()?;
        let path = PathBuf::from(plain_path(&script.url));
        let folder = path.parent().filter(|_| path.is_absolute()).unwrap_or_else(|| Path::new(""));
        if url == "data:" {
            // A kept snapshot says only that the map is in the script.
            let text = self.text(&path)?;
            let at = memmem::rfind(&text, b"sourceMappingURL=data:")? + b"sourceMappingURL=".len();
            let url = std::str::from_utf8(&text[at..]).ok()?.split_whitespace().next()?;
            return Some(Map { decoded: guarded(|| decode_data_url(url))?, folder: folder.to_owned() });
        }
        if url.starts_with("data:") {
            self.spend(url.len() as u64)?;
            return Some(Map { decoded: guarded(|| decode_data_url(url))?, folder: folder.to_owned() });
        }
        let file = folder.join(local(url)?);
        if !file.is_absolute() {
            return None;
        }
        let text = self.text(&file)?;
        Some(Map { decoded: guarded(|| decode_slice(&text))?, folder: file.parent()?.to_owned() })
    }

    /// A file's text, if it is one that may be read.
    pub fn text(&self, file: &Path) -> Option<Vec<u8>> {
        // The URL is the script's to choose: nothing is opened that could block or never end.
        let size = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?.len();
        self.spend(size)?;
        let mut text = Vec::new();
        File::open(file).ok()?.take(size).read_to_end(&mut text).ok()?;
        Some(text)
    }

    fn spend(&self, size: u64) -> Option<()> {
        let sum = self.read.borrow().saturating_add(size);
        if size > LARGEST || sum > LARGEST_SUM {
            return None;
        }
        *self.read.borrow_mut() = sum;
        Some(())
    }
}

/// A map is anybody's text: should the decoder panic over it, it is no map.
fn guarded(decode: impl FnOnce() -> sourcemap::Result<DecodedMap>) -> Option<DecodedMap> {
    catch_unwind(AssertUnwindSafe(decode)).ok()?.ok()
}

/// The path a URL without host stands for.
fn local(url: &str) -> Option<PathBuf> {
    if let Some(path) = url.strip_prefix("file://") {
        return path.starts_with('/').then(|| plain_path(url).into());
    }
    let scheme = url.split(['/', '?', '#']).next()?.contains(':');
    if scheme || url.starts_with("//") {
        return None;
    }
    Some(plain_path(&format!("file://{}", url.split(['?', '#']).next()?)).into())
}

/// A source's name as a path where it is one. Bundlers make up URLs: of `webpack://shop/./src/a.ts`, the path
/// in the project stays.
fn resolve(folder: &Path, source: &str) -> Option<String> {
    if source.is_empty() {
        return None;
    }
    if let Some((scheme, rest)) = source.split_once("://") {
        return match scheme {
            "file" => Some(plain_path(source)),
            "http" | "https" => Some(source.to_owned()),
            _ => Some(normal(Path::new(rest.split_once('/')?.1))),
        };
    }
    Some(normal(&folder.join(source)))
}

/// Without `.` and `..`; where those lead is not asked of the file system, which may be another one.
fn normal(path: &Path) -> String {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            _ => parts.push(part),
        }
    }
    parts.iter().collect::<PathBuf>().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a.ts` of two lines: generated 1:0 is 2:4 of it.
    const MAP: &str = r#"{"version":3,"sources":["../src/a.ts"],"names":[],"mappings":";AACI"}"#;

    fn script(url: &str, map: &str) -> Script {
        Script { url: url.to_owned(), source_map_url: Some(map.to_owned()) }
    }

    #[test]
    fn a_map_beside_the_script_leads_to_the_source() {
        let folder = std::env::temp_dir().join(format!("leakguard-map-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("a b.js.map"), MAP).unwrap();
        let url = format!("file://{}/a%20b.js", folder.display());
        let maps = SourceMaps::default();
        let found = maps.original(1, &script(&url, "a%20b.js.map"), 1, 9).unwrap();
        let expected = folder.parent().unwrap().join("src/a.ts");
        assert_eq!((found.file.as_str(), found.line, found.column), (expected.to_str().unwrap(), 1, 4));
        // The first line has no mapping, and the second one none of the first.
        assert_eq!(maps.original(1, &script(&url, "a%20b.js.map"), 0, 9), None);
        assert_eq!(maps.original(1, &script(&url, "a%20b.js.map"), 2, 0), None);
        std::fs::remove_dir_all(&folder).unwrap();
        // It is read once.
        assert_eq!(maps.original(1, &script(&url, "a%20b.js.map"), 1, 9), Some(found));
        assert_eq!(maps.original(2, &script(&url, "a%20b.js.map"), 1, 9), None);
    }

    #[test]
    fn a_map_in_the_script_leads_to_the_source() {
        let inline = "data:application/json;base64,\
                      eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEudHMiXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IkFBQ0EifQ==";
        let found = SourceMaps::default().original(1, &script("/srv/dist/a.js", inline), 0, 3).unwrap();
        assert_eq!(found, Original { file: "/srv/dist/a.ts".to_owned(), line: 1, column: 0 });
        // Also when only the file still has it.
        let file = std::env::temp_dir().join(format!("leakguard-inline-{}.js", std::process::id()));
        std::fs::write(&file, format!("f();\n//# sourceMappingURL={inline}\n")).unwrap();
        let found =
            SourceMaps::default().original(1, &script(file.to_str().unwrap(), "data:"), 0, 3).unwrap();
        assert_eq!((found.line, found.column), (1, 0));
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn what_is_no_map_changes_nothing() {
        let maps = SourceMaps::default();
        let urls = [
            "a.js.map",
            "https://example.com/a.js.map",
            "//example.com/a.js.map",
            "file://host/a.js.map",
            "/dev/zero",
            "/",
            "",
            "data:application/json;base64,AAAA",
            "data:application/json;base64,eyJ2ZXJzaW9uIjozfQ==",
            "data:text/plain,x",
            "data:",
            "\0",
            "%00",
        ];
        for (id, url) in urls.iter().enumerate() {
            assert_eq!(maps.original(id as u32, &script("/no/such/a.js", url), 0, 0), None, "{url}");
        }
        assert_eq!(maps.original(99, &script("a.js", "a.js.map"), 0, 0), None);
        assert_eq!(maps.original(98, &script("evalmachine.<anonymous>", "Cargo.toml"), 0, 0), None);
    }

    #[test]
    fn maps_are_bounded_alone_and_together() {
        let maps = SourceMaps::default();
        assert_eq!(maps.spend(LARGEST + 1), None);
        for _ in 0..LARGEST_SUM / LARGEST {
            assert_eq!(maps.spend(LARGEST), Some(()));
        }
        assert_eq!(maps.spend(1), None);
    }

    #[test]
    fn sources_are_named_as_people_know_them() {
        let folder = Path::new("/srv/app/dist");
        assert_eq!(resolve(folder, "../src/./a.ts").unwrap(), "/srv/app/src/a.ts");
        assert_eq!(resolve(folder, "/x/a.ts").unwrap(), "/x/a.ts");
        assert_eq!(resolve(folder, "webpack://shop/./src/a.ts").unwrap(), "src/a.ts");
        assert_eq!(resolve(folder, "file:///x/a%20b.ts").unwrap(), "/x/a b.ts");
        assert_eq!(resolve(Path::new(""), "a.ts").unwrap(), "a.ts");
        assert_eq!(resolve(folder, "../../../../../a.ts").unwrap(), "/a.ts");
        assert_eq!(resolve(folder, ""), None);
    }
}
