//! Groq: usage lies in `x_groq` too, limits are per day for requests and per minute for tokens.

use super::{Provider, chat_only};

pub(super) static GROQ: Provider =
    chat_only("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "groq");

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::super::tests::{heard, refused};

    #[test]
    fn usage_is_read_wherever_it_lies() {
        let mut counts = Vec::new();
        heard(include_bytes!("../../fixtures/stream-groq.sse"), |event| {
            counts.extend(event.usage.map(|usage| (usage.input_tokens, usage.output_tokens)));
        });
        assert_eq!(counts, [(7, 2)]);
    }

    #[test]
    fn refusals_have_their_meaning() {
        let rate = r#"{"error":{"message":"Rate limit reached for model","type":"tokens","code":"rate_limit_exceeded"}}"#;
        let reset = [
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "2m59.56s"),
            ("x-ratelimit-remaining-tokens", "100"),
            ("x-ratelimit-reset-tokens", "7.66s"),
        ];
        assert_eq!(refused(429, &reset, rate), (Code::RateLimited, Some(180), true));
        assert_eq!(
            refused(429, &[("retry-after", "2")], rate),
            (Code::RateLimited, Some(2), true)
        );
        let blocked = r#"{"error":{"message":"Spend limit","type":"invalid_request_error","code":"blocked_api_access"}}"#;
        assert_eq!(
            refused(400, &[], blocked),
            (Code::UpstreamUnavailable, None, true)
        );
        // Its capacity is spent.
        assert_eq!(refused(498, &[], "{}"), (Code::UpstreamUnavailable, None, true));
    }
}
