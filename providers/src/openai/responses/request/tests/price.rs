//! What a request may cost follows from what it holds.

use super::*;
use crate::image::tests::png;

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
