//! An owner sees, by day and model, whether the providers billed what the gateway metered: what the
//! service tells with a key of its own, and what is imported as a file.

mod services;

use std::{
    fs,
    sync::{Arc, Mutex},
};

use http::Method;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use protocol::{
    Money,
    api::{LineState, Reconciliation, ReconciliationLine},
};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Postgres, Price, Request, Serve, Upstream,
    upstream::{Answer, Call, Reply},
    verify_clean,
};

use crate::clock_jumps::Clock;

const BILLING_KEY: &str = "sk-admin-of-the-owner-0123456789";
const MODEL: &str = "gpt-4o-mini";
const OTHER: &str = "codestral-2508";

/// What the service says of one day.
#[derive(Clone, Default)]
struct Bill {
    status: u16,
    day: Option<Date>,
    tokens: Vec<Value>,
    costs: Vec<Value>,
}

struct Service {
    upstream: Upstream,
    bill: Arc<Mutex<Bill>>,
}

impl Service {
    async fn start() -> Self {
        let upstream = Upstream::start().await;
        let bill = Arc::new(Mutex::new(Bill {
            status: 200,
            ..Bill::default()
        }));
        for model in [MODEL, OTHER] {
            upstream.answer(model, Answer::of("chatcmpl-1", 1_000, 500));
        }
        let shown = Arc::clone(&bill);
        // Only calls without a body name no model: those for reports.
        upstream.on("", move |call| report(call, &shown.lock().unwrap()));
        Self { upstream, bill }
    }

    fn config(&self) -> Config {
        let base = self.upstream.base_url();
        let price = Price::USUAL.toml();
        Config::new().table(&format!(
            "[[upstream]]\nname = \"openai\"\nprovider = \"openai\"\nbase_url = {base:?}\napi_key_env = \"OWNERS_KEY\"\nbilling_key_env = \"BILLING_KEY\"\n\
             [[upstream]]\nname = \"mistral\"\nprovider = \"mistral\"\nbase_url = {base:?}\napi_key_env = \"OWNERS_KEY\"\n\
             [[model]]\nid = \"mini\"\nupstream = \"openai\"\nupstream_model = \"{MODEL}\"\nprice = {price}\nmultiplier = \"1.5\"\n\
             [[model]]\nid = \"coder\"\nupstream = \"mistral\"\nupstream_model = \"{OTHER}\"\nprice = {price}\n"
        ))
    }

    fn serve(&self) -> Serve {
        Serve::new(&self.config())
            .env("OWNERS_KEY", Serve::UPSTREAM_KEY)
            .env("BILLING_KEY", BILLING_KEY)
    }

    fn bills(&self, change: impl FnOnce(&mut Bill)) {
        change(&mut self.bill.lock().unwrap());
    }

    fn reports(&self) -> Vec<Arc<Call>> {
        let mut calls = self.upstream.all_calls();
        calls.retain(|call| call.path.contains("/organization/"));
        calls
    }
}

/// As OpenAI writes its reports: the costs on two pages.
fn report(call: &Call, bill: &Bill) -> Reply {
    if bill.status != 200 {
        return Reply::json(
            bill.status,
            &json!({"error": {"message": "hidden words of the service"}}),
        );
    }
    let Some(day) = bill.day else {
        return Reply::json(
            200,
            &json!({"object": "page", "data": [], "has_more": false, "next_page": null}),
        );
    };
    let start = TimeZone::UTC
        .to_timestamp(day.at(0, 0, 0, 0))
        .unwrap()
        .as_second();
    let is_costs = call.path.ends_with("/organization/costs");
    let is_second = call.query.contains("&page=page_2");
    let results = if is_costs {
        let (first, second) = bill.costs.split_at(bill.costs.len().min(1));
        if is_second { second } else { first }.to_vec()
    } else if call.path.ends_with("/completions") {
        bill.tokens.clone()
    } else {
        Vec::new()
    };
    let has_more = is_costs && !is_second;
    Reply::json(
        200,
        &json!({"object": "page", "has_more": has_more, "next_page": has_more.then_some("page_2"),
            "data": [{"object": "bucket", "start_time": start, "end_time": start + 86_400, "results": results}]}),
    )
}

fn cost(item: &str, usd: &str) -> Value {
    json!({"object": "organization.costs.result", "amount": {"value": usd, "currency": "usd"}, "line_item": item})
}

