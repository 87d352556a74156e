//! What a member wants first, or never.

use protocol::api::Preferences;
use serde_json::{Value, json};

use super::{CHOOSE, Setting, ask, assert_chosen};

#[tokio::test]
async fn what_a_member_prefers_follows_them_to_every_device_and_over_a_restart() {
    let mut setting = Setting::new(CHOOSE).await;
    let mint = tests::MintOptions::credit("5.00").devices(2);
    let key = setting.gateway.mint(&mint).await.remove(0);
    let (first, second) = (
        setting.gateway.redeem(&key).await,
        setting.gateway.redeem(&key).await,
    );
    let url = first.url("/api/v1/preferences");
    let put = |body: Value| {
        tests::Request::new(http::Method::PUT, &url)
            .bearer(&first.credential)
            .json(&body)
    };
    let wish = json!({"order": ["model-c", "model-b"], "exclude": ["model-a"]});
    assert_eq!(put(wish.clone()).send().await.expect(200).json(), wish);
    let kept = second.get("/api/v1/preferences").send().await.expect(200);
    assert_eq!(kept.json(), wish);
    assert_chosen(
        &ask(&second, json!({})).await,
        "model-c",
        "preferred by the member",
    );
    // Others have their own.
    assert_chosen(
        &setting.ask(json!({})).await,
        "model-a",
        "first in the gateway's list",
    );

    setting.gateway.stop().await;
    setting.gateway.restart().await;
    let address = setting.gateway.admin().gateway_url.clone();
    let second = second.moved_to(&address);
    assert_chosen(
        &ask(&second, json!({})).await,
        "model-c",
        "preferred by the member",
    );
    let kept: Preferences = second.get("/api/v1/preferences").send().await.expect(200).parse();
    assert_eq!(kept.exclude, ["model-a"]);

    // The command line does the same, with the device's credential.
    let home = setting.gateway.home();
    let prefer = async |more: &[&str]| {
        let mut command = tokio::process::Command::from(home.command(tests::token_tracker()));
        command
            .args(["models", "prefer", "--json"])
            .args(more)
            .env("TOKEN_TRACKER_GATEWAY_URL", &address)
            .env("TOKEN_TRACKER_CREDENTIAL", &second.credential);
        tests::Outcome::from(command.output().await.unwrap())
    };
    assert_eq!(prefer(&[]).await.expect(0).json::<Value>(), wish);
    let shown: Value = prefer(&["model-b", "--exclude", "model-c"])
        .await
        .expect(0)
        .json();
    assert_eq!(shown, json!({"order": ["model-b"], "exclude": ["model-c"]}));
    assert_chosen(
        &ask(&second, json!({})).await,
        "model-b",
        "preferred by the member",
    );
    let cleared: Value = prefer(&["--clear"]).await.expect(0).json();
    assert_eq!(cleared, json!({"order": [], "exclude": []}));
    assert_chosen(
        &ask(&second, json!({})).await,
        "model-a",
        "first in the gateway's list",
    );
    assert_eq!(
        prefer(&["model-x"]).await.expect(1).error()["code"],
        "model_unknown"
    );
}

#[tokio::test]
async fn preferences_that_make_no_sense_are_refused() {
    let setting = Setting::new(CHOOSE).await;
    let url = setting.device.url("/api/v1/preferences");
    let put = |body: Value| {
        tests::Request::new(http::Method::PUT, &url)
            .bearer(&setting.device.credential)
            .json(&body)
    };
    for (wish, status, code) in [
        (json!({"order": ["model-x"]}), 404, "model_unknown"),
        (json!({"exclude": ["auto"]}), 400, "invalid_request"),
        (
            json!({"order": ["model-a"], "exclude": ["model-a"]}),
            400,
            "invalid_request",
        ),
        (json!({"order": vec!["model-a"; 101]}), 400, "invalid_request"),
        (json!({"order": "model-a"}), 400, "invalid_request"),
    ] {
        assert_eq!(put(wish).send().await.expect(status).code(), code);
    }
    let anonymous = tests::Request::get(&url).send().await;
    assert_eq!(anonymous.expect(401).code(), "unauthorized");
    let owner = setting
        .gateway
        .owner(http::Method::GET, "/api/v1/preferences")
        .send()
        .await;
    assert_eq!(owner.expect(403).code(), "forbidden");
    // Whoever excludes everything is told so.
    put(json!({"exclude": ["model-a", "model-b", "model-c"]}))
        .send()
        .await
        .expect(200);
    let refused = setting.ask(json!({})).await.expect(400);
    assert!(
        refused.text().contains("model-a is excluded by the member"),
        "{}",
        refused.text()
    );
}
