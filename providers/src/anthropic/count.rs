//! `POST /v1/messages/count_tokens`: how many tokens a request would be, for free.

use bytes::Bytes;
use protocol::Problem;
use serde::Deserialize;

use super::{body::read, request::messages_of};
use crate::{
    count::{Count, known},
    image::Images,
    invalid::missing,
    openai::quote,
    splice::Members,
};

/// The body of `POST /v1/messages/count_tokens`, read once: that of a request without a cap.
#[derive(Debug)]
pub struct CountRequest<'a> {
    pub model: String,
    /// Bytes of what would be read, as written; for an estimate where an upstream cannot count.
    pub input_bytes: u64,
    /// What would be seen; not in `input_bytes`.
    pub images: Images,
    members: Members<'a>,
}

impl<'a> CountRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (fields, members) = read(body)?;
        messages_of(&fields.seen, &members)?;
        Ok(Self {
            model: fields.model.ok_or_else(|| missing("model"))?,
            input_bytes: members
                .bytes_of(&["messages", "system", "tools", "tool_choice"])
                .saturating_sub(fields.seen.images.bytes()),
            images: fields.seen.images,
            members,
        })
    }

    /// The body to forward, with the upstream's name of the model.
    pub fn rewrite(&self, model: Option<&str>) -> Bytes {
        let mut splice = self.members.splice();
        if let Some(model) = model {
            splice.set("model", quote(model));
        }
        splice.finish()
    }
}

/// The answer to a count.
pub fn count_body(input_tokens: u64) -> Bytes {
    format!(r#"{{"input_tokens":{input_tokens}}}"#).into()
}

/// The count that an upstream answered.
pub fn scan_count(body: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Counted {
        input_tokens: Count,
    }
    let counted: Counted = serde_json::from_slice(body).ok()?;
    counted.input_tokens.value()?;
    Some(known(Some(counted.input_tokens)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_needs_no_cap() {
        let body = br#"{"model":"a","messages":[{"role":"user","content":"hi"}],"system":"s"}"#;
        let request = CountRequest::parse(body).unwrap();
        assert_eq!((request.model.as_str(), request.input_bytes), ("a", 35));
        assert_eq!(
            request.rewrite(Some("b")),
            r#"{"model":"b","messages":[{"role":"user","content":"hi"}],"system":"s"}"#
        );
        let problem = CountRequest::parse(br#"{"model":"a","messages":[]}"#).unwrap_err();
        assert_eq!(
            problem.message,
            "The field `messages` must hold at least one message."
        );
    }

    #[test]
    fn counts_are_read_and_written() {
        assert_eq!(scan_count(&count_body(123)), Some(123));
        for body in [
            "{}",
            r#"{"input_tokens":-1}"#,
            "<html>",
            r#"{"input_tokens":null}"#,
        ] {
            assert_eq!(scan_count(body.as_bytes()), None, "{body}");
        }
    }
}
