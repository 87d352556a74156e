use super::*;

/// `provider model input/output/cache read/cache write/reasoning`
fn shown(text: &str) -> Vec<String> {
    let found = read(text.as_bytes()).unwrap();
    let mut lines: Vec<String> = found
        .answers
        .iter()
        .map(|(_, answer)| {
            let usage = &answer.usage;
            format!(
                "{} {} {}/{}/{}/{}/{}",
                answer.provider,
                answer.model.as_deref().unwrap_or("-"),
                usage.input_tokens,
                usage.output_tokens,
                usage.cache_read_tokens,
                usage.cache_write_tokens,
                usage.reasoning_tokens
            )
        })
        .collect();
    lines.sort();
    if found.errors + found.silent > 0 {
        lines.push(format!("errors {} silent {}", found.errors, found.silent));
    }
    lines
}

const CHAT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1780000000,"model":"gpt-5-mini","choices":[],
    "usage":{"prompt_tokens":1200,"completion_tokens":80,"total_tokens":1280,
    "prompt_tokens_details":{"cached_tokens":1000},"completion_tokens_details":{"reasoning_tokens":30}}}"#;
const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1780000000,"status":"completed","model":"gpt-5","output":[],
    "usage":{"input_tokens":50,"output_tokens":20,"input_tokens_details":{"cached_tokens":10},"output_tokens_details":{"reasoning_tokens":5},"total_tokens":70}}"#;
const MESSAGE: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":"end_turn",
    "usage":{"input_tokens":7,"output_tokens":9,"cache_read_input_tokens":100,"cache_creation_input_tokens":40}}"#;
const GEMINI: &str = r#"{"candidates":[],"modelVersion":"gemini-2.5-flash","responseId":"g1",
    "usageMetadata":{"promptTokenCount":90,"candidatesTokenCount":11,"thoughtsTokenCount":4,"cachedContentTokenCount":30,"totalTokenCount":105}}"#;

#[test]
fn whole_answers_of_each_api() {
    assert_eq!(shown(CHAT), ["openai gpt-5-mini 200/80/1000/0/30"]);
    assert_eq!(shown(RESPONSE), ["openai gpt-5 40/20/10/0/5"]);
    assert_eq!(shown(MESSAGE), ["anthropic claude-sonnet-4-5 7/9/100/40/0"]);
    assert_eq!(shown(GEMINI), ["google gemini-2.5-flash 60/15/30/0/4"]);
}

