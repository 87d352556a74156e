//! OpenAI. Its models for legacy completions are retired, so it has no FIM.

use super::{Provider, chat_only};
use crate::{billing::Billing, openai::CapField};

pub(super) static OPENAI: Provider = Provider {
    cap_field: CapField::MaxCompletionTokens,
    speaks_embeddings: true,
    speaks_responses: true,
    billing: Some(Billing::OpenAi),
    ..chat_only("openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "openai")
};

#[cfg(test)]
mod tests {
    use protocol::Code;
    use usage::pricing::ServiceTier;

    use super::super::tests::refused;
    use crate::openai::scan_answer;

    #[test]
    fn one_status_has_two_meanings() {
        let rate = r#"{"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#;
        let quota = r#"{"error":{"message":"You exceeded your quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#;
        let reset = [
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ];
        assert_eq!(refused(429, &[], rate), (Code::RateLimited, None, true));
        assert_eq!(refused(429, &reset, rate), (Code::RateLimited, Some(360), true));
        assert_eq!(
            refused(429, &[("retry-after-ms", "250")], rate),
            (Code::RateLimited, Some(1), true)
        );
        // Out of money: waiting does not help.
        assert_eq!(
            refused(429, &reset, quota),
            (Code::UpstreamUnavailable, None, true)
        );
    }

    #[test]
    fn predictions_that_were_rejected_are_output_and_the_tier_is_the_one_that_served() {
        let info = scan_answer(
            br#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","service_tier":"priority",
            "choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hi"}}],
            "usage":{"prompt_tokens":20,"completion_tokens":15,"total_tokens":35,
            "prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":4,"audio_tokens":0},
            "completion_tokens_details":{"reasoning_tokens":2,"accepted_prediction_tokens":3,"rejected_prediction_tokens":9}}}"#,
        );
        let usage = info.usage.unwrap();
        assert_eq!(
            [
                usage.input_tokens,
                usage.cache_read_tokens,
                usage.cache_write_tokens,
                usage.output_tokens
            ],
            [8, 8, 4, 15]
        );
        assert_eq!(info.billing.service_tier, Some(ServiceTier::Priority));
    }
}
