//! The AI services that are known by name, one file each: where they are, how they are spoken to,
//! which entry of the price table is theirs, and what is peculiar to each.

mod anthropic;
mod compatible;
mod deepseek;
mod gemini;
mod groq;
mod llama_cpp;
mod mistral;
mod ollama;
mod openai;
mod openrouter;
mod others;
mod perplexity;

use crate::{billing::Billing, fim::NativeSuffix, openai::CapField};

/// An AI service, or a kind of server.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// As it is written in the configuration.
    pub name: &'static str,
    /// What stands before `/chat/completions`; None where the configuration must say it.
    pub base_url: Option<&'static str>,
    /// The variable that usually holds the key; None where no key is needed.
    pub api_key_env: Option<&'static str>,
    /// What its models speak.
    pub dialect: Dialect,
    /// The provider's id in the bundled price table.
    pub pricing_id: Option<&'static str>,
    pub cap_field: CapField,
    /// Whether it has `/chat/completions`.
    pub speaks_chat: bool,
    /// Whether it has `/completions`, the legacy route for text.
    pub speaks_completions: bool,
    /// Whether it has `/embeddings`.
    pub speaks_embeddings: bool,
    /// Whether it has `/responses`; what comes in that dialect is translated for others.
    pub speaks_responses: bool,
    /// Whether it takes `stream_options`; one that does not reports usage without being asked, and
    /// refuses a field that it does not know.
    pub takes_stream_options: bool,
    /// Whether what it says that an answer cost is what it bills.
    pub states_cost: bool,
    /// How it tells what it billed; None where it does not.
    pub billing: Option<Billing>,
    /// For which models it fills the middle by itself.
    pub native_suffix: NativeSuffix,
}

/// The dialects that upstreams speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    #[default]
    OpenAi,
    Anthropic,
}

/// A hosted service that offers chat only, which most of them do.
const fn chat_only(
    name: &'static str,
    base_url: &'static str,
    api_key_env: &'static str,
    pricing_id: &'static str,
) -> Provider {
    Provider {
        name,
        base_url: Some(base_url),
        api_key_env: Some(api_key_env),
        pricing_id: Some(pricing_id),
        speaks_completions: false,
        speaks_embeddings: false,
        ..compatible::SERVER
    }
}

/// Those that are configured by their variable alone.
static HOSTED: [&Provider; 16] = [
    &openai::OPENAI,
    &anthropic::ANTHROPIC,
    &openrouter::OPENROUTER,
    &groq::GROQ,
    &mistral::MISTRAL,
    &mistral::CODESTRAL,
    &deepseek::DEEPSEEK,
    &gemini::GEMINI,
    &perplexity::PERPLEXITY,
    &others::TOGETHER,
    &others::FIREWORKS,
    &others::CEREBRAS,
    &others::XAI,
    &others::MOONSHOT,
    &others::NOVITA,
    &others::ZAI,
];

/// Where servers listen on this machine; llama.cpp moved from the one port to the other.
static LOOPBACK: [(&Provider, u16); 3] = [
    (&ollama::OLLAMA, 11434),
    (&llama_cpp::LLAMA_CPP, 8080),
    (&llama_cpp::LLAMA_CPP, 9931),
];

/// The provider of whatever is not known by name.
pub fn compatible() -> &'static Provider {
    &compatible::OPENAI_COMPATIBLE
}

/// The services that are configured by their variable alone.
pub fn hosted() -> impl Iterator<Item = &'static Provider> {
    HOSTED.into_iter()
}

/// Servers to look for on this machine, with their ports.
pub fn loopback() -> &'static [(&'static Provider, u16)] {
    &LOOPBACK
}

fn all() -> impl Iterator<Item = &'static Provider> {
    let servers = [
        compatible(),
        &compatible::ANTHROPIC_COMPATIBLE,
        &ollama::OLLAMA,
        &llama_cpp::LLAMA_CPP,
    ];
    servers.into_iter().chain(HOSTED)
}

pub fn by_name(name: &str) -> Option<&'static Provider> {
    all().find(|provider| provider.name == name)
}

