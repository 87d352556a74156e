//! A model's name as logs write it, and what it may be called in the price table.

use crate::client::Client;

/// One provider and name to look up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub provider: String,
    pub model: String,
    pub steps: Vec<String>,
    pub is_fast: bool,
}

/// Endings that say how hard a model thinks, or which plan pays; they have the model's price.
const EFFORTS: [&str; 9] = [
    "-xhigh",
    "-high",
    "-medium",
    "-low",
    "-minimal",
    "-thinking",
    ":free",
    "-reasoning",
    "-preview-thinking",
];

/// Everything to look up, in this order.
pub fn candidates(client: Client, provider: &str, model: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut name = model.trim().to_lowercase();
    let mut steps = Vec::new();
    let mut is_fast = false;
    let mut said = table_id(provider).map(str::to_owned);
    // Where a faster way is a matter of price, the table's rules must not see it as part of a name.
    if let Some(rest) = name
        .strip_suffix("-fast")
        .filter(|_| maker(&name).is_some_and(has_fast_way))
    {
        is_fast = true;
        steps.push("-fast".to_owned());
        name = rest.to_owned();
    }
    if name.is_empty() {
        return found;
    }
    loop {
        for provider in said
            .iter()
            .map(String::as_str)
            .chain(maker(&name))
            .chain(usual(client))
        {
            let candidate = Candidate {
                provider: provider.to_owned(),
                model: name.clone(),
                steps: steps.clone(),
                is_fast,
            };
            if !found.iter().any(|known: &Candidate| {
                known.provider == candidate.provider && known.model == candidate.model
            }) {
                found.push(candidate);
            }
        }
        let Some(step) = strip(&name) else { return found };
        if let Some((prefix, _)) = name.split_once('/').filter(|_| step.what == "provider") {
            said = table_id(prefix).map(str::to_owned).or(said);
        }
        is_fast |= step.what == "-fast";
        steps.push(step.what.to_owned());
        name = step.rest;
    }
}

struct Step {
    what: &'static str,
    rest: String,
}

/// The name with its next strippable part gone, in the order in which parts are tried.
fn strip(name: &str) -> Option<Step> {
    let step = |what, rest: &str| {
        (!rest.is_empty()).then(|| Step {
            what,
            rest: rest.to_owned(),
        })
    };
    if let Some((_, rest)) = name.split_once('/') {
        return step("provider", rest);
    }
    if let Some(rest) = name.strip_suffix("[1m]") {
        return step("[1m]", rest);
    }
    if let Some(rest) = without_version(name) {
        return step("version", rest);
    }
    if let Some(rest) = without_date(name) {
        return step("date", rest);
    }
    for region in ["us.", "eu.", "apac.", "jp.", "au.", "global."] {
        if let Some(rest) = name.strip_prefix(region) {
            return step("region", rest);
        }
    }
    if let Some(rest) = name.strip_prefix("anthropic.") {
        return step("anthropic.", rest);
    }
    if let Some(rest) = name.strip_suffix("-fast") {
        return step("-fast", rest);
    }
    EFFORTS
        .into_iter()
        .find_map(|effort| step(effort, name.strip_suffix(effort)?))
        .or_else(|| step("order", &family_first(name)?))
}

/// `claude-4.5-sonnet`, as the makers themselves write it: `claude-sonnet-4.5`.
fn family_first(name: &str) -> Option<String> {
    let (version, family) = name.strip_prefix("claude-")?.rsplit_once('-')?;
    let is_version = version
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let is_family = family.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_version && is_family).then(|| format!("claude-{family}-{version}"))
}

/// `-v1:0` and `:0`, which Bedrock adds.
fn without_version(name: &str) -> Option<&str> {
    let (rest, version) = name.rsplit_once("-v")?;
    let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    is_version.then_some(rest)
}

