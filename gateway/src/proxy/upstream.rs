//! Sending to an upstream, and reading what comes back, whether it is a server or built in.

use std::{cell::Cell, collections::VecDeque, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use providers::catalogue::passes_response_header;

use super::{
    Proxy,
    connection::{Broken, Connection},
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
        connection: Option<Box<Connection>>,
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
    let (head, connection) = proxy
        .pool
        .send(origin, &outgoing, passes_response_header, dispatched)
        .await?;
    Ok(Reply {
        status: head.status,
        headers: head.headers,
        body: ReplyBody::Http {
            connection: Some(Box::new(connection)),
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

impl ReplyBody {
    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        match self {
            Self::Local(pieces) => Ok(pieces.pop_front()),
            Self::Http { connection, .. } => match connection {
                Some(connection) => connection.next().await,
                None => Ok(None),
            },
        }
    }

    /// The next piece that is here already, without waiting for more.
    pub(super) fn next_here(&mut self) -> Result<Option<Bytes>, Broken> {
        match self {
            Self::Local(pieces) => Ok(pieces.pop_front()),
            Self::Http { connection, .. } => match connection {
                Some(connection) => connection.next_here(),
                None => Ok(None),
            },
        }
    }

    /// Takes in what the system has received already, for [`Self::next_here`]. False: nothing.
    pub(super) async fn fill_now(&mut self) -> bool {
        match self {
            Self::Http {
                connection: Some(connection),
                ..
            } => connection.fill_now().await,
            Self::Http { .. } | Self::Local(_) => false,
        }
    }

    /// Nothing comes any more.
    pub(super) fn is_at_end(&self) -> bool {
        match self {
            Self::Local(pieces) => pieces.is_empty(),
            Self::Http { connection, .. } => connection
                .as_ref()
                .is_none_or(|connection| connection.is_at_end()),
        }
    }

    /// The whole body, at most `limit` bytes; of one that breaks off, what came.
    pub(super) async fn collect(&mut self, limit: usize) -> Result<Bytes, (Bytes, Broken)> {
        let mut first = Bytes::new();
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Ok(None) if all.is_empty() => return Ok(first),
                Ok(None) => return Ok(all.into()),
                Ok(Some(piece)) if first.is_empty() && all.is_empty() => first = piece,
                Ok(Some(piece)) => {
                    if all.is_empty() {
                        all.extend_from_slice(&first);
                    }
                    all.extend_from_slice(&piece);
                    if all.len() > limit {
                        return Err((all.into(), Broken::TooLong));
                    }
                }
                Err(error) => {
                    let read = if all.is_empty() { first } else { all.into() };
                    return Err((read, error));
                }
            }
        }
    }

    /// Returns the connection of a body that was read to its end.
    pub(super) fn put_back(&mut self, proxy: &Proxy) {
        if let Self::Http { connection, upstream } = self
            && let Target::Http { origin, .. } = &upstream.target
            && let Some(connection) = connection.take_if(|connection| connection.is_at_end())
        {
            proxy.pool.put_back(origin, *connection);
        }
    }
}
