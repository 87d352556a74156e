//! Amounts in another currency, at a rate that the person says; and reports for spreadsheets.

use serde_json::{Value, json};

use super::{Logs, claude::line};

const FILE: &str = ".claude/projects/-work-a/s1.jsonl";
const RATES: &str = ".config/token-tracker/currency.toml";
const DAY: &str = "2026-06-01T12:00:00.000Z";

fn logs() -> Logs {
    let logs = Logs::new();
    let mut unpriced = line(DAY, "m2", "r2", 5);
    unpriced["message"]["model"] = json!("nobody-knows-its-price");
    logs.lines(FILE, &[line(DAY, "m1", "r1", 100_000), unpriced]);
    logs
}

/// What `daily` says in both forms: the total in US dollars and in euros, and the text.
fn daily(logs: &Logs, arguments: &[&str]) -> (Value, String) {
    let arguments = [&["daily", "--timezone", "UTC"][..], arguments].concat();
    (logs.answer(&arguments), logs.run(&arguments).expect(0).stdout)
}

#[test]
fn amounts_are_shown_at_the_rate_that_was_said_and_stay_in_dollars() {
    let logs = logs();
    let (dollars, _) = daily(&logs, &[]);
    // 10 at $3, 100,000 at $15, 200 at $0.30 and 30 at $3.75 for a million.
    assert_eq!(dollars["totals"]["costNanoUsd"], "1500202500");
    assert_eq!(dollars.get("currency"), None);

    let (euros, text) = daily(&logs, &["--currency", "eur", "--rate", "0.9"]);
    for sum in [&euros["totals"], &euros["groups"][0]] {
        assert_eq!(
            (&sum["costNanoUsd"], &sum["costNanoEur"]),
            (&json!("1500202500"), &json!("1350182250"))
        );
    }
    assert_eq!(
        euros["currency"],
        json!({"code": "EUR", "rate": "0.9", "date": null})
    );
    assert!(
        text.contains("EUR 1.36*") && text.contains("0.9 EUR for one US dollar") && !text.contains('$'),
        "{text}"
    );

    logs.write(RATES, "[EUR]\nrate = \"0.5\"\ndate = \"2026-01-31\"\n");
    let (written, text) = daily(&logs, &["--currency", "EUR"]);
    assert_eq!(written["totals"]["costNanoEur"], "750101250");
    assert_eq!(written["currency"]["date"], "2026-01-31");
    assert!(
        text.contains("0.5 EUR for one US dollar, the rate of 2026-01-31"),
        "{text}"
    );
    for report in [
        &[][..],
        &["models"],
        &["sessions"],
        &["branches"],
        &["blocks"],
        &["rows"],
        &["verify"],
    ] {
        let shown = logs
            .run(&[report, &["--currency", "EUR"]].concat())
            .expect(0)
            .stdout;
        let is_right = shown.contains("EUR 0.7") && shown.contains("2026-01-31") && !shown.contains('$');
        assert!(is_right, "{report:?}: {shown}");
        let told = logs.answer(&[report, &["--currency", "EUR"]].concat());
        assert_eq!(told["currency"]["code"], "EUR", "{report:?}");
    }
    let rows = logs.answer(&["rows", "--currency", "EUR"]);
    let costs = rows["rows"].as_array().unwrap().iter();
    let costs: Vec<&Value> = costs.map(|row| &row["cost_nano_eur"]).collect();
    assert_eq!(costs, [&json!("750101250"), &Value::Null]);
    let line = logs.answer(&["statusline", "--currency", "EUR"])["line"].take();
    assert_eq!(line, "EUR 0 today");
    assert_eq!(daily(&logs, &["--currency", "USD"]).0, dollars);
}

#[test]
fn without_a_rate_nothing_is_guessed() {
    let logs = logs();
    let refused = logs.run(&["daily", "--currency", "EUR", "--json"]).expect(2);
    assert_eq!(refused.error()["message"], "No rate of EUR is known.");
    let hint = refused.error()["hint"].as_str().unwrap().to_owned();
    assert!(
        hint.contains("--rate") && hint.contains("currency.toml"),
        "{hint}"
    );
    for arguments in [
        &["--rate", "0.9"][..],
        &["--currency", "EURO"],
        &["--currency", "EUR", "--rate", "0"],
        &["--currency", "EUR", "--rate", "0,9"],
        &["--currency", "USD", "--rate", "2"],
    ] {
        logs.run(&[&["daily"], arguments].concat()).expect(2);
    }
    for wrong in [
        "[EUR]\nrate = \"0.5\"\n",
        "[EUR]\nrate = 0.5\ndate = \"2026-01-31\"\n",
        "[EUR]\nrate = \"0.5\"\ndate = \"2026-01-31\"\nsource = \"x\"\n",
    ] {
        logs.write(RATES, wrong);
        logs.run(&["daily", "--currency", "EUR"]).expect(2);
    }
    logs.run(&["models", "--explain-price", "--currency", "EUR", "--rate", "1"])
        .expect(2);
}

#[test]
fn spreadsheets_get_every_report_of_sums() {
    let logs = logs();
    let csv = |arguments: &[&str]| -> Vec<String> {
        let arguments = [arguments, &["--csv", "--timezone", "UTC"]].concat();
        let text = logs.run(&arguments).expect(0).stdout;
        text.lines().map(str::to_owned).collect()
    };
    let counts = "messages,input,output,cache_read,cache_write,reasoning";
    let sum = "2,20,100005,400,60,0,1500202500,1";
    assert_eq!(
        csv(&[]),
        [
            format!("period,{counts},cost_nano_usd,unpriced_messages"),
            "today,0,0,0,0,0,0,0,0".into(),
            "week,0,0,0,0,0,0,0,0".into(),
            "month,0,0,0,0,0,0,0,0".into(),
            format!("all,{sum}"),
        ]
    );
    assert_eq!(
        csv(&["blocks"]),
        [
            format!("start,end,active,{counts},cost_nano_usd,unpriced_messages"),
            format!("2026-06-01T12:00:00Z,2026-06-01T17:00:00Z,false,{sum}"),
        ]
    );
    assert_eq!(
        csv(&["rows", "--currency", "EUR", "--rate", "2"]),
        [
            format!("day,client,model,project,branch,{counts},cost_nano_usd,cost_nano_eur"),
            "2026-06-01,claude,claude-sonnet-4-5-20250929,/work/a,main,1,10,100000,200,30,0,1500202500,3000405000"
                .into(),
            "2026-06-01,claude,nobody-knows-its-price,/work/a,main,1,10,5,200,30,0,,".into(),
        ]
    );
}
