//! Upstreams that speak HTTP/2: many requests share a connection, and each is accounted for as if it
//! had one of its own.

use tests::{
    Config, Model, Price, Serve, Upstream,
    upstream::{Answer, End, Reply, Step},
};

use crate::stage::{CODER, CREDIT, Stage};

fn answer() -> Answer {
    Answer::of("chatcmpl-8", 15, 40)
}

async fn with(upstream_line: &str) -> Stage {
    let upstream = Upstream::start_tls(&["h2", "http/1.1"]).await;
    let config = Config::with_upstream(&upstream)
        .with_upstream_line(upstream_line)
        .model(Model::new(CODER, Price::USUAL));
    let certificate = upstream.certificate_file().display().to_string();
    let gateway = Serve::new(&config)
        .env("SSL_CERT_FILE", &certificate)
        .start()
        .await;
    let device = gateway.device(CREDIT).await;
    Stage {
        upstream,
        gateway,
        device,
    }
}

#[tokio::test]
async fn a_stream_and_a_whole_answer_are_charged_exactly() {
    for is_stream in [false, true] {
        let stage = with("").await;
        stage.upstream.answer(CODER, answer());
        let request = if is_stream {
            stage.device.chat_stream(CODER)
        } else {
            stage.device.chat(CODER)
        };
        request.send().await.expect(200);
        stage.settled(&answer().usage, &Price::USUAL).await;
        let authorization = format!("Bearer {}", Serve::UPSTREAM_KEY);
        let call = stage.upstream.last_call(CODER);
        assert_eq!(call.header("authorization"), Some(authorization.as_str()));
    }
}

#[tokio::test]
async fn requests_at_the_same_time_share_few_connections() {
    let stage = with("").await;
    stage.upstream.answer(CODER, answer());
    let running: Vec<_> = (0..40)
        .map(|_| tokio::spawn(stage.device.chat_stream(CODER).send()))
        .collect();
    for one in running {
        let seen = one.await.unwrap().expect(200);
        assert!(seen.text().contains("[DONE]"));
    }
    stage.gateway.rows(stage.key(), 40).await;
    // One for each thread of the gateway, which has at most eight.
    assert!(
        stage.upstream.connections() <= 8,
        "{}",
        stage.upstream.connections()
    );
}

#[tokio::test]
async fn leaving_in_the_middle_resets_the_stream_and_settles_an_estimate() {
    let stage = with("").await;
    stage
        .upstream
        .on(CODER, |call| answer().stream(call).after(10, Step::Hang));
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word9 ").await);
    drop(open);
    assert_eq!(
        stage.upstream.call(CODER, 0).await.ended().await,
        End::ClosedEarly
    );
    stage.estimated(10, &Price::USUAL).await;
}

#[tokio::test]
async fn leaving_before_the_first_byte_still_pays_for_the_input() {
    let stage = with("").await;
    stage
        .upstream
        .on(CODER, |call| answer().stream(call).before(Step::Hang));
    let waiting = tokio::spawn(stage.device.chat_stream(CODER).try_open());
    let call = stage.upstream.call(CODER, 0).await;
    waiting.abort();
    assert_eq!(call.ended().await, End::ClosedEarly);
    stage.estimated(0, &Price::USUAL).await;
}

#[tokio::test]
async fn a_stream_that_is_cut_is_charged_for_what_came() {
    let stage = with("").await;
    stage
        .upstream
        .on(CODER, |call| answer().stream(call).cut_after(10));
    let seen = stage.device.chat_stream(CODER).send().await;
    assert!(
        seen.text().contains("word5 ") && seen.text().contains("error"),
        "{}",
        seen.text()
    );
    stage.estimated(5, &Price::USUAL).await;
}

#[tokio::test]
async fn an_upstream_that_is_gone_in_the_middle_is_charged_for_what_came() {
    let mut stage = with("").await;
    stage
        .upstream
        .on(CODER, |call| answer().stream(call).after(10, Step::Hang));
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word5 ").await);
    // Its machine is gone, with all its connections.
    stage.upstream = Upstream::start().await;
    let seen = open.read_to_end().await;
    assert!(seen.text().contains("error"), "{}", seen.text());
    stage.estimated(5, &Price::USUAL).await;
}

#[tokio::test]
async fn an_error_is_told_and_costs_nothing() {
    let stage = with("").await;
    let error = serde_json::json!({"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}});
    stage.upstream.on(CODER, move |_| {
        Reply::json(429, &error).header("retry-after", "7")
    });
    let seen = stage.device.chat(CODER).send().await.expect(429);
    assert_eq!(seen.header("retry-after"), Some("7"));
    stage.released().await;
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let stage = with("http2 = false").await;
    stage.upstream.answer(CODER, answer());
    stage.device.chat(CODER).send().await.expect(200);
    stage.settled(&answer().usage, &Price::USUAL).await;
    assert_eq!(stage.upstream.last_call(CODER).version, http::Version::HTTP_11);
    let on = with("").await;
    on.upstream.answer(CODER, answer());
    on.device.chat(CODER).send().await.expect(200);
    assert_eq!(on.upstream.last_call(CODER).version, http::Version::HTTP_2);
}
