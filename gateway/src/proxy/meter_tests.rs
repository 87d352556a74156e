use protocol::Money;
use providers::{anthropic::EventScanner, openai};
use usage::pricing::ServiceTier;

use super::*;

/// Input, cache read, output, and whether it is an estimate.
type Shown = (u64, u64, u64, bool);
type ChatCase<'a> = (&'a str, &'a [&'a str], Shown);

/// What an OpenAI-compatible stream of these data lines is settled on.
fn chat(lines: &[&str]) -> Shown {
    let mut reading = Reading::default();
    for line in lines {
        let event = format!("data: {line}\n\n");
        reading.note(&openai::scan_event(event.as_bytes()));
    }
    shown(&reading)
}

/// The same of an Anthropic one.
fn messages(lines: &[&str]) -> Shown {
    let (mut reading, mut scanner) = (Reading::default(), EventScanner::new());
    for line in lines {
        let event = format!("data: {line}\n\n");
        reading.note(&scanner.scan(event.as_bytes()));
    }
    shown(&reading)
}

fn shown(reading: &Reading) -> Shown {
    let metered = reading.metered(COUNTED);
    let tokens = metered.used.tokens;
    (
        tokens.input_tokens,
        tokens.cache_read_tokens,
        tokens.output_tokens,
        metered.estimated,
    )
}

/// The gateway's own count of the input.
const COUNTED: u64 = 40;
/// Nine bytes are three tokens.
const TEXT: &str = r#"{"choices":[{"delta":{"content":"123456789"}}]}"#;
const START: &str = r#"{"type":"message_start","message":{"usage":{"input_tokens":20,"output_tokens":1}}}"#;
const DELTA: &str = r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"123456789"}}"#;

