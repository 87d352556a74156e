//! Whatever comes in from outside is answered, never panicked on.

use bytes::Bytes;
use proptest::prelude::*;
use providers::{
    builtin,
    fim::{FimWay, StreamTranslator, translate_answer},
    openai::{
        ChatRequest, CompletionRequest, Edits, event_problem, is_receipt_comment, scan_answer, scan_event,
        upstream_problem, without_receipt_comments,
    },
    sse::EventReader,
};
use serde_json::{Value, json};

/// Valid answers and events with some bytes cut out, doubled or replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        Just(include_bytes!("../fixtures/chat-openai.json").to_vec()),
        Just(include_bytes!("../fixtures/stream-openai.sse").to_vec()),
        Just(include_bytes!("../fixtures/stream-tools.sse").to_vec()),
        Just(include_bytes!("../fixtures/stream-openrouter-error.sse").to_vec()),
        Just(include_bytes!("../fixtures/stream-deepseek-crlf.sse").to_vec()),
    ];
    let damage = (
        0..4_000_usize,
        0..40_usize,
        prop::collection::vec(any::<u8>(), 0..6),
    );
    (whole, prop::collection::vec(damage, 0..4)).prop_map(|(mut bytes, damages)| {
        for (at, length, new) in damages {
            let at = at % (bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, new);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn damaged_answers_are_read(bytes in damaged()) {
        let whole = scan_answer(&bytes);
        prop_assert!(whole.output_bytes <= bytes.len() as u64);
        translate_answer(&bytes);
        upstream_problem(400, None, &bytes);
        let mut reader = EventReader::new();
        let mut translator = StreamTranslator::new();
        reader.push(Bytes::from(bytes));
        while let Ok(Some(event)) = reader.next_event() {
            let info = scan_event(&event);
            prop_assert!(info.output_bytes <= event.len() as u64);
            translator.event(&event);
            event_problem(&event);
            if is_receipt_comment(&event) {
                prop_assert!(!is_receipt_comment(&without_receipt_comments(&event)));
            }
        }
    }

    #[test]
    fn any_bytes_are_no_request(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(ChatRequest::parse(&bytes).is_err());
        prop_assert!(CompletionRequest::parse(&bytes).is_err());
    }

    #[test]
    fn any_texts_are_rendered_and_completed(
        prompt in "\\PC{0,40}(\n\\PC{0,20}){0,4}", suffix in "\\PC{0,20}(\n\\PC{0,20}){0,2}",
        context in prop::collection::vec("\\PC{0,30}\n\\PC{0,30}", 0..3), stop in prop::option::of("\\PC{0,3}"),
        cap in 1..40_u64,
    ) {
        let files: Vec<Value> = context.iter().map(|text| json!({"path": text, "text": text})).collect();
        let body = json!({"model": "m", "prompt": prompt, "suffix": suffix, "context": files, "stop": stop, "max_tokens": cap});
        let body = body.to_string();
        let request = CompletionRequest::parse(body.as_bytes()).unwrap();
        prop_assert_eq!(request.prompt.as_ref(), prompt.as_str());
        for way in ["native", "fim", "chat", "qwen", "starcoder", "codestral", "codellama"] {
            let sent = FimWay::by_name(way).unwrap().forward(&request, &Edits::default());
            let sent: Value = serde_json::from_slice(&sent.body).unwrap();
            prop_assert!(sent.get("context").is_none());
            prop_assert_eq!(&sent["max_tokens"], cap);
        }
        let answer = builtin::complete(body.as_bytes()).unwrap();
        prop_assert!(answer.usage().output_tokens <= cap);
        prop_assert!(answer.usage().input_tokens <= request.input_bound(body.len()));
    }
}
