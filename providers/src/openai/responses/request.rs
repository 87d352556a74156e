use bytes::Bytes;
use protocol::Problem;
use usage::pricing::ServiceTier;

use super::{
    body::{Fields, read},
    input::Seen,
};
use crate::{
    image::{ImageRule, Images},
    invalid::{invalid, missing},
    openai::{Unbounded, quote},
    splice::Members,
};

/// The body of `POST /v1/responses`, read once.
#[derive(Debug)]
pub struct ResponsesRequest<'a> {
    pub model: String,
    pub stream: bool,
    /// The output cap that the client set, reasoning included.
    pub output_cap: Option<u64>,
    /// The urgency that it asks for.
    pub service_tier: ServiceTier,
    /// Bytes of what the model reads, as written; for an estimate where no usage is reported.
    pub input_bytes: u64,
    /// What no price by the token bounds: refuse with its problem unless the model is free.
    pub unbounded: Option<Unbounded>,
    seen: Seen,
    has_format: bool,
    members: Members<'a>,
}

const INPUT: [&str; 5] = ["input", "instructions", "tools", "text", "tool_choice"];

/// What a chat template adds around one item: role, separators.
const TOKENS_PER_ITEM: u64 = 16;
/// What the provider adds to a request: begin and end marks, a default system prompt.
const TOKENS_PER_REQUEST: u64 = 64;
/// What it adds to explain that there are tools, or a schema to follow.
const TOKENS_TO_EXPLAIN: u64 = 512;
/// What it adds for each tool that it describes to the model itself.
const TOKENS_PER_DESCRIBED_TOOL: u64 = 2_048;
/// What a thought stands for of which only the id is sent: it was part of an answer whose cap, if
/// its client set none, was the gateway's.
const TOKENS_PER_KEPT_THOUGHT: u64 = 8_192;

impl<'a> ResponsesRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (fields, members) = read(body)?;
        let Fields {
            model,
            stream,
            output_cap,
            has_format,
            service_tier,
            seen,
        } = fields;
        if !seen.has_input && seen.unbounded != Some(Unbounded::KeptConversation) {
            return Err(missing("input"));
        }
        if seen.has_input && seen.items == 0 {
            return Err(invalid("The field `input` must hold at least one item."));
        }
        Ok(Self {
            model: model.ok_or_else(|| missing("model"))?,
            stream,
            output_cap,
            service_tier,
            input_bytes: members.bytes_of(&INPUT).saturating_sub(seen.images.bytes()),
            unbounded: seen.unbounded,
            seen,
            has_format,
            members,
        })
    }

    /// What it shows the model; not in `input_bytes`.
    pub fn images(&self) -> &Images {
        &self.seen.images
    }

    pub fn has_tools(&self) -> bool {
        self.seen.tools > 0
    }

    /// The most input tokens that the forwarded body can be, at a model with such a rule for images:
    /// at most one for each byte, what the provider adds, and what it kept of earlier answers.
    pub fn input_bound(&self, forwarded_bytes: usize, rule: Option<ImageRule>) -> u64 {
        let explained = u64::from(self.seen.tools > 0) + u64::from(self.has_format);
        self.seen.images.correct(forwarded_bytes as u64, rule)
            + u64::from(self.seen.items) * TOKENS_PER_ITEM
            + TOKENS_PER_REQUEST
            + explained * TOKENS_TO_EXPLAIN
            + u64::from(self.seen.described_tools) * TOKENS_PER_DESCRIBED_TOOL
            + u64::from(self.seen.kept_thoughts) * TOKENS_PER_KEPT_THOUGHT
    }

    /// The body to forward; every byte that no edit is about stays as it came.
    pub fn rewrite(&self, model: Option<&str>, output_cap: Option<u64>) -> Bytes {
        let mut splice = self.members.splice();
        if let Some(model) = model {
            splice.set("model", quote(model));
        }
        if let Some(cap) = output_cap.filter(|cap| Some(*cap) != self.output_cap) {
            splice.set("max_output_tokens", cap.to_string());
        }
        splice.finish()
    }
}

#[cfg(test)]
mod tests;
