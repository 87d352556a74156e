//! A client connection that the proxy speaks to itself. It reads requests to the hot routes in
//! their plain shape; with the first one that is anything else, the connection goes to hyper.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http::Response;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, Sleep, sleep},
};

use crate::{
    proxy::Left,
    wire::{
        Framing, HEAD_BYTES_MAX, LAST_CHUNK, RequestHead, RequestStart, Rewind, Socket, parse_request,
        put_chunk, put_response,
    },
};

/// How long a connection may wait for its next request.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// A client that does not finish its request head in this time is not one.
const HEAD_MAX: Duration = Duration::from_secs(30);
/// As much of a refused body is read, to keep the connection.
const DISCARD_MAX: u64 = 64 * 1024;
const READ_BYTES: usize = 8 * 1024;

/// What a connection turned out to carry next.
pub(crate) enum Next<T> {
    Request(RequestHead<T>),
    Unusual,
    Closed,
}

pub(crate) struct Direct {
    socket: Socket,
    /// Read and not yet looked at.
    buffer: BytesMut,
    /// How much of it was searched for the end of a head.
    searched: usize,
    /// Written and not yet sent.
    out: BytesMut,
    is_open: bool,
    closes: bool,
    timer: Pin<Box<Sleep>>,
}

impl Direct {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            buffer: BytesMut::new(),
            searched: 0,
            out: BytesMut::new(),
            is_open: true,
            closes: false,
            timer: Box::pin(sleep(IDLE_MAX)),
        }
    }

    pub(super) fn into_rewind(self) -> Rewind {
        Rewind::new(self.buffer.freeze(), self.socket)
    }

    /// Whether another request can come.
    pub(super) fn is_open(&self) -> bool {
        self.is_open && !self.closes
    }

    /// The next answer says that it is the last one.
    pub(crate) fn close_after(&mut self) {
        self.closes = true;
    }

    pub(super) async fn next_request<T>(&mut self, route: impl Fn(&str) -> Option<T>) -> Next<T> {
        let mut until = Instant::now() + IDLE_MAX;
        let mut is_started = false;
        loop {
            if !self.buffer.is_empty() {
                match parse_request(&mut self.buffer, &mut self.searched, &route) {
                    RequestStart::Plain(head) => return Next::Request(head),
                    RequestStart::Unusual => return Next::Unusual,
                    RequestStart::Partial if is_started => {}
                    RequestStart::Partial => {
                        is_started = true;
                        until = Instant::now() + HEAD_MAX;
                    }
                }
            }
            if !self.fill_before(until).await {
                return Next::Closed;
            }
        }
    }

    /// The body, if all of it comes.
    pub(crate) async fn read_body(&mut self, length: u64) -> Option<Bytes> {
        let length = usize::try_from(length).ok()?;
        self.buffer.reserve(length.saturating_sub(self.buffer.len()));
        while self.buffer.len() < length {
            match self.socket.read_buf(&mut self.buffer).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => {
                    self.is_open = false;
                    return None;
                }
            }
        }
        Some(self.buffer.split_to(length).freeze())
    }

    /// Reads past a body that nobody wants; a long one costs the connection.
    pub(crate) async fn discard_body(&mut self, length: u64) {
        if length > DISCARD_MAX {
            self.closes = true;
            return;
        }
        self.read_body(length).await;
    }

    /// Returns when the client is gone. What it sends meanwhile is its next request.
    pub(crate) async fn left(&mut self) {
        while self.is_open && self.buffer.len() < HEAD_BYTES_MAX {
            self.buffer.reserve(READ_BYTES);
            match self.socket.read_buf(&mut self.buffer).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => self.is_open = false,
            }
        }
        if self.is_open {
            std::future::pending().await
        }
    }

    pub(crate) async fn answer(&mut self, response: Response<Bytes>) -> Result<(), Left> {
        let (head, body) = response.into_parts();
        let framing = Framing::Length(body.len() as u64);
        self.out.reserve(512 + body.len());
        put_response(head.status, &head.headers, framing, self.closes, &mut self.out);
        self.out.extend_from_slice(&body);
        self.flush().await
    }

    pub(crate) fn begin(&mut self, head: &Response<()>) {
        put_response(
            head.status(),
            head.headers(),
            Framing::Chunked,
            self.closes,
            &mut self.out,
        );
    }

    /// Events of a stream as one chunk.
    pub(crate) fn put(&mut self, events: &mut Vec<Bytes>) {
        put_chunk(events, &mut self.out);
        events.clear();
    }

    pub(crate) fn put_end(&mut self) {
        self.out.extend_from_slice(LAST_CHUNK);
    }

    pub(crate) async fn flush(&mut self) -> Result<(), Left> {
        if self.out.is_empty() {
            return Ok(());
        }
        // What was sent leaves the buffer at once: a flush that is cut short can go on later.
        while self.is_open && !self.out.is_empty() {
            match self.socket.write(&self.out).await {
                Ok(written @ 1..) => self.out.advance(written),
                Ok(0) | Err(_) => self.is_open = false,
            }
        }
        // TLS keeps bytes back until it is told.
        if !self.is_open || self.socket.flush().await.is_err() {
            self.is_open = false;
            return Err(Left);
        }
        self.out.clear();
        Ok(())
    }

    /// Nothing more is sent, and the connection closes.
    pub(crate) fn abort(&mut self) {
        self.is_open = false;
    }

    pub(super) async fn shut_down(&mut self) {
        // The client may be gone already.
        let _ = self.socket.shutdown().await;
    }

    /// Reads more; false when nothing comes, or not in time.
    async fn fill_before(&mut self, until: Instant) -> bool {
        self.buffer.reserve(READ_BYTES);
        if until < self.timer.deadline() {
            self.timer.as_mut().reset(until);
        }
        let (socket, buffer, timer) = (&mut self.socket, &mut self.buffer, &mut self.timer);
        poll_fn(|context| {
            if let Poll::Ready(read) = pin!(socket.read_buf(buffer)).poll(context) {
                return Poll::Ready(matches!(read, Ok(1..)));
            }
            // The timer is not put back for each request; it notices that it is early.
            while timer.as_mut().poll(context).is_ready() {
                if Instant::now() >= until {
                    return Poll::Ready(false);
                }
                timer.as_mut().reset(until);
            }
            Poll::Pending
        })
        .await
    }
}
