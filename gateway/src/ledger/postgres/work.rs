//! What one transaction does.

use super::{
    failure::Failure,
    session::{Fence, Session},
    writes::Writes,
};

/// Something that is done in one transaction, and can be done again when that was undone.
pub(super) trait Work {
    type Answer;

    /// Begins the transaction, looks, and decides. What has to be written goes out with the commit.
    async fn decide<'a>(
        &'a self,
        session: &Session,
        fence: &Fence,
    ) -> Result<(Self::Answer, Writes<'a>), Failure>;
}
