//! HTTP/2 to an upstream: several requests share one connection of a thread.
//!
//! Each answer is a stream that its own request reads. One that nobody reads any more is reset at
//! once, so that the upstream stops. A slow reader holds up nobody else: the connection's window has
//! room for the windows of all its streams.

use std::{
    cell::Cell,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use h2::{
    Ping, PingPong, Reason, RecvStream,
    client::{Builder, SendRequest},
};
use http::{HeaderMap, Request, StatusCode};
use tokio::time::{sleep, timeout};

use super::connection::Broken;
use crate::wire::{HEAD_BYTES_MAX, Socket};

/// Streams on one connection; for more another one is opened.
const STREAMS_MAX: usize = 64;
/// What the upstream may send of one answer before somebody reads it.
const STREAM_WINDOW: u32 = 128 * 1024;
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * STREAMS_MAX as u32;
/// Streams that were reset, and of which something may still be on its way.
const RESETS_REMEMBERED: usize = 1024;
const RESET_REMEMBERED_FOR: Duration = Duration::from_secs(30);

/// How often an upstream is asked whether it is still there, and how long it may take to say so.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub every: Duration,
    pub patience: Duration,
}

impl Pace {
    pub(super) const USUAL: Self = Self {
        every: Duration::from_secs(20),
        patience: Duration::from_secs(15),
    };
}

/// A connection that several requests share.
#[derive(Clone)]
pub(super) struct Multiplexed {
    sender: SendRequest<Bytes>,
    use_: Rc<Use>,
}

/// How much a connection is used.
struct Use {
    streams: Cell<usize>,
    /// When its last stream ended.
    idle_since: Cell<Instant>,
}

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// The upstream did not look at it: it can be sent again.
    NotTaken(Broken),
    Broken(Broken),
}

impl From<h2::Error> for Unanswered {
    fn from(error: h2::Error) -> Self {
        let is_not_taken =
            error.is_remote() && (error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM));
        if is_not_taken {
            Self::NotTaken(error.into())
        } else {
            Self::Broken(error.into())
        }
    }
}

impl From<h2::Error> for Broken {
    /// Without what the upstream says beside its reason, which may be anything.
    fn from(error: h2::Error) -> Self {
        match (error.get_io(), error.reason()) {
            (Some(io), _) => Self::Io(io.kind().into()),
            (None, Some(reason)) => Self::Reset(reason),
            (None, None) => Self::Closed,
        }
    }
}

impl Multiplexed {
    /// Begins HTTP/2 on a connection that agreed to it. It is kept going by a task of this thread.
    pub(super) async fn over(socket: Socket, pace: Pace) -> Result<Self, Broken> {
        let handshake = Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .initial_max_send_streams(STREAMS_MAX)
            .max_concurrent_reset_streams(RESETS_REMEMBERED)
            .reset_stream_duration(RESET_REMEMBERED_FOR)
            .max_header_list_size(HEAD_BYTES_MAX as u32)
            .handshake::<_, Bytes>(socket);
        let (sender, mut connection) = handshake.await?;
        let use_ = Rc::new(Use {
            streams: Cell::new(0),
            idle_since: Cell::new(Instant::now()),
        });
        let (ping, watched) = (connection.ping_pong(), Rc::clone(&use_));
        tokio::task::spawn_local(async move {
            // What ends it is seen by its streams: they break, and no new one begins.
            tokio::select! {
                _ = connection => {}
                () = until_silent(ping, &watched, pace) => {}
            }
        });
        Ok(Self { sender, use_ })
    }

    /// Whether another request may begin; `None`: never again.
    pub(super) fn has_room(&mut self) -> Option<bool> {
        let mut context = Context::from_waker(Waker::noop());
        match self.sender.poll_ready(&mut context) {
            Poll::Ready(Err(_)) => None,
            Poll::Ready(Ok(())) => {
                let most = self.sender.current_max_send_streams().clamp(1, STREAMS_MAX);
                Some(self.use_.streams.get() < most)
            }
            Poll::Pending => Some(false),
        }
    }

    pub(super) fn is_idle_for(&self, time: Duration) -> bool {
        self.use_.streams.get() == 0 && self.use_.idle_since.get().elapsed() > time
    }