fn tokens(model: &str, input: u64, output: u64) -> Value {
    json!({"object": "organization.usage.completions.result", "model": model, "input_tokens": input,
        "output_tokens": output, "num_model_requests": 2})
}

fn days_ago(days: i64) -> Date {
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    today.checked_sub(jiff::Span::new().days(days)).unwrap()
}

async fn spend(device: &Device, model: &str) {
    for _ in 0..2 {
        device.chat(model).send().await.expect(200);
    }
}

async fn reconcile(gateway: &Gateway, more: &[&str]) -> Reconciliation {
    let arguments = [&["reconcile", "--json"], more].concat();
    gateway.cli(&arguments).await.expect(0).json()
}

fn line<'a>(found: &'a Reconciliation, upstream: &str, model: &str) -> &'a ReconciliationLine {
    let mut lines = found.lines.iter();
    let line = lines.find(|line| line.upstream == upstream && line.model == model);
    line.unwrap_or_else(|| panic!("no line of {upstream} {model}: {found:?}"))
}

async fn differing(gateway: &Gateway, upstream: &str) -> f64 {
    gateway.metrics().await.sum(
        "token_tracker_reconcile_lines_differing",
        &[("upstream", upstream)],
    )
}

/// Two requests the day before yesterday: 2,000 tokens in and 1,000 out at $3 and $15 a million.
const BILLED_RIGHT: [&str; 2] = ["0.006", "0.015"];

async fn compares_what_a_service_tells(serve: Serve, service: &Service) {
    let (clock, serve) = Clock::of(serve);
    clock.start_at("-2d");
    let gateway = serve.start().await;
    let device = gateway.device("5.00").await;
    spend(&device, "mini").await;
    let today = reconcile(&gateway, &["--until", &days_ago(0).to_string()]).await;
    // At that time the day was not over: nobody is told anything of it.
    assert_eq!(line(&today, "openai", MODEL).state, LineState::NotToldYet);

    clock.set(&gateway, "+0").await;
    service.bills(|bill| {
        bill.day = Some(days_ago(2));
        bill.tokens = vec![tokens("gpt-4o-mini-2024-07-18", 2_000, 1_000)];
        bill.costs = vec![
            cost("gpt-4o-mini-2024-07-18, input", BILLED_RIGHT[0]),
            cost("gpt-4o-mini-2024-07-18, output", BILLED_RIGHT[1]),
        ];
    });
    let found = reconcile(&gateway, &["--read"]).await;
    let ours = line(&found, "openai", MODEL);
    assert_eq!(
        (ours.day, ours.state),
        (days_ago(2), LineState::Matches),
        "{found:?}"
    );
    let (metered, billed) = (ours.metered.unwrap(), ours.billed.unwrap());
    // The operator's 1.5 is not the provider's.
    assert_eq!(metered.cost_nano_usd, Money::parse_usd("0.021").ok());
    assert_eq!(billed.cost_nano_usd, metered.cost_nano_usd);
    assert_eq!(
        (metered.input_tokens, billed.output_tokens),
        (Some(2_000), Some(1_000))
    );
    assert_eq!(differing(&gateway, "openai").await, 0.0);

    service.bills(|bill| {
        bill.costs[1] = cost("gpt-4o-mini-2024-07-18, output", "0.115");
        bill.costs.push(cost("o3-2025-04-16, output", "2"));
    });
    let found = reconcile(&gateway, &["--read", "--differing"]).await;
    assert_eq!(found.lines.len(), 2, "{found:?}");
    assert_eq!(line(&found, "openai", "o3").state, LineState::OnlyBilled);
    let ours = line(&found, "openai", MODEL);
    let difference = ours.difference.unwrap().cost_nano_usd;
    assert_eq!(
        (ours.state, difference),
        (LineState::Differs, Money::parse_usd("0.1").ok())
    );
    assert_eq!(differing(&gateway, "openai").await, 2.0);
    assert!(
        gateway.log().contains("What was billed differs"),
        "{}",
        gateway.log()
    );

    service.bills(|bill| bill.status = 401);
    let found = reconcile(&gateway, &["--read"]).await;
    assert_eq!(
        line(&found, "openai", MODEL).state,
        LineState::Differs,
        "the last figures stay"
    );
    let problem = found.sources[0].problem.as_deref().unwrap();
    assert!(
        problem.contains("refused") && !problem.contains("hidden"),
        "{problem}"
    );
    verify_clean(&gateway).await;

    for call in service.reports() {
        assert_eq!(
            call.header("authorization"),
            Some(format!("Bearer {BILLING_KEY}").as_str())
        );
    }
    let others = service.upstream.all_calls();
    for call in others.iter().filter(|call| !call.path.contains("/organization/")) {
        assert_ne!(
            call.header("authorization"),
            Some(format!("Bearer {BILLING_KEY}").as_str()),
            "{}",
            call.path
        );
    }
    assert!(!gateway.log().contains(BILLING_KEY));
}