/// Every provider's name, for a message that lists them.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|provider| provider.name)
}

/// Whether an upstream's response header reaches the client; `name` is in lower case.
///
/// A list of what may pass, so that no cookie, no organisation of the owner's and no header in our
/// name gets through.
pub fn passes_response_header(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "content-type",
        "content-language",
        "openai-processing-ms",
        "openai-version",
        "retry-after",
        "retry-after-ms",
        "x-request-id",
        "x-should-retry",
    ];
    NAMES.contains(&name) || name.starts_with("x-ratelimit-") || name.starts_with("anthropic-ratelimit-")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use bytes::Bytes;
    use protocol::{Code, Problem};

    use super::*;
    use crate::{
        openai::{EventInfo, UpstreamFailure, scan_event, upstream_problem},
        sse::EventReader,
        wait::seconds_to_wait,
    };

    /// What a refusal of an OpenAI-compatible service comes to: its code, the seconds to wait, and
    /// whether another upstream may be tried.
    pub(super) fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> (Code, Option<u64>, bool) {
        let failure = failure(status, headers, body);
        let wait = failure.retry_after.map(|text| text.parse().unwrap());
        (failure.problem.code, wait, failure.try_another)
    }

    pub(super) fn problem(status: u16, body: &str) -> Problem {
        failure(status, &[], body).problem
    }

    fn failure(status: u16, headers: &[(&str, &str)], body: &str) -> UpstreamFailure {
        let header = |name: &str| {
            headers
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        let now = "2026-11-26T07:00:00Z".parse().unwrap();
        let wait = seconds_to_wait(header, body.as_bytes(), now).map(|seconds| seconds.to_string());
        upstream_problem(status, wait.as_deref(), body.as_bytes())
    }

    /// Every event of a recorded stream, as it is read.
    pub(super) fn heard(stream: &'static [u8], mut each: impl FnMut(&EventInfo<'_>)) {
        let mut reader = EventReader::new();
        reader.push(Bytes::from_static(stream));
        while let Some(event) = reader.next_event().unwrap() {
            each(&scan_event(&event));
        }
        if let Some(event) = reader.finish() {
            each(&scan_event(&event));
        }
    }

    #[test]
    fn names_and_variables_are_unique() {
        let names: Vec<_> = names().collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        let variables: HashSet<_> = hosted().filter_map(|provider| provider.api_key_env).collect();
        assert_eq!(variables.len(), hosted().count());
        assert_eq!(by_name("openai-compatible"), Some(compatible()));
        assert_eq!(by_name("nobody"), None);
    }

    #[test]
    fn each_hosted_provider_is_in_the_price_table() {
        let models = [
            ("openai", "gpt-4o-mini"),
            ("openrouter", "openai/gpt-4o-mini"),
            ("groq", "llama-3.3-70b-versatile"),
            ("mistral", "codestral-latest"),
            ("deepseek", "deepseek-v4-pro"),
            ("gemini", "gemini-2.5-flash"),
            ("xai", "grok-code-fast-1"),
        ];
        for (name, model) in models {
            let pricing_id = by_name(name).and_then(|provider| provider.pricing_id).unwrap();
            assert!(
                usage::pricing::bundled(pricing_id, model).is_some(),
                "{name} {model}"
            );
        }
    }

    #[test]
    fn base_urls_are_joined_with_a_path() {
        for provider in all() {
            let Some(url) = provider.base_url else { continue };
            assert!(!url.ends_with('/'), "{url}");
            let is_local = url.starts_with("http://127.0.0.1:");
            assert!(is_local || url.starts_with("https://"), "{url}");
        }
    }

    #[test]
    fn only_listed_headers_pass() {
        for (name, passes) in [
            ("content-type", true),
            ("x-ratelimit-remaining-tokens", true),
            ("openai-processing-ms", true),
            ("set-cookie", false),
            ("openai-organization", false),
            ("content-length", false),
            ("x-token-tracker-balance-nano-usd", false),
            ("location", false),
        ] {
            assert_eq!(passes_response_header(name), passes, "{name}");
        }
    }
}
