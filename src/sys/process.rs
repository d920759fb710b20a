//! What `/proc/PID` tells about a process: how much processor time it has used, whether all of its
//! threads sleep, how much memory is its own.

use std::io;
use std::{fs, str};

/// A thread's or process's line of `/proc/…/stat`, the fields we use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stat {
    /// `R` running, `S` sleeping, `D` waiting for a disk, `Z` ended, `T` stopped …
    pub state: u8,
    /// Processor time used so far in user and kernel mode, in clock ticks (usually 10 ms).
    pub cpu_ticks: u64,
}

impl Stat {
    /// Of a whole process; `cpu_ticks` counts all of its threads, `state` is its first one's.
    pub fn of(pid: u32) -> io::Result<Self> {
        Self::read(&format!("/proc/{pid}/stat"))
    }

    fn read(path: &str) -> io::Result<Self> {
        Self::parse(&fs::read(path)?).ok_or_else(|| io::Error::other(format!("{path} is not understood")))
    }

    /// The name, in parentheses, may contain anything, so fields are counted from the last `)`.
    fn parse(line: &[u8]) -> Option<Self> {
        let end = line.iter().rposition(|&byte| byte == b')')?;
        let rest = str::from_utf8(line.get(end + 1..)?).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = *fields.next()?.as_bytes().first()?;
        // After the state (field 3 of proc(5)), utime is field 14 and stime 15.
        let user: u64 = fields.nth(10)?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some(Self { state, cpu_ticks: user + system })
    }
}

/// Whether every thread of the process sleeps: none runs, wants to run or waits for a disk.
pub fn all_asleep(pid: u32) -> io::Result<bool> {
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let path = task?.path().join("stat");
        // A thread that ended meanwhile is not awake.
        if let Ok(stat) = Stat::read(&path.to_string_lossy())
            && stat.state != b'S'
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Bytes of memory that only this process uses: what would be free if it ended. Swapped-out memory
/// counts too. Walks the process's page tables, a few milliseconds per GB, so don't ask too often.
pub fn private_bytes(pid: u32) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    Ok(private_of(&text))
}

fn private_of(smaps: &str) -> u64 {
    smaps
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(key, _)| matches!(*key, "Private_Clean" | "Private_Dirty" | "SwapPss"))
        .filter_map(|(_, value)| value.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok())
        .sum::<u64>()
        * 1024
}

#[cfg(test)]
mod tests {
    use super::{Stat, private_of};

    #[test]
    fn reads_a_stat_line_whatever_the_name() {
        let line = b"42 (no) de) (R) S 1 42 42 0 -1 4194560 10 0 0 0 17 5 0 0 39 19 1 0 100 0 0";
        assert_eq!(Stat::parse(line), Some(Stat { state: b'S', cpu_ticks: 22 }));
        assert_eq!(Stat::parse(b"42 (node"), None);
        assert_eq!(Stat::parse(b"42 (node) S 1"), None);
    }

    #[test]
    fn reads_this_process() {
        let stat = Stat::of(std::process::id()).unwrap();
        assert!(matches!(stat.state, b'R' | b'S' | b'D'));
        assert!(super::private_bytes(std::process::id()).unwrap() > 0);
        assert!(!super::all_asleep(std::process::id()).unwrap(), "the asking thread runs");
        assert!(Stat::of(u32::MAX).is_err());
    }

    #[test]
    fn adds_private_and_swapped_memory() {
        let text = "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss: 900 kB\nShared_Clean: 800 kB\n\
                    Private_Clean:         12 kB\nPrivate_Dirty:        30 kB\nSwapPss: 8 kB\n";
        assert_eq!(private_of(text), 50 * 1024);
    }
}
