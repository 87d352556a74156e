//! What processes use, as the kernel counts it.

use std::fs;

/// What a process keeps in memory.
pub fn resident_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("the kernel counts memory");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024.0
}

/// The same of a process and its children.
pub fn tree_mib(pid: u32) -> f64 {
    tree(pid).into_iter().map(resident_mib).sum()
}

/// The processor time that a process and its children have used.
pub fn tree_cpu_seconds(pid: u32) -> f64 {
    let ticks: f64 = tree(pid).into_iter().map(cpu_ticks).sum();
    #[expect(clippy::cast_precision_loss, reason = "a hundred")]
    let per_second = rustix::param::clock_ticks_per_second() as f64;
    ticks / per_second
}

fn tree(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| child.parse().ok());
    std::iter::once(pid).chain(children).collect()
}

fn cpu_ticks(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // The name in parentheses may have spaces in it; what follows has none.
    let rest = stat.rsplit_once(')').expect("a name in parentheses").1;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number");
    ticks(11) + ticks(12)
}
