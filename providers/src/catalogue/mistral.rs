//! Mistral, and the place of its own where Codestral keys belong. Code is filled in on a route that
//! answers like chat; fields that it does not know are refused, `stream_options` among them.

use super::{Provider, chat_only};
use crate::fim::NativeSuffix;

pub(super) static MISTRAL: Provider = Provider {
    speaks_embeddings: true,
    ..of("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY")
};

pub(super) static CODESTRAL: Provider = of(
    "codestral",
    "https://codestral.mistral.ai/v1",
    "CODESTRAL_API_KEY",
);

const fn of(name: &'static str, base_url: &'static str, api_key_env: &'static str) -> Provider {
    Provider {
        takes_stream_options: false,
        native_suffix: NativeSuffix::FimRoute(&["codestral"]),
        ..chat_only(name, base_url, api_key_env, "mistral")
    }
}

#[cfg(test)]
mod tests {
    use protocol::Code;
    use usage::pricing::ServiceTier;

    use super::{
        super::tests::{problem, refused},
        *,
    };
    use crate::{
        fim::{FimWay, translate_answer},
        openai::{CompletionRequest, Edits, scan_answer},
    };

    #[test]
    fn codestral_fills_in_on_its_own_route() {
        let body = br#"{"model":"coder","prompt":"pre","suffix":"post","max_tokens":64,"stream":true}"#;
        let request = CompletionRequest::parse(body).unwrap();
        let edits = Edits {
            model: Some("codestral-latest"),
            include_usage: CODESTRAL.takes_stream_options,
            ..Edits::default()
        };
        for provider in [&MISTRAL, &CODESTRAL] {
            let way = FimWay::for_model(
                "codestral-latest",
                provider.native_suffix,
                provider.speaks_completions,
            );
            let forward = way.forward(&request, &edits);
            assert_eq!(forward.path, "/fim/completions");
            assert_eq!(
                std::str::from_utf8(&forward.body).unwrap(),
                r#"{"model":"codestral-latest","prompt":"pre","suffix":"post","max_tokens":64,"stream":true}"#
            );
        }
    }

    #[test]
    fn its_answer_is_chat_shaped() {
        let answer = br#"{"id":"a","object":"chat.completion","created":1,"model":"codestral-latest",
            "choices":[{"index":0,"message":{"role":"assistant","content":"return a","tool_calls":null},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":8,"completion_tokens":4,"total_tokens":12,"prompt_audio_seconds":null,"service_tier":"standard"}}"#;
        let info = scan_answer(answer);
        assert_eq!(info.usage.unwrap().input_tokens, 8);
        assert_eq!(info.billing.service_tier, Some(ServiceTier::Standard));
        let completion = translate_answer(answer).unwrap();
        let completion: serde_json::Value = serde_json::from_slice(&completion).unwrap();
        assert_eq!(completion["choices"][0]["text"], "return a");
    }

    #[test]
    fn both_of_its_error_shapes_are_understood() {
        let detail = r#"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#;
        let told = problem(422, detail);
        assert_eq!(told.code, Code::InvalidRequest);
        assert!(told.message.ends_with("Extra inputs are not permitted"), "{told}");
        let object = r#"{"object":"error","message":"Invalid model","type":"invalid_model","param":null,"code":"1500"}"#;
        assert!(problem(400, object).message.ends_with("Invalid model"));
        let limited = r#"{"object":"error","message":"Requests rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}"#;
        assert_eq!(
            refused(429, &[("retry-after", "5")], limited),
            (Code::RateLimited, Some(5), true)
        );
    }
}
