//! What travels between client and provider beside the body: only what belongs there.

use protocol::header;
use serde_json::json;
use tests::{
    Price, Serve,
    upstream::{Answer, Reply},
};

use crate::stage::{CODER, CREDIT, Stage};

fn answer() -> Answer {
    Answer::of("chatcmpl-5", 9, 3)
}

#[tokio::test]
async fn the_upstream_sees_its_own_key_and_nothing_of_the_device() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let request = stage
        .device
        .chat(CODER)
        .header(header::CLIENT_REQUEST_ID, "mine-1")
        .header(header::REPOSITORY, "example.org%2Fteam%2Fsecret-project")
        .header(header::BRANCH, "main")
        .header("x-forwarded-for", "203.0.113.9")
        .header("cookie", "session=1")
        .header("openai-organization", "org-of-the-client")
        .header("accept-encoding", "gzip, br");
    request.send().await.expect(200);
    let call = stage.upstream.last_call(CODER);
    assert_eq!(
        call.header("authorization"),
        Some(&*format!("Bearer {}", Serve::UPSTREAM_KEY))
    );
    let ours = call
        .headers
        .keys()
        .filter(|name| name.as_str().starts_with(header::PREFIX));
    assert_eq!(ours.count(), 0, "{:?}", call.headers);
    for private in ["cookie", "x-api-key", "x-forwarded-for", "openai-organization"] {
        assert_eq!(call.header(private), None, "{private}");
    }
    // Usage is read from the bytes as they pass, so they must not come compressed.
    assert!(
        !call
            .header("accept-encoding")
            .unwrap_or_default()
            .contains("gzip")
    );
    let everything = format!("{:?} {}", call.headers, String::from_utf8_lossy(&call.body));
    assert!(!everything.contains(&stage.device.credential));
    assert!(!everything.contains("secret-project"));
}

#[tokio::test]
async fn a_credential_is_taken_as_bearer_or_as_api_key() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let body = json!({"model": CODER, "messages": [{"role": "user", "content": "Hello."}]});
    let request = tests::Request::post(&stage.device.url("/v1/chat/completions")).json(&body);
    request
        .header("x-api-key", &stage.device.credential)
        .send()
        .await
        .expect(200);
    let call = stage.upstream.last_call(CODER);
    assert_eq!(call.header("x-api-key"), None);
    stage.settled(&answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn only_listed_headers_of_the_upstream_come_back() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        Reply::json(200, &answer().whole(call))
            .header("x-request-id", "req_upstream")
            .header("openai-processing-ms", "12")
            .header("set-cookie", "session=provider")
            .header("openai-organization", "org-of-the-owner")
            .header("x-token-tracker-cost-nano-usd", "1")
            .header("x-token-tracker-surprise", "1")
            .header("access-control-allow-origin", "*")
            .header("server", "provider")
    });
    let seen = stage.device.chat(CODER).send().await.expect(200);
    for private in [
        "set-cookie",
        "openai-organization",
        "x-token-tracker-surprise",
        "access-control-allow-origin",
    ] {
        assert_eq!(seen.header(private), None, "{private}");
    }
    assert_ne!(seen.header("server"), Some("provider"));
    // The member can ask the gateway's owner about this one.
    assert_eq!(seen.header("x-request-id"), seen.header(header::REQUEST_ID));
    let costs = seen.headers.get_all(header::COST).iter().count();
    assert_eq!(costs, 1);
    let row = stage.settled(&answer().usage, &Price::USUAL).await;
    assert_eq!(seen.header(header::COST), Some(&*row.cost_nano_usd.to_string()));
}

#[tokio::test]
async fn where_the_work_was_done_is_kept_with_its_usage() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let request = stage
        .device
        .chat(CODER)
        .header(header::CLIENT_REQUEST_ID, "request-77")
        .header(header::KIND, "completion")
        .header(header::REPOSITORY, "example.org%2Fteam%2Fproject")
        .header(header::BRANCH, "feature%2F%C3%A9t%C3%A9")
        .header(header::LANGUAGE, "rust");
    request.send().await.expect(200);
    let row = stage.settled(&answer().usage, &Price::USUAL).await;
    assert_eq!(row.client_request_id.as_deref(), Some("request-77"));
    assert_eq!(row.kind, protocol::RequestKind::Completion);
    assert_eq!(row.repository.as_deref(), Some("example.org/team/project"));
    assert_eq!(row.branch.as_deref(), Some("feature/été"));
    assert_eq!(row.language.as_deref(), Some("rust"));
}

#[tokio::test]
async fn a_client_request_id_is_good_for_one_request_of_a_device() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let ask = || stage.device.chat(CODER).header(header::CLIENT_REQUEST_ID, "once");
    ask().send().await.expect(200);
    let again = ask().send().await.expect(409);
    assert_eq!(again.json()["error"]["code"], "request_reused");
    assert_eq!(stage.upstream.calls(CODER).len(), 1);
    stage.settled(&answer().usage, &Price::USUAL).await;
    // Another device's ids are its own.
    let other = stage.gateway.device(CREDIT).await;
    other
        .chat(CODER)
        .header(header::CLIENT_REQUEST_ID, "once")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn a_request_without_a_cap_is_forwarded_with_one() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    stage.device.chat(CODER).send().await.expect(200);
    assert_eq!(stage.upstream.last_call(CODER).output_cap(), Some(8_192));
}
