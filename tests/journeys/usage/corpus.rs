//! Homes of hundreds of sessions, invented by the generator alone: every row is exact.

use std::collections::BTreeMap;

use ::corpus::{Key, Size, Sums, write};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Logs;

const ZONES: [&str; 4] = ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"];

fn rows(answer: &Value) -> BTreeMap<Key, Sums> {
    let rows = answer["rows"].as_array().unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().map(str::to_owned);
    let read = |row: &Value| {
        let count = |name: &str| row[name].as_u64().unwrap();
        let key = Key {
            client: text(row, "client").unwrap(),
            model: text(row, "model").unwrap(),
            day: text(row, "day").unwrap(),
            project: text(row, "project"),
            branch: text(row, "branch"),
        };
        let sums = Sums {
            input: count("input"),
            output: count("output"),
            cache_read: count("cache_read"),
            cache_write: count("cache_write"),
            reasoning: count("reasoning"),
            messages: count("messages"),
        };
        (key, sums)
    };
    let all: BTreeMap<Key, Sums> = rows.iter().map(read).collect();
    assert_eq!(all.len(), rows.len(), "each row stands once");
    all
}

#[test]
fn every_row_of_a_large_home_is_exact_in_any_zone_with_and_without_an_index() {
    for seed in [21, 22, 23] {
        let logs = Logs::new();
        let size = Size {
            seed,
            messages: 2_000,
            bytes_per_message: 400,
        };
        let truth = write(&logs.root(), size).unwrap();
        for zone in ZONES {
            let expected = truth.rows(&TimeZone::get(zone).unwrap());
            let with = rows(&logs.answer(&["rows", "--timezone", zone]));
            assert!(
                with == expected,
                "seed {seed} in {zone}: {}",
                difference(&expected, &with)
            );
        }
        let without = rows(&logs.answer(&["rows", "--timezone", "UTC", "--no-cache"]));
        let expected = truth.rows(&TimeZone::UTC);
        assert!(
            without == expected,
            "seed {seed} without an index: {}",
            difference(&expected, &without)
        );
    }
}

/// The first row that is not the same.
fn difference(expected: &BTreeMap<Key, Sums>, found: &BTreeMap<Key, Sums>) -> String {
    let mut keys = expected.keys().chain(found.keys());
    let first = keys.find(|key| expected.get(key) != found.get(key));
    match first {
        Some(key) => format!("{key:?}: {:?}, but it is {:?}", found.get(key), expected.get(key)),
        None => "none".into(),
    }
}
