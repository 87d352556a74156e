//! The client's side of one request: where its answer goes, and whether it is still there.

use bytes::{Bytes, BytesMut};
use http::Response;
use tokio::sync::{mpsc, oneshot};

use crate::{
    body::{Body, Piece},
    server::Direct,
};

/// Pieces that wait for a slow client behind hyper; beyond that the upstream is not read on.
const WAITING_MAX: usize = 32;

/// The client cannot be reached any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left;

pub(crate) enum Client<'a> {
    /// Straight to the socket.
    Direct(&'a mut Direct),
    /// Through hyper, which takes the head from one channel and the pieces from another.
    Hyper(Hyper),
}

pub(crate) struct Hyper {
    head: Option<oneshot::Sender<Response<Body>>>,
    pieces: Option<mpsc::Sender<Piece>>,
}

impl Hyper {
    pub(crate) fn new(head: oneshot::Sender<Response<Body>>) -> Self {
        Self {
            head: Some(head),
            pieces: None,
        }
    }

    async fn left(&mut self) {
        match (&mut self.head, &self.pieces) {
            (Some(head), _) => head.closed().await,
            (None, Some(pieces)) => pieces.closed().await,
            (None, None) => {}
        }
    }

    fn answer(&mut self, response: Response<Body>) -> Result<(), Left> {
        let head = self.head.take().ok_or(Left)?;
        head.send(response).map_err(|_| Left)
    }

    async fn send(&mut self, events: &mut Vec<Bytes>) -> Result<(), Left> {
        if events.is_empty() {
            return Ok(());
        }
        let pieces = self.pieces.as_ref().ok_or(Left)?;
        pieces.send(Ok(joined(events))).await.map_err(|_| Left)
    }
}

impl Client<'_> {
    /// Returns when the client is gone.
    pub(crate) async fn left(&mut self) {
        match self {
            Self::Direct(direct) => direct.left().await,
            Self::Hyper(hyper) => hyper.left().await,
        }
    }

    /// Sends a whole answer.
    pub(crate) async fn answer(&mut self, response: Response<Bytes>) -> Result<(), Left> {
        match self {
            Self::Direct(direct) => direct.answer(response).await,
            Self::Hyper(hyper) => hyper.answer(response.map(Body::from)),
        }
    }

    /// Begins a stream. Its head goes out with the first [`Self::send`].
    pub(crate) fn begin(&mut self, head: Response<()>) -> Result<(), Left> {
        match self {
            Self::Direct(direct) => {
                direct.begin(&head);
                Ok(())
            }
            Self::Hyper(hyper) => {
                let (sender, pieces) = mpsc::channel(WAITING_MAX);
                hyper.pieces = Some(sender);
                hyper.answer(head.map(|()| Body::Stream(pieces)))
            }
        }
    }

    /// Sends events of a stream, together, and before them the head if it was not sent yet.
    pub(crate) async fn send(&mut self, events: &mut Vec<Bytes>) -> Result<(), Left> {
        match self {
            Self::Direct(direct) => {
                direct.put(events);
                direct.flush().await
            }
            Self::Hyper(hyper) => hyper.send(events).await,
        }
    }

    /// Ends a stream in good order, with these last events.
    pub(crate) async fn finish(&mut self, events: &mut Vec<Bytes>) -> Result<(), Left> {
        match self {
            Self::Direct(direct) => {
                direct.put(events);
                direct.put_end();
                direct.flush().await
            }
            Self::Hyper(hyper) => {
                let sent = hyper.send(events).await;
                hyper.pieces = None;
                sent
            }
        }
    }

    /// Ends the answer without its proper end, so that the client sees that it is not whole.
    pub(crate) fn abort(&mut self) {
        match self {
            Self::Direct(direct) => direct.abort(),
            Self::Hyper(hyper) => {
                if let Some(pieces) = hyper.pieces.take() {
                    // A client whose queue is full, or who left, sees the connection close all the same.
                    let cut = std::io::Error::other("the answer was cut");
                    let _ = pieces.try_send(Err(axum::Error::new(cut)));
                }
            }
        }
    }
}

fn joined(events: &mut Vec<Bytes>) -> Bytes {
    if events.len() == 1 {
        return events.pop().unwrap_or_default();
    }
    let mut all = BytesMut::with_capacity(events.iter().map(Bytes::len).sum());
    for event in events.drain(..) {
        all.extend_from_slice(&event);
    }
    all.freeze()
}
