//! HTTP/1.1 on the hot routes, on both sides: no task, channel or copy between a socket and the
//! proxy. It takes the plain shape of a message that clients and providers send; whatever is
//! unusual goes to hyper on the client's side, and is an error on the upstream's.

mod chunked;
mod head;
#[cfg(test)]
mod head_tests;
mod rewind;
mod socket;

pub(crate) use chunked::{ChunkedReader, LAST_CHUNK, put_chunk};
pub(crate) use head::{
    Framing, HEAD_BYTES_MAX, RequestHead, RequestStart, ResponseHead, parse_request, parse_response,
    put_response,
};
pub(crate) use rewind::Rewind;
pub(crate) use socket::Socket;

/// Why bytes are no HTTP/1.1 message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message is not HTTP/1.1")]
pub(crate) struct Malformed;
