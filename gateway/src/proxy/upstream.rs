//! Sending to an upstream, and reading what comes back, whether it is a server or built in.

use std::{cell::Cell, collections::VecDeque, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use providers::catalogue::passes_response_header;

use super::{
    Proxy,
    carrier::Carrier,
    connection::Broken,
    dialect::Forward,
    pool::{Outgoing, SendError},
};
use crate::{
    builtin,
    catalogue::{Target, Upstream},
};

/// The head of an upstream's answer, with the body still to come.
pub(super) struct Reply {
    pub status: StatusCode,
    /// Only those that are read or passed on.
    pub headers: HeaderMap,
    pub body: ReplyBody,
}

pub(super) enum ReplyBody {
    Http {
        /// Gone when it was put back.
        carrier: Option<Box<Carrier>>,
        upstream: Arc<Upstream>,
    },
    Local(VecDeque<Bytes>),
}

pub(super) async fn send(
    proxy: &Proxy,
    upstream: &Arc<Upstream>,
    forward: Forward,
    extra: &[(&'static str, HeaderValue)],
    is_stream: bool,
    dispatched: &Cell<bool>,
) -> Result<Reply, SendError> {
    let (origin, authorization) = match &upstream.target {
        Target::Builtin => return Ok(local(&forward, is_stream)),
        Target::Http {
            origin,
            authorization,
        } => (origin, authorization.as_ref()),
    };
    let outgoing = Outgoing {
        path: forward.path,
        authorization,
        accept: if is_stream {
            "text/event-stream"
        } else {
            "application/json"
        },
        extra,
        body: forward.body,
    };
    let answering = proxy
        .pool
        .send(origin, &outgoing, passes_response_header, dispatched)
        .await?;
    let mut headers = answering.headers;
    if headers
        .values()
        .any(|value| upstream.repeats_key(value.as_bytes()))
    {
        let fit = headers
            .into_iter()
            .filter_map(|(name, value)| Some((name?, value)));
        headers = fit
            .filter(|(_, value)| !upstream.repeats_key(value.as_bytes()))
            .collect();
    }
    Ok(Reply {
        status: answering.status,
        headers,
        body: ReplyBody::Http {
            carrier: Some(Box::new(answering.carrier)),
            upstream: Arc::clone(upstream),
        },
    })
}

fn local(forward: &Forward, is_stream: bool) -> Reply {
    let made = builtin::answer(&forward.body, forward.path, is_stream);
    Reply {
        status: made.status,
        headers: made.headers,
        body: ReplyBody::Local(made.pieces.into()),
    }
}

/// A body as it comes. One that comes in one piece is not copied.
#[derive(Default)]
pub(super) struct Collected {
    first: Bytes,
    all: Vec<u8>,
}

impl Collected {
    fn push(&mut self, piece: Bytes) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&piece);
    }

    fn len(&self) -> usize {
        self.all.len().max(self.first.len())
    }

    pub(super) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() {
            self.first
        } else {
            self.all.into()
        }
    }
}

impl ReplyBody {
    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        match self {
            Self::Local(pieces) => Ok(pieces.pop_front()),
            Self::Http { carrier, .. } => match carrier {
                Some(carrier) => carrier.next().await,
                None => Ok(None),
            },
        }
    }

    /// The next piece that is here already, without waiting for more.
    pub(super) fn next_here(&mut self) -> Result<Option<Bytes>, Broken> {
        match self {
            Self::Local(pieces) => Ok(pieces.pop_front()),
            Self::Http { carrier, .. } => match carrier {
                Some(carrier) => carrier.next_here(),
                None => Ok(None),
            },
        }
    }

    /// Takes in what the system has received already, for [`Self::next_here`]. False: nothing.
    pub(super) async fn fill_now(&mut self) -> bool {
        match self {
            Self::Http {
                carrier: Some(carrier),
                ..
            } => carrier.fill_now().await,
            Self::Http { .. } | Self::Local(_) => false,
        }
    }

    /// Whether these bytes of it repeat our own key.
    pub(super) fn repeats_key(&self, said: &[u8]) -> bool {
        match self {
            Self::Http { upstream, .. } => upstream.repeats_key(said),
            Self::Local(_) => false,
        }
    }

    /// Nothing comes any more.
    pub(super) fn is_at_end(&self) -> bool {
        match self {
            Self::Local(pieces) => pieces.is_empty(),
            Self::Http { carrier, .. } => carrier.as_ref().is_none_or(|carrier| carrier.is_at_end()),
        }
    }

    /// Reads the rest of the body, at most `limit` bytes. Of one that breaks off, or that nobody waits
    /// for any more, `into` has what came.
    pub(super) async fn collect(&mut self, limit: usize, into: &mut Collected) -> Result<(), Broken> {
        while let Some(piece) = self.next().await? {
            into.push(piece);
            if into.len() > limit {
                return Err(Broken::TooLong);
            }
        }
        Ok(())
    }

    /// Returns the connection of a body that was read to its end.
    pub(super) fn put_back(&mut self, proxy: &Proxy) {
        if let Self::Http { carrier, upstream } = self
            && let Target::Http { origin, .. } = &upstream.target
            && let Some(carrier) = carrier.take_if(|carrier| carrier.is_at_end())
        {
            proxy.pool.put_back(origin, *carrier);
        }
    }
}
