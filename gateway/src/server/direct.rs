//! A client connection that the proxy speaks to itself. It reads requests to the hot routes in
//! their plain shape; with the first one that is anything else, the connection goes to hyper.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use http::Response;
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::Notify,
    time::{Instant, Sleep, sleep, timeout},
};

use crate::{
    config::Limits,
    proxy::Left,
    wire::{
        Framing, HEAD_BYTES_MAX, LAST_CHUNK, RequestHead, RequestStart, Rewind, Socket, parse_request,
        put_chunk, put_response,
    },
};

/// As much of a refused body is read, to keep the connection.
const DISCARD_MAX: u64 = 64 * 1024;
/// How long a connection that closes is read on, so that the client sees why: a close with
/// unread bytes in it takes the answer along.
const LINGER: Duration = Duration::from_secs(2);
/// A client that lets wait for longer makes room where there are too many.
const CALM: Duration = Duration::from_secs(5);
const READ_BYTES: usize = 8 * 1024;
/// A body grows as it comes; its length is only what the client says.
const BODY_BYTES_FIRST: usize = 64 * 1024;

/// How patient the server is with a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the next request on a connection.
    pub idle: Duration,
    /// For a head that has begun.
    pub head: Duration,
    /// For a client that takes nothing of its answer.
    pub write: Duration,
}

impl Patience {
    pub(crate) const fn of(limits: &Limits) -> Self {
        Self {
            idle: Duration::from_secs(limits.keep_alive_seconds_max),
            head: Duration::from_secs(limits.head_seconds_max),
            write: Duration::from_secs(limits.write_seconds_max),
        }
    }
}

/// What a connection turned out to carry next.
pub(crate) enum Next<T> {
    Request(RequestHead<T>),
    Unusual,
    Closed,
}

/// What came of reading more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filled {
    Some,
    Late,
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
    /// Bytes of a body that nobody wants.
    unread: u64,
    patience: Patience,
    timer: Pin<Box<Sleep>>,
}

impl Direct {
    pub(super) fn new(socket: Socket, patience: Patience) -> Self {
        Self {
            socket,
            buffer: BytesMut::new(),
            searched: 0,
            out: BytesMut::new(),
            is_open: true,
            closes: false,
            unread: 0,
            patience,
            timer: Box::pin(sleep(patience.idle)),
        }
    }

    pub(super) fn into_rewind(self) -> Rewind {
        Rewind::new(self.buffer.freeze(), self.socket, self.patience.write)
    }

    /// Whether another request can come.
    pub(super) fn is_open(&self) -> bool {
        self.is_open && !self.closes
    }

    /// The next answer says that it is the last one.
    pub(crate) fn close_after(&mut self) {
        self.closes = true;
    }

    /// Reads the head of the next request. When the `crowd` is told to make room, a client that lets
    /// wait for it is let go.
    pub(super) async fn next_request<T>(
        &mut self,
        crowd: &Notify,
        route: impl Fn(&str) -> Option<T>,
    ) -> Next<T> {
        let mut until = Instant::now() + self.patience.idle;
        let mut is_started = false;
        loop {
            if !self.buffer.is_empty() {
                match parse_request(&mut self.buffer, &mut self.searched, &route) {
                    RequestStart::Plain(head) => return Next::Request(head),
                    RequestStart::Unusual => return Next::Unusual,
                    RequestStart::Partial if is_started => {}
                    RequestStart::Partial => {
                        is_started = true;
                        until = Instant::now() + self.patience.head;
                    }
                }
            }
            if !self.fill_or_make_room(until, crowd).await {
                return Next::Closed;
            }
        }
    }

    async fn fill_or_make_room(&mut self, until: Instant, crowd: &Notify) -> bool {
        // Whoever is not late has no business with the crowd, and pays nothing for it.
        let calm = until.min(Instant::now() + CALM);
        let filled = match self.fill_before(calm).await {
            Filled::Late if calm < until => tokio::select! {
                biased;
                () = crowd.notified() => return false,
                filled = self.fill_before(until) => filled,
            },
            other => other,
        };
        filled == Filled::Some
    }