    /// Sends a request, and waits for the head of its answer; `dispatched` says meanwhile whether
    /// the upstream may have it.
    pub(super) async fn send(
        &self,
        request: Request<()>,
        body: Bytes,
        dispatched: &Cell<bool>,
    ) -> Result<(StatusCode, HeaderMap, Stream), Unanswered> {
        let seat = Seat::take(&self.use_);
        // Whatever goes wrong until it is sent, nobody has it.
        let not_taken = |error: h2::Error| Unanswered::NotTaken(error.into());
        let mut sender = self.sender.clone().ready().await.map_err(not_taken)?;
        let (answer, mut rest) = sender.send_request(request, false).map_err(not_taken)?;
        dispatched.set(true);
        // It waits for the upstream's window in here: the body is in memory already.
        let sent = rest.send_data(body, true);
        let answered = match (answer.await, sent) {
            // One that refuses a request before it has read all of it says so all the same.
            (Ok(answer), _) => Ok(answer),
            (Err(error), _) => Err(Unanswered::from(error)),
        };
        if matches!(answered, Err(Unanswered::NotTaken(_))) {
            dispatched.set(false);
        }
        let (head, body) = answered?.into_parts();
        let stream = Stream {
            body,
            here: None,
            is_ended: false,
            _seat: seat,
        };
        Ok((head.status, head.headers, stream))
    }
}

/// Returns when the upstream does not answer any more although somebody waits for it.
async fn until_silent(ping: Option<PingPong>, used: &Use, pace: Pace) {
    let Some(mut ping) = ping else {
        return std::future::pending().await;
    };
    loop {
        sleep(pace.every).await;
        // Nobody is disturbed where nobody waits.
        if used.streams.get() == 0 {
            continue;
        }
        match timeout(pace.patience, ping.ping(Ping::opaque())).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

/// One of the streams of a connection, until it is dropped.
struct Seat(Rc<Use>);

impl Seat {
    fn take(use_: &Rc<Use>) -> Self {
        use_.streams.set(use_.streams.get() + 1);
        Self(Rc::clone(use_))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.streams.set(self.0.streams.get().saturating_sub(1));
        self.0.idle_since.set(Instant::now());
    }
}

/// The body of an answer. Dropped before its end, it is reset, and the upstream knows at once.
pub(super) struct Stream {
    body: RecvStream,
    /// What was taken in for [`Self::next_here`].
    here: Option<Bytes>,
    is_ended: bool,
    _seat: Seat,
}

impl Stream {
    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        if let Some(here) = self.here.take() {
            return Ok(Some(here));
        }
        while !self.is_ended {
            let came = self.body.data().await;
            if let Some(piece) = self.take(came)? {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// The next piece that is here already.
    pub(super) fn next_here(&mut self) -> Result<Option<Bytes>, Broken> {
        if let Some(here) = self.here.take() {
            return Ok(Some(here));
        }
        let mut context = Context::from_waker(Waker::noop());
        while !self.is_ended {
            match self.body.poll_data(&mut context) {
                Poll::Pending => return Ok(None),
                Poll::Ready(came) => {
                    if let Some(piece) = self.take(came)? {
                        return Ok(Some(piece));
                    }
                }
            }
        }
        Ok(None)
    }

    fn take(&mut self, came: Option<Result<Bytes, h2::Error>>) -> Result<Option<Bytes>, Broken> {
        let piece = match came {
            Some(Ok(piece)) => piece,
            Some(Err(error)) => {
                self.is_ended = true;
                return Err(error.into());
            }
            None => {
                self.is_ended = true;
                return Ok(None);
            }
        };
        // As much may come again.
        self.body.flow_control().release_capacity(piece.len())?;
        Ok((!piece.is_empty()).then_some(piece))
    }

    /// Lets the connection take in what the system has received. False: nothing for this one.
    pub(super) async fn fill_now(&mut self) -> bool {
        if self.here.is_none() {
            tokio::task::yield_now().await;
            self.here = self.next_here().ok().flatten();
        }
        self.here.is_some()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.here.is_none() && (self.is_ended || self.body.is_end_stream())
    }
}
