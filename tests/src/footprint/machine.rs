//! What the machine says of a process, and how it is held to a share of a processor.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context;

/// Lambda gives a whole processor for that many megabytes, and of less in proportion.
pub const WHOLE_PROCESSOR: u32 = 1769;

/// How often a share is given anew.
const PERIOD: Duration = Duration::from_millis(20);

/// The CPU time of a process so far, of all its threads. From the scheduler's own account, which counts nanoseconds;
/// `/proc/<id>/stat` counts hundredths of a second.
pub fn cpu_time(process: u32) -> anyhow::Result<Duration> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).context("the process is gone")?;
    let mut total = Duration::ZERO;
    for thread in threads {
        let account = fs::read_to_string(thread?.path().join("schedstat"))?;
        let nanoseconds = account.split_whitespace().next().and_then(|number| number.parse().ok());
        total += Duration::from_nanos(nanoseconds.context("the scheduler keeps no account")?);
    }
    Ok(total)
}

/// The most memory that a process had at once, in kilobytes.
pub fn peak_memory(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the peak is not told")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}

/// A control group for one process, which has in it what Lambda gives to a function.
#[derive(Debug)]
pub struct Quota {
    group: PathBuf,
}

/// How many there were: what one process used of a group, its end included, must not be missing to the next.
static GROUPS: AtomicU32 = AtomicU32::new(0);

impl Quota {
    /// The quota of a function of so many megabytes; nothing where this machine does not let us set one.
    pub fn of(megabytes: u32) -> Option<Self> {
        let name = format!("pinwheel-{}-{}", std::process::id(), GROUPS.fetch_add(1, Ordering::Relaxed));
        let share = PERIOD * megabytes / WHOLE_PROCESSOR;
        let (share, period) = (share.as_micros().to_string(), PERIOD.as_micros().to_string());
        let first = |group: &Path| {
            fs::write(group.join("cpu.cfs_period_us"), &period)?;
            fs::write(group.join("cpu.cfs_quota_us"), &share)
        };
        let second = |group: &Path| fs::write(group.join("cpu.max"), format!("{share} {period}"));
        Self::make(Path::new("/sys/fs/cgroup/cpu"), &name, first)
            .or_else(|| Self::make(Path::new("/sys/fs/cgroup"), &name, second))
    }

    fn make(parent: &Path, name: &str, limit: impl Fn(&Path) -> std::io::Result<()>) -> Option<Self> {
        // Version 2 gives the files of a controller only where the parent says so; version 1 has no such switch.
        let _ = fs::write(parent.join("cgroup.subtree_control"), "+cpu");
        let group = parent.join(name);
        fs::create_dir(&group).ok()?;
        let made = Self { group };
        limit(&made.group).ok().map(|()| made)
    }

    /// Holds a process to it from now on.
    pub fn hold(&self, process: u32) -> std::io::Result<()> {
        fs::write(self.group.join("cgroup.procs"), process.to_string())
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // It can go when its process has gone. One that stays is empty and does no harm.
        let _ = fs::remove_dir(&self.group);
    }
}
