//! The server of llama.cpp. While it loads a model it says so with a 503.

use super::{Provider, compatible::SERVER};

pub(super) static LLAMA_CPP: Provider = Provider {
    name: "llama.cpp",
    base_url: Some("http://127.0.0.1:8080/v1"),
    ..SERVER
};

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::{super::tests::refused, *};
    use crate::{
        fim::FimWay,
        openai::{EventKind, scan_answer, scan_event},
    };

    #[test]
    fn loading_is_a_reason_to_try_another() {
        let loading = r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#;
        assert_eq!(
            refused(503, &[], loading),
            (Code::UpstreamUnavailable, None, true)
        );
    }

    #[test]
    fn a_family_with_marks_gets_them_from_here() {
        let way = FimWay::for_model(
            "qwen2.5-coder-1.5b",
            LLAMA_CPP.native_suffix,
            LLAMA_CPP.speaks_completions,
        );
        assert!(matches!(way, FimWay::Template(_)), "{way:?}");
    }

    #[test]
    fn usage_stands_beside_its_timings() {
        let info = scan_answer(
            br#"{"choices":[{"text":"a","index":0,"logprobs":null,"finish_reason":"length"}],"created":1,"model":"m","object":"text_completion",
            "usage":{"completion_tokens":1,"prompt_tokens":6,"total_tokens":7},"id":"chatcmpl-1","timings":{"prompt_n":6,"predicted_n":1}}"#,
        );
        assert_eq!(info.usage.unwrap().input_tokens, 6);
        assert_eq!(scan_event(b": ping\n\n").kind, EventKind::Comment);
    }
}
