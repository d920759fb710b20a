//! The npm packages that files belong to, as their `package.json` says.

use crate::report::Package;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A longer `package.json` is not one.
const LARGEST: u64 = 4 << 20;
const FOLDER: &str = "node_modules/";

/// The folders looked into so far.
#[derive(Default)]
pub struct Packages {
    found: RefCell<FxHashMap<PathBuf, Option<Package>>>,
}

/// What of a `package.json` is of interest.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    #[serde(default)]
    version: Option<String>,
}

impl Packages {
    /// The package of a file that lies in a `node_modules` folder; `None` for the program's own.
    pub fn of(&self, file: &str) -> Option<Package> {
        let (root, inside) = split(file)?;
        // A package's folders may have a package.json of their own, such as `{"type": "module"}`. The nearest one
        // with a name counts.
        let inside = Path::new(inside).parent()?;
        inside.ancestors().find_map(|folder| self.read(root.join(folder)))
    }

    fn read(&self, folder: PathBuf) -> Option<Package> {
        if let Some(known) = self.found.borrow().get(&folder) {
            return known.clone();
        }
        let package = read(&folder.join("package.json"));
        self.found.borrow_mut().insert(folder, package.clone());
        package
    }
}

/// The folder of the package a file was installed with, and the rest of the path.
pub(crate) fn split(file: &str) -> Option<(PathBuf, &str)> {
    let inside = file.rfind(FOLDER)? + FOLDER.len();
    let before = &file[..inside - FOLDER.len()];
    if !Path::new(file).is_absolute() || !(before.is_empty() || before.ends_with('/')) {
        return None;
    }
    let mut end = inside + file[inside..].find('/')?;
    if file[inside..].starts_with('@') {
        end += 1 + file[end + 1..].find('/')?;
    }
    Some((PathBuf::from(&file[..end]), &file[end + 1..]))
}

fn read(file: &Path) -> Option<Package> {
    let size = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?.len();
    if size > LARGEST {
        return None;
    }
    let mut text = Vec::new();
    File::open(file).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
    let Manifest { name, version } = serde_json::from_slice(&text).ok()?;
    (!name.is_empty()).then_some(Package { name, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_package_json_with_a_name_counts() {
        let root = std::env::temp_dir().join(format!("leakguard-packages-{}", std::process::id()));
        let write = |file: &str, text: &str| {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("package.json", r#"{"name":"app","version":"1.0.0"}"#);
        write("node_modules/a/package.json", r#"{"name":"a","version":"1.2.3"}"#);
        write("node_modules/a/esm/package.json", r#"{"type":"module"}"#);
        write("node_modules/a/node_modules/@s/b/package.json", r#"{"name":"@s/b"}"#);
        write("node_modules/broken/package.json", r#"{"name":"#);
        let packages = Packages::default();
        let of = |file: &str| {
            packages.of(root.join(file).to_str().unwrap()).map(|p| (p.name, p.version.unwrap_or_default()))
        };
        let is = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
        assert_eq!(of("node_modules/a/index.js"), is("a", "1.2.3"));
        assert_eq!(of("node_modules/a/esm/deep/er/x.js"), is("a", "1.2.3"));
        assert_eq!(of("node_modules/a/node_modules/@s/b/x.js"), is("@s/b", ""));
        assert_eq!(of("node_modules/broken/x.js"), None);
        assert_eq!(of("node_modules/none/x.js"), None);
        assert_eq!(of("server.js"), None);
        assert_eq!(of("node_modules/x.js"), None);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(of("node_modules/a/index.js"), is("a", "1.2.3"), "read once");
    }

    #[test]
    fn names_that_only_look_like_it_are_left_alone() {
        for file in
            ["my_node_modules/a/x.js", "/x/my_node_modules/a/x.js", "node:events", "node_modules/", ""]
        {
            assert_eq!(split(file).map(|(root, _)| root), None, "{file}");
        }
    }
}
