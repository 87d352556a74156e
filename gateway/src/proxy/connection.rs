//! One connection to an upstream: a request goes out in one write, and an answer is read as it
//! comes, without a task between the socket and whoever waits.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Instant,
};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};

use crate::wire::{ChunkedReader, Framing, Malformed, ResponseHead, Socket, parse_response};

/// As much as is read at once.
const READ_BYTES: usize = 16 * 1024;

/// Why an exchange with an upstream broke.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("{}", .0.kind())]
    Io(#[from] io::Error),
    #[error("{0}")]
    Malformed(#[from] Malformed),
    #[error("it closed the connection")]
    Closed,
    #[error("its answer is too long")]
    TooLong,
    #[error("it ended the stream with {0:?}")]
    Reset(h2::Reason),
}

pub(super) struct Connection {
    socket: Socket,
    buffer: BytesMut,
    body: Body,
    is_reusable: bool,
    /// A proxy reads what is sent, before the upstream does.
    pub is_proxy: bool,
    /// When its last answer was complete.
    pub idle_since: Instant,
}

/// Where in the body of an answer the connection stands.
enum Body {
    Ended,
    Length(u64),
    Chunked(ChunkedReader),
    UntilClose,
}

impl Connection {
    pub(super) fn new(socket: Socket, is_proxy: bool) -> Self {
        Self {
            socket,
            buffer: BytesMut::new(),
            body: Body::Ended,
            is_reusable: false,
            is_proxy,
            idle_since: Instant::now(),
        }
    }

    /// Whether a request can be sent: nothing of the last answer is left, and the other side has
    /// neither closed the connection nor said something that nobody asked for.
    pub(super) fn is_ready(&mut self) -> bool {
        if !self.is_reusable || !matches!(self.body, Body::Ended) || !self.buffer.is_empty() {
            return false;
        }
        let mut byte = [0; 1];
        let mut nothing = ReadBuf::new(&mut byte);
        let mut context = Context::from_waker(Waker::noop());
        let read = Pin::new(&mut self.socket).poll_read(&mut context, &mut nothing);
        read.is_pending()
    }

    pub(super) async fn send(&mut self, request: &[u8]) -> Result<(), Broken> {
        self.is_reusable = false;
        self.socket.write_all(request).await?;
        // TLS keeps bytes back until it is told.
        Ok(self.socket.flush().await?)
    }

    pub(super) async fn head(&mut self, wants: impl Fn(&str) -> bool) -> Result<ResponseHead, Broken> {
        let mut searched = 0;
        loop {
            if let Some(head) = parse_response(&mut self.buffer, &mut searched, &wants)? {
                self.is_reusable = head.is_reusable;
                self.body = match head.framing {
                    Framing::Length(0) => Body::Ended,
                    Framing::Length(length) => Body::Length(length),
                    Framing::Chunked => Body::Chunked(ChunkedReader::default()),
                    Framing::UntilClose => Body::UntilClose,
                };
                return Ok(head);
            }
            if self.fill().await? == 0 {
                return Err(Broken::Closed);
            }
        }
    }

    /// The next piece of the body; `None` at its end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        loop {
            if let Some(piece) = self.next_here()? {
                return Ok(Some(piece));
            }
            if matches!(self.body, Body::Ended) {
                return Ok(None);
            }
            if self.fill().await? == 0 {
                return match std::mem::replace(&mut self.body, Body::Ended) {
                    Body::UntilClose => Ok(None),
                    _ => Err(Broken::Closed),
                };
            }
        }
    }

    /// The next piece that was read already.
    pub(super) fn next_here(&mut self) -> Result<Option<Bytes>, Broken> {
        match &mut self.body {
            Body::Ended => Ok(None),
            Body::Length(left) => {
                let here = usize::try_from(*left)
                    .unwrap_or(usize::MAX)
                    .min(self.buffer.len());
                *left -= here as u64;
                if *left == 0 {
                    self.body = Body::Ended;
                }
                let piece = self.buffer.split_to(here);
                Ok((!piece.is_empty()).then(|| piece.freeze()))
            }
            Body::Chunked(reader) => {
                let piece = reader.next(&mut self.buffer)?;
                if reader.is_done() {
                    self.body = Body::Ended;
                }
                Ok(piece)
            }
            Body::UntilClose => {
                let piece = self.buffer.split();
                Ok((!piece.is_empty()).then(|| piece.freeze()))
            }
        }
    }

    /// The body was read to its end.
    pub(super) fn is_at_end(&self) -> bool {
        matches!(self.body, Body::Ended)
    }

    /// Reads what is there now, without waiting. False: nothing was.
    pub(super) async fn fill_now(&mut self) -> bool {
        self.buffer.reserve(READ_BYTES);
        poll_fn(|context| {
            let read = pin!(self.socket.read_buf(&mut self.buffer)).poll(context);
            Poll::Ready(matches!(read, Poll::Ready(Ok(1..))))
        })
        .await
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.buffer.reserve(READ_BYTES);
        self.socket.read_buf(&mut self.buffer).await
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (there, _) = listener.accept().await.unwrap();
        (Connection::new(Socket::Plain(here), false), there)
    }

    async fn whole(connection: &mut Connection) -> Result<String, Broken> {
        let head = connection.head(|_| true).await?;
        let mut text = format!("{} ", head.status.as_u16());
        while let Some(piece) = connection.next().await? {
            text.push_str(std::str::from_utf8(&piece).unwrap());
        }
        Ok(text)
    }

    #[tokio::test]
    async fn a_connection_carries_one_answer_after_another() {
        let (mut connection, mut server) = pair().await;
        assert!(!connection.is_ready(), "it has carried nothing yet");
        for (answer, seen) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", "200 ab"),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
                "200 ab",
            ),
            ("HTTP/1.1 204 No Content\r\n\r\n", "204 "),
        ] {
            connection.send(b"x").await.unwrap();
            server.write_all(answer.as_bytes()).await.unwrap();
            assert_eq!(whole(&mut connection).await.unwrap(), seen);
            assert!(connection.is_ready(), "{answer}");
        }
        // Nobody asked for this.
        server.write_all(b"H").await.unwrap();
        connection.socket.readable().await;
        assert!(!connection.is_ready());
    }

    #[tokio::test]
    async fn a_connection_that_the_server_closed_is_not_ready() {
        let (mut connection, mut server) = pair().await;
        server
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab")
            .await
            .unwrap();
        assert_eq!(whole(&mut connection).await.unwrap(), "200 ab");
        assert!(connection.is_ready());
        drop(server);
        connection.socket.readable().await;
        assert!(!connection.is_ready());
    }

    #[tokio::test]
    async fn the_close_ends_a_body_without_a_length_and_cuts_one_with() {
        for (answer, seen) in [
            ("HTTP/1.1 200 OK\r\n\r\nab", Some("200 ab")),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", None),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n",
                None,
            ),
            ("HTTP/1.1 200 OK\r\ncontent-", None),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
                None,
            ),
        ] {
            let (mut connection, mut server) = pair().await;
            server.write_all(answer.as_bytes()).await.unwrap();
            drop(server);
            assert_eq!(whole(&mut connection).await.ok().as_deref(), seen, "{answer}");
            assert!(!connection.is_ready());
        }
    }
}
