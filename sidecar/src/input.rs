//! Standard input, frame by frame. A frame that is too large or broken is answered with an error
//! and skipped; the LSP library, which would stop at it, sees only good ones.

use std::{
    io::{self, BufRead, Read},
    pin::Pin,
    task::{Context, Poll, ready},
    thread,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, ReadBuf},
    sync::mpsc,
};
use tower_lsp::jsonrpc::{Request, Response};

use crate::{ending::Ending, output::Output};

const FRAME_BYTES_MAX: u64 = 32 << 20;
const HEADER_LINE_BYTES_MAX: u64 = 4 << 10;
const FRAMES_WAITING_MAX: usize = 64;

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

/// Good frames, as bytes; at the end of input the process leaves.
pub struct Input {
    frames: mpsc::Receiver<Vec<u8>>,
    current: Vec<u8>,
    position: usize,
    ending: Ending,
}

impl Input {
    pub fn start(output: Output, ending: Ending) -> io::Result<Self> {
        let (sender, frames) = mpsc::channel(FRAMES_WAITING_MAX);
        thread::Builder::new()
            .name("stdin".into())
            .spawn(move || forward(&mut io::stdin().lock(), &sender, &output))?;
        Ok(Self {
            frames,
            current: Vec::new(),
            position: 0,
            ending,
        })
    }
}

fn forward(input: &mut impl BufRead, frames: &mpsc::Sender<Vec<u8>>, output: &Output) {
    loop {
        match read_frame(input) {
            Ok(Frame::Good(body)) => {
                let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
                frame.extend_from_slice(&body);
                if frames.blocking_send(frame).is_err() {
                    return;
                }
            }
            Ok(Frame::Bad { code, message }) => {
                tracing::warn!("Skipped a message of the editor: {message}");
                let error = json!({"code": code, "message": message});
                output.send(&json!({"jsonrpc": "2.0", "id": Value::Null, "error": error}));
            }
            // The sender is dropped, and the reader sees the end after all frames before it.
            Ok(Frame::End) | Err(_) => return,
        }
    }
}

enum Frame {
    Good(Vec<u8>),
    Bad { code: i32, message: &'static str },
    End,
}

fn read_frame(input: &mut impl BufRead) -> io::Result<Frame> {
    let length = match read_headers(input)? {
        Headers::Length(length) => length,
        Headers::End => return Ok(Frame::End),
        Headers::Bad => {
            return Ok(Frame::Bad {
                code: PARSE_ERROR,
                message: "The headers of a message could not be read.",
            });
        }
    };
    if length > FRAME_BYTES_MAX {
        io::copy(&mut input.take(length), &mut io::sink())?;
        return Ok(Frame::Bad {
            code: INVALID_REQUEST,
            message: "A message is larger than 32 MiB.",
        });
    }
    let mut body = Vec::new();
    if (input.take(length).read_to_end(&mut body)? as u64) < length {
        return Ok(Frame::End);
    }
    Ok(check(body))
}

fn check(body: Vec<u8>) -> Frame {
    let is_message =
        serde_json::from_slice::<Request>(&body).is_ok() || serde_json::from_slice::<Response>(&body).is_ok();
    if is_message {
        return Frame::Good(body);
    }
    if serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok() {
        return Frame::Bad {
            code: INVALID_REQUEST,
            message: "A message is not JSON-RPC 2.0.",
        };
    }
    Frame::Bad {
        code: PARSE_ERROR,
        message: "A message is not JSON.",
    }
}

enum Headers {
    Length(u64),
    Bad,
    End,
}

fn read_headers(input: &mut impl BufRead) -> io::Result<Headers> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input
            .by_ref()
            .take(HEADER_LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)?
            == 0
        {
            return Ok(Headers::End);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            // Blank lines between messages are passed over; after headers one is due.
            match length {
                Some(length) => return Ok(length),
                None => continue,
            }
        }
        match line.split_once(':') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("content-length") => {
                length = Some(value.trim().parse().map_or(Headers::Bad, Headers::Length));
            }
            // `Content-Type` says utf-8, the only one there is; what is not a header is garbage
            // before the next message.
            _ => {}
        }
    }
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.position == self.current.len() {
            let Some(frame) = ready!(self.frames.poll_recv(context)) else {
                self.ending.leave_without_exit();
                return Poll::Ready(Ok(()));
            };
            self.current = frame;
            self.position = 0;
        }
        let rest = &self.current[self.position..];
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..count]);
        self.position += count;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut bytes: &[u8]) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            match read_frame(&mut bytes).unwrap() {
                Frame::Good(body) => seen.push(String::from_utf8(body).unwrap()),
                Frame::Bad { code, .. } => seen.push(code.to_string()),
                Frame::End => return seen,
            }
        }
    }

    fn frame(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn broken_frames_are_skipped_and_good_ones_read() {
        let good = r#"{"jsonrpc":"2.0","method":"a"}"#;
        let stream = [
            frame(good),
            frame("{\"jsonrpc\":"),
            frame("[1,2]"),
            "content-length: 30\nContent-Type: application/vscode-jsonrpc; charset=utf-8\n\n".into(),
            good.into(),
            "garbage\r\n".into(),
            frame(good),
            "Content-Length: x\r\n\r\n".into(),
            frame(r#"{"jsonrpc":"2.0","id":1,"result":null}"#),
        ];
        assert_eq!(
            read_all(stream.concat().as_bytes()),
            [
                good,
                "-32700",
                "-32600",
                good,
                good,
                "-32700",
                r#"{"jsonrpc":"2.0","id":1,"result":null}"#
            ]
        );
    }

    #[test]
    fn a_frame_that_is_too_large_is_not_kept() {
        let claimed = FRAME_BYTES_MAX + 1;
        let head = format!("Content-Length: {claimed}\r\n\r\n");
        let body = io::repeat(b' ').take(claimed);
        let tail = frame(r#"{"jsonrpc":"2.0","method":"a"}"#);
        let mut input = io::BufReader::new(head.as_bytes().chain(body).chain(tail.as_bytes()));
        assert!(matches!(read_frame(&mut input).unwrap(), Frame::Bad { .. }));
        assert!(matches!(read_frame(&mut input).unwrap(), Frame::Good(_)));
    }
}