    /// The body, if all of it comes.
    pub(crate) async fn read_body(&mut self, length: usize) -> Option<Bytes> {
        while self.buffer.len() < length {
            let missing = length - self.buffer.len();
            self.buffer
                .reserve(missing.min(self.buffer.len().max(BODY_BYTES_FIRST)));
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

    /// Nobody wants the body that comes next; a long one costs the connection.
    pub(crate) fn skip_body(&mut self, length: u64) {
        self.unread = length;
        self.closes |= length > DISCARD_MAX;
    }

    /// Reads past the body that nobody wants, if the connection is to go on.
    pub(crate) async fn pass_body(&mut self) {
        if !self.closes {
            self.read_past().await;
        }
    }

    async fn read_past(&mut self) {
        loop {
            let here = usize::try_from(self.unread)
                .unwrap_or(usize::MAX)
                .min(self.buffer.len());
            self.buffer.advance(here);
            self.unread -= here as u64;
            if self.unread == 0 {
                return;
            }
            self.buffer.reserve(READ_BYTES);
            if !matches!(self.socket.read_buf(&mut self.buffer).await, Ok(1..)) {
                self.is_open = false;
                return;
            }
        }
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
            let out = &self.out;
            let write = |socket: Pin<&mut Socket>, context: &mut Context<'_>| socket.poll_write(context, out);
            match in_time(&mut self.socket, &mut self.timer, self.patience.write, write).await {
                Ok(written @ 1..) => self.out.advance(written),
                Ok(0) | Err(_) => self.is_open = false,
            }
        }
        // TLS keeps bytes back until it is told.
        let flush = |socket: Pin<&mut Socket>, context: &mut Context<'_>| socket.poll_flush(context);
        if !self.is_open
            || in_time(&mut self.socket, &mut self.timer, self.patience.write, flush)
                .await
                .is_err()
        {
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
        let _ = timeout(LINGER, async {
            // The client may be gone already.
            if self.socket.shutdown().await.is_ok() {
                self.read_past().await;
            }
        })
        .await;
    }

    /// Reads more.
    async fn fill_before(&mut self, until: Instant) -> Filled {
        self.buffer.reserve(READ_BYTES);
        if until < self.timer.deadline() {
            self.timer.as_mut().reset(until);
        }
        let (socket, buffer, timer) = (&mut self.socket, &mut self.buffer, &mut self.timer);
        poll_fn(|context| {
            if let Poll::Ready(read) = pin!(socket.read_buf(buffer)).poll(context) {
                return Poll::Ready(if matches!(read, Ok(1..)) {
                    Filled::Some
                } else {
                    Filled::Closed
                });
            }
            // The timer is not put back for each request; it notices that it is early.
            while timer.as_mut().poll(context).is_ready() {
                if Instant::now() >= until {
                    return Poll::Ready(Filled::Late);
                }
                timer.as_mut().reset(until);
            }
            Poll::Pending
        })
        .await
    }
}

/// Does what the socket does at once, or as soon as the other side lets it: in time, or not at all.
/// The timer is touched only by who has to wait.
async fn in_time<T>(
    socket: &mut Socket,
    timer: &mut Pin<Box<Sleep>>,
    patience: Duration,
    mut work: impl FnMut(Pin<&mut Socket>, &mut Context<'_>) -> Poll<io::Result<T>>,
) -> io::Result<T> {
    let mut until = None;
    poll_fn(|context| {
        if let Poll::Ready(done) = work(Pin::new(socket), context) {
            return Poll::Ready(done);
        }
        let until = *until.get_or_insert_with(|| {
            let until = Instant::now() + patience;
            timer.as_mut().reset(until);
            until
        });
        while timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= until {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            timer.as_mut().reset(until);
        }
        Poll::Pending
    })
    .await
}
