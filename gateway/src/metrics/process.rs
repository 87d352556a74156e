//! What the system says about this process, under the names that all of Prometheus' clients use.
//! Only Linux tells it in this way; elsewhere nothing is said.

use std::fs;

use super::text::{Kind, Text};

/// The unit of times in `/proc`, on every Linux that there is.
const TICKS_PER_SECOND: f64 = 100.0;

pub(super) fn render(text: &mut Text) {
    let mut one = |kind, name: &str, help: &str, value: Option<f64>| {
        if let Some(value) = value {
            text.foreign(kind, name, help, [(String::new(), value)]);
        }
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let stat = Stat::parse(&stat);
    one(
        Kind::Gauge,
        "process_resident_memory_bytes",
        "Memory that the process has in use.",
        kibibytes(&status, "VmRSS:"),
    );
    one(
        Kind::Gauge,
        "process_open_fds",
        "Open files and sockets.",
        fs::read_dir("/proc/self/fd").ok().map(|open| open.count() as f64),
    );
    one(
        Kind::Gauge,
        "process_max_fds",
        "How many files and sockets may be open.",
        open_files_max(),
    );
    one(
        Kind::Counter,
        "process_cpu_seconds_total",
        "Processor time that the process has used.",
        stat.as_ref().map(|stat| stat.cpu_seconds),
    );
    one(
        Kind::Gauge,
        "process_start_time_seconds",
        "When the process began, in seconds since 1970.",
        stat.as_ref()
            .and_then(|stat| Some(booted_at()? + stat.started_after_boot)),
    );
}

fn kibibytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let number: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(number * 1024.0)
}

fn open_files_max() -> Option<f64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn booted_at() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let line = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
    line.trim().parse().ok()
}

struct Stat {
    cpu_seconds: f64,
    started_after_boot: f64,
}

impl Stat {
    /// The name of the program, in parentheses, may hold anything; the numbers come after it.
    fn parse(text: &str) -> Option<Self> {
        let (_, fields) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let number = |at: usize| fields.get(at)?.trim().parse::<f64>().ok();
        Some(Self {
            cpu_seconds: (number(11)? + number(12)?) / TICKS_PER_SECOND,
            started_after_boot: number(19)? / TICKS_PER_SECOND,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_found_behind_any_name() {
        let text = "7 (a) b) S 1 7 7 0 -1 4 5 0 0 0 250 50 0 0 20 0 4 0 12300 9 9";
        let stat = Stat::parse(text).unwrap();
        assert!((stat.cpu_seconds - 3.0).abs() < 1e-9);
        assert!((stat.started_after_boot - 123.0).abs() < 1e-9);
        assert!(
            kibibytes("Name:\tx\nVmRSS:\t    2048 kB\n", "VmRSS:").is_some_and(|bytes| bytes > 2_097_151.0)
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_began_a_moment_ago_and_has_memory() {
        let mut text = Text::default();
        render(&mut text);
        let text = text.into_string();
        for name in [
            "resident_memory_bytes",
            "open_fds",
            "max_fds",
            "cpu_seconds_total",
            "start_time_seconds",
        ] {
            assert!(text.contains(&format!("\nprocess_{name} ")), "{name} in {text}");
        }
    }
}
