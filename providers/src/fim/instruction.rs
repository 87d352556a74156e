//! Asking a chat model to fill the hole.

use bytes::Bytes;
use serde_json::json;

use super::context;
use crate::openai::{CompletionRequest, Edits};

const HOLE: &str = "<|hole|>";

const INSTRUCTION: &str = "You complete code. The user shows a file in which <|hole|> marks the cursor. Answer with \
    exactly the text to put in place of <|hole|> and nothing else: no explanation, no Markdown, no code fence. Never \
    repeat what stands before or behind the hole. Keep the indentation. Stop when the statement or block is complete. \
    If nothing belongs there, answer with nothing.";

/// Fields of a completion that chat does not have, or not with the same meaning.
const NOT_IN_CHAT: [&str; 6] = ["prompt", "suffix", "echo", "logprobs", "best_of", "context"];

/// The completion as a chat request; the fields that both have stay as they are.
pub(super) fn chat_body(request: &CompletionRequest<'_>, edits: &Edits<'_>) -> Bytes {
    let mut splice = request.edited(edits);
    for name in NOT_IN_CHAT {
        splice.remove(name);
    }
    let suffix = request.suffix.as_deref().unwrap_or_default();
    let others = context::as_comments(&request.context);
    let file = format!("{others}{}{HOLE}{suffix}", request.prompt);
    let messages = json!([{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": file}]);
    splice.set("messages", messages.to_string());
    // OpenAI's newer models refuse the old name.
    if let Some((field, cap)) = request.output_cap
        && field != edits.cap_field
    {
        splice.remove(field.name());
        splice.set(
            edits.cap_field.name(),
            edits.output_cap.unwrap_or(cap).to_string(),
        );
    }
    splice.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::openai::CapField;

    fn sent(body: &str, edits: &Edits<'_>) -> Value {
        let request = CompletionRequest::parse(body.as_bytes()).unwrap();
        serde_json::from_slice(&chat_body(&request, edits)).unwrap()
    }

    #[test]
    fn the_hole_is_marked_and_shared_fields_stay() {
        let body = r#"{"model":"m","prompt":"a = ","suffix":";\n","echo":true,"best_of":1,"logprobs":1,
            "temperature":0.1,"max_tokens":32,"stop":["\n\n"],"stream":true}"#;
        let sent = sent(body, &Edits::default());
        assert_eq!(sent["messages"][1]["content"], "a = <|hole|>;\n");
        assert_eq!(sent["temperature"], 0.1);
        assert_eq!(
            (&sent["max_tokens"], &sent["stop"][0]),
            (&32.into(), &"\n\n".into())
        );
        assert_eq!(sent["stream_options"]["include_usage"], true);
        for gone in ["prompt", "suffix", "echo", "best_of", "logprobs"] {
            assert!(sent.get(gone).is_none(), "{gone}");
        }
    }

    #[test]
    fn the_cap_gets_the_name_that_the_provider_takes() {
        let edits = |output_cap| Edits {
            output_cap,
            cap_field: CapField::MaxCompletionTokens,
            ..Edits::default()
        };
        let body = r#"{"model":"m","prompt":"a","max_tokens":32}"#;
        for (cap, expected) in [(None, 32), (Some(8), 8)] {
            let sent = sent(body, &edits(cap));
            assert_eq!(sent["max_completion_tokens"], expected);
            assert!(sent.get("max_tokens").is_none());
        }
        let without = sent(r#"{"model":"m","prompt":"a"}"#, &edits(Some(8)));
        assert_eq!(without["max_completion_tokens"], 8);
    }
}