#[test]
fn several_in_one_file_each_once() {
    let lines = format!("{CHAT}\n{MESSAGE}\n{CHAT}");
    assert_eq!(shown(&lines).len(), 2);
    assert_eq!(shown(&format!("[{CHAT},{RESPONSE},{MESSAGE},{GEMINI}]")).len(), 4);
    let without_id = MESSAGE.replace(r#""id":"msg_1","#, "");
    assert_eq!(shown(&format!("[{without_id},{without_id}]")).len(), 2);
    assert_eq!(ids(&lines), ids(&lines));
}

#[test]
fn streams_count_what_their_last_word_is() {
    let chat = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5-mini\",\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n\
        data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,\"total_tokens\":13}}\n\n\
        data: [DONE]\n\n";
    assert_eq!(shown(chat), ["openai gpt-5-mini 10/3/0/0/0"]);
    let message = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"type\":\"message\",\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":25,\"output_tokens\":1,\"cache_read_input_tokens\":5}}}\n\n\
        event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n\
        event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    assert_eq!(shown(message), ["anthropic claude-sonnet-4-5 25/15/5/0/0"]);
    let responses = format!(
        "event: response.created\ndata: {{\"type\":\"response.created\",\"response\":{{\"id\":\"resp_1\",\"object\":\"response\"}}}}\n\nevent: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{}}}\n\n",
        RESPONSE.replace('\n', "")
    );
    assert_eq!(shown(&responses), ["openai gpt-5 40/20/10/0/5"]);
    let part = GEMINI
        .replace('\n', "")
        .replace("\"candidatesTokenCount\":11", "\"candidatesTokenCount\":2");
    let gemini = format!("data: {part}\n\ndata: {}\n\n", GEMINI.replace('\n', ""));
    assert_eq!(shown(&gemini), ["google gemini-2.5-flash 60/15/30/0/4"]);
    assert_eq!(shown(&format!("{chat}{message}{gemini}")).len(), 3);
}

/// What the answers of a file are called.
fn ids(text: &str) -> Vec<String> {
    let found = read(text.as_bytes()).unwrap();
    assert_eq!(found.silent, 0, "{text}");
    found.answers.into_iter().map(|(id, _)| id).collect()
}

/// A stream of a chat, of two chunks and its end.
fn stream(head: &str, created: [u32; 2], said: &str) -> String {
    format!(
        "data: {{{head}\"created\":{},\"choices\":[{{\"delta\":{{\"content\":\"{said}\"}}}}]}}\n\n\
         data: {{{head}\"created\":{},\"choices\":[],\"usage\":{{\"prompt_tokens\":10,\"completion_tokens\":3}}}}\n\n\
         data: [DONE]\n\n",
        created[0], created[1]
    )
}

#[test]
fn streams_without_an_id_are_as_many_as_there_are() {
    let (one, other) = (stream("", [1, 1], "a"), stream("", [1, 1], "b"));
    // Of one file, in one, and equal ones in one.
    assert_eq!(ids(&one), ids(&one));
    assert_ne!(ids(&one), ids(&other));
    assert_eq!(ids(&format!("{one}{other}{one}")).len(), 3);
    // Not every server ends its streams with a word, and some begin with an empty chunk.
    let bare = format!("{one}{other}").replace("data: [DONE]\n\n", "");
    assert_eq!(ids(&bare).len(), 2);
    let filtered = format!("data: {{\"id\":\"\",\"choices\":[]}}\n\n{one}");
    assert_eq!(ids(&filtered).len(), 1);

    let gemini = |output: u32, end: &str| {
        format!(
            "data: {{\"candidates\":[{{{end}}}],\"usageMetadata\":{{\"promptTokenCount\":9,\"candidatesTokenCount\":{output}}}}}\n\n"
        )
    };
    let end = "\"finishReason\":\"STOP\"";
    let streams = [gemini(1, ""), gemini(5, end), gemini(2, ""), gemini(7, end)].concat();
    assert_eq!(shown(&streams), ["google - 9/5/0/0/0", "google - 9/7/0/0/0"]);
}

#[test]
fn an_id_that_comes_again_by_chance_is_another_response() {
    let head = "\"id\":\"chatcmpl-7\",\"model\":\"llama3\",";
    let one = stream(head, [100, 101], "a");
    let other = stream(head, [200, 201], "b");
    assert_eq!(ids(&one).len(), 1);
    assert_ne!(ids(&one), ids(&other));
    assert_eq!(ids(&format!("{one}{other}")).len(), 2);
    assert_ne!(ids(&one), ids(&one.replace("llama3", "qwen3")));
    // The same response twice is one.
    assert_eq!(ids(&format!("{one}{one}")), ids(&one));
    let later = CHAT.replace("1780000000", "1780000500");
    assert_eq!(ids(&format!("{CHAT}\n{later}")).len(), 2);
    assert_eq!(ids(&format!("{CHAT}\n{CHAT}")).len(), 1);
}

#[test]
fn what_says_nothing_is_counted_as_such() {
    let chat = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"delta\":{}}]}\n\ndata: [DONE]\n\n";
    assert_eq!(shown(chat), ["errors 0 silent 1"]);
    assert_eq!(shown(r#"{"error":{"message":"no"}}"#), ["errors 1 silent 0"]);
    let negative = CHAT.replace("\"completion_tokens\":80", "\"completion_tokens\":-80");
    assert_eq!(shown(&negative), ["errors 0 silent 1"]);
    let contradiction = GEMINI.replace(
        "\"cachedContentTokenCount\":30",
        "\"cachedContentTokenCount\":3000",
    );
    assert_eq!(shown(&contradiction), ["errors 0 silent 1"]);
    for text in ["hello", "{", "[1]", "{\"a\":1}", "[[[]]]"] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(read(b"").unwrap().answers.is_empty());
}
