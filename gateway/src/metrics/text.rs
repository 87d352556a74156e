//! Prometheus' text form, version 0.0.4.

use std::fmt::{Display, Write};

use super::Histogram;

const PREFIX: &str = "token_tracker_";

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
}

/// A page that is being written. Writing into a String has no way to fail.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn into_string(self) -> String {
        self.0
    }

    /// A family of our own with its samples, each with the labels before its value.
    pub(super) fn family<V: Display>(
        &mut self,
        kind: Kind,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (String, V)>,
    ) {
        self.foreign(kind, &format!("{PREFIX}{name}"), help, samples);
    }

    /// A family whose name all programs have in common.
    pub(super) fn foreign<V: Display>(
        &mut self,
        kind: Kind,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (String, V)>,
    ) {
        self.head(name, help, kind.name());
        for (labels, value) in samples {
            let _ = writeln!(self.0, "{name}{} {value}", braced(&labels));
        }
    }

    pub(super) fn one<V: Display>(&mut self, kind: Kind, name: &str, help: &str, value: V) {
        self.family(kind, name, help, [(String::new(), value)]);
    }

    pub(super) fn histograms<'a>(
        &mut self,
        name: &str,
        help: &str,
        histograms: impl IntoIterator<Item = (String, &'a Histogram)>,
    ) {
        let name = &format!("{PREFIX}{name}");
        self.head(name, help, "histogram");
        for (labels, histogram) in histograms {
            let mut count = 0;
            for (bound, cumulated) in histogram.cumulated() {
                let bound = bound.map_or_else(|| "+Inf".to_owned(), |bound| bound.to_string());
                let all = joined(&labels, &label("le", &bound));
                let _ = writeln!(self.0, "{name}_bucket{} {cumulated}", braced(&all));
                count = cumulated;
            }
            let labels = braced(&labels);
            let _ = writeln!(self.0, "{name}_sum{labels} {}", histogram.sum_seconds());
            let _ = writeln!(self.0, "{name}_count{labels} {count}");
        }
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// Labels for a sample.
pub(super) fn labels(pairs: &[(&str, &str)]) -> String {
    let written: Vec<String> = pairs.iter().map(|(name, value)| label(name, value)).collect();
    written.join(",")
}

fn label(name: &str, value: &str) -> String {
    let value = value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

fn joined(labels: &str, more: &str) -> String {
    if labels.is_empty() {
        more.to_owned()
    } else {
        format!("{labels},{more}")
    }
}

fn braced(labels: &str) -> String {
    if labels.is_empty() {
        String::new()
    } else {
        format!("{{{labels}}}")
    }
}

/// US dollars of nano-USD, exactly.
pub(super) fn usd(nano: i128) -> String {
    format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_label() {
        let text = labels(&[("model", "a\"} 1\nb\\"), ("upstream", "u")]);
        assert_eq!(text, r#"model="a\"} 1\nb\\",upstream="u""#);
    }

    #[test]
    fn money_is_exact() {
        assert_eq!(usd(12_000_000_001), "12.000000001");
        assert_eq!(usd(0), "0.000000000");
    }
}
