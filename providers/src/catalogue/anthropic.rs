//! Anthropic, in its own dialect.

use super::{Dialect, Provider, chat_only};
use crate::billing::Billing;

pub(super) static ANTHROPIC: Provider = Provider {
    dialect: Dialect::Anthropic,
    speaks_chat: false,
    billing: Some(Billing::Anthropic),
    ..chat_only(
        "anthropic",
        "https://api.anthropic.com/v1",
        "ANTHROPIC_API_KEY",
        "anthropic",
    )
};

#[cfg(test)]
mod tests {
    use protocol::Code;
    use usage::pricing::ServiceTier;

    use crate::{
        anthropic::{scan_answer, upstream_problem},
        wait::seconds_to_wait,
    };

    #[test]
    fn the_recorded_answer_says_all_that_its_price_depends_on() {
        let info = scan_answer(include_bytes!("../../fixtures/messages-anthropic.json"));
        let usage = info.usage.unwrap();
        assert_eq!(
            [
                usage.input_tokens,
                usage.cache_read_tokens,
                usage.cache_write_tokens
            ],
            [10, 4, 6]
        );
        assert_eq!(info.billing.cache_write_1h_tokens, 1);
        assert_eq!(info.billing.service_tier, Some(ServiceTier::Standard));
    }

    #[test]
    fn a_spent_limit_says_when_it_begins_anew() {
        let headers = [
            ("anthropic-ratelimit-output-tokens-remaining", "0"),
            ("anthropic-ratelimit-output-tokens-reset", "2026-11-26T07:00:42Z"),
        ];
        let header = |name: &str| {
            headers
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        let body =
            br#"{"type":"error","error":{"type":"rate_limit_error","message":"x"},"request_id":"req_1"}"#;
        let wait = seconds_to_wait(header, body, "2026-11-26T07:00:00Z".parse().unwrap());
        assert_eq!(wait, Some(42));
        let failure = upstream_problem(429, Some("42"), body);
        assert_eq!(
            (failure.problem.code, failure.retry_after.as_deref()),
            (Code::RateLimited, Some("42"))
        );
    }
}
