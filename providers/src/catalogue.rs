//! The AI services that are known by name: where they are, how they are spoken to, which entry of
//! the price table is theirs.

use crate::{fim::NativeSuffix, openai::CapField};

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

/// Any server that speaks the dialect, with nothing else known about it.
const SERVER: Provider = Provider {
    name: "openai-compatible",
    base_url: None,
    api_key_env: None,
    dialect: Dialect::OpenAi,
    pricing_id: None,
    cap_field: CapField::MaxTokens,
    speaks_completions: true,
    speaks_embeddings: true,
    speaks_responses: false,
    takes_stream_options: true,
    states_cost: false,
    native_suffix: NativeSuffix::Never,
};

static COMPATIBLE: Provider = SERVER;

/// Any server that speaks Anthropic's dialect.
static MESSAGES: Provider = Provider {
    name: "anthropic-compatible",
    dialect: Dialect::Anthropic,
    speaks_completions: false,
    speaks_embeddings: false,
    ..SERVER
};

/// A service that offers chat only, which most of them do.
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
        dialect: Dialect::OpenAi,
        pricing_id: Some(pricing_id),
        cap_field: CapField::MaxTokens,
        speaks_completions: false,
        speaks_embeddings: false,
        speaks_responses: false,
        takes_stream_options: true,
        states_cost: false,
        native_suffix: NativeSuffix::Never,
    }
}

static HOSTED: [Provider; 14] = [
    // Its models for legacy completions are retired.
    Provider {
        cap_field: CapField::MaxCompletionTokens,
        speaks_embeddings: true,
        speaks_responses: true,
        ..chat_only("openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "openai")
    },
    Provider {
        dialect: Dialect::Anthropic,
        ..chat_only(
            "anthropic",
            "https://api.anthropic.com/v1",
            "ANTHROPIC_API_KEY",
            "anthropic",
        )
    },
    Provider {
        states_cost: true,
        ..chat_only(
            "openrouter",
            "https://openrouter.ai/api/v1",
            "OPENROUTER_API_KEY",
            "openrouter",
        )
    },
    chat_only("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "groq"),
    Provider {
        speaks_embeddings: true,
        takes_stream_options: false,
        native_suffix: NativeSuffix::FimRoute(&["codestral"]),
        ..chat_only(
            "mistral",
            "https://api.mistral.ai/v1",
            "MISTRAL_API_KEY",
            "mistral",
        )
    },
    // Native completions need the base URL https://api.deepseek.com/beta and `fim = "native"`.
    chat_only(
        "deepseek",
        "https://api.deepseek.com/v1",
        "DEEPSEEK_API_KEY",
        "deepseek",
    ),
    Provider {
        speaks_embeddings: true,
        ..chat_only(
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "GEMINI_API_KEY",
            "google",
        )
    },
    Provider {
        speaks_completions: true,
        speaks_embeddings: true,
        ..chat_only(
            "together",
            "https://api.together.xyz/v1",
            "TOGETHER_API_KEY",
            "together",
        )
    },
    Provider {
        speaks_completions: true,
        speaks_embeddings: true,
        ..chat_only(
            "fireworks",
            "https://api.fireworks.ai/inference/v1",
            "FIREWORKS_API_KEY",
            "fireworks",
        )
    },
    chat_only(
        "cerebras",
        "https://api.cerebras.ai/v1",
        "CEREBRAS_API_KEY",
        "cerebras",
    ),
    chat_only("xai", "https://api.x.ai/v1", "XAI_API_KEY", "x-ai"),
    chat_only(
        "moonshot",
        "https://api.moonshot.ai/v1",
        "MOONSHOT_API_KEY",
        "moonshotai",
    ),
    chat_only(
        "novita",
        "https://api.novita.ai/v3/openai",
        "NOVITA_API_KEY",
        "novita",
    ),
    chat_only("zai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY", "zai"),
];

/// Ollama takes `suffix` where the model's own template has a place for it, which is so for the
/// families that were trained for it; else it answers 400.
static OLLAMA: Provider = Provider {
    name: "ollama",
    base_url: Some("http://127.0.0.1:11434/v1"),
    native_suffix: NativeSuffix::Families,
    ..SERVER
};

static LLAMA_CPP: Provider = Provider {
    name: "llama.cpp",
    base_url: Some("http://127.0.0.1:8080/v1"),
    ..SERVER
};

/// Where servers listen on this machine; llama.cpp moved from the one port to the other.
static LOOPBACK: [(&Provider, u16); 3] = [(&OLLAMA, 11434), (&LLAMA_CPP, 8080), (&LLAMA_CPP, 9931)];

/// The provider of whatever is not known by name.
pub fn compatible() -> &'static Provider {
    &COMPATIBLE
}

/// The services that are configured by their variable alone.
pub fn hosted() -> impl Iterator<Item = &'static Provider> {
    HOSTED.iter()
}

/// Servers to look for on this machine, with their ports.
pub fn loopback() -> &'static [(&'static Provider, u16)] {
    &LOOPBACK
}

fn all() -> impl Iterator<Item = &'static Provider> {
    [&COMPATIBLE, &MESSAGES, &OLLAMA, &LLAMA_CPP]
        .into_iter()
        .chain(&HOSTED)
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

    use super::*;

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
