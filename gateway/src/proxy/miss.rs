use protocol::Problem;

use super::refusal::Refusal;
use crate::{catalogue::Passed, directory::StreamPlace};

/// No answer from this route.
pub(super) enum Miss {
    Final(Box<Refusal>),
    /// Nothing was held, and another route may be asked.
    Passed(Box<Refusal>, StreamPlace, Passed),
    /// The hold is resolved, and another route may be asked.
    TryNext(Box<Refusal>, StreamPlace),
}

impl From<Refusal> for Miss {
    fn from(refusal: Refusal) -> Self {
        Self::Final(Box::new(refusal))
    }
}

impl From<Problem> for Miss {
    fn from(problem: Problem) -> Self {
        Refusal::from(problem).into()
    }
}
