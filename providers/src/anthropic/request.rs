use protocol::Problem;
use usage::pricing::ServiceTier;

use super::{
    CacheTtl, Unbounded,
    block::Seen,
    body::{Fields, read},
    bound::input_bound,
};
use crate::{
    image::{ImageRule, Images},
    invalid::{invalid, missing},
    splice::Members,
};

/// The body of `POST /v1/messages`, read once.
#[derive(Debug)]
pub struct MessagesRequest<'a> {
    pub model: String,
    pub stream: bool,
    /// The output cap, thinking included. The dialect demands one.
    pub max_tokens: u64,
    /// The part of `max_tokens` that the model may think, where the client set it.
    pub thinking_budget: Option<u64>,
    /// The urgency that it asks for.
    pub service_tier: ServiceTier,
    pub messages: u32,
    pub has_tools: bool,
    /// The client asks for parts of the input to be written to the cache, the dearest of them for
    /// so long. A write costs more than plain input.
    pub cache_writes: Option<CacheTtl>,
    /// Bytes of what the model reads, as written; for an estimate where no usage is reported.
    pub input_bytes: u64,
    /// What no price by the token bounds: refuse with its problem unless the model is free.
    pub unbounded: Option<Unbounded>,
    seen: Seen,
    has_output_format: bool,
    pub(super) members: Members<'a>,
}

const INPUT: [&str; 5] = ["messages", "system", "tools", "tool_choice", "output_config"];

impl<'a> MessagesRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (fields, members) = read(body)?;
        let Fields {
            model,
            stream,
            max_tokens,
            thinking_budget,
            has_output_format,
            service_tier,
            seen,
        } = fields;
        Ok(Self {
            model: model.ok_or_else(|| missing("model"))?,
            max_tokens: max_tokens.ok_or_else(|| missing("max_tokens"))?,
            stream,
            thinking_budget,
            service_tier,
            messages: messages_of(&seen, &members)?,
            has_tools: seen.tools > 0,
            cache_writes: seen.cache_writes,
            input_bytes: members.bytes_of(&INPUT).saturating_sub(seen.images.bytes()),
            unbounded: seen.unbounded,
            seen,
            has_output_format,
            members,
        })
    }

    /// The most input tokens that the forwarded body can be, at a model with such a rule for images.
    pub fn input_bound(&self, forwarded_bytes: usize, rule: Option<ImageRule>) -> u64 {
        input_bound(forwarded_bytes, &self.seen, self.has_output_format, rule)
    }

    /// What it shows the model; not in `input_bytes`.
    pub fn images(&self) -> &Images {
        &self.seen.images
    }
}

/// How many messages there are, of which there must be one.
pub(super) fn messages_of(seen: &Seen, members: &Members<'_>) -> Result<u32, Problem> {
    match seen.messages {
        0 if members.value("messages").is_none() => Err(missing("messages")),
        0 => Err(invalid("The field `messages` must hold at least one message.")),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests;
