//! A balance is never overspent, however many streams want it at once.

use std::time::Duration;

use futures_util::future::join_all;
use protocol::{Money, TokenUsage, header};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, MintOptions, Model, Price, Request, Upstream, eventually, sse,
    upstream::{Answer, Gate, Step},
    verify_clean,
};

use crate::stage::CODER;

const STREAMS: usize = 64;
const OUTPUT_CAP: u64 = 1_000;

fn answer() -> Answer {
    Answer::of("chatcmpl-6", 10, 100)
}

fn ask(device: &Device, cap: u64) -> Request {
    let body = json!({
        "model": CODER,
        "max_tokens": cap,
        "stream": true,
        "messages": [{"role": "user", "content": "Say something."}],
    });
    device
        .post("/v1/chat/completions", &body)
        .header(header::RECEIPT, "1")
}

struct Setting {
    upstream: Upstream,
    gateway: Gateway,
    device: Device,
}

async fn setting(key: MintOptions) -> Setting {
    let upstream = Upstream::start().await;
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    let gateway = Gateway::start(&config).await;
    let key = gateway.mint(&key).await.remove(0);
    let device = gateway.redeem(&key).await;
    Setting {
        upstream,
        gateway,
        device,
    }
}

/// A bound lies between the output cap's price (0.015) and that plus a small input's (0.0165), so
/// this covers four and not five.
const CREDIT_FOR_FOUR: &str = "0.070";
const FIT: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_streams_at_once_exactly_those_that_fit_run() {
    let Setting {
        upstream,
        gateway,
        device,
    } = setting(MintOptions::credit(CREDIT_FOR_FOUR).strict()).await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    upstream.on(CODER, move |call| {
        answer().stream(call).after(1, Step::Wait(held_back.clone()))
    });

    let heads = join_all((0..STREAMS).map(|_| ask(&device, OUTPUT_CAP).open())).await;
    let (running, refused): (Vec<_>, Vec<_>) = heads.into_iter().partition(|head| head.status() == 200);
    assert_eq!(running.len(), FIT);
    assert_eq!(upstream.calls(CODER).len(), FIT, "no hold, no call");
    for refusal in refused {
        let refusal = refusal.read_to_end().await.expect(429);
        assert_eq!(refusal.json()["error"]["code"], "credit_held");
        assert!(
            refusal
                .header("retry-after")
                .is_some_and(|after| after.parse::<u64>().is_ok())
        );
    }
    let during = device.balance().await;
    assert!(during.available_nano_usd >= Money::ZERO, "{during:?}");

    gate.open();
    for seen in join_all(running.into_iter().map(tests::OpenAnswer::read_to_end)).await {
        assert!(sse::is_done(&seen.body));
    }
    let spent = Price::USUAL.of(&answer().usage).nano_usd() * i64::try_from(FIT).unwrap();
    let after = device.idle_balance().await;
    assert_eq!(after.spent_nano_usd.nano_usd(), spent);
    verify_clean(&gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lot_that_64_clients_empty_together_ends_at_or_above_zero() {
    let Setting {
        upstream,
        gateway,
        device,
    } = setting(MintOptions::credit("0.200").strict()).await;
    // Uses all that was asked for, so the lot empties quickly.
    let full = TokenUsage {
        output_tokens: OUTPUT_CAP,
        ..answer().usage
    };
    upstream.answer(CODER, answer().usage(full));

    let until_empty = (0..STREAMS).map(|_| async {
        let mut served = 0_usize;
        loop {
            let seen = ask(&device, OUTPUT_CAP).send().await;
            match seen.status.as_u16() {
                200 => served += 1,
                402 => return (served, seen),
                429 => tokio::time::sleep(Duration::from_millis(5)).await,
                other => panic!("{other}: {}", seen.text()),
            }
        }
    });
    let ends = join_all(until_empty).await;
    let served: usize = ends.iter().map(|(served, _)| served).sum();
    assert!(
        ends.iter()
            .all(|(_, seen)| seen.json()["error"]["code"] == "insufficient_credit")
    );

    let balance = device.idle_balance().await;
    let each = Price::USUAL.of(&full).nano_usd();
    assert_eq!(
        balance.spent_nano_usd.nano_usd(),
        each * i64::try_from(served).unwrap()
    );
    assert!(balance.available_nano_usd >= Money::ZERO, "{balance:?}");
    assert_eq!(
        gateway.usage(device.account.balance.lots[0].id).await.len(),
        served
    );
    assert_eq!(upstream.calls(CODER).len(), served);
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn a_lowered_cap_is_in_the_forwarded_request_and_is_said() {
    // Enough for about 400 of the 1,000 tokens.
    let Setting {
        upstream,
        gateway,
        device,
    } = setting(MintOptions::credit("0.006500")).await;
    upstream.answer(CODER, answer());
    let seen = ask(&device, OUTPUT_CAP).send().await.expect(200);
    let cap = upstream.last_call(CODER).output_cap().unwrap();
    assert!((256..OUTPUT_CAP).contains(&cap), "{cap}");
    assert_eq!(seen.header(header::OUTPUT_CAP), Some(&*cap.to_string()));
    assert!(
        Price::USUAL
            .of(&TokenUsage {
                output_tokens: cap,
                ..TokenUsage::default()
            })
            .nano_usd()
            <= 6_500_000
    );
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn a_cap_that_would_be_useless_is_refused_with_what_to_do() {
    // Enough for some 60 tokens: too few for a chat, enough for a completion.
    let Setting {
        upstream,
        gateway,
        device,
    } = setting(MintOptions::credit("0.001500")).await;
    upstream.answer(
        CODER,
        answer().usage(TokenUsage {
            output_tokens: 10,
            ..answer().usage
        }),
    );
    let refused = ask(&device, OUTPUT_CAP).send().await.expect(402);
    let error = &refused.json()["error"];
    assert_eq!(error["code"], "insufficient_credit");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty())
    );
    assert_eq!(upstream.calls(CODER).len(), 0);

    let body = json!({"model": CODER, "prompt": "fn", "max_tokens": 256});
    device.post("/v1/completions", &body).send().await.expect(200);
    let cap = upstream.last_call(CODER).output_cap().unwrap();
    assert!((16..256).contains(&cap), "{cap}");
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn a_strict_key_refuses_instead_of_lowering() {
    let Setting {
        upstream,
        gateway: _gateway,
        device,
    } = setting(MintOptions::credit("0.006500").strict()).await;
    upstream.answer(CODER, answer());
    let refused = ask(&device, OUTPUT_CAP).send().await.expect(402);
    assert_eq!(refused.json()["error"]["code"], "insufficient_credit");
    assert!(upstream.calls(CODER).is_empty());
}

#[tokio::test]
async fn several_devices_draw_on_one_lot() {
    let Setting {
        upstream,
        gateway,
        device: first,
    } = setting(MintOptions::credit("0.100").devices(2)).await;
    upstream.answer(CODER, answer());
    let key = gateway.keys().await.remove(0);
    assert_eq!((key.devices, key.devices_enrolled), (2, 1));
    ask(&first, OUTPUT_CAP).send().await.expect(200);
    let cost = Price::USUAL.of(&answer().usage);
    eventually("the owner to see what the device spent", async || {
        let key = gateway.keys().await.remove(0);
        (key.spent_nano_usd == cost && key.held_nano_usd == Money::ZERO).then_some(())
    })
    .await;
}

#[tokio::test]
async fn numbers_that_would_break_a_bound_are_refused_before_any_hold() {
    let Setting {
        upstream,
        gateway,
        device,
    } = setting(MintOptions::credit("5")).await;
    upstream.answer(CODER, answer());
    let messages = json!([{"role": "user", "content": "Hello."}]);
    let broken = [
        json!({"model": CODER, "messages": messages, "max_tokens": -1}),
        json!({"model": CODER, "messages": messages, "max_tokens": 1.5}),
        json!({"model": CODER, "messages": messages, "max_tokens": "many"}),
        json!({"model": CODER, "messages": messages, "n": 0}),
        json!({"model": CODER, "messages": messages, "n": -3}),
        json!({"model": CODER, "messages": "Hello."}),
        json!({"model": CODER}),
        json!({"model": 7, "messages": messages}),
        Value::Null,
    ];
    for body in broken {
        let seen = device.post("/v1/chat/completions", &body).send().await;
        assert_eq!(seen.status.as_u16(), 400, "{body}: {}", seen.text());
        assert_eq!(seen.json()["error"]["code"], "invalid_request", "{body}");
    }
    let greedy = [
        json!({"model": CODER, "messages": messages, "max_tokens": 1_000_000_000_000_i64, "n": 1}),
        json!({"model": CODER, "messages": messages, "max_tokens": 8_000, "n": 1_000}),
    ];
    for body in greedy {
        let seen = device.post("/v1/chat/completions", &body).send().await;
        assert!(
            seen.status == 200 || seen.status == 400 || seen.status == 402,
            "{body}: {}",
            seen.text()
        );
    }
    let balance = device.idle_balance().await;
    assert!(balance.available_nano_usd >= Money::ZERO);
    verify_clean(&gateway).await;
}
