//! What assistants used is shared with whom one wants: sums of days, and nothing else.

mod dear;
mod forged;
mod many;

use std::fs;

use http::Method;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use tests::{Config, Gateway, Postgres, Request, Serve, Transcript};

use crate::{
    browser::{Browser, invited, printed_link, with_owner},
    login::Laptop,
};

const NUMBERS: [&str; 8] = [
    "messages",
    "inputTokens",
    "outputTokens",
    "cacheReadTokens",
    "cacheWriteTokens",
    "reasoningTokens",
    "totalTokens",
    "costNanoUsd",
];

fn day(ago: i64) -> Date {
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    today.checked_sub(ago.days()).unwrap()
}

/// A machine with logs of four days, the last three of them in a row.
fn laptop(gateway: &Gateway) -> Laptop {
    let laptop = Laptop::of(gateway);
    let line = |(id, ago, model, output): (u32, i64, &str, u64)| {
        let usage = json!({ "input_tokens": 1000, "output_tokens": output, "cache_read_input_tokens": 9000,
            "cache_creation_input_tokens": 20 });
        let line = json!({
            "type": "assistant", "sessionId": "s1", "requestId": format!("r{id}"), "cwd": "/work/secret-project",
            "timestamp": format!("{}T00:00:01.000Z", day(ago)), "gitBranch": "secret-branch",
            "message": { "id": format!("m{id}"), "model": model, "content": "secret-answer", "usage": usage },
        });
        format!("{line}\n")
    };
    let lines = [
        (1, 9, "claude-sonnet-4-5", 700),
        (2, 2, "claude-sonnet-4-5", 500),
        (3, 1, "claude-opus-4-5", 300),
        (4, 0, "claude-sonnet-4-5", 100),
        (5, 0, "nobody-knows-its-price", 50),
    ];
    let folder = laptop.home.path().join("home/.claude/projects/-work-secret");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("s1.jsonl"), lines.map(line).concat()).unwrap();
    laptop
}

async fn ask(gateway: &Gateway, path: &str) -> Transcript {
    Request::get(&gateway.url(&format!("/api/v1{path}"))).send().await
}

fn profile(is_public: bool, shows_cost: bool) -> Value {
    json!({ "handle": "ada", "name": "Ada L.", "isPublic": is_public, "showsCost": shows_cost })
}

async fn share(browser: &mut Browser, how: Value) {
    let answered = browser.send(Method::PUT, "/sharing", how).await;
    answered.expect(204);
}

fn numbers(sum: &Value) -> Vec<Value> {
    NUMBERS.iter().map(|name| sum[name].clone()).collect()
}

/// The same days as `usage daily` shows, none twice, however often they are sent.
async fn submitted(laptop: &Laptop, ada: &Browser) {
    let dry = laptop.run(&["submit", "--dry-run", "--json"]).await.expect(0);
    let dry_run: Value = dry.json();
    assert_eq!(
        (&dry_run["isSent"], dry_run["days"].as_array().unwrap().len()),
        (&json!(false), 5)
    );
    assert!(!dry.stdout.contains("secret"), "{}", dry.stdout);
    let none = ada.get("/sharing").await.expect(200).json();
    assert_eq!(
        (&none["machines"], &none["isPublic"]),
        (&json!([]), &json!(false))
    );

    for _ in 0..2 {
        let sent: Value = laptop.run(&["submit", "--json"]).await.expect(0).json();
        assert_eq!((&sent["isSent"], &sent["days"]), (&json!(true), &dry_run["days"]));
    }
    let own = ada.get("/sharing").await.expect(200).json();
    assert_eq!(
        (
            own["machines"].as_array().unwrap().len(),
            &own["machines"][0]["days"],
            &own["machines"][0]["name"]
        ),
        (1, &json!(4), &json!("laptop"))
    );
    let daily: Value = laptop.run(&["usage", "daily", "--json"]).await.expect(0).json();
    let mut groups = daily["groups"].as_array().unwrap().clone();
    groups.reverse();
    let kept = ada.get("/sharing/days").await.expect(200).json();
    let kept = kept["days"].as_array().unwrap();
    assert_eq!(kept.len(), groups.len());
    for (kept, group) in kept.iter().zip(&groups) {
        assert_eq!((&kept["day"], numbers(kept)), (&group["day"], numbers(group)));
        assert_eq!(
            (&kept["models"], &kept["unpricedMessages"]),
            (&group["models"], &group["unpricedMessages"])
        );
    }
}

