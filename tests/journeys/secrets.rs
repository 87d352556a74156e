//! No secret and no prompt is written anywhere that it does not belong.

use std::{fs, path::PathBuf};

use protocol::header;
use serde_json::json;
use tests::{
    Config, Device, Gateway, Model, Price, Request, Serve, Upstream,
    upstream::{Answer, Reply, Step},
};

use crate::stage::{CODER, CREDIT};

const PROMPT: &str = "canary-prompt-6f1d";
const ANSWER: &str = "canary-answer-93ab";
const FILE_KEY: &str = "sk-canary-from-a-file-77c2";

/// Something that must not be found, with a name for the report.
struct Canary {
    name: &'static str,
    bytes: Vec<u8>,
}

fn canary(name: &'static str, text: &str) -> Canary {
    Canary {
        name,
        bytes: text.as_bytes().to_vec(),
    }
}

/// Files (and places like the process list) that hold one of the canaries.
fn hits(canaries: &[Canary], places: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut found = Vec::new();
    for (place, bytes) in places {
        for canary in canaries {
            if memchr::memmem::find(bytes, &canary.bytes).is_some() {
                found.push(format!("{} in {place}", canary.name));
            }
        }
    }
    found
}

/// Uses everything once, the failures included, with the log as talkative as it can be.
async fn eventful_day() -> (Upstream, Gateway, Vec<Canary>, Vec<(String, Vec<u8>)>) {
    let upstream = Upstream::start().await;
    let config = Config::with_upstream(&upstream)
        .model(Model::new(CODER, Price::USUAL))
        .model(Model::new("failing", Price::USUAL))
        .model(Model::new("hanging", Price::USUAL));
    upstream.answer(CODER, Answer::of("chatcmpl-15", 5, 2).words(&[ANSWER, "."]));
    upstream.on("failing", |call| {
        let words = format!(
            "Bad key {} for {PROMPT}",
            call.header("authorization").unwrap_or_default()
        );
        Reply::json(
            401,
            &json!({"error": {"message": words, "type": "auth", "code": null}}),
        )
    });
    upstream.on("hanging", |call| {
        Answer::of("chatcmpl-16", 5, 9)
            .words(&[ANSWER; 9])
            .stream(call)
            .after(2, Step::Hang)
    });
    let gateway = Serve::new(&config)
        .env("TOKEN_TRACKER_LOG", "trace")
        .start()
        .await;
    let key = gateway.mint_one(CREDIT).await;
    let device = gateway.redeem(&key).await;

    let mut answers = Vec::new();
    let mut keep = |what: &str, body: &[u8]| answers.push((format!("the answer to {what}"), body.to_vec()));
    let ask = |model: &str, stream: bool| {
        let messages = json!([{"role": "user", "content": PROMPT}]);
        let body = json!({"model": model, "messages": messages, "stream": stream});
        device
            .post("/v1/chat/completions", &body)
            .header(header::RECEIPT, "1")
    };
    ask(CODER, false).send().await.expect(200);
    ask(CODER, true).send().await.expect(200);
    keep("a failing upstream", &ask("failing", false).send().await.body);
    keep("an unknown model", &ask("no-such-model", false).send().await.body);
    let mut open = ask("hanging", true).open().await;
    open.read_until(ANSWER).await;
    drop(open);
    let credential = &device.credential;
    for wrong in [
        key.key.clone(),
        format!("{credential}x"),
        credential.replace("ttd_", "tta_"),
    ] {
        keep(
            "a wrong credential",
            &Request::get(&gateway.url("/api/v1/me"))
                .bearer(&wrong)
                .send()
                .await
                .body,
        );
    }
    let broken = format!("{{\"key\": \"{}\", \"{PROMPT}\"", key.key);
    let url = gateway.url("/api/v1/redeem");
    keep(
        "a broken redeem",
        &Request::post(&url).body(broken).send().await.body,
    );
    keep(
        "a used key",
        &Device::redeem_request(&gateway.url(""), &key.key)
            .send()
            .await
            .body,
    );
    keep(
        "the owner's keys",
        gateway
            .cli(&["keys", "list", "--json"])
            .await
            .expect(0)
            .stdout
            .as_bytes(),
    );
    keep(
        "the owner's usage",
        &gateway
            .owner(http::Method::GET, "/api/v1/usage")
            .send()
            .await
            .body,
    );
    keep(
        "metrics",
        &Request::get(&gateway.url("/metrics")).send().await.body,
    );
    device.idle_balance().await;

    let canaries = vec![
        canary("the upstream's key", Serve::UPSTREAM_KEY),
        canary("the token key", &key.key),
        canary("the token key without hyphens", &key.key.replace('-', "")),
        canary("the token key's symbols", &key.key.replace('-', "")[3..]),
        canary("the device credential", credential),
        canary("the prompt", PROMPT),
        canary("the provider's answer", ANSWER),
    ];
    (upstream, gateway, canaries, answers)
}

