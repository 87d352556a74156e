//! One look at a request's body: strict about what is charged for, silent about the rest.

use protocol::Problem;
use serde::{Deserialize, de::IgnoredAny};
use usage::pricing::ServiceTier;

use super::input::Seen;
use crate::{
    invalid::{bad_json, invalid, wrong},
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
const NAMES: [(&str, &str); 16] = [
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
const TOKENS_MAX: u64 = 10_000_000;
const MODEL_BYTES_MAX: usize = 256;

/// Reads the body of a request; the problem names the field that is wrong and never quotes it.
pub(super) fn read(body: &[u8]) -> Result<(Fields, Members<'_>), Problem> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("The body is not valid UTF-8."))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| bad_json(&error))?;
    if !text.trim_start().starts_with('{') {
        return Err(invalid("The body must be one JSON object."));
    }
    let members =
        Members::of(body).ok_or_else(|| invalid("The body is nested more than 128 levels deep."))?;
    let mut fields = Fields::default();
    let mut seen = 0_u32;
    for (name, value) in members.iter() {
        let Some(index) = NAMES.iter().position(|(known, _)| *known == name) else {
            refuse_look_alike(name)?;
            continue;
        };
        let (name, expected) = NAMES[index];
        if seen & (1 << index) != 0 {
            return Err(invalid(format!("The field `{name}` appears twice.")));
        }
        seen |= 1 << index;
        if name == "background" && value != b"null" && value != b"false" {
            return Err(in_background());
        }
        fields
            .read_value(name, value)
            .ok_or_else(|| wrong(name, expected))?;
    }
    Ok((fields, members))
}

/// Its answer would be fetched later, from an address that is not served; nobody could tell what
/// it cost.
fn in_background() -> Problem {
    invalid("This gateway does not answer in the background.").with_hint("Leave `background` out.")
}

/// Some servers match names without regard to case: a second spelling could undo the cap.
fn refuse_look_alike(name: &str) -> Result<(), Problem> {
    let folded = name.replace('\u{17f}', "s").replace('\u{212a}', "k");
    let alike = NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(&folded));
    alike.map_or(Ok(()), |(known, _)| {
        Err(invalid(format!("Write the field `{known}` in lower case.")))
    })
}

impl Fields {
    /// None when the value is not what it must be.
    fn read_value(&mut self, name: &str, value: &[u8]) -> Option<()> {
        match name {
            "model" => {
                let model: String = from(value)?;
                self.model = (!model.is_empty() && model.len() <= MODEL_BYTES_MAX).then_some(model);
                self.model.is_some().then_some(())
            }
            "stream" => {
                self.stream = from::<Option<bool>>(value)?.unwrap_or(false);
                Some(())
            }
            "max_output_tokens" => {
                self.output_cap = from::<Option<u64>>(value)?;
                self.output_cap
                    .is_none_or(|cap| (1..=TOKENS_MAX).contains(&cap))
                    .then_some(())
            }
            "service_tier" => {
                let tier = from::<Option<String>>(value)?;
                self.service_tier = tier.map_or(ServiceTier::Standard, |tier| ServiceTier::of(&tier));
                Some(())
            }
            "input" => self.seen.input(value),
            "tools" => self.seen.tools(value),
            "text" => {
                let text: Option<TextConfig> = from(value)?;
                self.has_format = text.is_some_and(|text| text.format.is_some());
                Some(())
            }
            _ => {
                self.seen.note(unbounded_option(name, value)?);
                Some(())
            }
        }
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

fn from<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Option<T> {
    serde_json::from_slice(value).ok()
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
