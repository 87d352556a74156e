//! OpenRouter: says itself what an answer costs, and its word is what it bills.

use super::{Provider, chat_only};
use crate::billing::Billing;

pub(super) static OPENROUTER: Provider = Provider {
    states_cost: true,
    billing: Some(Billing::OpenRouter),
    ..chat_only(
        "openrouter",
        "https://openrouter.ai/api/v1",
        "OPENROUTER_API_KEY",
        "openrouter",
    )
};

#[cfg(test)]
mod tests {
    use protocol::{Code, Money};

    use super::super::tests::{heard, refused};
    use crate::openai::{EventKind, event_problem};

    #[test]
    fn the_last_chunk_says_what_it_costs() {
        let (mut costs, mut comments) = (Vec::new(), 0);
        heard(include_bytes!("../../fixtures/stream-openrouter.sse"), |event| {
            costs.extend(event.billing.stated_cost);
            comments += u32::from(event.kind == EventKind::Comment);
        });
        assert_eq!(costs, [Money::from_nano_usd(15_600)]);
        assert_eq!(comments, 2, "lines that keep the connection alive");
    }

    #[test]
    fn codes_are_numbers_and_errors_come_late() {
        let poor = r#"{"error":{"code":402,"message":"Insufficient credits","metadata":{}}}"#;
        assert_eq!(refused(402, &[], poor), (Code::UpstreamUnavailable, None, true));
        let busy = r#"{"error":{"code":429,"message":"Rate limit exceeded"}}"#;
        assert_eq!(
            refused(429, &[("retry-after", "3")], busy),
            (Code::RateLimited, Some(3), true)
        );
        let mut errors = 0;
        heard(
            include_bytes!("../../fixtures/stream-openrouter-error.sse"),
            |event| {
                errors += u32::from(event.error);
            },
        );
        assert_eq!(errors, 1);
        let chunk = br#"data: {"id":"gen-1","error":{"code":502,"message":"Provider disconnected","metadata":{"error_type":"x"}},"choices":[]}"#;
        assert_eq!(event_problem(chunk).code, Code::UpstreamUnavailable);
    }
}
