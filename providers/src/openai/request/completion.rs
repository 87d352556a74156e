use std::borrow::Cow;

use protocol::Problem;
use serde::Deserialize;
use usage::pricing::ServiceTier;

use super::cap;
use crate::{
    invalid::missing,
    openai::{CapField, Unbounded, body::read, input_bound},
    splice::Members,
};

/// The body of `POST /v1/completions`, read once.
#[derive(Debug)]
pub struct CompletionRequest<'a> {
    pub model: Cow<'a, str>,
    pub stream: bool,
    pub include_usage: bool,
    pub output_cap: Option<(CapField, u64)>,
    /// The larger of `n` and `best_of`.
    pub choices: u64,
    /// What stands before the cursor.
    pub prompt: Cow<'a, str>,
    /// What stands behind it; None makes it a plain continuation.
    pub suffix: Option<Cow<'a, str>>,
    /// Other open files. Ours, never forwarded as it is.
    pub context: Vec<ContextFile<'a>>,
    pub stop: Vec<Cow<'a, str>>,
    pub input_bytes: u64,
    pub service_tier: ServiceTier,
    pub unbounded: Option<Unbounded>,
    pub(crate) members: Members<'a>,
}

/// Another file that the completion may draw on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContextFile<'a> {
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    #[serde(borrow)]
    pub text: Cow<'a, str>,
}

const INPUT: [&str; 3] = ["prompt", "suffix", "context"];

impl<'a> CompletionRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (fields, members) = read(body)?;
        Ok(Self {
            stream: fields.stream,
            include_usage: fields.include_usage,
            output_cap: cap(&fields),
            choices: fields.choices.unwrap_or(1).max(fields.best_of.unwrap_or(1)),
            prompt: fields.prompt.ok_or_else(|| missing("prompt"))?,
            suffix: fields.suffix,
            context: fields.context,
            stop: fields.stop,
            input_bytes: members.bytes_of(&INPUT),
            service_tier: fields.service_tier,
            unbounded: fields.unbounded,
            model: fields.model.ok_or_else(|| missing("model"))?,
            members,
        })
    }

    /// The most input tokens that the forwarded body can be; also for a body that was turned into
    /// a chat request.
    pub fn input_bound(&self, forwarded_bytes: usize) -> u64 {
        input_bound(forwarded_bytes, 2, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_request_is_read() {
        let body = r#"{"model":"coder","prompt":"def a():\n  ","suffix":"\nb","max_tokens":16,"best_of":3,"n":2,
            "context":[{"path":"x.py","text":"a\n"}],"stop":["\n\n"]}"#;
        let request = CompletionRequest::parse(body.as_bytes()).unwrap();
        assert_eq!(
            (request.prompt.as_ref(), request.suffix.as_deref()),
            ("def a():\n  ", Some("\nb"))
        );
        assert_eq!(
            (request.choices, request.output_cap),
            (3, Some((CapField::MaxTokens, 16)))
        );
        assert_eq!(
            request.context,
            [ContextFile {
                path: "x.py".into(),
                text: "a\n".into()
            }]
        );
        assert_eq!(request.stop, ["\n\n"]);
        let one =
            CompletionRequest::parse(br#"{"model":"m","prompt":["a"],"suffix":null,"stop":"x"}"#).unwrap();
        assert_eq!((one.prompt.as_ref(), one.suffix, one.stop.len()), ("a", None, 1));
    }

    #[test]
    fn prompts_that_are_not_one_text_are_refused() {
        for prompt in ["[1,2,3]", "[[1],[2]]", r#"["a","b"]"#, "[]", "5", "null", "{}"] {
            let body = format!(r#"{{"model":"m","prompt":{prompt}}}"#);
            let problem = CompletionRequest::parse(body.as_bytes()).unwrap_err();
            assert_eq!(
                problem.message, "The field `prompt` must be one text.",
                "{prompt}"
            );
        }
        let problem =
            CompletionRequest::parse(br#"{"model":"m","prompt":"","context":[{"path":"x"}]}"#).unwrap_err();
        assert!(
            problem.message.starts_with("The field `context` must be"),
            "{problem}"
        );
    }
}
