//! What this process uses, from `/proc/self`: memory by kind, processor time, open files. Linux only; a few
//! system calls of microseconds each.

use std::{fs, io};

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident set: anonymous, file and shared memory together.
    pub resident: u64,
    pub anonymous: u64,
    pub file: u64,
    pub shared: u64,
    /// Address space.
    pub virtual_size: u64,
    /// Data segment: heaps and private mappings, touched or not.
    pub data: u64,
}

/// Seconds since the process started.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cpu {
    pub user: f64,
    pub system: f64,
}

pub fn memory() -> io::Result<Memory> {
    parse_memory(&fs::read_to_string("/proc/self/status")?)
        .ok_or_else(|| io::Error::other("/proc/self/status has no VmRSS"))
}

fn parse_memory(status: &str) -> Option<Memory> {
    let field = |key: &str| -> Option<u64> {
        let rest = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        Some(rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    };
    Some(Memory {
        resident: field("VmRSS")?,
        anonymous: field("RssAnon").unwrap_or(0),
        file: field("RssFile").unwrap_or(0),
        shared: field("RssShmem").unwrap_or(0),
        virtual_size: field("VmSize").unwrap_or(0),
        data: field("VmData").unwrap_or(0),
    })
}

pub fn cpu() -> io::Result<Cpu> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is valid for writing one `rusage`.
    let failed = unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) } != 0;
    if failed {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeroed is a valid `rusage`, and the call has filled it.
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    Ok(Cpu { user: seconds(usage.ru_utime), system: seconds(usage.ru_stime) })
}

/// Open file descriptors, and how many there may be.
pub fn open_files() -> io::Result<(u64, u64)> {
    // One of the entries is the directory being read.
    let open = (fs::read_dir("/proc/self/fd")?.count() as u64).saturating_sub(1);
    let limits = fs::read_to_string("/proc/self/limits")?;
    let limit = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    Ok((open, limit.unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kernels_table() {
        let status = "Name:\tnode\nVmSize:\t  1000 kB\nVmRSS:\t   60 kB\nRssAnon:\t   40 kB\nRssFile:\t   15 kB\nRssShmem:\t    5 kB\n";
        let memory = parse_memory(status).unwrap();
        assert_eq!((memory.resident, memory.virtual_size), (60 * 1024, 1000 * 1024));
        assert_eq!(memory.anonymous + memory.file + memory.shared, memory.resident);
        assert_eq!(parse_memory("Name:\tnode\n"), None);
    }

    #[test]
    fn this_process_is_alive() {
        let memory = memory().unwrap();
        assert!(memory.resident > 100_000 && memory.virtual_size >= memory.resident);
        assert!(cpu().unwrap().user >= 0.0);
        let (open, limit) = open_files().unwrap();
        assert!(open >= 3 && open <= limit);
    }
}
