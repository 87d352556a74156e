//! The dashboard's files: sent compressed, kept for ever, found below any path, and never in the place of the API.

use serde_json::json;
use tests::{Request, Transcript, upstream::Answer};

use crate::stage::{CODER, Stage};

/// The first file that a page names, as it names it. None in a build without the dashboard.
fn first_file(page: &Transcript) -> Option<String> {
    let html = page.text();
    let from = html.find("src=\"")? + 5;
    let scripts = html[from..].split("src=\"");
    let mut names = scripts.filter_map(|rest| rest.split('"').next());
    names.find(|name| name.contains("/assets/")).map(str::to_owned)
}

async fn page(stage: &Stage, path: &str) -> Transcript {
    let request = Request::get(&stage.gateway.url(path)).header("accept", "text/html,application/xhtml+xml");
    request.send().await.expect(200)
}

#[tokio::test]
async fn files_of_the_pages_are_compressed_and_kept_for_ever() {
    let stage = Stage::new().await;
    let home = page(&stage, "/").await;
    assert_eq!(home.header("cache-control"), Some("no-cache"));
    let Some(file) = first_file(&home) else {
        assert!(
            home.text().contains("web pages are not built in"),
            "{}",
            home.text()
        );
        return;
    };
    let request = Request::get(&stage.gateway.url(&file)).header("accept-encoding", "gzip, br");
    let script = request.send().await.expect(200);
    assert_eq!(script.header("content-encoding"), Some("br"));
    assert_eq!(script.header("vary"), Some("accept-encoding"));
    assert_eq!(script.header("x-content-type-options"), Some("nosniff"));
    let caching = script.header("cache-control").unwrap_or_default();
    assert!(caching.contains("immutable"), "{caching}");
    // A browser that has a file without a hash in its name asks whether it is still the same.
    let theme = Request::get(&stage.gateway.url("/theme.js"))
        .send()
        .await
        .expect(200);
    let tag = theme.header("etag").expect("a tag").to_owned();
    let again = Request::get(&stage.gateway.url("/theme.js")).header("if-none-match", &tag);
    again.send().await.expect(304);
}

#[tokio::test]
async fn an_address_of_the_dashboard_is_its_page_and_others_are_not() {
    let stage = Stage::new().await;
    let home = page(&stage, "/").await.text().to_owned();
    for path in ["/usage?period=7d", "/members", "/redeem"] {
        assert_eq!(page(&stage, path).await.text(), home, "{path}");
    }
    for path in ["/api/nothing", "/api/v1/nothing", "/assets/gone-1a2b3c.js"] {
        let request = Request::get(&stage.gateway.url(path)).header("accept", "text/html");
        assert_eq!(
            request.send().await.expect(404).json()["error"]["code"],
            "not_found",
            "{path}"
        );
    }
    // Whoever asks for no page gets none.
    Request::get(&stage.gateway.url("/members"))
        .send()
        .await
        .expect(404);
}

#[tokio::test]
async fn below_a_path_everything_is_there_whether_the_proxy_takes_it_off_or_not() {
    let stage = Stage::with(|config| config.line("public_url = \"https://example.org/ai\"")).await;
    for path in ["/", "/ai/", "/ai/usage"] {
        let home = page(&stage, path).await;
        if let Some(file) = first_file(&home) {
            assert!(file.starts_with("/ai/assets/"), "{file}");
            Request::get(&stage.gateway.url(&file)).send().await.expect(200);
        }
    }
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 5, 7));
    let body = json!({"model": CODER, "messages": [{"role": "user", "content": "Hello"}]});
    stage
        .device
        .post("/ai/v1/chat/completions", &body)
        .send()
        .await
        .expect(200);
    stage.device.get("/ai/api/v1/balance").send().await.expect(200);
}

#[tokio::test]
async fn only_the_page_that_scans_a_key_may_ask_for_a_camera() {
    let stage = Stage::new().await;
    for (path, camera) in [
        ("/redeem", "camera=(self)"),
        ("/redeem?scan=1", "camera=(self)"),
        ("/", "camera=()"),
        ("/keys", "camera=()"),
        ("/redeemed", "camera=()"),
    ] {
        let shown = page(&stage, path).await;
        let policy = shown.header("permissions-policy").unwrap_or_default();
        assert!(
            policy.contains(camera) && policy.contains("microphone=()"),
            "{path}: {policy}"
        );
    }
}
