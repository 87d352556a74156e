//! Sentences about a request that is at fault. They name a field and never quote it.

use protocol::{Code, Problem};

pub(crate) fn invalid(message: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidRequest, message)
}

pub(crate) fn missing(name: &str) -> Problem {
    invalid(format!("The field `{name}` is missing."))
}

pub(crate) fn wrong(name: &str, expected: &str) -> Problem {
    invalid(format!("The field `{name}` must be {expected}."))
}

pub(crate) fn bad_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    invalid(format!(
        "The body is not valid JSON: it stops making sense at line {line}, column {column}."
    ))
}
