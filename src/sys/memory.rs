//! How much memory may still be used: by the container (cgroup v1 or v2, every level up to the root of
//! the hierarchy that is visible here) and by the machine. All figures are bytes. And, since it is written in
//! the same places, how many processors the container may use.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The tightest bound in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// What can still be taken before the bound is reached. Page cache that can be dropped counts as free.
    pub available: u64,
    /// The bound itself: a container's limit, or the machine's memory.
    pub limit: u64,
    /// Whether the bound is a container's rather than the machine's.
    pub container: bool,
}

/// Where this process's limits are written. Found once, read as often as needed.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Innermost first.
    groups: Vec<Group>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Group {
    directory: PathBuf,
    version: Version,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Version {
    V1,
    V2,
}

impl Version {
    fn limit_file(self) -> &'static str {
        match self {
            Self::V1 => "memory.limit_in_bytes",
            Self::V2 => "memory.max",
        }
    }

    fn usage_file(self) -> &'static str {
        match self {
            Self::V1 => "memory.usage_in_bytes",
            Self::V2 => "memory.current",
        }
    }

    /// In `memory.stat`: page cache that is dropped before anyone is killed.
    fn cache_key(self) -> &'static str {
        match self {
            Self::V1 => "total_inactive_file",
            Self::V2 => "inactive_file",
        }
    }
}

impl Limits {
    /// Of this process. Without cgroups, or without the right to see them, only the machine's remain.
    pub fn find() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        Self::from_tables(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"), "memory")
    }

    /// Of the processor: how many of them this container may use at a time, where that is limited.
    pub fn processors() -> Option<f64> {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let found = Self::from_tables(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"), "cpu");
        found.groups.iter().filter_map(Group::processors).reduce(f64::min)
    }

    fn from_tables(cgroups: &str, mounts: &str, controller: &str) -> Self {
        let mut groups = Vec::new();
        for line in cgroups.lines() {
            // hierarchy:controllers:path
            let mut fields = line.splitn(3, ':');
            let (Some(number), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let version = if number == "0" && controllers.is_empty() {
                Version::V2
            } else if controllers.split(',').any(|name| name == controller) {
                Version::V1
            } else {
                continue;
            };
            for mount in mounts.lines().filter_map(|line| Mount::parse(line, version, controller)) {
                groups.extend(mount.levels(path).map(|directory| Group { directory, version }));
            }
        }
        Self { groups }
    }

    /// The tightest of all bounds, now.
    pub fn room(&self) -> io::Result<Room> {
        let machine = machine_room(&fs::read_to_string("/proc/meminfo")?)
            .ok_or_else(|| io::Error::other("/proc/meminfo has no MemAvailable"))?;
        Ok(self
            .groups
            .iter()
            .filter_map(|group| group.room(machine.limit))
            .fold(machine, |least, room| if room.available < least.available { room } else { least }))
    }
}

impl Limits {
    /// How many processes of this container the kernel has killed for want of memory, so far.
    pub fn oom_kills(&self) -> u64 {
        self.groups.first().map_or(0, Group::oom_kills)
    }
}

impl Group {
    fn oom_kills(&self) -> u64 {
        let file = match self.version {
            Version::V1 => "memory.oom_control",
            Version::V2 => "memory.events",
        };
        let text = fs::read_to_string(self.directory.join(file)).unwrap_or_default();
        field(&text, "oom_kill").unwrap_or(0)
    }

    /// The quota in a period: `max 100000` or `50000 100000`, in v1 in two files with -1 for none.
    fn processors(&self) -> Option<f64> {
        let read = |name: &str| fs::read_to_string(self.directory.join(name)).ok();
        let text = match self.version {
            Version::V2 => read("cpu.max")?,
            Version::V1 => format!("{} {}", read("cpu.cfs_quota_us")?, read("cpu.cfs_period_us")?),
        };
        let mut fields = text.split_ascii_whitespace().map(str::parse::<f64>);
        let (quota, period) = (fields.next()?.ok()?, fields.next()?.ok()?);
        (quota > 0.0 && period > 0.0).then(|| quota / period)
    }

    /// `None` where the group sets no limit (the root, `max`, or more than the machine has).
    fn room(&self, machine: u64) -> Option<Room> {
        let read = |name: &str| fs::read_to_string(self.directory.join(name)).ok();
        let limit: u64 = read(self.version.limit_file())?.trim().parse().ok()?;
        if limit >= machine {
            return None;
        }
        let used: u64 = read(self.version.usage_file())?.trim().parse().ok()?;
        let cache = read("memory.stat").and_then(|text| field(&text, self.version.cache_key())).unwrap_or(0);
        let available = limit.saturating_sub(used.saturating_sub(cache));
        Some(Room { available, limit, container: true })
    }
}

/// `key value` lines.
fn field(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

fn machine_room(meminfo: &str) -> Option<Room> {
    let kilobytes = |key: &str| -> Option<u64> {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    };
    Some(Room {
        available: kilobytes("MemAvailable")? * 1024,
        limit: kilobytes("MemTotal")? * 1024,
        container: false,
    })
}

/// A mounted cgroup hierarchy with the controller in question.
struct Mount<'a> {
    /// Which directory of the hierarchy is visible at `point`: `/` outside containers.
    root: &'a str,
    point: &'a str,
}

impl<'a> Mount<'a> {
    /// A line of `/proc/self/mountinfo`: `id parent dev root point options [tags…] - type source super`.
    fn parse(line: &'a str, version: Version, controller: &str) -> Option<Self> {
        let (front, back) = line.split_once(" - ")?;
        let mut back = back.split(' ');
        let kind = back.next()?;
        let controls = match version {
            Version::V2 => kind == "cgroup2",
            Version::V1 => kind == "cgroup" && back.nth(1)?.split(',').any(|option| option == controller),
        };
        let mut front = front.split(' ').skip(3);
        controls.then_some(Self { root: front.next()?, point: front.next()? })
    }

    /// The directories of a group and of its ancestors, as far as they are visible here.
    fn levels(&self, path: &str) -> impl Iterator<Item = PathBuf> {
        let root = if self.root == "/" { "" } else { self.root };
        // With a cgroup namespace of its own a container sees its group as `/`, without one as the
        // host's path, of which the mount shows the part below `root`.
        let below = path.strip_prefix(root).unwrap_or("").trim_matches('/').to_owned();
        let point = Path::new(self.point).to_owned();
        let levels: Vec<_> = Path::new(&below).ancestors().map(|level| point.join(level)).collect();
        levels.into_iter()
    }
}

#[cfg(test)]
mod tests;
