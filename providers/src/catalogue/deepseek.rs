//! DeepSeek: code is filled in on its beta route, by models that do not think.

use super::{Provider, chat_only};
use crate::fim::NativeSuffix;

pub(super) static DEEPSEEK: Provider = Provider {
    native_suffix: NativeSuffix::BetaRoute(&["deepseek-v", "deepseek-chat"]),
    ..chat_only(
        "deepseek",
        "https://api.deepseek.com",
        "DEEPSEEK_API_KEY",
        "deepseek",
    )
};

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::{
        super::tests::{heard, refused},
        *,
    };
    use crate::{
        fim::{AnswerShape, FimWay},
        openai::{CompletionRequest, Edits},
    };

    fn way(model: &str) -> FimWay {
        FimWay::for_model(model, DEEPSEEK.native_suffix, DEEPSEEK.speaks_completions)
    }

    #[test]
    fn code_is_filled_in_on_the_beta_route_within_its_cap() {
        let body = br#"{"model":"coder","prompt":"pre","suffix":"post","max_tokens":9000}"#;
        let request = CompletionRequest::parse(body).unwrap();
        let edits = Edits {
            model: Some("deepseek-v4-pro"),
            output_cap: Some(9_000),
            ..Edits::default()
        };
        let forward = way("deepseek-v4-pro").forward(&request, &edits);
        assert_eq!(
            (forward.path, forward.answer),
            ("/beta/completions", AnswerShape::Completion)
        );
        assert_eq!(
            std::str::from_utf8(&forward.body).unwrap(),
            r#"{"model":"deepseek-v4-pro","prompt":"pre","suffix":"post","max_tokens":4096}"#
        );
        assert_eq!(way("deepseek-reasoner"), FimWay::ChatInstruction);
    }

    #[test]
    fn hits_of_its_cache_are_told_beside_the_counts() {
        let mut counts = Vec::new();
        heard(
            include_bytes!("../../fixtures/stream-deepseek-crlf.sse"),
            |event| {
                counts.extend(
                    event
                        .usage
                        .map(|usage| (usage.total_input(), usage.output_tokens)),
                );
            },
        );
        assert_eq!(counts, [(10, 5)]);
    }

    #[test]
    fn an_empty_account_is_no_reason_to_wait() {
        let poor = r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#;
        assert_eq!(refused(402, &[], poor), (Code::UpstreamUnavailable, None, true));
    }
}
