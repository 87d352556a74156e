//! One look at a request's body: strict about what is charged for, silent about the rest.

use std::borrow::Cow;

use protocol::Problem;
use serde::{Deserialize, de::IgnoredAny};
use usage::pricing::ServiceTier;

use super::{Unbounded, block::Seen};
use crate::{
    invalid::{bad_json, invalid, wrong},
    splice::Members,
    walk::Walker,
};

/// What a request says about itself.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) model: Option<String>,
    pub(super) stream: bool,
    pub(super) max_tokens: Option<u64>,
    pub(super) thinking_budget: Option<u64>,
    pub(super) has_output_format: bool,
    pub(super) service_tier: ServiceTier,
    pub(super) seen: Seen,
}

/// The fields that decide what a request costs or how it is answered, and what each must be.
const NAMES: [(&str, &str); 20] = [
    ("model", "the name of a model"),
    ("stream", "true or false"),
    ("max_tokens", "a whole number from 1 to 10,000,000"),
    (
        "messages",
        "a list of messages, each an object whose content is a text or a list of typed blocks",
    ),
    ("system", "a text or a list of typed blocks"),
    ("tools", "a list of tools"),
    (
        "thinking",
        "an object such as {\"type\": \"enabled\", \"budget_tokens\": 4096}",
    ),
    ("cache_control", "an object such as {\"type\": \"ephemeral\"}"),
    ("output_config", "an object"),
    ("service_tier", "a text"),
    ("speed", "a text"),
    ("inference_geo", "a text"),
    ("container", "a text or an object"),
    ("mcp_servers", "a list"),
    ("context_management", "an object"),
    ("compaction", "an object"),
    ("thread", "an object"),
    ("fallbacks", "a list"),
    // The other dialect's, which a server that speaks both might obey.
    ("n", ONE_ANSWER),
    ("best_of", ONE_ANSWER),
];
const ONE_ANSWER: &str = "left out, since this dialect gives one answer";
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
        fields
            .read_value(name, value)
            .ok_or_else(|| wrong(name, expected))?;
    }
    Ok((fields, members))
}

/// A proxy on the way might match names without regard to case: a second spelling could undo the
/// cap.
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
            "max_tokens" => {
                self.max_tokens = Some(tokens(value)?);
                Some(())
            }
            "messages" => self.seen.messages(value),
            "system" => self.seen.content(&mut Walker::new(value)),
            "tools" => self.seen.tools(value),
            "thinking" => self.thinking(value),
            "cache_control" => self.seen.cache_control(value),
            "output_config" => {
                let config: Option<OutputConfig> = from(value)?;
                self.has_output_format = config.is_some_and(|config| config.format.is_some());
                Some(())
            }
            "n" | "best_of" => matches!(value, b"null" | b"1").then_some(()),
            "service_tier" => {
                let tier: Option<Cow<'_, str>> = from(value)?;
                self.service_tier = tier.map_or(ServiceTier::Standard, |tier| ServiceTier::of(&tier));
                Some(())
            }
            _ => {
                self.seen.note(unbounded_option(name, value));
                Some(())
            }
        }
    }

    fn thinking(&mut self, value: &[u8]) -> Option<()> {
        let thinking: Option<Thinking<'_>> = from(value)?;
        let budget = thinking
            .filter(|thinking| thinking.r#type == "enabled")
            .map(|thinking| {
                thinking
                    .budget_tokens
                    .filter(|budget| (1..=TOKENS_MAX).contains(budget))
            });
        self.thinking_budget = match budget {
            None => None,
            Some(budget) => Some(budget?),
        };
        Some(())
    }
}

#[derive(Deserialize)]
struct Thinking<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(default)]
    budget_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct OutputConfig {
    #[serde(default)]
    format: Option<IgnoredAny>,
}

fn from<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Option<T> {
    serde_json::from_slice(value).ok()
}

fn tokens(value: &[u8]) -> Option<u64> {
    from(value).filter(|tokens| (1..=TOKENS_MAX).contains(tokens))
}

/// Options that buy something other than tokens at the model's price.
fn unbounded_option(name: &str, value: &[u8]) -> Option<Unbounded> {
    let is_empty = matches!(value, b"null" | b"[]" | b"{}");
    let is_one_of = |plain: &[&str]| from::<&str>(value).is_some_and(|text| plain.contains(&text));
    let found = match name {
        "speed" => (!is_one_of(&["standard"])).then_some(Unbounded::Speed),
        "inference_geo" => (!is_one_of(&["global"])).then_some(Unbounded::Region),
        // A container makes no sense without code that runs in it, or files that lie in it.
        "container" | "mcp_servers" => Some(Unbounded::HostedTool),
        "fallbacks" => Some(Unbounded::OtherModels),
        "compaction" => Some(Unbounded::FurtherPasses),
        "thread" => Some(Unbounded::KeptConversation),
        "context_management" => asks_for_compaction(value).then_some(Unbounded::FurtherPasses),
        _ => None,
    };
    found.filter(|_| !is_empty)
}

/// Edits that only leave out old parts make the input smaller; compaction lets the model write.
fn asks_for_compaction(value: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Management<'a> {
        #[serde(borrow, default)]
        edits: Vec<Edit<'a>>,
    }
    #[derive(Deserialize)]
    struct Edit<'a> {
        #[serde(borrow)]
        r#type: Cow<'a, str>,
    }
    let only_clears = from::<Management<'_>>(value).is_some_and(|management| {
        management
            .edits
            .iter()
            .all(|edit| edit.r#type.starts_with("clear_"))
    });
    !only_clears
}
