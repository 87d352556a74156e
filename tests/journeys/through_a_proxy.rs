//! A gateway in a network whose only way out is an HTTP proxy: the proxy is asked as its owner says,
//! its failures cost nothing, and what is on this machine is never asked through it.

use std::fs;

use http::Method;
use serde_json::json;
use tests::{
    Config, ForwardProxy, Manner, Model, Price, Serve, Upstream, eventually,
    upstream::{Answer, Reply},
};

use crate::stage::{CODER, CREDIT, Stage};

/// A user, a password with a character that is written otherwise in a URL, and what becomes of them.
const USER: &str = "me:s%40cret";
const BASIC: &str = "Basic bWU6c0BjcmV0";

fn answer() -> Answer {
    Answer::of("chatcmpl-7", 12, 5)
}

/// The upstream under this URL, with more lines of TOML for the file and for the upstream.
fn config(base_url: &str, line: &str, upstream_line: &str) -> Config {
    let model = Model::new(CODER, Price::USUAL);
    let config = Config::new().upstream("fake", base_url, Some("LOCAL_KEY"));
    config.line(line).with_upstream_line(upstream_line).model(model)
}

async fn with(upstream: Upstream, serve: Serve) -> Stage {
    upstream.answer(CODER, answer());
    let gateway = serve.start().await;
    let device = gateway.device(CREDIT).await;
    Stage {
        upstream,
        gateway,
        device,
    }
}

/// A whole answer and a stream, and what they cost.
async fn answers(stage: &Stage) {
    stage.device.chat(CODER).send().await.expect(200);
    let streamed = stage.device.chat_stream(CODER).send().await.expect(200);
    assert!(streamed.text().contains("[DONE]"), "{}", streamed.text());
    for row in stage.gateway.rows(stage.key(), 2).await {
        assert_eq!(row.cost_nano_usd, Price::USUAL.of(&answer().usage));
    }
}

#[tokio::test]
async fn a_plain_upstream_is_asked_by_its_whole_url() {
    let upstream = Upstream::start().await;
    let proxy = ForwardProxy::start(upstream.address(), Manner::Locked(BASIC.into())).await;
    let config = config(&upstream.far_base_url(), "", "");
    let serve = Serve::new(&config).env("http_proxy", &proxy.url_of(USER));
    let stage = with(upstream, serve).await;
    answers(&stage).await;
    let asked = proxy.asked();
    let head = &asked[0];
    assert!(
        head.starts_with(
            "POST http://upstream.invalid/v1/chat/completions HTTP/1.1\r\nhost: upstream.invalid\r\n"
        ),
        "{head}"
    );
    let log = stage.gateway.log();
    assert!(!log.contains("cret") && !log.contains("bWU6"), "{log}");
}

