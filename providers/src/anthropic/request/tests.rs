mod price;

use protocol::Code;

use super::*;

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
    let body = with(r#""tools":[{"type":"text_editor_20250728","name":"e"}],"output_config":{"format":{}}"#);
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