/// Off until it is switched on, and what is not shown is nowhere.
async fn shown_to_whom_one_wants(gateway: &Gateway, ada: &mut Browser, other: &Browser) {
    ask(gateway, "/profiles/ada").await.expect(404);
    share(ada, profile(true, false)).await;
    let seen = ask(gateway, "/profiles/ada").await.expect(200).json();
    let figures = ["tokens", "activeDays", "streakDays", "longestStreakDays"].map(|name| &seen[name]);
    let tokens = 5 * 10_020 + 700 + 500 + 300 + 100 + 50;
    assert_eq!(figures, [&json!(tokens), &json!(4), &json!(3), &json!(3)]);
    assert_eq!(
        (&seen["name"], &seen["costNanoUsd"]),
        (&json!("Ada L."), &Value::Null)
    );
    for form in ["squares", "towers"] {
        let graph = ask(
            gateway,
            &format!("/profiles/ada/graph.svg?form={form}&theme=dark"),
        )
        .await
        .expect(200);
        assert_eq!(graph.header("content-type"), Some("image/svg+xml"));
        let svg = graph.text();
        assert!(
            svg.contains("on 4 of ") && !svg.contains('$') && !svg.contains("script"),
            "{svg}"
        );
    }
    let board = ask(gateway, "/leaderboard?by=streak&period=week")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&board["rows"][0]["place"], &board["rows"][0]["handle"]),
        (&json!(1), &json!("ada"))
    );
    assert_eq!(board["rows"][0]["tokens"], 4 * 10_020 + 500 + 300 + 100 + 50);
    assert_eq!(
        ask(gateway, "/leaderboard?by=cost").await.expect(200).json()["rows"],
        json!([])
    );

    share(ada, profile(true, true)).await;
    let seen = ask(gateway, "/profiles/ada").await.expect(200).json();
    assert!(seen["costNanoUsd"].is_string(), "{seen}");
    let graph = ask(gateway, "/profiles/ada/graph.svg").await.expect(200);
    assert!(graph.text().contains('$'));
    let board = ask(gateway, "/leaderboard?by=cost&period=all")
        .await
        .expect(200)
        .json();
    assert_eq!(board["rows"][0]["costNanoUsd"], seen["costNanoUsd"]);

    share(ada, profile(false, true)).await;
    for path in ["/profiles/ada", "/profiles/ada/graph.svg"] {
        let refused = ask(gateway, path).await.expect(404);
        let nobody = ask(gateway, &path.replace("ada", "nobody-at-all"))
            .await
            .expect(404);
        assert_eq!(
            refused.json(),
            nobody.json(),
            "private is as if it were not there"
        );
        other.get(path).await.expect(404);
    }
    assert_eq!(
        ask(gateway, "/leaderboard?period=all").await.expect(200).json()["rows"],
        json!([])
    );
}

/// The owner keeps among members what members make public.
async fn shown_to_members_only(gateway: &Gateway, ada: &mut Browser, olga: &mut Browser) {
    share(ada, profile(true, true)).await;
    let paths = ["/profiles/ada", "/profiles/ada/graph.svg", "/leaderboard"];
    let closed = json!({ "publicProfiles": false });
    let set = olga.send(Method::PUT, "/settings", closed).await.expect(200);
    assert_eq!(set.json()["publicProfiles"], json!(false));
    for path in paths {
        let hidden = ask(gateway, path).await.expect(404);
        assert_eq!(hidden.code(), "not_found");
        olga.get(path).await.expect(200);
        ada.get(path).await.expect(200);
    }
    let nobody = ask(gateway, "/profiles/nobody-at-all").await.expect(404);
    assert_eq!(ask(gateway, paths[0]).await.json(), nobody.json());
    let picture = olga.get(paths[1]).await.expect(200);
    assert_eq!(picture.header("cache-control"), Some("private, max-age=300"));
    // As it comes: everybody sees them.
    let set = olga.send(Method::PUT, "/settings", json!({})).await.expect(200);
    assert_eq!(set.json()["publicProfiles"], json!(true));
    for path in paths {
        ask(gateway, path).await.expect(200);
    }
    let picture = ask(gateway, paths[1]).await.expect(200);
    assert_eq!(picture.header("cache-control"), Some("public, max-age=300"));
}

