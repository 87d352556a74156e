//! What an answer comes over: a connection of its own, or a stream of one that others use too.

use bytes::{Bytes, BytesMut};

use super::{
    connection::{Broken, Connection},
    multiplexed::Stream,
};

pub(super) enum Carrier {
    Own(Connection),
    Shared(Stream),
}

impl Carrier {
    /// The next piece of the body; `None` at its end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        match self {
            Self::Own(connection) => connection.next().await,
            Self::Shared(stream) => stream.next().await,
        }
    }

    /// The next piece that is here already.
    pub(super) fn next_here(&mut self) -> Result<Option<Bytes>, Broken> {
        match self {
            Self::Own(connection) => connection.next_here(),
            Self::Shared(stream) => stream.next_here(),
        }
    }

    /// Takes in what the system has received already. False: nothing.
    pub(super) async fn fill_now(&mut self) -> bool {
        match self {
            Self::Own(connection) => connection.fill_now().await,
            Self::Shared(stream) => stream.fill_now().await,
        }
    }

    /// The body was read to its end.
    pub(super) fn is_at_end(&self) -> bool {
        match self {
            Self::Own(connection) => connection.is_at_end(),
            Self::Shared(stream) => stream.is_at_end(),
        }
    }

    /// A small body as a whole.
    pub(super) async fn collect(&mut self, limit: usize) -> Result<Bytes, Broken> {
        let mut all = BytesMut::new();
        while let Some(piece) = self.next().await? {
            if all.len() + piece.len() > limit {
                return Err(Broken::TooLong);
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }
}
