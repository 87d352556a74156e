use std::fs;

use serde_json::json;

use super::{Machine, read};

#[test]
fn entries_are_priced_only_where_they_say_what_they_are_made_of() {
    let machine = Machine::new();
    machine.git(&["checkout", "-q", "-b", "feature/api"]);
    let bare = machine
        .run(&["branch", "add", "50,000", "Initial API setup"])
        .expect(0);
    assert!(bare.stdout.contains("unpriced"), "{}", bare.stdout);
    let arguments = [
        "branch",
        "add",
        "1000",
        "a review",
        "--model",
        "claude-sonnet-4-5",
        "--input",
        "900",
        "--output",
        "100",
    ];
    let priced = machine.answer(&arguments);
    // 900 at $3 and 100 at $15 for a million.
    assert_eq!(priced["costNanoUsd"], "4200000");
    assert_eq!(priced["row"]["repository"], "github.com/acme/shop");
    assert_eq!(machine.totals("feature/api"), (51_000, Some("4200000".into())));
    assert_eq!(machine.totals("main").0, 0);

    let shown = machine.run(&["branch", "show"]).expect(0).stdout;
    for said in [
        "51,000",
        "$0.0042*",
        "Initial API setup",
        "1 row without a known price (50,000 tokens)",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let manual = machine.answer(&["usage", "rows", "--manual"]);
    assert_eq!(manual["rows"].as_array().unwrap().len(), 2);
    let others = machine.answer(&["usage", "rows", "--client", "claude"]);
    assert_eq!(others["rows"].as_array().unwrap().len(), 0);
    let on_branch = machine.answer(&["usage", "daily", "--branch", "feature/api"]);
    assert_eq!(on_branch["totals"]["totalTokens"], 51_000);
    assert_eq!(on_branch["totals"]["unpricedMessages"], 1);
}

#[test]
fn what_cannot_be_an_entry_is_wrong_usage() {
    let machine = Machine::new();
    for arguments in [
        &["0"][..],
        &["-5"],
        &["1.5"],
        &["9999999999999999"],
        &["100", "x", "--model", "m"],
        &["100", "x", "--model", "m", "--input", "50", "--output", "49"],
        &["100", "x", "--input", "100"],
        &["100", "a\u{1b}[31mb"],
    ] {
        let arguments: Vec<&str> = ["branch", "add"].iter().chain(arguments).copied().collect();
        machine.run(&arguments).expect(2);
    }
    assert_eq!(machine.totals("main").0, 0);
    let mut outside = machine.command(&["branch", "add", "5", "--json"]);
    let outcome = tests::Outcome::from(outside.current_dir(machine.home.path()).output().unwrap()).expect(1);
    assert_eq!(outcome.error()["code"], "not_found");
}

#[test]
fn development_staging_and_production_never_double() {
    let (laptop, desktop, server) = (Machine::new(), Machine::new(), Machine::new());
    laptop.log("s1", "m1", "topic", 90);
    laptop
        .run(&["branch", "add", "60000", "work", "--branch", "topic"])
        .expect(0);
    let first = laptop.path("first.json");
    laptop
        .run(&[
            "branch",
            "export",
            &first,
            "--branch",
            "topic",
            "--machine",
            "laptop",
        ])
        .expect(0);

    desktop.run(&["branch", "import", &first, "--yes"]).expect(0);
    assert_eq!(desktop.totals("topic"), laptop.totals("topic"));
    desktop
        .run(&["branch", "add", "20000", "--branch", "topic"])
        .expect(0);
    let second = desktop.path("second.json");
    desktop
        .run(&["branch", "export", &second, "--branch", "topic"])
        .expect(0);

    // By two ways, and once more.
    for file in [&second, &first, &second] {
        server
            .run(&["branch", "import", file, "--merge", "--yes"])
            .expect(0);
    }
    assert_eq!(server.totals("topic"), (80_100, Some("1380000".into())));
    // The laptop has the log itself.
    laptop.run(&["branch", "import", &second, "--yes"]).expect(0);
    assert_eq!(laptop.totals("topic"), server.totals("topic"));
    // A backup of the log comes to the server, too.
    server.log("s1", "m1", "topic", 90);
    assert_eq!(laptop.totals("topic"), server.totals("topic"));

    let shown = server.answer(&["branch", "show", "topic"]);
    let imports: Vec<_> = shown["imports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|import| {
            (
                import["file"].as_str().unwrap(),
                import["added"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        imports,
        [("second.json", 3), ("first.json", 0), ("second.json", 0)]
    );
}

#[test]
fn an_export_names_its_branch_and_no_secret_or_path() {
    let machine = Machine::new();
    machine.log("s1", "m1", "main", 5);
    machine.log("s1", "m2", "topic", 5);
    let file = machine.path("out.json");
    machine.run(&["branch", "export", &file]).expect(0);
    let export = read(&file);
    assert_eq!(
        (&export["format"], &export["version"]),
        (&json!("token-tracker-branch"), &json!(1))
    );
    assert_eq!(export["git"]["repository"], "github.com/acme/shop");
    assert_eq!(export["git"]["branch"], "main");
    assert_eq!(
        export["git"]["commit"],
        machine.git(&["rev-parse", "HEAD"]).as_str()
    );
    assert_eq!(export["rows"].as_array().unwrap().len(), 1);
    assert_eq!(export["rows"][0]["outputTokens"], 5);
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        !text.contains("secret") && !text.contains(&machine.path("")),
        "{text}"
    );
    // A file that is there is not written over by accident.
    machine.run(&["branch", "export", &file]).expect(2);
    let all = machine
        .run(&["branch", "export", &file, "--all", "--force"])
        .expect(0);
    assert!(all.stdout.contains("2 rows with 30 tokens"), "{}", all.stdout);
    let piped = machine
        .run(&["branch", "export", "-", "--branch", "topic"])
        .expect(0);
    assert_eq!(
        piped.json::<serde_json::Value>()["rows"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn replacing_leaves_logs_and_other_branches_alone() {
    let (one, other) = (Machine::new(), Machine::new());
    one.run(&["branch", "add", "70", "--branch", "topic"]).expect(0);
    let file = one.path("one.json");
    one.run(&["branch", "export", &file, "--branch", "topic"])
        .expect(0);
    other.log("s1", "m1", "topic", 90);
    other
        .run(&["branch", "add", "1000", "--branch", "topic"])
        .expect(0);
    other.run(&["branch", "add", "5", "--branch", "main"]).expect(0);
    let dry = other.answer(&["branch", "import", &file, "--replace", "--dry-run"]);
    assert_eq!(
        (&dry["imported"], &dry["files"][0]["removed"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(other.totals("topic").0, 1_100);
    // Nobody is there to say yes.
    other.run(&["branch", "import", &file, "--replace"]).expect(2);
    assert_eq!(other.totals("topic").0, 1_100);
    other
        .run(&["branch", "import", &file, "--replace", "--yes"])
        .expect(0);
    assert_eq!((other.totals("topic").0, other.totals("main").0), (170, 5));
}

#[test]
fn files_of_one_branch_take_the_place_of_what_was_kept_together() {
    let (one, two, other) = (Machine::new(), Machine::new(), Machine::new());
    let export = |machine: &Machine, tokens: &str| {
        machine
            .run(&["branch", "add", tokens, "--branch", "topic"])
            .expect(0);
        let file = machine.path("topic.json");
        machine
            .run(&["branch", "export", &file, "--branch", "topic"])
            .expect(0);
        file
    };
    let files = [export(&one, "70"), export(&two, "30")];
    other
        .run(&["branch", "add", "1000", "--branch", "topic"])
        .expect(0);
    let import = |last: &str| {
        other.answer(&["branch", "import", "--replace", &files[0], &files[1], last])["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| ["added", "known", "removed"].map(|name| file[name].as_u64().unwrap()))
            .collect::<Vec<_>>()
    };
    // What is kept of the branch goes once, with the first file that names it.
    assert_eq!(import("--dry-run"), [[1, 0, 1], [1, 0, 0]]);
    assert_eq!(other.totals("topic").0, 1_000);
    assert_eq!(import("--yes"), [[1, 0, 1], [1, 0, 0]]);
    assert_eq!(other.totals("topic").0, 100);
    assert_eq!(import("--yes"), [[1, 0, 2], [1, 0, 0]]);
    assert_eq!(other.totals("topic").0, 100);
    let shown = other.answer(&["branch", "show", "topic"]);
    assert_eq!(shown["imports"].as_array().unwrap().len(), 4);
}

#[test]
fn a_row_that_no_file_may_hold_costs_an_export_no_other_row() {
    let (machine, other) = (Machine::new(), Machine::new());
    let branch = "a\u{200b}b";
    machine.git(&["checkout", "-q", "-b", branch]);
    machine.log("s1", "m1", branch, 90);
    machine.log_at("1999-06-01T12:00:00Z", "s1", "m2", branch, 5);
    // Copilot counts reasoning apart, and may tell more of it than of all output.
    let folder = machine.home.path().join("home/.copilot/session-state/c1");
    fs::create_dir_all(&folder).unwrap();
    let event = |kind: &str, data: serde_json::Value| {
        let event = json!({"type": kind, "id": kind, "timestamp": "2026-06-01T12:00:00Z", "data": data});
        format!("{event}\n")
    };
    let usage = json!({"inputTokens": 20, "outputTokens": 30, "reasoningTokens": 44});
    let events = [
        event(
            "session.start",
            json!({"context": {"cwd": machine.checkout(), "branch": branch}}),
        ),
        event("assistant.message", json!({"outputTokens": 30})),
        event(
            "session.shutdown",
            json!({"modelMetrics": {"gpt-5\u{202e}": {"usage": usage}}}),
        ),
    ];
    fs::write(folder.join("events.jsonl"), events.concat()).unwrap();

    let piped = machine.run(&["branch", "export", "-"]).expect(0);
    let export: serde_json::Value = piped.json();
    assert_eq!(export["git"]["branch"], "ab");
    assert_eq!(export["rows"].as_array().unwrap().len(), 2);
    assert!(piped.stderr.contains("1 row is left out"), "{}", piped.stderr);
    let file = machine.path("out.json");
    let answer = machine.answer(&["branch", "export", &file]);
    assert_eq!((&answer["rows"], &answer["unfit"]), (&json!(2), &json!(1)));
    other.run(&["branch", "import", &file, "--yes"]).expect(0);
    assert_eq!(other.totals("ab").0, 150);
    let submitted = machine.answer(&["branch", "submit", "--dry-run"]);
    assert_eq!(
        (&submitted["sums"]["rows"], &submitted["unfit"]),
        (&json!(2), &json!(1))
    );
}

#[test]
fn what_came_by_import_is_submitted_by_its_own_machine_alone() {
    let (one, other) = (Machine::new(), Machine::new());
    one.log("s1", "m1", "topic", 90);
    other.log("s2", "m2", "topic", 40);
    other.run(&["branch", "add", "7", "--branch", "topic"]).expect(0);
    let file = one.path("topic.json");
    one.run(&["branch", "export", &file, "--branch", "topic"])
        .expect(0);
    other.run(&["branch", "import", &file, "--yes"]).expect(0);
    assert_eq!(other.totals("topic").0, 157);
    let sent = |machine: &Machine| -> Vec<(String, u64)> {
        let answer = machine.answer(&["submit", "--dry-run", "--timezone", "UTC"]);
        let days = answer["days"].as_array().unwrap().iter();
        days.map(|day| {
            let client = day["client"].as_str().unwrap().to_owned();
            (client, day["totalTokens"].as_u64().unwrap())
        })
        .collect()
    };
    assert_eq!(sent(&one), [("claude".to_owned(), 100)]);
    assert_eq!(
        sent(&other),
        [("claude".to_owned(), 50), ("manual".to_owned(), 7)]
    );
}

#[test]
fn what_is_put_away_stays_in_reports() {
    let machine = Machine::new();
    machine.log("s1", "m1", "main", 90);
    machine.run(&["branch", "add", "1000"]).expect(0);
    machine.run(&["branch", "archive"]).expect(0);
    machine.run(&["branch", "add", "7"]).expect(0);
    let shown = machine.answer(&["branch", "show"]);
    assert_eq!(
        (&shown["totals"]["totalTokens"], &shown["archivedRows"]),
        (&json!(7), &json!(2))
    );
    assert_eq!(
        machine.answer(&["branch", "show", "--archived"])["totals"]["totalTokens"],
        1_107
    );
    assert_eq!(
        machine.answer(&["usage", "branches"])["totals"]["totalTokens"],
        1_107
    );
    machine.run(&["branch", "archive", "--undo"]).expect(0);
    assert_eq!(machine.totals("main").0, 1_107);
    machine.run(&["branch", "archive", "--undo"]).expect(1);
}

#[test]
fn a_second_work_tree_is_the_same_repository() {
    let machine = Machine::new();
    let tree = machine.path("tree");
    machine.git(&["worktree", "add", "-q", "-b", "topic", &tree]);
    machine
        .run(&["branch", "add", "11", "--branch", "topic"])
        .expect(0);
    let mut command = machine.command(&["branch", "show", "--json"]);
    let shown: serde_json::Value = tests::Outcome::from(command.current_dir(&tree).output().unwrap())
        .expect(0)
        .json();
    assert_eq!(
        (&shown["branch"], &shown["totals"]["totalTokens"]),
        (&json!("topic"), &json!(11))
    );
}
