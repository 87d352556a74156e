//! What a request of this dialect says about itself.

use protocol::Problem;
use serde::{Deserialize, de::IgnoredAny};
use usage::pricing::ServiceTier;

use super::input::Seen;
use crate::{
    fields::{self, Field, from, is_cap},
    invalid::invalid,
    openai::Unbounded,
    splice::Members,
};

/// What a request says about itself.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) model: Option<String>,
    pub(super) stream: bool,
    pub(super) output_cap: Option<u64>,
    pub(super) has_format: bool,
    pub(super) service_tier: ServiceTier,
    pub(super) seen: Seen,
}

/// The fields that decide what a request costs or how it is answered, and what each must be.
const NAMES: [Field; 16] = [
    ("model", "the name of a model"),
    ("stream", "true or false"),
    ("max_output_tokens", "a whole number from 1 to 10,000,000"),
    (
        "input",
        "a text, or a list of items whose content is a text or a list of typed parts",
    ),
    ("tools", "a list of typed tools"),
    ("text", "an object"),
    ("background", "true or false"),
    ("previous_response_id", "a text"),
    ("conversation", "a text or an object"),
    ("prompt", "an object"),
    ("service_tier", "a text"),
    ("preset", "a text"),
    ("models", "a list of names"),
    ("context_management", "a list"),
    ("reasoning", "an object"),
    ("prompt_cache_options", "an object"),
];

/// Reads the body of a request.
pub(super) fn read(body: &[u8]) -> Result<(Fields, Members<'_>), Problem> {
    let mut fields = Fields::default();
    let members = fields::read(body, &NAMES, |name, value| fields.read_value(name, value))?;
    match members.value("background") {
        None | Some(b"null" | b"false") => Ok((fields, members)),
        Some(_) => Err(in_background()),
    }
}

/// Its answer would be fetched later, from an address that is not served; nobody could tell what
/// it cost.
fn in_background() -> Problem {
    invalid("This gateway does not answer in the background.").with_hint("Leave `background` out.")
}

impl Fields {
    /// None when the value is not what it must be.
    fn read_value(&mut self, name: &str, value: &[u8]) -> Option<()> {
        match name {
            "model" => self.model = Some(fields::model(value)?),
            "stream" => self.stream = fields::flag(value)?,
            "max_output_tokens" => {
                self.output_cap = from::<Option<u64>>(value)?;
                return self.output_cap.is_none_or(is_cap).then_some(());
            }
            "service_tier" => self.service_tier = fields::service_tier(value)?,
            "input" => self.seen.input(value)?,
            "tools" => self.seen.tools(value)?,
            "text" => {
                let text: Option<TextConfig> = from(value)?;
                self.has_format = text.is_some_and(|text| text.format.is_some());
            }
            _ => self.seen.note(unbounded_option(name, value)?),
        }
        Some(())
    }
}

#[derive(Deserialize)]
struct TextConfig {
    #[serde(default)]
    format: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Reasoning {
    #[serde(default)]
    mode: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Cache {
    #[serde(default)]
    ttl: Option<String>,
}

impl Cache {
    /// The shortest time is the one at the usual price.
    pub(super) fn unbounded(&self) -> Option<Unbounded> {
        let is_usual = self.ttl.as_deref().is_none_or(|ttl| ttl == "30m");
        (!is_usual).then_some(Unbounded::CacheLifetime)
    }
}

/// Options that buy something other than tokens at the model's price, or bring in what the request
/// itself does not hold. The outer None: the value is not what it must be.
fn unbounded_option(name: &str, value: &[u8]) -> Option<Option<Unbounded>> {
    if matches!(value, b"null" | b"[]" | b"{}") {
        return Some(None);
    }
    Some(match name {
        "previous_response_id" | "conversation" | "prompt" => Some(Unbounded::KeptConversation),
        // Perplexity's: the provider chooses the model.
        "preset" | "models" => Some(Unbounded::OtherModels),
        "context_management" => Some(Unbounded::FurtherPasses),
        "reasoning" => {
            let mode = from::<Reasoning>(value)?.mode;
            let is_usual = mode.is_none_or(|mode| mode == "standard");
            (!is_usual).then_some(Unbounded::ReasoningMode)
        }
        "prompt_cache_options" => from::<Cache>(value)?.unbounded(),
        _ => None,
    })
}
