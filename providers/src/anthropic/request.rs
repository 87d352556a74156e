use protocol::Problem;
use usage::pricing::ServiceTier;

use super::{
    CacheTtl, Unbounded,
    block::Seen,
    body::{Fields, read},
    bound::input_bound,
};
use crate::{
    image::{ImageRule, Images},
    invalid::{invalid, missing},
    splice::Members,
};

/// The body of `POST /v1/messages`, read once.
#[derive(Debug)]
pub struct MessagesRequest<'a> {
    pub model: String,
    pub stream: bool,
    /// The output cap, thinking included. The dialect demands one.
    pub max_tokens: u64,
    /// The part of `max_tokens` that the model may think, where the client set it.
    pub thinking_budget: Option<u64>,
    /// The urgency that it asks for.
    pub service_tier: ServiceTier,
    pub messages: u32,
    pub has_tools: bool,
    /// The client asks for parts of the input to be written to the cache, the dearest of them for
    /// so long. A write costs more than plain input.
    pub cache_writes: Option<CacheTtl>,
    /// Bytes of what the model reads, as written; for an estimate where no usage is reported.
    pub input_bytes: u64,
    /// What no price by the token bounds: refuse with its problem unless the model is free.
    pub unbounded: Option<Unbounded>,
    seen: Seen,
    has_output_format: bool,
    pub(super) members: Members<'a>,
}

const INPUT: [&str; 5] = ["messages", "system", "tools", "tool_choice", "output_config"];

impl<'a> MessagesRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (fields, members) = read(body)?;
        let Fields {
            model,
            stream,
            max_tokens,
            thinking_budget,
            has_output_format,
            service_tier,
            seen,
        } = fields;
        Ok(Self {
            model: model.ok_or_else(|| missing("model"))?,
            max_tokens: max_tokens.ok_or_else(|| missing("max_tokens"))?,
            stream,
            thinking_budget,
            service_tier,
            messages: messages_of(&seen, &members)?,
            has_tools: seen.tools > 0,
            cache_writes: seen.cache_writes,
            input_bytes: members.bytes_of(&INPUT).saturating_sub(seen.images.bytes()),
            unbounded: seen.unbounded,
            seen,
            has_output_format,
            members,
        })
    }

    /// The most input tokens that the forwarded body can be, at a model with such a rule for images.
    pub fn input_bound(&self, forwarded_bytes: usize, rule: Option<ImageRule>) -> u64 {
        input_bound(forwarded_bytes, &self.seen, self.has_output_format, rule)
    }

    /// What it shows the model; not in `input_bytes`.
    pub fn images(&self) -> &Images {
        &self.seen.images
    }
}

