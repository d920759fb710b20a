use super::*;

const V1_MOUNT: &str = "36 25 0:31 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory";
const V2_MOUNT: &str = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";

fn directories(cgroups: &str, mounts: &str) -> Vec<String> {
    Limits::from_tables(cgroups, mounts, "memory")
        .groups
        .iter()
        .map(|group| group.directory.to_string_lossy().trim_end_matches('/').to_owned())
        .collect()
}

#[test]
fn walks_from_the_group_to_the_root_in_v2() {
    assert_eq!(
        directories("0::/system.slice/app.service\n", V2_MOUNT),
        ["/sys/fs/cgroup/system.slice/app.service", "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup"]
    );
}

#[test]
fn finds_the_memory_controller_in_v1() {
    let cgroups = "9:name=systemd:/\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n";
    assert_eq!(
        directories(cgroups, V1_MOUNT),
        ["/sys/fs/cgroup/memory/docker/abc", "/sys/fs/cgroup/memory/docker", "/sys/fs/cgroup/memory"]
    );
}

#[test]
fn sees_a_container_without_a_cgroup_namespace() {
    let mount = V1_MOUNT.replace("0:31 / /sys", "0:31 /docker/abc /sys");
    assert_eq!(directories("4:memory:/docker/abc", &mount), ["/sys/fs/cgroup/memory"]);
}

#[test]
fn does_without_cgroups() {
    assert!(directories("", "").is_empty());
    assert!(directories("0::/", "nonsense").is_empty());
}

#[test]
fn reads_the_machine() {
    let room = machine_room("MemTotal:  2000 kB\nMemFree: 1 kB\nMemAvailable:   1500 kB\n").unwrap();
    assert_eq!(room, Room { available: 1500 * 1024, limit: 2000 * 1024, container: false });
    assert_eq!(machine_room("MemTotal: 5 kB"), None);
    let now = Limits::find().room().unwrap();
    assert!(now.available > 0 && now.available <= now.limit);
}

/// A group's directory with the given files.
fn group(version: Version, files: &[(&str, &str)]) -> (tempdir::TempDir, Group) {
    let directory = tempdir::TempDir::new();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let group = Group { directory: directory.path().to_owned(), version };
    (directory, group)
}

#[test]
fn counts_page_cache_as_free() {
    let (_directory, group) = group(
        Version::V2,
        &[
            ("memory.max", "1000\n"),
            ("memory.current", "900\n"),
            ("memory.stat", "anon 500\ninactive_file 300\nactive_file 100\n"),
        ],
    );
    assert_eq!(group.room(1 << 40), Some(Room { available: 400, limit: 1000, container: true }));
}

#[test]
fn a_group_over_its_limit_has_no_room() {
    let (_directory, group) =
        group(Version::V1, &[("memory.limit_in_bytes", "1000"), ("memory.usage_in_bytes", "1100")]);
    assert_eq!(group.room(1 << 40), Some(Room { available: 0, limit: 1000, container: true }));
}

#[test]
fn reads_a_processor_quota() {
    let quota = |version, files: &[(&str, &str)]| group(version, files).1.processors();
    let (_directory, half) = group(Version::V2, &[("cpu.max", "50000 100000\n")]);
    assert_eq!(half.processors(), Some(0.5));
    let (_directory, two) =
        group(Version::V1, &[("cpu.cfs_quota_us", "200000\n"), ("cpu.cfs_period_us", "100000\n")]);
    assert_eq!(two.processors(), Some(2.0));
    let (_directory, none) = group(Version::V2, &[("cpu.max", "max 100000\n")]);
    assert_eq!(none.processors(), None);
    let (_directory, none) =
        group(Version::V1, &[("cpu.cfs_quota_us", "-1\n"), ("cpu.cfs_period_us", "100000\n")]);
    assert_eq!(none.processors(), None);
    assert_eq!(quota(Version::V2, &[]), None);
}

#[test]
fn no_limit_is_no_bound() {
    let (_directory, v2) = group(Version::V2, &[("memory.max", "max\n"), ("memory.current", "5\n")]);
    assert_eq!(v2.room(1 << 40), None);
    let (_directory, v1) = group(
        Version::V1,
        &[("memory.limit_in_bytes", "9223372036854771712"), ("memory.usage_in_bytes", "5")],
    );
    assert_eq!(v1.room(1 << 40), None);
}

/// A directory that goes with the test.
mod tempdir {
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering};

    pub struct TempDir(PathBuf);

    impl TempDir {
        pub fn new() -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let name =
                format!("leakguard-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let path = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        pub fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for TempDir {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
