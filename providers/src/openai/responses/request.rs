use bytes::Bytes;
use protocol::Problem;
use usage::pricing::ServiceTier;

use super::{
    body::{Fields, read},
    input::Seen,
};
use crate::{
    image::{ImageRule, Images},
    invalid::{invalid, missing},
    openai::{Unbounded, quote},
    splice::Members,
};

/// The body of `POST /v1/responses`, read once.
#[derive(Debug)]
pub struct ResponsesRequest<'a> {
    pub model: String,
    pub stream: bool,
    /// The output cap that the client set, reasoning included.
    pub output_cap: Option<u64>,
    /// The urgency that it asks for.
    pub service_tier: ServiceTier,
    /// Bytes of what the model reads, as written; for an estimate where no usage is reported.
    pub input_bytes: u64,
    /// What no price by the token bounds: refuse with its problem unless the model is free.
    pub unbounded: Option<Unbounded>,
    seen: Seen,
    has_format: bool,
    members: Members<'a>,
}

const INPUT: [&str; 5] = ["input", "instructions", "tools", "text", "tool_choice"];

/// What a chat template adds around one item: role, separators.
const TOKENS_PER_ITEM: u64 = 16;
/// What the provider adds to a request: begin and end marks, a default system prompt.
const TOKENS_PER_REQUEST: u64 = 64;
/// What it adds to explain that there are tools, or a schema to follow.
const TOKENS_TO_EXPLAIN: u64 = 512;
/// What it adds for each tool that it describes to the model itself.
const TOKENS_PER_DESCRIBED_TOOL: u64 = 2_048;
/// What a thought stands for of which only the id is sent: it was part of an answer whose cap, if
/// its client set none, was the gateway's.
const TOKENS_PER_KEPT_THOUGHT: u64 = 8_192;