/// Every file of the home except the owner's own credential, with its content.
fn files(gateway: &Gateway) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |file: PathBuf| {
        let bytes = fs::read(&file).unwrap();
        (file, bytes)
    };
    gateway.home().files().into_iter().map(read).collect()
}

#[tokio::test]
async fn no_secret_and_no_prompt_is_in_any_log_database_answer_or_argument() {
    let (_upstream, gateway, mut canaries, mut places) = eventful_day().await;
    canaries.push(canary("the owner's credential", &gateway.admin().credential));
    let own = gateway.home().data_dir().join("admin.json");
    let all = files(&gateway);
    assert!(
        all.iter()
            .any(|(file, _)| file.extension().is_some_and(|kind| kind == "db")),
        "a database"
    );
    assert!(!gateway.log().is_empty(), "a log");
    places.extend(
        all.into_iter()
            .filter(|(file, _)| *file != own)
            .map(|(file, bytes)| (file.display().to_string(), bytes)),
    );
    let arguments = fs::read(format!("/proc/{}/cmdline", gateway.pid())).unwrap();
    places.push(("the process list".into(), arguments));
    assert_eq!(hits(&canaries, &places), Vec::<String>::new());
}

#[tokio::test]
async fn what_the_gateway_keeps_secret_stays_in_its_secrets_folder() {
    let (_upstream, gateway, _, mut places) = eventful_day().await;
    let folder = gateway.home().data_dir().join("secrets");
    let (secrets, others): (Vec<_>, Vec<_>) = files(&gateway)
        .into_iter()
        .partition(|(file, _)| file.starts_with(&folder));
    assert!(!secrets.is_empty(), "a pepper and a key-encryption key");
    let mut canaries = Vec::new();
    for (_, bytes) in secrets {
        let text = bytes.trim_ascii_end().to_vec();
        assert!(text.len() >= 16, "a secret has some length");
        let hex: String = text.iter().map(|byte| format!("{byte:02x}")).collect();
        canaries.push(canary("a secret as hex", &hex));
        canaries.push(Canary {
            name: "a secret",
            bytes: text,
        });
    }
    places.extend(
        others
            .into_iter()
            .map(|(file, bytes)| (file.display().to_string(), bytes)),
    );
    assert_eq!(hits(&canaries, &places), Vec::<String>::new());
}

#[tokio::test]
async fn a_key_from_a_file_is_used_and_copied_nowhere() {
    let upstream = Upstream::start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-17", 5, 2));
    let keys = tests::Home::new();
    let key_file = keys.path().join("upstream.key");
    fs::write(&key_file, format!("{FILE_KEY}\n")).unwrap();
    let table = format!(
        "[[upstream]]\nname = \"fake\"\nprovider = \"openai-compatible\"\nbase_url = {:?}\napi_key_file = {:?}",
        upstream.base_url(),
        key_file
    );
    let gateway = Gateway::start(&Config::new().table(&table).model(Model::new(CODER, Price::USUAL))).await;
    let device = gateway.device(CREDIT).await;
    device.chat(CODER).send().await.expect(200);
    let call = upstream.last_call(CODER);
    assert_eq!(call.header("authorization"), Some(&*format!("Bearer {FILE_KEY}")));
    let places: Vec<_> = files(&gateway)
        .into_iter()
        .map(|(file, bytes)| (file.display().to_string(), bytes))
        .collect();
    assert_eq!(
        hits(&[canary("the upstream's key", FILE_KEY)], &places),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_stolen_database_opens_nothing_at_another_gateway() {
    let (_upstream, gateway, ..) = eventful_day().await;
    let device = gateway.device("1").await;
    let unused = gateway.mint_one("1").await;
    let thief = tests::Serve::new(&Config::new().unlimited_failed_redeems());
    for name in ["gateway.db", "gateway.db-wal"] {
        let file = gateway.home().data_dir().join(name);
        if file.exists() {
            fs::copy(file, thief.home().data_dir().join(name)).unwrap();
        }
    }
    // Without the pepper either nothing starts, or no code and no credential is recognised.
    let mut copy = Gateway::idle(thief);
    copy.spawn();
    if copy.is_ready().await {
        Device::redeem_request(&copy.url(""), &unused.key)
            .send()
            .await
            .expect(403);
        Request::get(&copy.url("/api/v1/me"))
            .bearer(&device.credential)
            .send()
            .await
            .expect(401);
    }
}
