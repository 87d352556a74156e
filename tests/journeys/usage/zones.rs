use super::{Logs, claude::line};

const FILE: &str = ".claude/projects/-work-a/s1.jsonl";

/// The days and how many messages each has.
fn days(logs: &Logs, zone: &str) -> Vec<(String, String)> {
    let rows = logs.rows(zone);
    let day = |row: &String| {
        let count = row.rsplit(' ').next().unwrap().to_owned();
        (row[..10].to_owned(), count)
    };
    rows.iter().map(day).collect()
}

fn expect(days: &[(&str, &str)]) -> Vec<(String, String)> {
    days.iter()
        .map(|(day, count)| ((*day).to_owned(), (*count).to_owned()))
        .collect()
}

#[test]
fn days_are_cut_in_the_zone_that_is_asked_for_also_with_a_warm_index() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[
            line("2026-06-01T18:29:59.999Z", "m1", "r1", 1),
            line("2026-06-01T18:30:00.000Z", "m2", "r2", 1),
            line("2026-06-01T18:15:00.000Z", "m3", "r3", 1),
        ],
    );
    assert_eq!(days(&logs, "UTC"), expect(&[("2026-06-01", "x3")]));
    // Five and a half hours ahead, and five and three quarters.
    assert_eq!(
        days(&logs, "Asia/Kolkata"),
        expect(&[("2026-06-01", "x2"), ("2026-06-02", "x1")])
    );
    assert_eq!(days(&logs, "Asia/Kathmandu"), expect(&[("2026-06-02", "x3")]));
    assert_eq!(days(&logs, "America/St_Johns"), expect(&[("2026-06-01", "x3")]));
}

#[test]
fn days_with_23_and_25_hours_end_at_their_midnight() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[
            // Berlin goes from +1 to +2 on 29 March, and back on 25 October.
            line("2026-03-28T22:59:59Z", "m1", "r1", 1),
            line("2026-03-28T23:00:00Z", "m2", "r2", 1),
            line("2026-03-29T21:59:59Z", "m3", "r3", 1),
            line("2026-03-29T22:00:00Z", "m4", "r4", 1),
            line("2026-10-24T22:00:00Z", "m5", "r5", 1),
            line("2026-10-25T22:59:59Z", "m6", "r6", 1),
            line("2026-10-25T23:00:00Z", "m7", "r7", 1),
        ],
    );
    let expected = [
        ("2026-03-28", "x1"),
        ("2026-03-29", "x2"),
        ("2026-03-30", "x1"),
        ("2026-10-25", "x2"),
        ("2026-10-26", "x1"),
    ];
    assert_eq!(days(&logs, "Europe/Berlin"), expect(&expected));
}

#[test]
fn a_zone_that_does_not_exist_is_wrong_usage() {
    let logs = Logs::new();
    let outcome = logs
        .run(&["rows", "--timezone", "Mars/Olympus", "--json"])
        .expect(2);
    assert_eq!(outcome.error()["code"], "invalid_request");
    assert_eq!(outcome.stdout, "");
}