impl<'a> ResponsesRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (fields, members) = read(body)?;
        let Fields {
            model,
            stream,
            output_cap,
            has_format,
            service_tier,
            seen,
        } = fields;
        if !seen.has_input && seen.unbounded != Some(Unbounded::KeptConversation) {
            return Err(missing("input"));
        }
        if seen.has_input && seen.items == 0 {
            return Err(invalid("The field `input` must hold at least one item."));
        }
        Ok(Self {
            model: model.ok_or_else(|| missing("model"))?,
            stream,
            output_cap,
            service_tier,
            input_bytes: members.bytes_of(&INPUT).saturating_sub(seen.images.bytes()),
            unbounded: seen.unbounded,
            seen,
            has_format,
            members,
        })
    }

    /// What it shows the model; not in `input_bytes`.
    pub fn images(&self) -> &Images {
        &self.seen.images
    }

    pub fn has_tools(&self) -> bool {
        self.seen.tools > 0
    }

    /// The most input tokens that the forwarded body can be, at a model with such a rule for images:
    /// at most one for each byte, what the provider adds, and what it kept of earlier answers.
    pub fn input_bound(&self, forwarded_bytes: usize, rule: Option<ImageRule>) -> u64 {
        let explained = u64::from(self.seen.tools > 0) + u64::from(self.has_format);
        self.seen.images.correct(forwarded_bytes as u64, rule)
            + u64::from(self.seen.items) * TOKENS_PER_ITEM
            + TOKENS_PER_REQUEST
            + explained * TOKENS_TO_EXPLAIN
            + u64::from(self.seen.described_tools) * TOKENS_PER_DESCRIBED_TOOL
            + u64::from(self.seen.kept_thoughts) * TOKENS_PER_KEPT_THOUGHT
    }

    /// The body to forward; every byte that no edit is about stays as it came.
    pub fn rewrite(&self, model: Option<&str>, output_cap: Option<u64>) -> Bytes {
        let mut splice = self.members.splice();
        if let Some(model) = model {
            splice.set("model", quote(model));
        }
        if let Some(cap) = output_cap.filter(|cap| Some(*cap) != self.output_cap) {
            splice.set("max_output_tokens", cap.to_string());
        }
        splice.finish()
    }
}

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::*;
    use crate::image::tests::png;

    fn read_whole(body: &str) -> ResponsesRequest<'_> {
        ResponsesRequest::parse(body.as_bytes()).unwrap_or_else(|problem| panic!("{body}: {problem}"))
    }

    fn with(members: &str) -> String {
        format!(r#"{{"model":"m","input":"hi",{members}}}"#)
    }

    fn with_item(item: &str) -> String {
        format!(r#"{{"model":"m","input":[{{"role":"user","content":"hi"}},{item}]}}"#)
    }

    #[test]
    fn a_request_is_read() {
        let body = r#"{"model":"gpt-5","stream":true,"max_output_tokens":500,"instructions":"Be brief.","store":false,
            "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"é"}]},
            {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"xx"},
            {"type":"function_call","call_id":"c","name":"f","arguments":"{\"type\":\"input_image\"}"},
            {"type":"function_call_output","call_id":"c","output":"ok"}],
            "tools":[{"type":"function","name":"f","parameters":{"type":"object"}},
            {"type":"namespace","name":"n","description":"","tools":[{"type":"function","name":"g"}]}],
            "text":{"format":{"type":"json_schema","name":"a","schema":{}}},"unknown":{"model":"other"}}"#;
        let request = read_whole(body);
        assert_eq!((request.model.as_str(), request.output_cap), ("gpt-5", Some(500)));
        assert!(request.stream);
        assert_eq!(request.unbounded, None);
        assert_eq!(request.input_bound(100, None), 100 + 4 * 16 + 64 + 2 * 512);
        let plain = read_whole(r#"{"model":"m","input":"hi"}"#);
        assert!(!plain.stream);
        assert_eq!((plain.output_cap, plain.input_bytes), (None, 4));
        assert_eq!(plain.input_bound(100, None), 100 + 16 + 64);
    }

    #[test]
    fn what_the_provider_adds_is_in_the_bound() {
        let thought = with_item(r#"{"type":"reasoning","id":"rs_1","summary":[]}"#);
        assert_eq!(read_whole(&thought).input_bound(0, None), 2 * 16 + 64 + 8_192);
        let shell = with(r#""tools":[{"type":"local_shell"}]"#);
        assert_eq!(read_whole(&shell).input_bound(0, None), 16 + 64 + 512 + 2_048);
    }

    #[test]
    fn nothing_changes_but_what_is_asked_for() {
        let body = "{ \"model\" : \"m\",\n\t\"input\":\"\\u00e9 {}\" , \"max_output_tokens\": 10}";
        let request = read_whole(body);
        assert_eq!(request.rewrite(None, Some(10)), body);
        assert_eq!(
            request.rewrite(Some("o\"ther"), Some(7)),
            "{ \"model\" : \"o\\\"ther\",\n\t\"input\":\"\\u00e9 {}\" , \"max_output_tokens\": 7}"
        );
        let none = r#"{"model":"m","input":"hi","max_output_tokens":null}"#;
        assert_eq!(
            read_whole(none).rewrite(None, Some(99)),
            r#"{"model":"m","input":"hi","max_output_tokens":99}"#
        );
        assert_eq!(
            read_whole(r#"{"model":"m","input":"hi"}"#).rewrite(None, Some(99)),
            r#"{"model":"m","input":"hi","max_output_tokens":99}"#
        );
    }

    #[test]
    fn wrong_requests_are_refused_by_name() {
        let cap = "The field `max_output_tokens` must be a whole number from 1 to 10,000,000.";
        let cases = [
            (r#"{"input":"hi"}"#, "The field `model` is missing."),
            (r#"{"model":"m"}"#, "The field `input` is missing."),
            (r#"{"model":"m","input":null}"#, "The field `input` is missing."),
            (
                r#"{"model":"m","input":[]}"#,
                "The field `input` must hold at least one item.",
            ),
            (r#"{"model":"m","input":"hi","max_output_tokens":-1}"#, cap),
            (
                r#"{"model":"m","input":"hi","max_output_tokens":1000000000000}"#,
                cap,
            ),
            (
                r#"{"model":"m","input":"hi","max_output_tokens":9,"max_outpu\u0074_tokens":8}"#,
                "The field `max_output_tokens` appears twice.",
            ),
            (
                r#"{"model":"m","input":"hi","Max_Output_Tokens":9}"#,
                "Write the field `max_output_tokens` in lower case.",
            ),
            (
                r#"{"model":"m","input":"hi","stream":"yes"}"#,
                "The field `stream` must be true or false.",
            ),
            ("[]", "The body must be one JSON object."),
        ];
        for (body, message) in cases {
            let problem = ResponsesRequest::parse(body.as_bytes()).unwrap_err();
            assert_eq!(
                (problem.code, problem.message.as_str()),
                (Code::InvalidRequest, message),
                "{body}"
            );
        }
        for (members, field) in [
            (r#""tools":{}"#, "tools"),
            (r#""tools":[{"type":"function","type":"mcp"}]"#, "tools"),
            (r#""tools":[5]"#, "tools"),
        ] {
            let problem = ResponsesRequest::parse(with(members).as_bytes()).unwrap_err();
            let start = format!("The field `{field}` must be ");
            assert!(problem.message.starts_with(&start), "{members}: {problem}");
        }
        for item in [
            "5",
            r#"{"type":"message","type":"item_reference"}"#,
            r#"{"role":"user","content":{}}"#,
            r#"{"role":"user","content":[5]}"#,
        ] {
            let problem = ResponsesRequest::parse(with_item(item).as_bytes()).unwrap_err();
            assert!(
                problem.message.starts_with("The field `input` must be "),
                "{item}: {problem}"
            );
        }
        let background = ResponsesRequest::parse(with(r#""background":true"#).as_bytes()).unwrap_err();
        assert!(background.message.contains("background"), "{background}");
        assert!(read_whole(&with(r#""background":false"#)).unbounded.is_none());
        assert!(ResponsesRequest::parse(b"{\"model\":\"\xff\"}").is_err());
    }

    #[test]
    fn what_cannot_be_priced_is_reported() {
        let part = |part: &str| with_item(&format!(r#"{{"role":"user","content":[{part}]}}"#));
        let item = with_item;
        let tool = |tool: &str| with(&format!(r#""tools":[{tool}]"#));
        let cases = [
            (
                part(r#"{"type":"input_image","image_url":"data:"}"#),
                Some(Unbounded::UnknownImage),
            ),
            (
                part(r#"{"type":"input_t\u0065xt","text":"","image_url":"x"}"#),
                Some(Unbounded::UnknownImage),
            ),
            (
                part(r#"{"type":"input_file","file_id":"f"}"#),
                Some(Unbounded::File),
            ),
            (
                part(r#"{"type":"input_audio","data":""}"#),
                Some(Unbounded::Audio),
            ),
            (part(r#"{"type":"hologram"}"#), Some(Unbounded::OtherPart)),
            (
                part(r#"{"type":"output_text","text":"a","annotations":[]}"#),
                None,
            ),
            (
                part(
                    r#"{"type":"input_text","text":"","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}}"#,
                ),
                Some(Unbounded::CacheLifetime),
            ),
            (
                item(r#"{"type":"function_call_output","call_id":"c","output":[{"type":"input_image"}]}"#),
                Some(Unbounded::UnknownImage),
            ),
            (
                item(
                    r#"{"type":"shell_call_output","call_id":"c","output":[{"stdout":"","stderr":"","outcome":{"type":"exit"}}]}"#,
                ),
                None,
            ),
            (
                item(r#"{"type":"computer_call_output","output":{"type":"computer_screenshot"}}"#),
                Some(Unbounded::Image),
            ),
            (
                item(r#"{"type":"item_reference","id":"msg_1"}"#),
                Some(Unbounded::KeptConversation),
            ),
            (item(r#"{"id":"msg_1"}"#), Some(Unbounded::KeptConversation)),
            (
                item(r#"{"type":"compaction","encrypted_content":"x"}"#),
                Some(Unbounded::KeptConversation),
            ),
            (
                item(r#"{"type":"compaction_trigger"}"#),
                Some(Unbounded::FurtherPasses),
            ),
            (
                item(r#"{"type":"web_search_call","id":"ws_1"}"#),
                Some(Unbounded::HostedTool),
            ),
            (
                item(r#"{"type":"additional_tools","role":"developer","tools":[{"type":"mcp"}]}"#),
                Some(Unbounded::HostedTool),
            ),
            (item(r#"{"type":"hologram"}"#), Some(Unbounded::OtherPart)),
            (tool(r#"{"type":"web_search"}"#), Some(Unbounded::WebSearch)),
            (
                tool(r#"{"type":"web_search_preview_2025_03_11"}"#),
                Some(Unbounded::WebSearch),
            ),
            (
                tool(r#"{"type":"code_interpreter","container":{"type":"auto"}}"#),
                Some(Unbounded::HostedTool),
            ),
            (
                tool(r#"{"type":"mcp","server_label":"x"}"#),
                Some(Unbounded::HostedTool),
            ),
            (
                tool(r#"{"type":"image_generation"}"#),
                Some(Unbounded::HostedTool),
            ),
            (
                tool(r#"{"type":"shell","environment":{"type":"container_auto"}}"#),
                Some(Unbounded::HostedTool),
            ),
            (tool(r#"{"type":"shell","environment":{"type":"local"}}"#), None),
            (tool(r#"{"type":"tool_search"}"#), Some(Unbounded::HostedTool)),
            (tool(r#"{"type":"tool_search","execution":"client"}"#), None),
            (
                tool(r#"{"type":"namespace","name":"n","tools":[{"type":"file_search"}]}"#),
                Some(Unbounded::HostedTool),
            ),
            (
                tool(r#"{"type":"custom","name":"patch","format":{"type":"text"}}"#),
                None,
            ),
            (
                with(r#""previous_response_id":"resp_1""#),
                Some(Unbounded::KeptConversation),
            ),
            (with(r#""previous_response_id":null"#), None),
            (
                with(r#""conversation":{"id":"conv_1"}"#),
                Some(Unbounded::KeptConversation),
            ),
            (
                with(r#""prompt":{"id":"pmpt_1"}"#),
                Some(Unbounded::KeptConversation),
            ),
            (
                with(r#""context_management":[{"type":"compaction","compact_threshold":1}]"#),
                Some(Unbounded::FurtherPasses),
            ),
            (with(r#""reasoning":{"effort":"low","summary":"auto"}"#), None),
            (
                with(r#""reasoning":{"mode":"pro"}"#),
                Some(Unbounded::ReasoningMode),
            ),
            (
                with(r#""prompt_cache_options":{"ttl":"12h"}"#),
                Some(Unbounded::CacheLifetime),
            ),
            (with(r#""prompt_cache_options":{"ttl":"30m"}"#), None),
        ];
        for (body, expected) in cases {
            assert_eq!(read_whole(&body).unbounded, expected, "{body}");
        }
        let only_kept = r#"{"model":"m","previous_response_id":"resp_1"}"#;
        assert_eq!(read_whole(only_kept).unbounded, Some(Unbounded::KeptConversation));
    }

    #[test]
    fn images_are_bounded_by_their_size_and_not_by_their_bytes() {
        let data = png(200, 200) + &"A".repeat(40_000);
        let body = format!(
            r#"{{"model":"m","input":[{{"role":"user","content":[
            {{"type":"input_image","detail":"low","image_url":"data:image/png;base64,{data}"}},
            {{"type":"input_image","file_id":"file_1"}}]}}]}}"#
        );
        let request = read_whole(&body);
        assert_eq!(request.unbounded, None);
        let rule = ImageRule::of_model("gpt-4o");
        let tokens = request.images().tokens(rule).unwrap();
        assert!((85..3_000).contains(&tokens), "{tokens}");
        let text = body.len() as u64 - request.images().bytes();
        assert!(text < 1_000 && request.input_bytes < 1_000, "{text}");
        assert_eq!(request.input_bound(body.len(), rule), text + 16 + 64 + tokens);
    }

    #[test]
    fn deep_nesting_is_refused() {
        for (depth, is_read) in [(100, true), (100_000, false)] {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            let body = with(&format!(r#""x":{open}{close}"#));
            assert_eq!(
                ResponsesRequest::parse(body.as_bytes()).is_ok(),
                is_read,
                "{depth}"
            );
        }
    }
}
