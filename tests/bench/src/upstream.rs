//! An upstream that costs next to nothing, so that what stands before it shows.

use std::{io, net::SocketAddr, thread};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The end user whose streams begin and never end.
pub const UNENDING: &str = "unending";

/// Events of a streamed answer before its usage.
const EVENTS: usize = 35;
const USAGE: &str = r#"{"prompt_tokens":20,"completion_tokens":35,"total_tokens":55}"#;

/// Starts it on a thread of its own, for as long as the process lives.
pub fn start() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener
        .set_nonblocking(true)
        .expect("a socket can be non-blocking");
    let address = listener.local_addr().expect("a bound socket has an address");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime starts").block_on(accept(listener));
    });
    address
}

async fn accept(listener: std::net::TcpListener) {
    let listener = TcpListener::from_std(listener).expect("the socket is a listener");
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream));
    }
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (whole, first, rest) = (whole(), first_event(), rest_of_stream());
    let mut buffer = Vec::with_capacity(16 << 10);
    while let Some(length) = read_request(&mut stream, &mut buffer).await? {
        let streams = memchr::memmem::find(&buffer[..length], b"\"stream\":true").is_some();
        let unending = memchr::memmem::find(&buffer[..length], UNENDING.as_bytes()).is_some();
        buffer.drain(..length);
        if unending {
            stream.write_all(&first).await?;
        } else if streams {
            stream.write_all(&first).await?;
            stream.write_all(&rest).await?;
        } else {
            stream.write_all(&whole).await?;
        }
    }
    Ok(())
}

/// Reads until a whole request is in the buffer; its length, or nothing at the end.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
    loop {
        if let Some(length) = whole_request(buffer) {
            return Ok(Some(length));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// How long the request is that the buffer begins with, if all of it is there.
fn whole_request(buffer: &[u8]) -> Option<usize> {
    let body = memchr::memmem::find(buffer, b"\r\n\r\n")? + 4;
    if !is_chunked(&buffer[..body]) {
        let length = body + content_length(&buffer[..body]);
        return (buffer.len() >= length).then_some(length);
    }
    // The bodies that are sent here hold no line break, so this is the last chunk.
    let last = memchr::memmem::find(&buffer[body..], b"\r\n0\r\n\r\n")?;
    Some(body + last + 7)
}

pub fn is_chunked(head: &[u8]) -> bool {
    memchr::memmem::find(&head.to_ascii_lowercase(), b"transfer-encoding: chunked").is_some()
}

/// The value of `content-length`, in any spelling; 0 when absent.
pub fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let value = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    value
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

fn whole() -> Vec<u8> {
    let text = "A short answer of the usual length, as a model gives it. ".repeat(4);
    let choice =
        json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    let body = format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"coder","choices":[{choice}],"usage":{USAGE}}}"#
    );
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into()
}

fn chunk(event: &str) -> String {
    format!("{:x}\r\n{event}\r\n", event.len())
}

fn event(word: &str) -> String {
    format!(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"coder\",\
         \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{word} \"}},\"finish_reason\":null}}],\"usage\":null}}\n\n"
    )
}

fn first_event() -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    format!("{head}{}", chunk(&event("word"))).into()
}

fn rest_of_stream() -> Vec<u8> {
    let words: String = (1..EVENTS).map(|_| chunk(&event("word"))).collect();
    let usage = format!(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"coder\",\
         \"choices\":[],\"usage\":{USAGE}}}\n\n"
    );
    format!("{words}{}{}0\r\n\r\n", chunk(&usage), chunk("data: [DONE]\n\n")).into()
}