async fn whole(gateway: &Gateway, olga: &mut Browser) -> (Laptop, Browser) {
    let mut ada = invited(gateway, olga, "member", "Ada").await;
    let laptop = laptop(gateway);
    let refused = laptop.run(&["submit", "--json"]).await.expect(1);
    assert_eq!(refused.error()["code"], "not_signed_in");
    laptop.log_in(&mut ada).await;
    submitted(&laptop, &ada).await;
    shown_to_whom_one_wants(gateway, &mut ada, olga).await;
    (laptop, ada)
}

#[tokio::test]
async fn what_was_used_is_submitted_and_shown_to_whom_one_wants() {
    let (gateway, mut olga) = with_owner().await;
    let (_laptop, mut ada) = whole(&gateway, &mut olga).await;
    shown_to_members_only(&gateway, &mut ada, &mut olga).await;
}

#[tokio::test]
async fn what_was_used_is_submitted_and_shown_on_postgresql() {
    let server = Postgres::start();
    let serve = Serve::new(&Config::new()).env("TOKEN_TRACKER_DATABASE_URL", &server.database("tt"));
    let gateway = serve.start().await;
    let mut olga = Browser::use_link(&gateway, &printed_link(&gateway), "Olga").await;
    let (laptop, ada) = whole(&gateway, &mut olga).await;
    deleted(&gateway, &laptop, ada, &mut olga).await;
}

#[tokio::test]
async fn what_was_sent_is_deleted_when_its_member_says_so() {
    let (gateway, mut olga) = with_owner().await;
    let (laptop, ada) = whole(&gateway, &mut olga).await;
    deleted(&gateway, &laptop, ada, &mut olga).await;
}

async fn deleted(gateway: &Gateway, laptop: &Laptop, mut ada: Browser, olga: &mut Browser) {
    share(&mut ada, profile(true, true)).await;
    let taken = olga
        .send(Method::PUT, "/sharing", profile(true, true))
        .await
        .expect(409);
    assert_eq!(taken.json()["error"]["code"], "name_taken");
    let own = ada.get("/sharing").await.expect(200).json();
    let machine = own["machines"][0]["machine"].as_str().unwrap().to_owned();
    let body = json!({ "machine": machine, "days": [forged::honest()] });
    let taken = olga.post("/sharing/days", body).await.expect(409);
    assert_eq!(taken.json()["error"]["code"], "machine_taken");
    olga.delete(&format!("/sharing/machines/{machine}"))
        .await
        .expect(404);

    ada.delete(&format!("/sharing/machines/{machine}"))
        .await
        .expect(204);
    assert_eq!(
        ada.get("/sharing/days").await.expect(200).json()["days"],
        json!([])
    );
    assert_eq!(
        ask(gateway, "/profiles/ada").await.expect(200).json()["tokens"],
        0
    );
    laptop.run(&["submit"]).await.expect(0);
    assert!(ask(gateway, "/profiles/ada").await.expect(200).json()["tokens"].as_u64() > Some(0));

    ada.delete("/sharing").await.expect(204);
    ask(gateway, "/profiles/ada").await.expect(404);
    let own = ada.get("/sharing").await.expect(200).json();
    assert_eq!(
        (&own["handle"], &own["isPublic"], &own["machines"], &own["name"]),
        (&Value::Null, &json!(false), &json!([]), &json!("Ada"))
    );
    assert_eq!(
        ask(gateway, "/leaderboard?period=all").await.expect(200).json()["rows"],
        json!([])
    );
}
