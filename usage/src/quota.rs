//! What assistants' logs last said about their own limits.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use serde::Deserialize;

use crate::{
    client::Client,
    discovery::{Shape, discover},
    home::Home,
};

/// The newest files that are looked into, and how much of each one's end.
const FILES_MAX: usize = 8;
const TAIL_BYTES: u64 = 512 * 1024;

/// How much of one limit is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    pub client: Client,
    pub plan: Option<String>,
    pub used_percent: u8,
    pub window_minutes: u64,
    pub resets_ms: Option<i64>,
    /// When the log said so.
    pub told_ms: i64,
}

/// The limits that the latest log of each client tells; only Codex writes any.
pub fn of(home: &Home) -> Vec<Quota> {
    let (mut sources, _) = discover(home, &[Client::Codex]);
    sources.retain(|source| source.shape == Shape::Lines);
    sources.sort_by_key(|source| std::cmp::Reverse(source.stamp.modified_ns));
    let newest = sources.iter().take(FILES_MAX);
    // A log that cannot be read says nothing of a limit; the report on usage notes it.
    let told = newest.filter_map(|source| last_limits(&tail(&source.path)?));
    let latest = told.max_by_key(|(told_ms, _)| *told_ms);
    latest
        .map(|(told_ms, limits)| quotas(told_ms, limits))
        .unwrap_or_default()
}

fn tail(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let start = file.metadata().ok()?.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[derive(Deserialize)]
struct Line {
    timestamp: jiff::Timestamp,
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    rate_limits: Option<Limits>,
}

#[derive(Deserialize)]
struct Limits {
    primary: Option<Limit>,
    secondary: Option<Limit>,
    plan_type: Option<String>,
}

#[derive(Deserialize)]
struct Limit {
    used_percent: f64,
    window_minutes: Option<u64>,
    /// Seconds since 1970.
    resets_at: Option<i64>,
    resets_in_seconds: Option<i64>,
}

/// The last line that tells a limit; the first of a tail may be half a line, and is passed over.
fn last_limits(text: &str) -> Option<(i64, Limits)> {
    let lines = text.lines().rev().filter(|line| line.contains("\"rate_limits\""));
    lines
        .filter_map(|line| serde_json::from_str::<Line>(line).ok())
        .find_map(|line| Some((line.timestamp.as_millisecond(), line.payload.rate_limits?)))
}

fn quotas(told_ms: i64, limits: Limits) -> Vec<Quota> {
    let quota = |limit: Limit| Quota {
        client: Client::Codex,
        plan: limits.plan_type.clone(),
        used_percent: percent(limit.used_percent),
        window_minutes: limit.window_minutes.unwrap_or(0),
        resets_ms: limit
            .resets_at
            .map(|at| at.saturating_mul(1000))
            .or_else(|| Some(told_ms.saturating_add(limit.resets_in_seconds?.saturating_mul(1000)))),
        told_ms,
    };
    [limits.primary, limits.secondary]
        .into_iter()
        .flatten()
        .map(quota)
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a percent can be; it is shown, never summed"
)]
fn percent(part: f64) -> u8 {
    part.clamp(0.0, 100.0).ceil() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_line_of_the_latest_log_tells_the_limits() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, lines: &[&str]| {
            let folder = home.path().join(".codex/sessions/2026/06/01");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), lines.join("\n")).unwrap();
        };
        let line = |minute: u32, limits: &str| {
            format!(
                "{{\"timestamp\":\"2026-06-01T12:{minute:02}:00Z\",\"type\":\"event_msg\",\"payload\":{{\"type\":\"token_count\",\"rate_limits\":{limits}}}}}"
            )
        };
        let limits = |percent: f64| {
            format!(
                "{{\"primary\":{{\"used_percent\":{percent},\"window_minutes\":300,\"resets_in_seconds\":60}},\"secondary\":{{\"used_percent\":120.0,\"window_minutes\":10080,\"resets_at\":1780400000}},\"plan_type\":\"plus\"}}"
            )
        };
        write(
            "rollout-a.jsonl",
            &[
                "half a line\"rate_limits\"}",
                &line(1, &limits(5.0)),
                &line(2, &limits(41.2)),
                &line(3, "null"),
                "{\"rate_limits\"",
            ],
        );
        write("rollout-b.jsonl", &[&line(1, &limits(99.0))]);
        let quotas = of(&Home::at(home.path()));
        let shown: Vec<_> = quotas
            .iter()
            .map(|quota| (quota.used_percent, quota.window_minutes, quota.resets_ms))
            .collect();
        let told = 1_780_315_320_000;
        assert_eq!(quotas[0].told_ms, told);
        assert_eq!(
            shown,
            [
                (42, 300, Some(told + 60_000)),
                (100, 10_080, Some(1_780_400_000_000))
            ]
        );
        assert_eq!(quotas[0].plan.as_deref(), Some("plus"));
        assert!(of(&Home::at(home.path().join("nobody"))).is_empty());
    }
}
