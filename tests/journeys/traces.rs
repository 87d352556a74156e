//! Traces, where an operator names a collector: what each request did and how long, in the client's
//! own trace, and nothing of what was said. A collector that is away is no reason for anything.

use std::collections::BTreeMap;

use memchr::memmem;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message;
use serde_json::json;
use tests::{
    Config, Device, Gateway, Model, Price, Serve, Upstream, eventually, free_port,
    upstream::{Answer, Reply, Step},
    verify_clean,
};

use crate::stage::{CODER, CREDIT};

const SECRET: &str = "a sentence that stays between two";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

struct Scene {
    collector: Upstream,
    upstream: Upstream,
    gateway: Gateway,
    device: Device,
}

impl Scene {
    async fn new(more: &str) -> Self {
        let collector = Upstream::start().await;
        // What is sent to it is no JSON, so it names no model.
        collector.on("", |_| Reply::whole(200, "application/x-protobuf", ""));
        let endpoint = format!("http://{}", collector.address());
        Self::with(collector, &endpoint, more).await
    }

    async fn with(collector: Upstream, endpoint: &str, more: &str) -> Self {
        let upstream = Upstream::start().await;
        let config = Config::with_upstream(&upstream)
            .model(Model::new(CODER, Price::USUAL))
            .table(&format!("[telemetry]\notlp_endpoint = {endpoint:?}\n{more}"));
        // Batches are sent soon, or each test would wait for seconds.
        let serve = Serve::new(&config).env("OTEL_BSP_SCHEDULE_DELAY", "20");
        let gateway = serve.start().await;
        let device = gateway.device(CREDIT).await;
        upstream.answer(
            CODER,
            Answer::of("chatcmpl-1", 100, 20).words(&["the answer ", "is private"]),
        );
        Self {
            collector,
            upstream,
            gateway,
            device,
        }
    }

    async fn ask(&self, flags: &str) {
        let body = json!({"model": CODER, "messages": [{"role": "user", "content": SECRET}]});
        let request = self.device.post("/v1/chat/completions", &body);
        let parent = format!("00-{TRACE}-{PARENT}-{flags}");
        request.header("traceparent", &parent).send().await.expect(200);
    }

    /// All spans that arrived, by name.
    fn spans(&self) -> Vec<Span> {
        let calls = self.collector.all_calls().into_iter();
        calls
            .flat_map(|call| {
                assert_eq!(call.path, "/v1/traces");
                ExportTraceServiceRequest::decode(&call.body[..])
                    .unwrap()
                    .resource_spans
            })
            .flat_map(|resource| {
                let attributes = resource.resource.unwrap().attributes;
                assert_eq!(named(&attributes)["service.name"], "token-tracker");
                resource.scope_spans
            })
            .flat_map(|scope| scope.spans)
            .collect()
    }

    async fn arrived(&self, count: usize) -> Vec<Span> {
        eventually(&format!("{count} spans"), async || {
            let spans = self.spans();
            (spans.len() >= count).then_some(spans)
        })
        .await
    }
}

fn named(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::BoolValue(is) => is.to_string(),
        other => panic!("{other:?}"),
    };
    let one = |pair: &KeyValue| {
        let value = pair.value.as_ref().and_then(|value| value.value.as_ref());
        (pair.key.clone(), text(value.unwrap()))
    };
    attributes.iter().map(one).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn find<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let mut found = spans.iter().filter(|span| span.name == name);
    let span = found.next().unwrap_or_else(|| panic!("{name} in {spans:?}"));
    assert!(found.next().is_none(), "one {name}");
    span
}

#[tokio::test]
async fn a_request_is_one_span_in_the_client_s_trace_with_its_steps_below() {
    let scene = Scene::new("").await;
    scene.ask("01").await;
    let spans = scene.arrived(4).await;
    let own = find(&spans, "chat coder");
    assert_eq!(
        (hex(&own.trace_id), hex(&own.parent_span_id)),
        (TRACE.into(), PARENT.into())
    );
    assert_eq!(own.kind, SpanKind::Server as i32);
    let row = scene
        .gateway
        .only_row(scene.device.account.balance.lots[0].id)
        .await;
    let attributes = named(&own.attributes);
    for (name, expected) in [
        ("gen_ai.operation.name", "chat".to_owned()),
        ("gen_ai.request.model", CODER.into()),
        ("gen_ai.usage.input_tokens", "100".into()),
        ("gen_ai.usage.output_tokens", "20".into()),
        ("http.response.status_code", "200".into()),
        ("token_tracker.upstream", "fake".into()),
        ("token_tracker.request.id", row.request_id.to_string()),
        (
            "token_tracker.cost_nano_usd",
            row.cost_nano_usd.nano_usd().to_string(),
        ),
    ] {
        assert_eq!(attributes[name], expected, "{name}");
    }
    assert!(!attributes.contains_key("error.type"));
    let mut before = own.start_time_unix_nano;
    for name in ["hold", "upstream", "settle"] {
        let step = find(&spans, name);
        assert_eq!(
            (&step.trace_id, &step.parent_span_id),
            (&own.trace_id, &own.span_id)
        );
        assert!(
            before <= step.start_time_unix_nano,
            "{name} comes after what is before it"
        );
        assert!(step.start_time_unix_nano < step.end_time_unix_nano, "{name}");
        before = step.start_time_unix_nano;
    }
    assert!(find(&spans, "settle").end_time_unix_nano <= own.end_time_unix_nano + 1_000_000);

    for call in scene.collector.all_calls() {
        for secret in [
            SECRET,
            "is private",
            &scene.device.credential,
            Serve::UPSTREAM_KEY,
        ] {
            assert!(memmem::find(&call.body, secret.as_bytes()).is_none(), "{secret}");
        }
    }
    assert_eq!(scene.upstream.last_call(CODER).header("traceparent"), None);
}