#[tokio::test]
async fn what_a_service_billed_is_read_and_compared() {
    let service = Service::start().await;
    compares_what_a_service_tells(service.serve(), &service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_billed_is_read_and_compared_in_postgresql() {
    let service = Service::start().await;
    let server = Postgres::start();
    let serve = service
        .serve()
        .env("TOKEN_TRACKER_DATABASE_URL", &server.database("tt"));
    compares_what_a_service_tells(serve, &service).await;
}

#[tokio::test]
async fn a_bill_that_no_service_tells_is_imported() {
    let service = Service::start().await;
    let gateway = service.serve().start().await;
    let device = gateway.device("5.00").await;
    spend(&device, "coder").await;
    let day = days_ago(0);
    let before = reconcile(&gateway, &[]).await;
    assert_eq!(
        line(&before, "mistral", "codestral-2508").state,
        LineState::NotToldYet
    );

    let file = gateway.home().path().join("bill.csv");
    let import = ["reconcile", "import", file.to_str().unwrap(), "--json"];
    let bill = |cost: &str| {
        format!("day,upstream,model,input_tokens,cost_usd\n{day},mistral,codestral-2508,2000,{cost}\n")
    };
    fs::write(&file, bill("0.021")).unwrap();
    assert_eq!(
        gateway.cli(&import).await.expect(0).json::<Value>(),
        json!({"lines": 1, "days": 1})
    );
    let found = reconcile(&gateway, &[]).await;
    assert_eq!(
        line(&found, "mistral", "codestral-2508").state,
        LineState::Matches
    );

    // A corrected bill takes the place of the first.
    fs::write(&file, bill("9")).unwrap();
    gateway.cli(&import).await.expect(0);
    let found = reconcile(&gateway, &[]).await;
    assert_eq!(
        line(&found, "mistral", "codestral-2508").state,
        LineState::Differs
    );
    assert_eq!(differing(&gateway, "mistral").await, 1.0);

    fs::write(&file, "day,upstream,model\n2026-01-01,mistrl,m\n").unwrap();
    let refused = gateway.cli(&import).await.expect(1).error();
    assert!(
        refused["message"].as_str().unwrap().contains("mistrl"),
        "{refused}"
    );
    let shown = gateway.cli(&["reconcile"]).await.expect(0);
    assert!(
        shown.stdout.contains("+$8.98") && shown.stdout.contains("differs"),
        "{}",
        shown.stdout
    );
}

#[tokio::test]
async fn a_billing_key_can_be_stored_and_bills_are_the_owners_alone() {
    let service = Service::start().await;
    let toml = service
        .config()
        .toml()
        .replace("billing_key_env = \"BILLING_KEY\"\n", "");
    let serve = Serve::new(&Config::new().table(&toml)).env("OWNERS_KEY", Serve::UPSTREAM_KEY);
    let gateway = serve.start().await;
    let found = reconcile(&gateway, &["--read"]).await;
    assert!(service.reports().is_empty(), "nobody is asked without a key");
    assert_eq!(found.sources[0].kind.as_str(), "no billing key");

    let put = |upstream: &str| {
        let path = format!("/api/v1/upstreams/{upstream}/billing-secret");
        gateway
            .owner(Method::PUT, &path)
            .json(&json!({"secret": BILLING_KEY}))
    };
    put("openai").send().await.expect(204);
    assert_eq!(put("mistral").send().await.expect(400).code(), "invalid_request");
    reconcile(&gateway, &["--read"]).await;
    assert!(!service.reports().is_empty());

    let device = gateway.device("1.00").await;
    let asked = Request::get(&gateway.url("/api/v1/reconciliation")).bearer(&device.credential);
    asked.send().await.expect(403);
    let data = fs::read(gateway.home().data_dir().join("gateway.db")).unwrap();
    assert!(
        memchr::memmem::find(&data, BILLING_KEY.as_bytes()).is_none(),
        "the key is sealed"
    );
}
