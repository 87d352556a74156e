//! So many rows of one member are kept, and no more.

use rusqlite::Connection;
use serde_json::{Value, json};
use tests::{Config, Postgres, Serve};

use super::{day, forged::honest};
use crate::browser::{Browser, printed_link, with_owner};

const MACHINE: &str = "7e0c3f0e-58a5-4c2a-9d1e-6a7f3b2c1d00";
/// One less than is kept.
const NEARLY_ALL: &str = "UPDATE submitted_machine SET row_count = 199999";

fn sent(models: &[&str]) -> Value {
    let row = |model: &&str| {
        let mut row = honest();
        row["model"] = json!(model);
        row["costNanoUsd"] = Value::Null;
        row
    };
    json!({ "machine": MACHINE, "days": models.iter().map(row).collect::<Vec<_>>() })
}

async fn models(olga: &Browser) -> Value {
    let days = olga.get("/sharing/days").await.expect(200).json();
    assert_eq!(days["days"][0]["day"], json!(day(0)));
    days["days"][0]["models"].clone()
}

async fn no_more_are_kept(olga: &mut Browser, change: impl Fn(&str)) {
    olga.post("/sharing/days", sent(&["one"])).await.expect(200);
    change(NEARLY_ALL);
    let refused = olga
        .post("/sharing/days", sent(&["two", "three"]))
        .await
        .expect(400);
    assert_eq!(refused.json()["error"]["code"], "invalid_request");
    assert!(refused.text().contains("200000 rows"), "{}", refused.text());
    assert_eq!(models(olga).await, json!(["one"]), "nothing of it is kept");
    // What is there already needs no room.
    olga.post("/sharing/days", sent(&["one", "two"]))
        .await
        .expect(200);
    olga.post("/sharing/days", sent(&["one", "two"]))
        .await
        .expect(200);
    olga.post("/sharing/days", sent(&["three"])).await.expect(400);
    assert_eq!(models(olga).await, json!(["one", "two"]));
    olga.delete(&format!("/sharing/machines/{MACHINE}"))
        .await
        .expect(204);
    olga.post("/sharing/days", sent(&["three"])).await.expect(200);
    assert_eq!(models(olga).await, json!(["three"]));
}

#[tokio::test]
async fn so_many_rows_of_a_member_are_kept_and_no_more() {
    let (gateway, mut olga) = with_owner().await;
    let file = gateway.home().data_dir().join("gateway.db");
    let change = |sql: &str| {
        let database = Connection::open(&file).unwrap();
        assert_eq!(database.execute(sql, []).unwrap(), 1);
    };
    no_more_are_kept(&mut olga, change).await;
}

#[tokio::test]
async fn so_many_rows_of_a_member_are_kept_on_postgresql_and_no_more() {
    let server = Postgres::start();
    let serve = Serve::new(&Config::new()).env("TOKEN_TRACKER_DATABASE_URL", &server.database("tt"));
    let gateway = serve.start().await;
    let mut olga = Browser::use_link(&gateway, &printed_link(&gateway), "Olga").await;
    no_more_are_kept(&mut olga, |sql| server.change("tt", sql)).await;
}
