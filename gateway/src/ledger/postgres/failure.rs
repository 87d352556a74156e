//! What went wrong between the gateway and the database, and what that means for a transaction.

use tokio_postgres::{Error, error::SqlState};

use super::connect::describe;

#[derive(Debug)]
pub(super) enum Failure {
    /// Another gateway took this one for dead and gave its holds up.
    Fenced,
    /// The connection is gone: whether a commit that was sent came through has to be looked up.
    Lost(String),
    /// The transaction was undone and can be tried again.
    Again(String),
    /// A value that the database cannot keep, such as a NUL in a text. The transaction was undone;
    /// without that value there is nothing wrong.
    Refused(String),
    /// Something that trying again does not change.
    Broken(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = describe(&error);
        let Some(answer) = error.as_db_error() else {
            // Whatever the server did not say itself came from the connection.
            return Self::Lost(text);
        };
        match answer.code() {
            &SqlState::T_R_SERIALIZATION_FAILURE
            | &SqlState::T_R_DEADLOCK_DETECTED
            | &SqlState::LOCK_NOT_AVAILABLE => Self::Again(text),
            code if ends_the_session(code) => Self::Lost(text),
            code if is_about_a_value(code) => Self::Refused(text),
            _ => Self::Broken(text),
        }
    }
}

fn ends_the_session(code: &SqlState) -> bool {
    // Connection exceptions, operator intervention, too little of something, a standby.
    let class = code.code().get(..2);
    matches!(class, Some("08" | "57" | "53"))
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        || *code == SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
}

fn is_about_a_value(code: &SqlState) -> bool {
    // Data exceptions.
    code.code().starts_with("22")
}
