//! What a request may cost follows from what it holds.

use super::*;
use crate::image::tests::png;

#[test]
fn images_are_bounded_by_their_size_and_not_by_their_bytes() {
    let source = |width, height| {
        let data = png(width, height) + &"A".repeat(40_000);
        format!(r#"{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{data}"}}}}"#)
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
            block(r#"{"type":"document","source":{"type":"text","data":"x"},"citations":{"enabled":true}}"#),
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
