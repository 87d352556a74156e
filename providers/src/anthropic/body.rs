//! What a request of this dialect says about itself.

use std::borrow::Cow;

use protocol::Problem;
use serde::{Deserialize, de::IgnoredAny};
use usage::pricing::ServiceTier;

use super::{Unbounded, block::Seen};
use crate::{
    fields::{self, Field, from, is_cap},
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
const NAMES: [Field; 20] = [
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

/// Reads the body of a request.
pub(super) fn read(body: &[u8]) -> Result<(Fields, Members<'_>), Problem> {
    let mut fields = Fields::default();
    let members = fields::read(body, &NAMES, |name, value| fields.read_value(name, value))?;
    Ok((fields, members))
}

impl Fields {
    /// None when the value is not what it must be.
    fn read_value(&mut self, name: &str, value: &[u8]) -> Option<()> {
        match name {
            "model" => self.model = Some(fields::model(value)?),
            "stream" => self.stream = fields::flag(value)?,
            "max_tokens" => self.max_tokens = Some(from(value).filter(|&tokens| is_cap(tokens))?),
            "messages" => self.seen.messages(value)?,
            "system" => self.seen.content(&mut Walker::new(value))?,
            "tools" => self.seen.tools(value)?,
            "thinking" => self.thinking(value)?,
            "cache_control" => self.seen.cache_control(value)?,
            "output_config" => {
                let config: Option<OutputConfig> = from(value)?;
                self.has_output_format = config.is_some_and(|config| config.format.is_some());
            }
            "n" | "best_of" => return matches!(value, b"null" | b"1").then_some(()),
            "service_tier" => self.service_tier = fields::service_tier(value)?,
            _ => self.seen.note(unbounded_option(name, value)),
        }
        Some(())
    }

    fn thinking(&mut self, value: &[u8]) -> Option<()> {
        let thinking: Option<Thinking<'_>> = from(value)?;
        let budget = thinking
            .filter(|thinking| thinking.r#type == "enabled")
            .map(|thinking| thinking.budget_tokens.filter(|&budget| is_cap(budget)));
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
