//! Clients keep a connection and send over it what they like, in any shape that HTTP allows. Where
//! a request ends, nobody is in doubt, and each one is settled.

use protocol::header;
use serde_json::json;
use tests::{Price, upstream::Answer, verify_clean, within};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::stage::{CODER, Stage};

/// One connection, read as text.
struct Wire {
    stream: TcpStream,
    read: String,
}

/// An answer with a length, or in chunks that are left as they are.
struct Seen {
    status: u16,
    head: String,
    body: String,
}

impl Wire {
    async fn open(stage: &Stage) -> Self {
        let address = stage.gateway.url("");
        let stream = TcpStream::connect(address.trim_start_matches("http://").trim_end_matches('/'));
        Self {
            stream: stream.await.expect("the gateway listens"),
            read: String::new(),
        }
    }

    async fn write(&mut self, text: &str) {
        self.stream
            .write_all(text.as_bytes())
            .await
            .expect("the gateway reads");
    }

    /// False at the end of the connection.
    async fn fill(&mut self) -> bool {
        let mut part = vec![0; 4096];
        let length = within("bytes of an answer", self.stream.read(&mut part)).await;
        let length = length.unwrap_or(0);
        self.read.push_str(std::str::from_utf8(&part[..length]).unwrap());
        length > 0
    }

    async fn answer(&mut self) -> Seen {
        while !self.read.contains("\r\n\r\n") {
            assert!(
                self.fill().await,
                "the connection ended before a head: {}",
                self.read
            );
        }
        let (head, rest) = self.read.split_once("\r\n\r\n").unwrap();
        let (head, rest) = (head.to_ascii_lowercase(), rest.to_owned());
        self.read = rest;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let end = match length {
            Some(length) => {
                let length = length.parse().unwrap();
                while self.read.len() < length {
                    assert!(self.fill().await, "the connection ended within a body");
                }
                length
            }
            None => {
                let last = "\r\n0\r\n\r\n";
                while !self.read.contains(last) {
                    assert!(self.fill().await, "the connection ended within a stream");
                }
                self.read.find(last).unwrap() + last.len()
            }
        };
        let body = self.read.drain(..end).collect();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Seen { status, head, body }
    }
}

fn fields(stage: &Stage) -> String {
    format!(
        "host: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n",
        stage.device.credential
    )
}

fn body(stream: bool) -> String {
    json!({"model": CODER, "stream": stream, "messages": [{"role": "user", "content": "Hello."}]}).to_string()
}

fn chat(stage: &Stage, stream: bool) -> String {
    let body = body(stream);
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\n{}content-length: {}\r\n\r\n{body}",
        fields(stage),
        body.len()
    )
}

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 11, 6));
    stage
}

