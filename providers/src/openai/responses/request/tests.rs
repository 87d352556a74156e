mod price;

use protocol::Code;

use super::*;

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
