use bytes::Bytes;

use super::{CapField, ChatRequest, CompletionRequest};
use crate::splice::{Members, Splice};

/// What to change in a body before it is forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edits<'e> {
    /// The upstream's name of the model, where it is another one.
    pub model: Option<&'e str>,
    /// The output cap to set. It replaces the fields that the client set; else `cap_field` is added.
    pub output_cap: Option<u64>,
    pub cap_field: CapField,
    /// Ask the upstream to report usage in a stream, whether or not the client did.
    pub include_usage: bool,
}

impl Default for Edits<'_> {
    fn default() -> Self {
        Self {
            model: None,
            output_cap: None,
            cap_field: CapField::MaxTokens,
            include_usage: true,
        }
    }
}

impl ChatRequest<'_> {
    /// The body to forward; every byte that no edit is about stays as it came.
    pub fn rewrite(&self, edits: &Edits<'_>) -> Bytes {
        let mut splice = self.members.splice();
        apply(
            &mut splice,
            &self.members,
            edits,
            self.stream && !self.include_usage,
        );
        splice.finish()
    }
}

impl CompletionRequest<'_> {
    /// The body to forward to an upstream that has `suffix` itself; `context` is taken out.
    pub fn rewrite(&self, edits: &Edits<'_>) -> Bytes {
        self.edited(edits).finish()
    }

    /// The body with everything that the client sent, for an upstream of ours.
    pub(crate) fn rewrite_with_context(&self, edits: &Edits<'_>) -> Bytes {
        let mut splice = self.members.splice();
        apply(
            &mut splice,
            &self.members,
            edits,
            self.stream && !self.include_usage,
        );
        splice.finish()
    }

    pub(crate) fn edited(&self, edits: &Edits<'_>) -> Splice<'_, '_> {
        let mut splice = self.members.splice();
        splice.remove("context");
        apply(
            &mut splice,
            &self.members,
            edits,
            self.stream && !self.include_usage,
        );
        splice
    }
}

fn apply(splice: &mut Splice<'_, '_>, members: &Members<'_>, edits: &Edits<'_>, usage_is_missing: bool) {
    if let Some(model) = edits.model {
        splice.set("model", quote(model));
    }
    if let Some(cap) = edits.output_cap {
        set_cap(splice, members, edits.cap_field, cap);
    }
    if edits.include_usage && usage_is_missing {
        splice.set("stream_options", with_usage(members.value("stream_options")));
    }
}

fn set_cap(splice: &mut Splice<'_, '_>, members: &Members<'_>, default: CapField, cap: u64) {
    let set_by_client = |field: &CapField| members.value(field.name()).is_some_and(|value| value != b"null");
    let mut fields = [CapField::MaxTokens, CapField::MaxCompletionTokens]
        .into_iter()
        .filter(set_by_client)
        .peekable();
    if fields.peek().is_none() {
        splice.set(default.name(), cap.to_string());
    }
    for field in fields {
        splice.set(field.name(), cap.to_string());
    }
}

/// The client's stream options with usage switched on.
fn with_usage(options: Option<&[u8]>) -> String {
    let members = options.and_then(Members::of);
    let spliced = members.as_ref().map(|members| {
        let mut splice = members.splice();
        splice.set("include_usage", "true");
        splice.finish()
    });
    match spliced {
        Some(options) => String::from_utf8_lossy(&options).into_owned(),
        None => r#"{"include_usage":true}"#.into(),
    }
}

pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_chat(body: &str, edits: &Edits<'_>, expected: &str) {
        let forwarded = ChatRequest::parse(body.as_bytes()).unwrap().rewrite(edits);
        assert_eq!(std::str::from_utf8(&forwarded).unwrap(), expected);
    }

    #[test]
    fn a_whole_answer_needs_no_change() {
        let body = "{\"model\":\"m\",\n\t\"messages\" : [ {\"content\":\"\\u00e9 {}\"} ]}";
        check_chat(body, &Edits::default(), body);
    }

    #[test]
    fn usage_is_asked_for_in_streams() {
        let edits = Edits::default();
        check_chat(
            r#"{"model":"m","messages":[{}],"stream":true}"#,
            &edits,
            r#"{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":true}}"#,
        );
        check_chat(
            r#"{"stream":true,"stream_options":{"include_usage":false, "include_obfuscation":false},"model":"m","messages":[{}]}"#,
            &edits,
            r#"{"stream":true,"stream_options":{"include_usage":true, "include_obfuscation":false},"model":"m","messages":[{}]}"#,
        );
        check_chat(
            r#"{"stream":true,"stream_options":{},"model":"m","messages":[{}]}"#,
            &edits,
            r#"{"stream":true,"stream_options":{"include_usage":true},"model":"m","messages":[{}]}"#,
        );
        check_chat(
            r#"{"stream":true,"stream_options":null,"model":"m","messages":[{}]}"#,
            &edits,
            r#"{"stream":true,"stream_options":{"include_usage":true},"model":"m","messages":[{}]}"#,
        );
        let asked = r#"{"stream":true,"stream_options":{"include_usage":true},"model":"m","messages":[{}]}"#;
        check_chat(asked, &edits, asked);
    }

    #[test]
    fn model_and_cap_are_replaced_where_they_stand() {
        let edits = Edits {
            model: Some("qwen\"2.5"),
            output_cap: Some(99),
            cap_field: CapField::MaxCompletionTokens,
            ..Edits::default()
        };
        check_chat(
            r#"{"model":"m","messages":[{"model":"m"}],"max_tokens": 500}"#,
            &edits,
            r#"{"model":"qwen\"2.5","messages":[{"model":"m"}],"max_tokens": 99}"#,
        );
        check_chat(
            r#"{"model":"m","messages":[{}],"max_tokens":1,"max_completion_tokens":2}"#,
            &edits,
            r#"{"model":"qwen\"2.5","messages":[{}],"max_tokens":99,"max_completion_tokens":99}"#,
        );
        check_chat(
            r#"{"model":"m","messages":[{}],"max_tokens":null}"#,
            &edits,
            r#"{"model":"qwen\"2.5","messages":[{}],"max_tokens":null,"max_completion_tokens":99}"#,
        );
    }

    #[test]
    fn context_is_never_forwarded() {
        let body = r#"{"model":"m","context":[{"path":"a","text":"b"}],"prompt":"p","suffix":"s"}"#;
        let forwarded = CompletionRequest::parse(body.as_bytes())
            .unwrap()
            .rewrite(&Edits::default());
        assert_eq!(forwarded, r#"{"model":"m","prompt":"p","suffix":"s"}"#);
    }
}