/// So many requests were settled on exactly what was used.
async fn settled(stage: &Stage, requests: usize) {
    let rows = stage.gateway.rows(stage.key(), requests).await;
    assert_eq!(rows.len(), requests);
    let usage = Answer::of("chatcmpl-1", 11, 6).usage;
    assert!(
        rows.iter()
            .all(|row| row.usage == usage && row.cost_nano_usd == Price::USUAL.of(&usage))
    );
    let spent = stage.device.idle_balance().await.spent_nano_usd.nano_usd();
    assert_eq!(
        spent,
        Price::USUAL.of(&usage).nano_usd() * i64::try_from(requests).unwrap()
    );
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn all_kinds_of_requests_share_a_connection() {
    let stage = stage().await;
    let mut wire = Wire::open(&stage).await;
    for stream in [false, true, false] {
        wire.write(&chat(&stage, stream)).await;
        let seen = wire.answer().await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert_eq!(seen.head.contains("transfer-encoding: chunked"), stream);
        assert!(seen.head.contains(header::REQUEST_ID) && seen.head.contains("\r\ndate: "));
    }
    wire.write(&format!("GET /v1/models HTTP/1.1\r\n{}\r\n", fields(&stage)))
        .await;
    let models = wire.answer().await;
    assert!(
        models.status == 200 && models.body.contains(CODER),
        "{}",
        models.body
    );
    for stream in [true, false] {
        wire.write(&chat(&stage, stream)).await;
        assert_eq!(wire.answer().await.status, 200);
    }
    settled(&stage, 5).await;
}

#[tokio::test]
async fn requests_sent_ahead_are_answered_in_their_order() {
    let stage = stage().await;
    let mut wire = Wire::open(&stage).await;
    let models = format!("GET /v1/models HTTP/1.1\r\n{}\r\n", fields(&stage));
    wire.write(&[chat(&stage, false), chat(&stage, true), models].concat())
        .await;
    assert!(wire.answer().await.body.starts_with('{'));
    assert!(wire.answer().await.body.contains("[DONE]"));
    assert!(wire.answer().await.body.contains(CODER));
    settled(&stage, 2).await;
}

#[tokio::test]
async fn a_request_in_unusual_shape_is_served_all_the_same() {
    let stage = stage().await;
    let body = body(false);
    let (middle, length) = (body.len() / 2, body.len());
    let chunks = format!(
        "{middle:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        &body[..middle],
        length - middle,
        &body[middle..]
    );
    let fields = fields(&stage);
    let shapes = [
        format!("POST /v1/chat/completions HTTP/1.1\r\n{fields}transfer-encoding: chunked\r\n\r\n{chunks}"),
        format!(
            "POST /v1/chat/completions?beta=true HTTP/1.1\r\n{fields}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        ),
        format!(
            "POST /v1/chat/completions HTTP/1.1\r\n{fields}content-length: {length}\r\nte: trailers\r\n\r\n{body}"
        ),
    ];
    for shape in &shapes {
        let mut wire = Wire::open(&stage).await;
        wire.write(shape).await;
        let seen = wire.answer().await;
        assert_eq!(seen.status, 200, "{shape}: {}", seen.body);
    }
    settled(&stage, shapes.len()).await;
}

#[tokio::test]
async fn a_request_whose_end_is_in_doubt_is_refused() {
    let stage = stage().await;
    let hidden = chat(&stage, false);
    let length = hidden.len() + 5;
    let fields = fields(&stage);
    for lengths in [
        format!("content-length: {length}\r\ntransfer-encoding: chunked"),
        format!("content-length: {length}\r\ncontent-length: 5"),
        format!("content-length: 5, {length}"),
        "content-length: +5".to_owned(),
    ] {
        let mut wire = Wire::open(&stage).await;
        wire.write(&format!(
            "POST /v1/chat/completions HTTP/1.1\r\n{fields}{lengths}\r\n\r\n0\r\n\r\n{hidden}"
        ))
        .await;
        let seen = wire.answer().await;
        assert!(seen.status >= 400, "{lengths}: {}", seen.head);
        while wire.fill().await {}
        assert!(
            !wire.read.contains("HTTP/1.1 200"),
            "{lengths}: a hidden request was served: {}",
            wire.read
        );
    }
    settled(&stage, 0).await;
    assert!(stage.upstream.calls(CODER).is_empty());
}

#[tokio::test]
async fn a_refusal_keeps_the_connection_and_a_broken_body_costs_nothing() {
    let stage = stage().await;
    let mut wire = Wire::open(&stage).await;
    let stranger = chat(&stage, false).replace("Bearer ", "Bearer x");
    wire.write(&stranger).await;
    assert_eq!(wire.answer().await.status, 401);
    wire.write(&chat(&stage, false)).await;
    assert_eq!(wire.answer().await.status, 200);

    let whole = chat(&stage, false);
    let mut wire = Wire::open(&stage).await;
    wire.write(&whole[..whole.len() - 5]).await;
    drop(wire);
    settled(&stage, 1).await;
}

#[tokio::test]
async fn a_client_that_comes_byte_by_byte_is_understood() {
    let stage = stage().await;
    let mut wire = Wire::open(&stage).await;
    wire.stream.set_nodelay(true).unwrap();
    for byte in chat(&stage, true).as_bytes() {
        wire.stream.write_all(&[*byte]).await.unwrap();
    }
    assert!(wire.answer().await.body.contains("[DONE]"));
    settled(&stage, 1).await;
}
