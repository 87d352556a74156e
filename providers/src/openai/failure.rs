//! What an upstream's refusal means to our client.
//!
//! The provider's own words stay inside: they may name the owner's organisation, project or key.
//! Only where a request is at fault do they reach the client, shortened and scrubbed, because they
//! name the parameter.

use protocol::{Code, Problem};

use super::{event_data, refusal::Refusal};

/// A refusal, ready to be passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamFailure {
    pub status: u16,
    pub problem: Problem,
    /// The value of `Retry-After`, where waiting helps and the upstream said how long.
    pub retry_after: Option<String>,
    /// Whether another upstream of the same model may be tried.
    pub try_another: bool,
    /// The same request fails again until the gateway's owner has done something.
    pub is_lasting: bool,
}

/// What a status other than 2xx means. Redirects are refused too, they are never followed.
pub fn upstream_problem(status: u16, retry_after: Option<&str>, body: &[u8]) -> UpstreamFailure {
    let refusal = Refusal::of(body);
    let (problem, wait) = match status {
        _ if refusal.is_out_of_money() => (out_of_money(), false),
        400 | 422 if refusal.is_blocked() => (out_of_money(), false),
        400 | 422 => (request_at_fault(&refusal), false),
        413 => (too_large(), false),
        401 | 403 => (key_refused(), false),
        402 => (out_of_money(), false),
        404 | 410 => (model_gone(), false),
        429 => (too_many(), true),
        408 | 504 => (unavailable("The provider took too long to answer."), true),
        503 | 529 => (unavailable("The provider is overloaded."), true),
        300..400 => (
            unavailable("The provider sent the request elsewhere, which is not followed."),
            false,
        ),
        _ => (unavailable("The provider failed to answer."), true),
    };
    UpstreamFailure {
        status: problem.code.http_status(),
        try_another: problem.code != Code::InvalidRequest,
        is_lasting: !wait && problem.code == Code::UpstreamUnavailable,
        retry_after: retry_after
            .filter(|text| wait && is_retry_after(text))
            .map(str::to_owned),
        problem,
    }
}

/// What an error within a stream means; `raw` is the event.
pub fn event_problem(raw: &[u8]) -> Problem {
    let data = event_data(raw).unwrap_or_default();
    let refusal = Refusal::of(&data);
    let status = match refusal.status {
        Some(status @ 400..=599) => status,
        _ if refusal.is_rate_limit() => 429,
        _ => 502,
    };
    match upstream_problem(status, None, &data).problem {
        problem if status == 502 => Problem {
            message: "The provider broke off in the middle of the answer.".into(),
            ..problem
        },
        problem => problem,
    }
}

fn unavailable(message: &str) -> Problem {
    Problem::new(Code::UpstreamUnavailable, message)
}
fn key_refused() -> Problem {
    unavailable("The provider refused the gateway's key.").with_hint(
        "The gateway's owner has to check the key of this upstream. Choose another model meanwhile.",
    )
}
fn out_of_money() -> Problem {
    unavailable("The gateway's account at the provider has no credit left or is blocked.")
        .with_hint("The gateway's owner has to look after it. Choose another model meanwhile.")
}
fn model_gone() -> Problem {
    unavailable("The provider does not have this model at this address.").with_hint(
        "The gateway's owner has to correct the model's name or the address. Choose another model meanwhile.",
    )
}
fn too_many() -> Problem {
    Problem::new(Code::RateLimited, "The provider's rate limit is reached.")
}
fn too_large() -> Problem {
    Problem::new(
        Code::InvalidRequest,
        "The request is larger than the provider accepts.",
    )
    .with_hint("Send less context.")
}

fn request_at_fault(refusal: &Refusal<'_>) -> Problem {
    let message = match refusal.message.as_deref().map(scrub) {
        Some(said) if !said.is_empty() => format!("The provider refused the request: {said}"),
        _ => "The provider refused the request as invalid.".into(),
    };
    Problem::new(Code::InvalidRequest, message)
}

const SAID_CHARS_MAX: usize = 300;

