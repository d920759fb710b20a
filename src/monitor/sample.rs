//! What one look at the process yields. Bytes are `f64` throughout the monitor: they are statistics, and the
//! largest heap is far below 2^53. Times are milliseconds since the monitor started, on a monotonic clock.

use serde::Serialize;

/// What the isolate knows, read right after a major garbage collection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapSample {
    pub at_ms: u64,
    /// Bytes in use outside the young generation: what survived the collection. The young generation is left
    /// out because JavaScript only hears of a collection after new objects were already made there.
    pub old_used: f64,
    /// Bytes in use, all spaces.
    pub used: f64,
    /// Bytes of address space the heap has reserved from the system (`heapTotal`).
    pub total: f64,
    /// Bytes of it that the system really backs with memory.
    pub physical: f64,
    /// `heap_size_limit`: growing past it ends the process.
    pub limit: f64,
    /// Bytes outside the heap that objects in it own, array buffers included.
    pub external: f64,
    pub array_buffers: f64,
    /// Resident set size at the same moment.
    pub rss: f64,
}

/// What the kernel knows. `None` where the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessSample {
    pub at_ms: u64,
    pub rss: Option<f64>,
    pub rss_anonymous: Option<f64>,
    pub rss_file: Option<f64>,
    pub rss_shared: Option<f64>,
    pub virtual_size: Option<f64>,
    pub data_size: Option<f64>,
    /// Memory charged to the control group, and the most it may be charged.
    pub cgroup_usage: Option<f64>,
    pub cgroup_limit: Option<f64>,
    /// Processor time since the process started, seconds.
    pub cpu_user_s: Option<f64>,
    pub cpu_system_s: Option<f64>,
}

/// How busy the process was since the previous sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivitySample {
    pub at_ms: u64,
    /// Requests per second, if anything counts requests.
    pub requests_per_s: Option<f64>,
    /// Share of the time the event loop was not idle, 0 to 1.
    pub busy: f64,
}

impl ActivitySample {
    /// The one number that says how hard the process works: requests per second if they are counted, else the
    /// busy share of the event loop. Only ratios of it are ever used.
    pub fn load(&self) -> f64 {
        self.requests_per_s.unwrap_or(self.busy).max(0.0)
    }
}

/// The four places where memory can pile up; each has its own floor and its own trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Objects on the JavaScript heap.
    JsHeap,
    /// Array buffers and other memory that JavaScript objects own outside the heap.
    External,
    /// Resident memory that neither the heap nor external memory explains: addons, the allocator.
    Native,
    /// Pages of the heap that hold no live object and were not given back.
    Fragmentation,
}

impl Area {
    pub const ALL: [Area; 4] = [Area::JsHeap, Area::External, Area::Native, Area::Fragmentation];

    pub fn index(self) -> usize {
        self as usize
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Area::JsHeap => "js-heap",
            Area::External => "external",
            Area::Native => "native",
            Area::Fragmentation => "fragmentation",
        }
    }

    /// The floor of this area that a heap sample shows.
    pub fn bytes(self, sample: &HeapSample) -> f64 {
        match self {
            Area::JsHeap => sample.old_used,
            Area::External => sample.external,
            Area::Native => (sample.rss - sample.physical - sample.external).max(0.0),
            Area::Fragmentation => (sample.physical - sample.used).max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_add_up_to_the_resident_set() {
        let mb = 1_048_576.0;
        let sample = HeapSample {
            old_used: 38.0 * mb,
            used: 40.0 * mb,
            physical: 50.0 * mb,
            external: 5.0 * mb,
            rss: 100.0 * mb,
            ..HeapSample::default()
        };
        let by_area = Area::ALL.map(|area| area.bytes(&sample) / mb);
        assert_eq!(by_area, [38.0, 5.0, 45.0, 10.0]);
        // Young objects are the 2 MB between `used` and `old_used`.
        assert_eq!(by_area.iter().sum::<f64>() + 2.0, 100.0);
    }
}
