use protocol::Code;

use super::*;
use crate::{image::tests::png, openai::CompletionRequest};

fn chat(body: &str) -> ChatRequest<'_> {
    ChatRequest::parse(body.as_bytes()).unwrap_or_else(|problem| panic!("{body}: {problem}"))
}

#[test]
fn a_chat_request_is_read() {
    let body = r#"{"model":"gpt-4o","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"é"}]}],
        "stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":50,"n":2,"tools":[{"type":"function","function":{"name":"f"}}],
        "temperature":0.2,"unknown":{"model":"other","n":0}}"#;
    let request = chat(body);
    assert_eq!(request.model, "gpt-4o");
    assert!(request.stream && request.include_usage && request.has_tools);
    assert_eq!(request.output_cap, Some((CapField::MaxCompletionTokens, 50)));
    assert_eq!(
        (request.choices, request.messages, request.unbounded),
        (2, 2, None)
    );
    assert!(request.input_bound(body.len(), None) > body.len() as u64);
}

#[test]
fn defaults_are_those_of_the_dialect() {
    let request = chat(
        r#"{"model":"m","messages":[{}],"stream":null,"stream_options":null,"n":null,"max_tokens":null,"tools":null}"#,
    );
    assert!(!request.stream && !request.include_usage && !request.has_tools);
    assert_eq!((request.output_cap, request.choices), (None, 1));
    let both = chat(r#"{"model":"m","messages":[{}],"max_tokens":10,"max_completion_tokens":5}"#);
    assert_eq!(both.output_cap, Some((CapField::MaxTokens, 10)));
}

#[test]
fn what_is_wrong_is_named_and_never_quoted() {
    let cases = [
        (
            r#"{"model":"m","messages":[{}],"n":0}"#,
            "The field `n` must be a whole number from 1 to 128.",
        ),
        (
            r#"{"model":"m","messages":[{}],"n":129}"#,
            "The field `n` must be a whole number from 1 to 128.",
        ),
        (
            r#"{"model":"m","messages":[{}],"n":1.5}"#,
            "The field `n` must be a whole number from 1 to 128.",
        ),
        (
            r#"{"model":"m","messages":[{}],"max_tokens":-1}"#,
            "The field `max_tokens` must be a whole number from 1 to 10,000,000.",
        ),
        (
            r#"{"model":"m","messages":[{}],"max_tokens":1e300}"#,
            "The field `max_tokens` must be a whole number from 1 to 10,000,000.",
        ),
        (
            r#"{"model":"m","messages":[{}],"max_tokens":99999999999999999999}"#,
            "The field `max_tokens` must be a whole number from 1 to 10,000,000.",
        ),
        (
            r#"{"model":7,"messages":[{}]}"#,
            "The field `model` must be the name of a model.",
        ),
        (
            r#"{"model":"","messages":[{}]}"#,
            "The field `model` must be the name of a model.",
        ),
        (r#"{"messages":[{}]}"#, "The field `model` is missing."),
        (r#"{"model":"m"}"#, "The field `messages` is missing."),
        (
            r#"{"model":"m","messages":[]}"#,
            "The field `messages` must hold at least one message.",
        ),
        (
            r#"{"model":"m","messages":[{}],"stream":"yes"}"#,
            "The field `stream` must be true or false.",
        ),
        (
            r#"{"model":"m","model":"dear","messages":[{}]}"#,
            "The field `model` appears twice.",
        ),
        (
            r#"{"model":"m","mod\u0065l":"dear","messages":[{}]}"#,
            "The field `model` appears twice.",
        ),
        (
            r#"{"model":"m","messages":[{}],"Max_Tokens":9}"#,
            "Write the field `max_tokens` in lower case.",
        ),
        (
            r#"{"model":"m","messages":[{}],"max_to\u212aens":9}"#,
            "Write the field `max_tokens` in lower case.",
        ),
        ("[]", "The body must be one JSON object."),
        ("\"secret\"", "The body must be one JSON object."),
        (
            "",
            "The body is not valid JSON: it stops making sense at line 1, column 0.",
        ),
        (
            r#"{"model":"m","messages":[{}]"#,
            "The body is not valid JSON: it stops making sense at line 1, column 28.",
        ),
        (
            r#"{"model":"m","messages":[{}]} x"#,
            "The body is not valid JSON: it stops making sense at line 1, column 31.",
        ),
        (
            r#"{"model":"m","messages":[{}],"x":tru}"#,
            "The body is not valid JSON: it stops making sense at line 1, column 37.",
        ),
    ];
    for (body, message) in cases {
        let problem = ChatRequest::parse(body.as_bytes()).unwrap_err();
        assert_eq!(
            (problem.code, problem.message.as_str()),
            (Code::InvalidRequest, message),
            "{body}"
        );
    }
    let not_text = ChatRequest::parse(b"{\"model\":\"\xff\"}").unwrap_err();
    assert_eq!(not_text.message, "The body is not valid UTF-8.");
    let messages = ChatRequest::parse(br#"{"model":"m","messages":[{"content":5}]}"#).unwrap_err();
    assert!(
        messages
            .message
            .starts_with("The field `messages` must be a list of messages"),
        "{messages}"
    );
}

#[test]
fn deep_nesting_is_refused() {
    for depth in [127, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"model":"m","messages":[{{}}],"x":{open}{close}}}"#);
        assert_eq!(
            ChatRequest::parse(body.as_bytes()).is_ok(),
            depth == 127,
            "{depth}"
        );
    }
}

#[test]
fn the_tier_that_is_asked_for_is_read() {
    for (tier, expected) in [
        ("null", ServiceTier::Standard),
        (r#""auto""#, ServiceTier::Standard),
        (r#""flex""#, ServiceTier::Flex),
        (r#""pri\u006frity""#, ServiceTier::Priority),
        (r#""scale""#, ServiceTier::Other),
    ] {
        let body = format!(r#"{{"model":"m","messages":[{{}}],"prompt":"","service_tier":{tier}}}"#);
        assert_eq!(chat(&body).service_tier, expected, "{tier}");
        let completion = CompletionRequest::parse(body.as_bytes()).unwrap();
        assert_eq!(completion.service_tier, expected, "{tier}");
    }
    let problem = ChatRequest::parse(br#"{"model":"m","messages":[{}],"service_tier":5}"#).unwrap_err();
    assert_eq!(problem.message, "The field `service_tier` must be a text.");
}

#[test]
fn images_are_bounded_by_their_size_and_not_by_their_bytes() {
    let data = png(1_024, 1_024);
    let filling = "A".repeat(40_000);
    let part = |detail: &str| {
        format!(
            r#"{{"type":"image_url","image_url":{{"url":"data:image\/png;base64,{data}{filling}","detail":"{detail}"}}}}"#
        )
    };
    let web = r#"{"type":"image_url","image_url":"https://a.example/b.png"}"#;
    let body = format!(
        r#"{{"model":"m","messages":[{{"role":"tool","content":[{},{}]}},{{"role":"user","content":[{web}]}}]}}"#,
        part("low"),
        part("auto")
    );
    let request = chat(&body);
    assert_eq!(request.unbounded, None);
    let rule = ImageRule::of_model("gpt-4o");
    assert_eq!(
        request.images.tokens(rule),
        Some(85 + (85 + 4 * 170) + (85 + 8 * 170))
    );
    let text = body.len() as u64 - request.images.bytes();
    assert!(text < 1_000, "{text}");
    assert_eq!(
        request.input_bound(body.len(), rule),
        input_bound(usize::try_from(text).unwrap(), 2, false) + 85 + 765 + 1_445
    );
    assert!(request.input_bytes < 1_000);
    // Without a rule every byte counts, which is no bound of an image and never charged.
    assert!(request.input_bound(body.len(), None) > body.len() as u64);
}

#[test]
fn what_cannot_be_priced_is_reported() {
    let part = |part: &str| {
        format!(r#""messages":[{{"role":"user","content":[{{"type":"text","text":""}},{part}]}}]"#)
    };
    let option = |option: &str| format!(r#""messages":[{{}}],{option}"#);
    let cases = [
        (
            part(r#"{"type":"image_url","image_url":{"url":"data:"}}"#),
            Some(Unbounded::UnknownImage),
        ),
        (part(r#"{"type":"image_url"}"#), Some(Unbounded::UnknownImage)),
        (
            part(r#"{"type":"image_url","image_url":{"url":"https://a.example/b"}}"#),
            None,
        ),
        (
            part(r#"{"type":"input_audio","input_audio":{}}"#),
            Some(Unbounded::Audio),
        ),
        (part(r#"{"type":"file","file":{}}"#), Some(Unbounded::File)),
        (part(r#"{"type":"hologram"}"#), Some(Unbounded::OtherPart)),
        (part(r#"{"type":"refusal","refusal":""}"#), None),
        (
            option(r#""tools":[{"type":"browser_search"}]"#),
            Some(Unbounded::HostedTool),
        ),
        (option(r#""web_search_options":{}"#), Some(Unbounded::WebSearch)),
        (option(r#""plugins":[{"id":"web"}]"#), Some(Unbounded::HostedTool)),
        (option(r#""models":["a","b"]"#), Some(Unbounded::OtherModels)),
        (
            option(r#""modalities":["text","audio"]"#),
            Some(Unbounded::AudioOutput),
        ),
        (option(r#""modalities":["text"],"audio":null"#), None),
    ];
    for (members, expected) in cases {
        let body = format!(r#"{{"model":"m",{members}}}"#);
        assert_eq!(chat(&body).unbounded, expected, "{body}");
    }
    assert_eq!(Unbounded::Image.problem().code, Code::InvalidRequest);
}