#[tokio::test]
async fn an_upstream_with_tls_is_asked_through_a_tunnel() {
    for protocol in ["http/1.1", "h2"] {
        let upstream = Upstream::start_tls(&[protocol]).await;
        let proxy = ForwardProxy::start(upstream.address(), Manner::Locked(BASIC.into())).await;
        let line = format!("upstream_proxy = {:?}", proxy.url_of(USER));
        let config = config(&upstream.far_base_url(), &line, "");
        let certificate = upstream.certificate_file().display().to_string();
        let serve = Serve::new(&config).env("SSL_CERT_FILE", &certificate);
        let stage = with(upstream, serve).await;
        answers(&stage).await;
        let asked = proxy.asked();
        assert!(
            asked
                .iter()
                .all(|head| head.starts_with("CONNECT upstream.invalid:443 HTTP/1.1\r\n")),
            "{asked:?}"
        );
        // The key is the upstream's alone.
        assert!(!asked.concat().contains(Serve::UPSTREAM_KEY));
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_help_costs_nothing() {
    for (manner, said) in [
        (Manner::Locked(BASIC.into()), "other credentials"),
        (Manner::Refusing(403), "403"),
    ] {
        let tls = Upstream::start_tls(&["http/1.1"]).await;
        let proxy = ForwardProxy::start(tls.address(), manner.clone()).await;
        let line = format!("upstream_proxy = {:?}", proxy.url_of("me:wrong"));
        let stage = stage_of(tls, &line).await;
        let seen = stage.device.chat(CODER).send().await.expect(502);
        assert_eq!(seen.code(), "upstream_unavailable");
        stage.released().await;
        let log = stage.gateway.log();
        assert!(
            log.contains(said) && !log.contains("me:wrong"),
            "{manner:?}: {log}"
        );
        assert!(stage.upstream.all_calls().is_empty());
    }
    let plain = Upstream::start().await;
    let proxy = ForwardProxy::start(plain.address(), Manner::Locked(BASIC.into())).await;
    let stage = stage_of(plain, &format!("upstream_proxy = {:?}", proxy.url())).await;
    let seen = stage.device.chat(CODER).send().await.expect(502);
    assert_eq!(seen.code(), "upstream_unavailable");
    stage.released().await;
    assert!(stage.gateway.log().contains("other credentials"));
}

async fn stage_of(upstream: Upstream, line: &str) -> Stage {
    let config = config(&upstream.far_base_url(), line, "");
    with(upstream, Serve::new(&config)).await
}

#[tokio::test]
async fn a_proxy_that_hangs_or_is_not_there_is_no_answer() {
    let upstream = Upstream::start_tls(&["http/1.1"]).await;
    let proxy = ForwardProxy::start(upstream.address(), Manner::Hanging).await;
    let stage = stage_of(upstream, &format!("upstream_proxy = {:?}", proxy.url())).await;
    let seen = stage.device.chat(CODER).send().await.expect(502);
    assert_eq!(seen.code(), "upstream_unavailable");
    assert_eq!(proxy.asked().len(), 1);
    drop(proxy);
    let seen = stage.device.chat(CODER).send().await.expect(502);
    assert_eq!(seen.code(), "upstream_unavailable");
    stage.released().await;
}

#[tokio::test]
async fn what_is_exempt_or_on_this_machine_goes_past_the_proxy() {
    let refusing =
        async |upstream: &Upstream| ForwardProxy::start(upstream.address(), Manner::Refusing(500)).await;
    // On this machine: whatever the file and the environment say.
    let upstream = Upstream::start().await;
    let proxy = refusing(&upstream).await;
    let setting = format!("upstream_proxy = {:?}", proxy.url());
    let config = config(&upstream.base_url(), &setting, &setting);
    let stage = with(upstream, Serve::new(&config).env("ALL_PROXY", &proxy.url())).await;
    answers(&stage).await;
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    // Exempt: it goes to a name that nobody here knows, and the proxy hears nothing of it.
    for (variables, line, upstream_line) in [
        (vec![("no_proxy", ".invalid")], String::new(), ""),
        (vec![("NO_PROXY", "other.example, invalid")], setting.clone(), ""),
        (vec![], "upstream_proxy = \"none\"".into(), ""),
        (vec![], String::new(), "upstream_proxy = \"none\""),
    ] {
        let upstream = Upstream::start().await;
        let config = config_of(&upstream, &line, upstream_line);
        let mut serve = Serve::new(&config).env("HTTP_PROXY", &proxy.url());
        for (name, value) in variables {
            serve = serve.env(name, value);
        }
        let stage = with(upstream, serve).await;
        let seen = stage.device.chat(CODER).send().await.expect(502);
        assert_eq!(seen.code(), "upstream_unavailable");
        assert!(
            proxy.asked().is_empty(),
            "{line} {upstream_line}: {:?}",
            proxy.asked()
        );
    }
}

fn config_of(upstream: &Upstream, line: &str, upstream_line: &str) -> Config {
    config(&upstream.far_base_url(), line, upstream_line)
}

#[tokio::test]
async fn an_upstream_that_was_added_over_the_api_goes_its_own_way() {
    let upstream = Upstream::start().await;
    upstream.on("", |_| {
        Reply::json(200, &json!({"object": "list", "data": [{"id": "gpt-4o-mini"}]}))
    });
    upstream.answer("gpt-4o-mini", answer());
    let proxy = ForwardProxy::start(upstream.address(), Manner::Open).await;
    let serve = Serve::new(&Config::new()).env("ALL_PROXY", &proxy.url());
    // Not loopback as a whole, so that nothing but the rule for added ones keeps the proxy out.
    let text = "discover = false\nallow_private_upstreams = [\"127.0.0.0/8\"]\n";
    fs::write(serve.home().config_file(), text).unwrap();
    let gateway = serve.start().await;
    let add = async |base_url: String| {
        let body = json!({"name": "added", "provider": "openai", "baseUrl": base_url, "secret": "sk-added"});
        let request = gateway.owner(Method::POST, "/api/v1/upstreams");
        request.json(&body).send().await
    };
    // What its name means is asked here, not of the proxy.
    add(upstream.far_base_url()).await.expect(400);
    add(upstream.base_url()).await.expect(201);
    let device = gateway.device(CREDIT).await;
    eventually("the model to be looked up", async || {
        let seen = device.get("/v1/models").send().await.expect(200);
        seen.text().contains("gpt-4o-mini").then_some(())
    })
    .await;
    device.chat("gpt-4o-mini").send().await.expect(200);
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
}

#[tokio::test]
async fn a_setting_that_is_no_proxy_is_refused_at_the_start_without_repeating_it() {
    let upstream = Upstream::start().await;
    let refused = async |serve: Serve, place: &str| {
        let mut gateway = tests::Gateway::idle(serve);
        gateway.spawn();
        assert!(!gateway.is_ready().await);
        let log = gateway.log();
        assert!(
            log.contains(place) && log.contains("http://proxy.example.com:3128"),
            "{log}"
        );
        assert!(!log.contains("sesame"), "{log}");
    };
    let far = upstream.far_base_url();
    let wrong = "upstream_proxy = \"socks5://me:sesame@127.0.0.1:1\"";
    refused(Serve::new(&config(&far, wrong, "")), "upstream_proxy").await;
    refused(Serve::new(&config(&far, "", wrong)), "upstream_proxy").await;
    let serve = Serve::new(&config(&far, "", "")).env("HTTPS_PROXY", "ftp://me:sesame@127.0.0.1:1");
    refused(serve, "HTTPS_PROXY").await;
}