#[tokio::test]
async fn an_upstream_is_told_its_trace_only_where_that_is_wanted() {
    let scene = Scene::new("pass_on_upstream = true").await;
    scene.ask("01").await;
    let spans = scene.arrived(4).await;
    let below = hex(&find(&spans, "upstream").span_id);
    let told = scene.upstream.last_call(CODER);
    assert_eq!(
        told.header("traceparent"),
        Some(format!("00-{TRACE}-{below}-01").as_str())
    );
}

#[tokio::test]
async fn what_fails_says_why_and_strangers_leave_no_trace() {
    let scene = Scene::new("").await;
    scene
        .device
        .chat(CODER)
        .bearer("ttd_nobody")
        .send()
        .await
        .expect(401);
    scene.upstream.on(CODER, |_| {
        Reply::json(400, &json!({"error": {"message": SECRET}}))
    });
    scene.device.chat(CODER).send().await.expect(400);
    let spans = scene.arrived(4).await;
    let own = find(&spans, "chat coder");
    assert_eq!(own.status.as_ref().unwrap().code, StatusCode::Error as i32);
    assert_eq!(named(&own.attributes)["error.type"], "invalid_request");
    assert!(own.parent_span_id.is_empty() || own.parent_span_id == [0; 8]);
    // A stop sends what is left; nothing of the stranger is among it.
    let Scene {
        collector,
        mut gateway,
        ..
    } = scene;
    assert!(gateway.stop().await.success());
    let calls = collector.all_calls();
    assert!(
        calls
            .iter()
            .all(|call| memmem::find(&call.body, b"unauthorized").is_none())
    );
}

#[tokio::test]
async fn only_the_share_that_is_wanted_and_what_the_client_traces_is_told() {
    let mut scene = Scene::new("sample_ratio = 0.0").await;
    for _ in 0..5 {
        scene.device.chat(CODER).send().await.expect(200);
        scene.ask("00").await;
    }
    scene.ask("01").await;
    scene.arrived(4).await;
    assert!(scene.gateway.stop().await.success());
    assert_eq!(scene.spans().len(), 4, "one request of eleven");
}

#[tokio::test]
async fn a_collector_that_is_away_or_hangs_holds_nothing_up() {
    let away = format!("http://{}", free_port());
    let hanging = Upstream::start().await;
    hanging.on("", |_| {
        Reply::whole(200, "application/x-protobuf", "").before(Step::Hang)
    });
    let hangs = format!("http://{}", hanging.address());
    for (collector, endpoint) in [(Upstream::start().await, away), (hanging, hangs)] {
        let mut scene = Scene::with(collector, &endpoint, "").await;
        for _ in 0..20 {
            scene.device.chat(CODER).send().await.expect(200);
        }
        verify_clean(&scene.gateway).await;
        assert!(scene.gateway.stop().await.success(), "it ends in good order");
        let warnings = scene
            .gateway
            .log()
            .matches("do not reach their collector")
            .count();
        assert!(warnings <= 1, "it is said once");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_none_or_a_share_beyond_all_is_not_started_with() {
    for (table, named) in [
        ("otlp_endpoint = \"127.0.0.1:4318\"", "otlp_endpoint"),
        ("sample_ratio = 1.5", "sample_ratio"),
        (
            "otlp_endpiont = \"http://127.0.0.1:4318\"",
            "telemetry.otlp_endpoint",
        ),
    ] {
        let mut gateway = Gateway::idle(Serve::new(&Config::new().table(&format!("[telemetry]\n{table}"))));
        gateway.spawn();
        assert!(!gateway.is_ready().await, "{table}");
        assert_eq!(gateway.wait().await.code(), Some(2), "{}", gateway.log());
        assert!(gateway.log().contains(named), "{}", gateway.log());
    }
}