/// How many messages there are, of which there must be one.
pub(super) fn messages_of(seen: &Seen, members: &Members<'_>) -> Result<u32, Problem> {
    match seen.messages {
        0 if members.value("messages").is_none() => Err(missing("messages")),
        0 => Err(invalid("The field `messages` must hold at least one message.")),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::*;
    use crate::image::tests::png;

    fn read_whole(body: &str) -> MessagesRequest<'_> {
        MessagesRequest::parse(body.as_bytes()).unwrap_or_else(|problem| panic!("{body}: {problem}"))
    }

    fn with(members: &str) -> String {
        format!(r#"{{"model":"m","max_tokens":9,"messages":[{{"role":"user","content":"hi"}}],{members}}}"#)
    }

    #[test]
    fn a_request_is_read() {
        let body = r#"{"model":"claude-x","max_tokens":5000,"stream":true,"system":[{"type":"text","text":"s"}],
            "thinking":{"type":"enabled","budget_tokens":2048,"display":"omitted"},"temperature":1,"service_tier":"auto",
            "messages":[{"role":"user","content":"é"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"type":"image"}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"ok"}]}]}],
            "tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"bash_20250124","name":"bash"}],
            "unknown":{"model":"other","max_tokens":0}}"#;
        let request = read_whole(body);
        assert_eq!((request.model.as_str(), request.max_tokens), ("claude-x", 5_000));
        assert_eq!(request.thinking_budget, Some(2_048));
        assert!(request.stream && request.has_tools);
        assert_eq!(request.service_tier, ServiceTier::Standard);
        let priority = with(r#""service_tier":"priority""#);
        assert_eq!(read_whole(&priority).service_tier, ServiceTier::Priority);
        assert_eq!((request.messages, request.unbounded), (3, None));
        let plain = read_whole(r#"{"model":"m","max_tokens":1,"messages":[{}]}"#);
        assert!(!plain.stream && !plain.has_tools);
        assert_eq!((plain.thinking_budget, plain.cache_writes), (None, None));
    }

    #[test]
    fn what_the_provider_adds_is_in_the_bound() {
        let plain = read_whole(r#"{"model":"m","max_tokens":1,"messages":[{}]}"#);
        assert_eq!(plain.input_bound(100, None), 100 + 16 + 128);
        let body = with(r#""tools":[{"name":"f"}]"#);
        assert_eq!(read_whole(&body).input_bound(0, None), 16 + 128 + 1_024);
        let body =
            with(r#""tools":[{"type":"text_editor_20250728","name":"e"}],"output_config":{"format":{}}"#);
        assert_eq!(
            read_whole(&body).input_bound(0, None),
            16 + 128 + 2 * 1_024 + 2_048
        );
    }

    #[test]
    fn wrong_requests_are_refused_by_name() {
        let cap = "The field `max_tokens` must be a whole number from 1 to 10,000,000.";
        let cases = [
            (
                r#"{"model":"m","messages":[{}]}"#,
                "The field `max_tokens` is missing.",
            ),
            (r#"{"model":"m","max_tokens":0,"messages":[{}]}"#, cap),
            (r#"{"model":"m","max_tokens":-1,"messages":[{}]}"#, cap),
            (r#"{"model":"m","max_tokens":null,"messages":[{}]}"#, cap),
            (r#"{"model":"m","max_tokens":1.5,"messages":[{}]}"#, cap),
            (r#"{"model":"m","max_tokens":"1","messages":[{}]}"#, cap),
            (r#"{"model":"m","max_tokens":10000001,"messages":[{}]}"#, cap),
            (
                r#"{"max_tokens":1,"messages":[{}]}"#,
                "The field `model` is missing.",
            ),
            (
                r#"{"model":"","max_tokens":1,"messages":[{}]}"#,
                "The field `model` must be the name of a model.",
            ),
            (
                r#"{"model":"m","max_tokens":1}"#,
                "The field `messages` is missing.",
            ),
            (
                r#"{"model":"m","max_tokens":1,"messages":[]}"#,
                "The field `messages` must hold at least one message.",
            ),
            (
                r#"{"model":"m","max_tokens":1,"messages":[{}],"stream":1}"#,
                "The field `stream` must be true or false.",
            ),
            (
                r#"{"model":"m","max_tokens":1,"max_tokens":9,"messages":[{}]}"#,
                "The field `max_tokens` appears twice.",
            ),
            (
                r#"{"model":"m","max_tokens":1,"max_t\u006fkens":9,"messages":[{}]}"#,
                "The field `max_tokens` appears twice.",
            ),
            (
                r#"{"model":"m","max_tokens":1,"MAX_TOKENS":9,"messages":[{}]}"#,
                "Write the field `max_tokens` in lower case.",
            ),
            ("[]", "The body must be one JSON object."),
            (
                "{",
                "The body is not valid JSON: it stops making sense at line 1, column 1.",
            ),
        ];
        for (body, message) in cases {
            let problem = MessagesRequest::parse(body.as_bytes()).unwrap_err();
            assert_eq!(
                (problem.code, problem.message.as_str()),
                (Code::InvalidRequest, message),
                "{body}"
            );
        }
        for (members, field) in [
            (r#""thinking":{"type":"enabled"}"#, "thinking"),
            (r#""thinking":{"type":"enabled","budget_tokens":0}"#, "thinking"),
            (r#""thinking":7"#, "thinking"),
            (r#""system":{"type":"text"}"#, "system"),
            (r#""system":[{"text":"no type"}]"#, "system"),
            (r#""system":[{"type":"text","type":"image"}]"#, "system"),
            (r#""tools":{}"#, "tools"),
            (r#""cache_control":5"#, "cache_control"),
        ] {
            let problem = MessagesRequest::parse(with(members).as_bytes()).unwrap_err();
            let start = format!("The field `{field}` must be ");
            assert!(problem.message.starts_with(&start), "{members}: {problem}");
        }
        assert!(MessagesRequest::parse(b"{\"model\":\"\xff\"}").is_err());
    }

    #[test]
    fn images_are_bounded_by_their_size_and_not_by_their_bytes() {
        let source = |width, height| {
            let data = png(width, height) + &"A".repeat(40_000);
            format!(
                r#"{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{data}"}}}}"#
            )
        };
        let web = r#"{"type":"image","source":{"type":"url","url":"https://a.example/b.png"}}"#;
        let body = format!(
            r#"{{"model":"m","max_tokens":1,"messages":[{{"content":[{}]}},{{"content":[
            {{"type":"tool_result","content":[{}]}},
            {{"type":"document","source":{{"type":"content","content":[{web}]}}}}]}}]}}"#,
            source(200, 200),
            source(4_000, 4_000)
        );
        let request = read_whole(&body);
        assert_eq!(request.unbounded, None);
        let rule = ImageRule::of_model("claude-sonnet-4-5");
        assert_eq!(request.images().tokens(rule), Some(70 + 1_600 + 1_600));
        let text = body.len() as u64 - request.images().bytes();
        assert!(text < 1_000, "{text}");
        assert_eq!(
            request.input_bound(body.len(), rule),
            text + 2 * 16 + 128 + 70 + 2 * 1_600
        );
        assert!(request.input_bytes < 1_000);
    }

    #[test]
    fn deep_nesting_is_refused() {
        for (depth, is_read) in [(60, true), (100_000, false)] {
            let open = r#"{"type":"tool_result","content":["#.repeat(depth);
            let body = format!(
                r#"{{"model":"m","max_tokens":1,"messages":[{{"content":[{open}{}]}}]}}"#,
                "]}".repeat(depth)
            );
            assert_eq!(
                MessagesRequest::parse(body.as_bytes()).is_ok(),
                is_read,
                "{depth}"
            );
        }
    }

    #[test]
    fn cache_writes_are_seen_wherever_they_are_asked_for() {
        use CacheTtl::{FiveMinutes, OneHour};
        let five = r#""cache_control":{"type":"ephemeral"}"#;
        let hour = r#""cache_control":{"type":"ephemeral","ttl":"1h"}"#;
        let cases = [
            (with(five), Some(FiveMinutes)),
            (
                with(r#""cache_control":{"type":"ephemeral","ttl":"5m"}"#),
                Some(FiveMinutes),
            ),
            (
                with(r#""cache_control":{"type":"ephemeral","ttl":"2d"}"#),
                Some(OneHour),
            ),
            (with(r#""cache_control":null"#), None),
            (
                with(&format!(
                    r#""system":[{{"type":"text","text":"",{hour}}}],{five}"#
                )),
                Some(OneHour),
            ),
            (
                with(&format!(
                    r#"{five},"system":[{{"type":"text","text":"",{hour}}}]"#
                )),
                Some(OneHour),
            ),
            (
                with(&format!(r#""tools":[{{"name":"f",{hour}}}]"#)),
                Some(OneHour),
            ),
            (
                format!(
                    r#"{{"model":"m","max_tokens":1,"messages":[{{"content":[{{"type":"tool_result","content":[{{"type":"text","text":"",{five}}}]}}]}}]}}"#
                ),
                Some(FiveMinutes),
            ),
            (with(r#""system":"say \"cache_control\":{\"ttl\":\"1h\"}""#), None),
        ];
        for (body, expected) in cases {
            assert_eq!(read_whole(&body).cache_writes, expected, "{body}");
        }
    }

    #[test]
    fn what_cannot_be_priced_is_reported() {
        let block = |block: &str| {
            format!(
                r#"{{"model":"m","max_tokens":1,"messages":[{{"content":[{{"type":"text","text":""}},{block}]}}]}}"#
            )
        };
        let tool = |kind: &str| with(&format!(r#""tools":[{{"type":"{kind}","name":"x"}}]"#));
        let cases = [
            (
                block(r#"{"type":"image","source":{}}"#),
                Some(Unbounded::UnknownImage),
            ),
            (
                block(r#"{"type":"tool_result","content":[{"type":"image"}]}"#),
                Some(Unbounded::UnknownImage),
            ),
            (
                block(r#"{"type":"image","source":{"type":"base64","data":"aGVsbG8="}}"#),
                Some(Unbounded::UnknownImage),
            ),
            (
                block(r#"{"type":"image","source":{"type":"url","url":"https://a.example"}}"#),
                None,
            ),
            (
                block(r#"{"type":"image","source":{"type":"file","file_id":"f"}}"#),
                None,
            ),
            (
                block(
                    r#"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":""}}"#,
                ),
                Some(Unbounded::File),
            ),
            (
                block(r#"{"type":"document","source":{"type":"url","url":"https://a.example"}}"#),
                Some(Unbounded::File),
            ),
            (
                block(
                    r#"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"citations":{"enabled":false}}"#,
                ),
                None,
            ),
            (
                block(
                    r#"{"type":"document","source":{"type":"text","data":"x"},"citations":{"enabled":true}}"#,
                ),
                Some(Unbounded::Citations),
            ),
            (
                block(r#"{"type":"document","source":{"type":"content","content":[{"type":"hologram"}]}}"#),
                Some(Unbounded::OtherPart),
            ),
            (block(r#"{"type":"document"}"#), Some(Unbounded::File)),
            (
                block(r#"{"type":"container_upload","file_id":"f"}"#),
                Some(Unbounded::File),
            ),
            (
                block(r#"{"type":"web_search_tool_result","content":{"type":"error"}}"#),
                Some(Unbounded::HostedTool),
            ),
            (block(r#"{"type":"hologram"}"#), Some(Unbounded::OtherPart)),
            (block(r#"{"type":"im\u0061ge"}"#), Some(Unbounded::UnknownImage)),
            (block(r#"{"type":"redacted_thinking","data":"x"}"#), None),
            (tool("web_search_20250305"), Some(Unbounded::WebSearch)),
            (tool("code_execution_20250825"), Some(Unbounded::HostedTool)),
            (tool("web_fetch_20250910"), Some(Unbounded::HostedTool)),
            (tool("mcp_toolset"), Some(Unbounded::HostedTool)),
            (tool("computer_toolset_20260801"), Some(Unbounded::HostedTool)),
            (tool("custom"), None),
            (tool("computer_20250124"), None),
            (
                with(r#""mcp_servers":[{"url":"https://x"}]"#),
                Some(Unbounded::HostedTool),
            ),
            (with(r#""mcp_servers":[]"#), None),
            (with(r#""container":"c_1""#), Some(Unbounded::HostedTool)),
            (with(r#""speed":"fast""#), Some(Unbounded::Speed)),
            (with(r#""inference_geo":"us""#), Some(Unbounded::Region)),
            (
                with(r#""context_management":{"edits":[{"type":"compact_20260112"}]}"#),
                Some(Unbounded::FurtherPasses),
            ),
            (
                with(r#""context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]}"#),
                None,
            ),
            (
                with(r#""compaction":{"type":"summarize"}"#),
                Some(Unbounded::FurtherPasses),
            ),
            (
                with(r#""thread":{"type":"continue","previous_message_id":"msg_1"}"#),
                Some(Unbounded::KeptConversation),
            ),
            (with(r#""fallbacks":"default""#), Some(Unbounded::OtherModels)),
            (
                with(r#""fallbacks":[{"model":"dear"}]"#),
                Some(Unbounded::OtherModels),
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(read_whole(&body).unbounded, expected, "{body}");
        }
    }
}
