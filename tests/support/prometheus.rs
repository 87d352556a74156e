use std::collections::{BTreeMap, BTreeSet};

/// One page of `/metrics`, read as strictly as the text form (version 0.0.4) and the conventions for
/// names allow; panics at what a collector would refuse or a linter complain about.
#[derive(Debug)]
pub struct Page {
    families: BTreeMap<String, String>,
    samples: BTreeMap<(String, Labels), f64>,
}

type Labels = BTreeMap<String, String>;

impl Page {
    pub fn parse(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line ends too");
        let mut page = Self {
            families: BTreeMap::new(),
            samples: BTreeMap::new(),
        };
        let mut described = BTreeSet::new();
        let mut current = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a family has a text");
                assert!(!help.is_empty() && described.insert(name.to_owned()), "{line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a family has a type");
                assert!(described.contains(name), "{name} is described first");
                check_name(name, kind);
                let before = page.families.insert(name.into(), kind.into());
                assert_eq!(before, None, "{name} is one block");
                current = name.into();
            } else {
                page.sample(&current, line);
            }
        }
        page.check_histograms();
        page
    }

    fn sample(&mut self, family: &str, line: &str) {
        let (name, labels, value) = split(line);
        let kind = self.families.get(family).map(String::as_str);
        let suffix = name
            .strip_prefix(family)
            .unwrap_or_else(|| panic!("{line} belongs to {family}"));
        let suffixes: &[&str] = match kind {
            Some("histogram") => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        assert!(suffixes.contains(&suffix), "{line}");
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line} has a number"));
        assert!(
            value.is_finite() && (kind != Some("counter") || value >= 0.0),
            "{line}"
        );
        let before = self.samples.insert((name, labels), value);
        assert_eq!(before, None, "{line} is there once");
    }

    fn check_histograms(&self) {
        let all = self.samples.iter();
        for ((name, labels), count) in all.filter(|((name, _), _)| name.ends_with("_bucket")) {
            let family = name.trim_end_matches("_bucket");
            let bound = |labels: &Labels| match labels["le"].as_str() {
                "+Inf" => f64::INFINITY,
                number => number.parse().expect("a bound is a number"),
            };
            let mut series = labels.clone();
            series.remove("le");
            let whole = self.samples[&(format!("{family}_count"), series.clone())];
            assert!(*count <= whole, "{name} {labels:?}");
            assert!(bound(labels).is_finite() || (*count - whole).abs() < 0.5);
            // Buckets are cumulative.
            for ((_, other), more) in self.samples.iter().filter(|((other, _), _)| other == name) {
                let mut theirs = other.clone();
                theirs.remove("le");
                assert!(theirs != series || bound(other) < bound(labels) || more >= count);
            }
        }
    }

    /// The names of all families.
    pub fn families(&self) -> impl Iterator<Item = &str> {
        self.families.keys().map(String::as_str)
    }
    /// The names of all labels.
    pub fn label_names(&self) -> BTreeSet<&str> {
        let names = self.samples.keys().flat_map(|(_, labels)| labels.keys());
        names.map(String::as_str).collect()
    }
    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }
    /// The sum of all samples of the name that have these labels.
    pub fn sum(&self, name: &str, wanted: &[(&str, &str)]) -> f64 {
        let has = |labels: &Labels| {
            wanted
                .iter()
                .all(|(name, value)| labels.get(*name).is_some_and(|label| label == value))
        };
        let found = self
            .samples
            .iter()
            .filter(|((other, labels), _)| other == name && has(labels));
        found.map(|(_, value)| value).sum()
    }
}

fn check_name(name: &str, kind: &str) {
    assert!(["counter", "gauge", "histogram"].contains(&kind), "{name} {kind}");
    assert!(
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
        "{name}"
    );
    assert_eq!(kind == "counter", name.ends_with("_total"), "{name} {kind}");
    if kind == "histogram" {
        assert!(name.ends_with("_seconds"), "{name} says its unit");
    }
    let small = ["ms", "us", "ns", "milliseconds", "kilobytes", "nano", "cents"];
    assert!(
        !name.split('_').any(|word| small.contains(&word)),
        "{name} is in a base unit"
    );
}

/// Name, labels and value of one sample.
fn split(line: &str) -> (String, Labels, &str) {
    let Some((name, rest)) = line.split_once('{') else {
        let (name, value) = line.split_once(' ').expect("a sample has a value");
        return (name.into(), Labels::new(), value);
    };
    let mut labels = Labels::new();
    let mut rest = rest;
    loop {
        let (label, after) = rest.split_once("=\"").expect("a label has a value");
        let (value, after) = quoted(after);
        assert_eq!(labels.insert(label.into(), value), None, "{line}");
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => {
                let value = after.strip_prefix("} ").expect("labels end in a brace");
                return (name.into(), labels, value);
            }
        }
    }
}

fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' => match letters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, letter @ ('\\' | '"'))) => value.push(letter),
                other => panic!("{other:?} cannot be escaped"),
            },
            letter => value.push(letter),
        }
    }
    panic!("{text} does not end")
}