#[test]
fn usage_of_chat_is_believed_as_far_as_it_can_be_true() {
    let cases: [ChatCase<'_>; 12] = [
        (
            "reported",
            &[
                TEXT,
                r#"{"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":5}}"#,
            ],
            (20, 0, 5, false),
        ),
        ("missing", &[TEXT], (COUNTED, 0, 3, true)),
        (
            "null",
            &[TEXT, r#"{"choices":[],"usage":null}"#],
            (COUNTED, 0, 3, true),
        ),
        (
            "zero is a number",
            &[
                TEXT,
                r#"{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#,
            ],
            (0, 0, 0, false),
        ),
        (
            "doubled",
            &[
                TEXT,
                r#"{"usage":{"prompt_tokens":20,"completion_tokens":5}}"#,
                r#"{"usage":{"prompt_tokens":20,"completion_tokens":5}}"#,
            ],
            (20, 0, 5, false),
        ),
        (
            "running",
            &[
                r#"{"choices":[{"delta":{"content":"1234"}}],"usage":{"prompt_tokens":20,"completion_tokens":1}}"#,
                r#"{"choices":[{"delta":{"content":"5678"}}],"usage":{"prompt_tokens":20,"completion_tokens":2}}"#,
            ],
            (20, 0, 2, false),
        ),
        (
            "negative",
            &[TEXT, r#"{"usage":{"prompt_tokens":-20,"completion_tokens":5}}"#],
            (COUNTED, 0, 3, true),
        ),
        (
            "negative after a good one",
            &[
                TEXT,
                r#"{"usage":{"prompt_tokens":20,"completion_tokens":5}}"#,
                r#"{"usage":{"prompt_tokens":20,"completion_tokens":-5}}"#,
            ],
            (20, 0, 5, true),
        ),
        (
            "huge beyond belief",
            &[
                TEXT,
                r#"{"usage":{"prompt_tokens":20,"completion_tokens":9000000000000000}}"#,
            ],
            (COUNTED, 0, 3, true),
        ),
        (
            "lower than before",
            &[
                TEXT,
                r#"{"usage":{"prompt_tokens":20,"completion_tokens":5}}"#,
                r#"{"usage":{"prompt_tokens":2,"completion_tokens":1}}"#,
            ],
            (20, 0, 5, true),
        ),
        (
            "cut after its usage",
            &[r#"{"usage":{"prompt_tokens":20,"completion_tokens":5}}"#, TEXT],
            (20, 0, 8, true),
        ),
        (
            "a count left out",
            &[TEXT, r#"{"usage":{"prompt_tokens":20}}"#],
            (20, 0, 3, true),
        ),
    ];
    for (name, lines, expected) in cases {
        assert_eq!(chat(lines), expected, "{name}");
    }
}

#[test]
fn usage_of_messages_is_believed_as_far_as_it_can_be_true() {
    let delta = |usage: &str| format!(r#"{{"type":"message_delta","delta":{{}},"usage":{usage}}}"#);
    let cases: [(&str, String, Shown); 9] = [
        ("reported", delta(r#"{"output_tokens":5}"#), (20, 0, 5, false)),
        ("missing", r#"{"type":"ping"}"#.into(), (20, 0, 4, true)),
        ("negative", delta(r#"{"output_tokens":-5}"#), (20, 0, 4, true)),
        (
            "huge",
            delta(r#"{"output_tokens":9000000000000000}"#),
            (20, 0, 4, true),
        ),
        (
            "lower than before",
            delta(r#"{"output_tokens":0}"#),
            (20, 0, 4, true),
        ),
        (
            "less input than before",
            delta(r#"{"input_tokens":2,"output_tokens":5}"#),
            (20, 0, 5, true),
        ),
        (
            "the same input, some of it from the cache",
            delta(r#"{"input_tokens":12,"cache_read_input_tokens":8,"output_tokens":5}"#),
            (12, 8, 5, false),
        ),
        (
            "zero is a number",
            delta(r#"{"input_tokens":20,"output_tokens":1}"#),
            (20, 0, 1, false),
        ),
        (
            "null",
            r#"{"type":"message_delta","usage":null}"#.into(),
            (20, 0, 4, true),
        ),
    ];
    for (name, last, expected) in cases {
        assert_eq!(messages(&[START, DELTA, &last]), expected, "{name}");
    }
    assert_eq!(messages(&[DELTA]), (COUNTED, 0, 3, true), "no usage at all");
    let doubled = delta(r#"{"output_tokens":5}"#);
    assert_eq!(
        messages(&[START, DELTA, &doubled, &doubled]),
        (20, 0, 5, false),
        "doubled"
    );
}

#[test]
fn a_whole_answer_is_metered_alike() {
    let of = |body: &str| shown(&Reading::of_answer(&openai::scan_answer(body.as_bytes())));
    let answer =
        |usage: &str| format!(r#"{{"choices":[{{"message":{{"content":"123456789"}}}}],"usage":{usage}}}"#);
    let cases = [
        (r#"{"prompt_tokens":20,"completion_tokens":5}"#, (20, 0, 5, false)),
        ("null", (COUNTED, 0, 3, true)),
        (r#"{"prompt_tokens":0,"completion_tokens":0}"#, (0, 0, 0, false)),
        (
            r#"{"prompt_tokens":20,"completion_tokens":-1}"#,
            (COUNTED, 0, 3, true),
        ),
        (r#"{"prompt_tokens":20,"total_tokens":20}"#, (20, 0, 3, true)),
        (r#"{"completion_tokens":5}"#, (COUNTED, 0, 5, true)),
    ];
    for (usage, expected) in cases {
        assert_eq!(of(&answer(usage)), expected, "{usage}");
    }
    let embedding = r#"{"data":[{"embedding":[0.1]}],"usage":{"prompt_tokens":8,"total_tokens":8}}"#;
    assert_eq!(of(embedding), (8, 0, 0, false));
}

#[test]
fn what_the_price_depends_on_is_kept() {
    let mut reading = Reading::default();
    for line in [
        r#"{"choices":[{"delta":{"content":"a"}}],"service_tier":"priority"}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"cost":0.5}}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3}}"#,
    ] {
        reading.note(&openai::scan_event(format!("data: {line}\n\n").as_bytes()));
    }
    assert_eq!(
        reading.billing.stated_cost,
        Some(Money::from_nano_usd(500_000_000))
    );
    assert_eq!(reading.metered(1).used.tier, ServiceTier::Priority);
    let (mut reading, mut scanner) = (Reading::default(), EventScanner::new());
    for line in [
        r#"{"message":{"usage":{"input_tokens":1,"cache_creation":{"ephemeral_1h_input_tokens":7},"service_tier":"standard","output_tokens":1}}}"#,
        r#"{"usage":{"output_tokens":5,"server_tool_use":{"web_search_requests":2}}}"#,
    ] {
        reading.note(&scanner.scan(format!("data: {line}\n\n").as_bytes()));
    }
    let used = reading.metered(1).used;
    assert_eq!((used.cache_write_1h_tokens, used.web_searches), (7, 2));
    assert_eq!(used.tier, ServiceTier::Standard);
}
