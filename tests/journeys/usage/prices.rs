//! Prices that the person brings along, by date.

use serde_json::{Value, json};

use super::{Logs, claude::line, cost};

const FILE: &str = ".claude/projects/-work-a/s1.jsonl";

fn of(model: &str, day: &str) -> String {
    let mut line = line(&format!("{day}T12:00:00.000Z"), day, day, 1_000_000);
    line["message"]["model"] = model.into();
    line["message"]["usage"] = json!({"input_tokens": 1_000_000, "output_tokens": 1_000_000});
    format!("{line}\n")
}

fn import(logs: &Logs, name: &str, table: &Value, more: &[&str]) -> tests::Outcome {
    let path = logs.home.path().join(name);
    std::fs::write(&path, table.to_string()).unwrap();
    let mut command = logs.home.command(tests::token_tracker());
    command.args(["usage", "prices", "import"]).arg(path).args(more);
    command.args(["--json", "--home"]).arg(logs.root());
    command.output().unwrap().into()
}

fn litellm(input: f64) -> Value {
    json!({"my-own-model": {"litellm_provider": "anthropic", "mode": "chat",
        "input_cost_per_token": input, "output_cost_per_token": 0.0}})
}

fn costs(logs: &Logs) -> Vec<Option<String>> {
    let without = cost(&logs.answer(&["rows", "--timezone", "UTC", "--no-cache"]));
    let with = cost(&logs.answer(&["rows", "--timezone", "UTC"]));
    assert_eq!(with, without);
    with
}

fn dollars(number: u64) -> Option<String> {
    Some((number * 1_000_000_000).to_string())
}

#[test]
fn each_day_has_the_price_of_its_table_and_what_the_person_wrote_stands_above_all() {
    let logs = Logs::new();
    let days = ["2026-01-10", "2026-02-10", "2026-03-10"];
    logs.write(FILE, days.map(|day| of("my-own-model", day)).concat());
    assert_eq!(costs(&logs), [None, None, None]);
    // What nobody else has a price for has it before its day, too.
    import(&logs, "a.json", &litellm(2e-6), &["--from", "2026-02-01"]).expect(0);
    assert_eq!(costs(&logs), [dollars(2), dollars(2), dollars(2)]);
    import(&logs, "b.json", &litellm(3e-6), &["--from", "2026-03-01"]).expect(0);
    assert_eq!(costs(&logs), [dollars(2), dollars(2), dollars(3)]);
    logs.write(
        ".config/token-tracker/prices.toml",
        "[[price]]\nmodel = \"my-own-model\"\ninput = \"5\"\noutput = \"1\"\nuntil = \"2026-02-01\"\n",
    );
    assert_eq!(costs(&logs), [dollars(6), dollars(2), dollars(3)]);
    let explained = logs.answer(&["models", "--explain-price"]);
    let shown: Vec<(Value, Value)> = explained["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| (model["from"].clone(), model["price"]["input"].clone()))
        .collect();
    let expected = [
        (json!(null), json!("5.00")),
        (json!("2026-02-01T00:00:00Z"), json!("2.00")),
        (json!("2026-03-01T00:00:00Z"), json!("3.00")),
    ];
    assert_eq!(shown, expected);
    let source = explained["models"][2]["price"]["source"].as_str().unwrap();
    assert!(source.starts_with("litellm 2026-03-01"), "{source}");
}

#[test]
fn what_was_used_before_an_import_keeps_its_price() {
    let logs = Logs::new();
    logs.write(
        FILE,
        of("claude-sonnet-4-5", "2026-01-10") + &of("claude-sonnet-4-5", "2026-03-10"),
    );
    let before = costs(&logs);
    let table = json!({"anthropic": {"id": "anthropic", "models": {"claude-sonnet-4-5": {"cost": {"input": 1, "output": 1}}}}});
    let answer: Value = import(&logs, "api.json", &table, &["--from", "2026-03-01"])
        .expect(0)
        .json();
    assert_eq!(
        (&answer["source"], &answer["models"]),
        (&json!("models.dev"), &json!(1))
    );
    assert_eq!(costs(&logs), [before[0].clone(), dollars(2)]);
}

#[test]
fn what_an_imported_table_leaves_out_is_not_free() {
    let logs = Logs::new();
    let mut line = line("2026-03-10T12:00:00.000Z", "m1", "r1", 0);
    line["message"]["model"] = "claude-sonnet-4-5".into();
    line["message"]["usage"] = json!({"cache_creation_input_tokens": 1_000_000,
        "cache_creation": {"ephemeral_1h_input_tokens": 1_000_000}, "server_tool_use": {"web_search_requests": 100}});
    logs.write(FILE, format!("{line}\n"));
    let table = json!({"anthropic": {"models": {"claude-sonnet-4-5": {"cost": {"input": 1, "output": 1}}}}});
    import(&logs, "api.json", &table, &["--from", "2026-03-01"]).expect(0);
    // Two for what is kept for an hour, one for the searches.
    assert_eq!(costs(&logs), [dollars(3)]);
    logs.write(
        ".config/token-tracker/prices.toml",
        "[[price]]\nmodel = \"claude-sonnet-4-5\"\ninput = \"5\"\noutput = \"1\"\n",
    );
    assert_eq!(costs(&logs), [dollars(11)]);
}

#[test]
fn what_is_served_within_the_united_states_costs_a_tenth_more_but_for_searches() {
    let logs = Logs::new();
    let cost_of = |more: Value| {
        let mut line = line("2026-06-01T12:00:00.000Z", "m1", "r1", 0);
        line["message"]["model"] = "claude-opus-4-6".into();
        let mut usage = json!({"input_tokens": 1_000_000, "output_tokens": 1_000_000});
        usage
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        line["message"]["usage"] = usage;
        logs.write(FILE, format!("{line}\n"));
        costs(&logs)[0].as_ref().unwrap().parse::<u64>().unwrap()
    };
    let searches = json!({"web_search_requests": 100});
    let usual = cost_of(json!({"inference_geo": "not_available"}));
    let within = cost_of(json!({"inference_geo": "us"}));
    assert_eq!(within * 10, usual * 11);
    let searched = cost_of(json!({"inference_geo": "us", "server_tool_use": searches}));
    assert_eq!(searched, within + 1_000_000_000);
    let fast = cost_of(json!({"inference_geo": "us", "speed": "fast"}));
    assert_eq!(fast * 10, cost_of(json!({"speed": "fast"})) * 11);
}

#[test]
fn a_file_that_is_no_table_changes_nothing() {
    let logs = Logs::new();
    let refused = import(&logs, "c.json", &json!({"a": 1}), &[]).expect(1);
    assert_eq!(refused.error()["code"], "invalid_request");
    let mut command = logs.home.command(tests::token_tracker());
    command
        .args(["usage", "prices", "--json", "--home"])
        .arg(logs.root());
    let outcome: tests::Outcome = command.output().unwrap().into();
    let listed: Value = outcome.expect(0).json();
    assert_eq!(listed["tables"].as_array().unwrap().len(), 1);
    // One that was spoiled later is said to be of no use.
    logs.write(
        ".config/token-tracker/prices.toml",
        "[[price]]\nmodel = \"x\"\ninput = 3\n",
    );
    let mut command = logs.home.command(tests::token_tracker());
    command
        .args(["usage", "prices", "--json", "--home"])
        .arg(logs.root());
    let outcome: tests::Outcome = command.output().unwrap().into();
    let listed: Value = outcome.expect(0).json();
    assert_eq!(listed["problems"].as_array().unwrap().len(), 1, "{listed}");
}