/// `-20250929`, `-2025-08-07`, `@20250929`.
fn without_date(name: &str) -> Option<&str> {
    let is_date = |text: &str| {
        text.len() == 8 && text.starts_with("20") && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let (rest, date) = name.rsplit_once(['-', '@'])?;
    if is_date(date) {
        return Some(rest);
    }
    let tail = name.get(name.len().checked_sub(11)?..)?;
    let digits = tail.strip_prefix('-')?.replace('-', "");
    (is_date(&digits) && tail.bytes().filter(|byte| *byte == b'-').count() == 3)
        .then(|| &name[..name.len() - 11])
}

/// Whose models have such names.
fn maker(name: &str) -> Option<&'static str> {
    let bare = name.rsplit('/').next().unwrap_or(name);
    let bare = ["us.", "eu.", "apac.", "jp.", "au.", "global."]
        .into_iter()
        .find_map(|region| bare.strip_prefix(region))
        .unwrap_or(bare);
    const MAKERS: [(&str, &str); 19] = [
        ("claude", "anthropic"),
        ("anthropic.", "anthropic"),
        ("gpt", "openai"),
        ("chatgpt", "openai"),
        ("codex", "openai"),
        ("o1", "openai"),
        ("o3", "openai"),
        ("o4", "openai"),
        ("gemini", "google"),
        ("gemma", "google"),
        ("grok", "x-ai"),
        ("deepseek", "deepseek"),
        ("kimi", "moonshotai"),
        ("moonshot", "moonshotai"),
        ("glm", "zai"),
        ("minimax", "minimax"),
        ("mistral", "mistral"),
        ("devstral", "mistral"),
        ("codestral", "mistral"),
    ];
    MAKERS
        .into_iter()
        .find_map(|(start, maker)| bare.starts_with(start).then_some(maker))
}

fn has_fast_way(maker: &str) -> bool {
    matches!(maker, "anthropic" | "openai")
}

/// Whom a client asks when nothing else says it.
fn usual(client: Client) -> Option<&'static str> {
    match client {
        Client::Claude => Some("anthropic"),
        Client::Codex => Some("openai"),
        Client::Gemini => Some("google"),
        Client::Cursor => Some("cursor"),
        _ => None,
    }
}

/// The table's id of a provider that a log names. GitHub's own entries are left out: a seat is paid
/// for otherwise, and what its use would have cost is the maker's price.
pub(super) fn table_id(provider: &str) -> Option<&str> {
    match provider {
        "" | "github-copilot" | "github_copilot" | "copilot" => None,
        "google-vertex" | "vertex" | "vertex_ai" | "gemini" | "google-vertex-anthropic" => Some("google"),
        "xai" => Some("x-ai"),
        "moonshot" | "kimi" | "kimi-for-coding" => Some("moonshotai"),
        "bedrock" | "amazon-bedrock" => Some("aws"),
        "z-ai" | "zai-coding-plan" => Some("zai"),
        "fireworks-ai" | "fireworks_ai" => Some("fireworks"),
        "togetherai" | "together_ai" => Some("together"),
        "azure-openai" | "azure_ai" => Some("azure"),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Prices;

    fn priced(client: Client, provider: &str, model: &str) -> String {
        match Prices::default().resolve(client, provider, model, 0) {
            Some(found) => format!(
                "{} {}{}",
                found.provider,
                found.model,
                if found.is_fast { " fast" } else { "" }
            ),
            None => "unpriced".into(),
        }
    }

    #[test]
    fn names_are_resolved_by_stripping_one_part_at_a_time() {
        for (provider, model, expected) in [
            (
                "",
                "claude-sonnet-4-5-20250929",
                "anthropic claude-sonnet-4-5-20250929",
            ),
            ("", "claude-sonnet-4-5[1m]", "anthropic claude-sonnet-4-5[1m]"),
            (
                "",
                "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "anthropic claude-sonnet-4-5",
            ),
            ("", "anthropic/claude-opus-4.5", "anthropic claude-opus-4.5"),
            ("", "gpt-5-codex-high", "openai gpt-5-codex"),
            ("", "claude-4.5-sonnet-thinking", "anthropic claude-sonnet-4.5"),
            ("github-copilot", "gpt-4o", "openai gpt-4o"),
            ("", "my-own-model", "unpriced"),
            ("", "<synthetic>", "unpriced"),
            ("", "", "unpriced"),
        ] {
            let shown = priced(Client::OpenCode, provider, model);
            assert_eq!(shown, expected, "{model}");
        }
        assert_eq!(priced(Client::Codex, "", "codex-auto-review"), "unpriced");
    }

    #[test]
    fn fast_in_a_name_is_a_price_and_not_a_name() {
        assert_eq!(
            priced(Client::Claude, "", "claude-opus-4-8-fast"),
            "anthropic claude-opus-4-8 fast"
        );
        assert_eq!(priced(Client::OpenCode, "xai", "grok-4-fast"), "x-ai grok-4-fast");
    }
}
