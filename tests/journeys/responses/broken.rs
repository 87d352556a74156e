//! Answers that end before their end.

use bytes::Bytes;
use serde_json::json;
use tests::{
    sse,
    upstream::{Answer, Call, End, Reply, Step},
    verify_clean,
};

use super::{FAILED, GPT, NATIVE, kinds, last, plays, request, stage};

#[tokio::test]
async fn leaving_in_the_middle_settles_an_estimate() {
    let long = || Answer::of("resp_3", 15, 40);
    for model in [NATIVE, GPT] {
        let stage = stage().await;
        stage
            .upstream
            .on(model, move |call| long().stream(call).after(14, Step::Hang));
        let mut open = stage
            .device
            .post("/v1/responses", &request(model, true))
            .open()
            .await;
        assert!(open.read_until("word9 ").await);
        drop(open);
        assert_eq!(
            stage.upstream.call(model, 0).await.ended().await,
            End::ClosedEarly
        );
        let row = stage.row().await;
        assert!(
            row.estimated && row.usage.output_tokens >= 10 && row.usage.input_tokens > 0,
            "{row:?}"
        );
        assert_eq!(
            stage.device.idle_balance().await.spent_nano_usd,
            row.cost_nano_usd
        );
        verify_clean(&stage.gateway).await;
    }
}

#[tokio::test]
async fn a_stream_that_fails_says_so_in_our_words() {
    let stage = stage().await;
    stage.upstream.on(NATIVE, plays(FAILED));
    let seen = stage.ask(&request(NATIVE, true)).await.expect(200);
    assert!(
        !seen.text().contains("org-4711") && !seen.text().contains("secret-host"),
        "{}",
        seen.text()
    );
    let end = last(&seen);
    assert_eq!(
        (&end["type"], &end["response"]["id"]),
        (&json!("response.failed"), &json!("resp_3"))
    );
    assert_eq!(end["response"]["error"]["code"], "server_error");
    assert_eq!(kinds(&seen).len(), 4);
    assert!(stage.row().await.estimated);

    let cut = |model: &'static str| {
        move |call: &Call| {
            let answer = Answer::of("resp_4", 15, 40);
            assert_eq!(call.model(), model);
            answer.stream(call).cut_after(8)
        }
    };
    for model in [NATIVE, GPT] {
        stage.upstream.on(model, cut(model));
        let seen = stage.ask(&request(model, true)).await.expect(200);
        let events = sse::chunks(&seen.body);
        let end = events.last().unwrap();
        assert_eq!(kinds(&seen).last().unwrap(), "response.failed");
        assert_eq!(end["response"]["id"], events[0]["response"]["id"]);
        assert_eq!(end["response"]["status"], "failed");
    }
    // Before the client knows of a response there is none to fail.
    let ping = Bytes::from_static(b": ping\n\n");
    stage.upstream.on(GPT, move |_| {
        Reply::stream(vec![Step::Send(ping.clone()), Step::Cut])
    });
    let seen = stage.ask(&request(GPT, true)).await.expect(200);
    assert_eq!(kinds(&seen), ["error"], "{}", seen.text());
    verify_clean(&stage.gateway).await;
}
