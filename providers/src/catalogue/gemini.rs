//! Gemini through its OpenAI-compatible routes. Errors are Google's, in a list, and say in the body
//! how long to wait.

use super::{Provider, chat_only};

pub(super) static GEMINI: Provider = Provider {
    speaks_embeddings: true,
    ..chat_only(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
        "google",
    )
};

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::super::tests::{problem, refused};
    use crate::openai::scan_answer;

    #[test]
    fn thoughts_that_only_the_total_counts_are_output() {
        let info = scan_answer(
            br#"{"choices":[{"finish_reason":"stop","index":0,"message":{"content":"hi","role":"assistant"}}],"created":1,"id":"a",
            "model":"gemini-2.5-flash","object":"chat.completion","usage":{"completion_tokens":2,"prompt_tokens":9,"total_tokens":61}}"#,
        );
        let usage = info.usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (9, 52));
    }

    #[test]
    fn googles_errors_are_understood() {
        let busy = r#"[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[
            {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"x"}]},
            {"@type":"type.googleapis.com/google.rpc.Help","links":[{"description":"x"}]},
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"46s"}]}}]"#;
        assert_eq!(refused(429, &[], busy), (Code::RateLimited, Some(46), true));
        let faulty = r#"[{"error":{"code":400,"message":"Invalid value at 'temperature'","status":"INVALID_ARGUMENT"}}]"#;
        let told = problem(400, faulty);
        assert_eq!(told.code, Code::InvalidRequest);
        assert!(told.message.ends_with("Invalid value at 'temperature'"), "{told}");
    }
}