/// One line without anything that looks like a key, an address or an account.
fn scrub(said: &str) -> String {
    let words = said
        .split_whitespace()
        .map(|word| if is_private(word) { "…" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    let mut kept: String = line
        .chars()
        .filter(|one| !one.is_control())
        .take(SAID_CHARS_MAX)
        .collect();
    if kept.len() < line.len() {
        kept.push('…');
    }
    kept
}

fn is_private(word: &str) -> bool {
    let bare = word.trim_matches(|one: char| !one.is_ascii_alphanumeric());
    let secret_starts = [
        "sk-", "sk_", "gsk_", "pplx-", "org-", "proj_", "xai-", "AIza", "ttd_", "tta_", "TTK-", "Bearer",
    ];
    let is_key_like = |part: &str| {
        let has = |kind: fn(&char) -> bool| part.chars().any(|one| kind(&one));
        part.len() >= 20 && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
    };
    let parts = || word.split(|one: char| !(one.is_ascii_alphanumeric() || one == '-' || one == '_'));
    secret_starts.iter().any(|start| bare.contains(start))
        || word.contains("://")
        || word.contains('@')
        || parts().any(is_key_like)
}

/// Seconds, or an HTTP date; anything else is not passed on.
fn is_retry_after(text: &str) -> bool {
    let is_seconds = text.len() <= 6 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = text.len() == 29
        && text.ends_with(" GMT")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b", :".contains(&byte));
    is_seconds || is_date
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: &str = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#;
    const RATE: &str = r#"{"error":{"message":"Rate limit reached for gpt-4o in organization org-abc","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#;
    const HTML: &str =
        "<html><head><title>502 Bad Gateway</title></head><body>nginx secret-host</body></html>";

    #[test]
    fn each_status_has_its_meaning() {
        use Code::{InvalidRequest, RateLimited, UpstreamUnavailable};
        type Case = (
            u16,
            Option<&'static str>,
            &'static str,
            Code,
            Option<&'static str>,
        );
        let cases: [Case; 18] = [
            (429, Some("7"), RATE, RateLimited, Some("7")),
            (429, None, RATE, RateLimited, None),
            (
                429,
                Some("Wed, 21 Oct 2026 07:28:00 GMT"),
                "",
                RateLimited,
                Some("Wed, 21 Oct 2026 07:28:00 GMT"),
            ),
            (429, Some("soon\r\nx: y"), "", RateLimited, None),
            (429, Some("7"), QUOTA, UpstreamUnavailable, None),
            (401, None, "{}", UpstreamUnavailable, None),
            (403, None, "{}", UpstreamUnavailable, None),
            (
                402,
                None,
                r#"{"error":{"code":402,"message":"Insufficient credits"}}"#,
                UpstreamUnavailable,
                None,
            ),
            (
                400,
                None,
                r#"{"error":{"code":"blocked_api_access","message":"x"}}"#,
                UpstreamUnavailable,
                None,
            ),
            (404, None, "{}", UpstreamUnavailable, None),
            (408, None, "", UpstreamUnavailable, None),
            (413, None, "", InvalidRequest, None),
            (
                422,
                None,
                r#"{"detail":[{"loc":["body","top_k"],"msg":"extra","type":"x"}]}"#,
                InvalidRequest,
                None,
            ),
            (500, None, HTML, UpstreamUnavailable, None),
            (502, None, HTML, UpstreamUnavailable, None),
            (
                503,
                Some("3"),
                r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
                UpstreamUnavailable,
                Some("3"),
            ),
            (529, None, "{}", UpstreamUnavailable, None),
            (307, None, "", UpstreamUnavailable, None),
        ];
        for (status, retry_after, body, code, passed_on) in cases {
            let failure = upstream_problem(status, retry_after, body.as_bytes());
            assert_eq!(failure.problem.code, code, "{status} {body}");
            assert_eq!(failure.status, code.http_status(), "{status}");
            assert_eq!(failure.retry_after.as_deref(), passed_on, "{status} {body}");
            assert_eq!(failure.try_another, code != InvalidRequest, "{status}");
            let is_owners = code == UpstreamUnavailable && !matches!(status, 408 | 500..);
            assert_eq!(failure.is_lasting, is_owners, "{status} {body}");
            let told = failure.problem.to_string();
            assert!(
                !told.contains("nginx") && !told.contains("org-abc") && !told.contains("quota"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_faulty_request_is_explained_in_the_providers_words_without_secrets() {
        let cases = [
            (
                r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.2","code":"unsupported_value"}}"#,
                "The provider refused the request: Unsupported value: 'temperature' does not support 0.2",
            ),
            (
                r#"{"error":{"message":"Incorrect API key provided: sk-proj-abc123. See https://x.y/account?k=1"}}"#,
                "The provider refused the request: Incorrect API key provided: … See …",
            ),
            (
                r#"{"error":"key=AbCdEfGhIjKlMnOpQrStUv0123456789 is bad\n  really"}"#,
                "The provider refused the request: … is bad really",
            ),
            (
                r#"{"object":"error","message":"bad stop","type":"x","code":null}"#,
                "The provider refused the request: bad stop",
            ),
            (
                r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#,
                "The provider refused the request: field required",
            ),
            (
                r#"[{"error":{"code":400,"message":"Invalid value","status":"INVALID_ARGUMENT","details":[{"x":1}]}}]"#,
                "The provider refused the request: Invalid value",
            ),
            ("<html>400</html>", "The provider refused the request as invalid."),
            ("", "The provider refused the request as invalid."),
        ];
        for (body, message) in cases {
            assert_eq!(
                upstream_problem(400, None, body.as_bytes()).problem.message,
                message,
                "{body}"
            );
        }
        let long = format!(r#"{{"error":"{}"}}"#, "word ".repeat(500));
        assert!(
            upstream_problem(400, None, long.as_bytes())
                .problem
                .message
                .chars()
                .count()
                < 350
        );
    }

    #[test]
    fn errors_within_a_stream_are_understood() {
        let cases = [
            (
                r#"{"error":{"code":502,"message":"Provider disconnected"}}"#,
                Code::UpstreamUnavailable,
            ),
            (r#"{"error":{"code":429,"message":"x"}}"#, Code::RateLimited),
            (
                r#"{"error":{"type":"rate_limit_error","message":"x"}}"#,
                Code::RateLimited,
            ),
            (
                r#"{"error":{"code":"insufficient_quota","message":"x"}}"#,
                Code::UpstreamUnavailable,
            ),
            (r#"{"error":"out of memory"}"#, Code::UpstreamUnavailable),
            ("not json", Code::UpstreamUnavailable),
        ];
        for (data, code) in cases {
            let problem = event_problem(format!("event: error\ndata: {data}\n\n").as_bytes());
            assert_eq!(problem.code, code, "{data}");
            assert!(!problem.message.contains("memory"), "{problem}");
        }
    }
}
