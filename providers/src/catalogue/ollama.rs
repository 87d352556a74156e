//! Ollama. It takes `suffix` where the model's own template has a place for it, which is so for the
//! families that were trained for it; else it answers 400.

use super::{Provider, compatible::SERVER};
use crate::fim::NativeSuffix;

pub(super) static OLLAMA: Provider = Provider {
    name: "ollama",
    base_url: Some("http://127.0.0.1:11434/v1"),
    native_suffix: NativeSuffix::Families,
    ..SERVER
};

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::{
        super::tests::{problem, refused},
        *,
    };
    use crate::{
        fim::FimWay,
        openai::{scan_answer, scan_event},
    };

    #[test]
    fn families_that_were_trained_for_it_fill_in_by_themselves() {
        let way = |model| FimWay::for_model(model, OLLAMA.native_suffix, OLLAMA.speaks_completions);
        assert_eq!(way("qwen2.5-coder:7b"), FimWay::Native);
        assert_eq!(way("llama3.2"), FimWay::ChatForHoles);
    }

    #[test]
    fn its_three_counts_are_all_there_is() {
        let info = scan_answer(
            br#"{"id":"cmpl-1","object":"text_completion","created":1,"model":"qwen2.5-coder:7b","system_fingerprint":"fp_ollama",
            "choices":[{"text":"a","index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":1,"total_tokens":5}}"#,
        );
        let usage = info.usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (4, 1));
        // A prompt that lay in its cache whole is not counted.
        let cached = scan_answer(br#"{"choices":[{"text":"a"}],"usage":{"completion_tokens":1}}"#);
        assert!(cached.billing.lacks_input);
    }

    #[test]
    fn errors_are_a_text_or_openais() {
        let plain = r#"{"error":"model \"x\" not found, try pulling it first"}"#;
        assert_eq!(refused(404, &[], plain), (Code::UpstreamUnavailable, None, true));
        let shaped = r#"{"error":{"message":"qwen does not support insert","type":"invalid_request_error","param":null,"code":null}}"#;
        assert!(
            problem(400, shaped)
                .message
                .ends_with("qwen does not support insert")
        );
        assert!(scan_event(b"data: {\"error\":\"out of memory\"}\n\n").error);
    }
}
