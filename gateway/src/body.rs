//! The one response body of the server: whole, streamed by the proxy, or made by a route.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::{
    sync::mpsc,
    time::{Instant, Sleep, sleep},
};

/// A piece of a stream; an error ends the answer so that the client sees it is not whole.
pub type Piece = Result<Bytes, axum::Error>;

pub enum Body {
    Whole(Option<Bytes>),
    Stream(mpsc::Receiver<Piece>),
    Route(axum::body::Body),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(Some(bytes))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(chunks) => chunks
                .poll_recv(context)
                .map(|chunk| chunk.map(|piece| piece.map(Frame::data))),
            Self::Route(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::Stream(_) => false,
            Self::Route(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Stream(_) => SizeHint::default(),
            Self::Route(body) => body.size_hint(),
        }
    }
}

/// A request body that comes in time, or breaks off.
pub struct InTime {
    body: Incoming,
    until: Pin<Box<Sleep>>,
    /// For a long file the time is that between two parts of it.
    between_parts: Option<Duration>,
}

impl InTime {
    pub fn new(body: Incoming, patience: Duration) -> Self {
        Self {
            body,
            until: Box::pin(sleep(patience)),
            between_parts: None,
        }
    }

    /// A file that may be as long as it wants, as long as it goes on.
    pub fn of_file(body: Incoming, patience: Duration) -> Self {
        Self {
            between_parts: Some(patience),
            ..Self::new(body, patience)
        }
    }
}

impl HttpBody for InTime {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            if let Some(patience) = this.between_parts {
                this.until.as_mut().reset(Instant::now() + patience);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        let late = || axum::Error::new(io::Error::from(io::ErrorKind::TimedOut));
        this.until.as_mut().poll(context).map(|()| Some(Err(late())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
