use std::borrow::Cow;

use protocol::Problem;
use usage::pricing::ServiceTier;

use super::cap;
use crate::{
    image::{ImageRule, Images},
    invalid::{invalid, missing},
    openai::{CapField, Unbounded, body::read, input_bound},
    splice::Members,
};

/// The body of `POST /v1/chat/completions`, read once.
#[derive(Debug)]
pub struct ChatRequest<'a> {
    pub model: Cow<'a, str>,
    pub stream: bool,
    /// The client itself asked for the usage chunk of a stream.
    pub include_usage: bool,
    /// The largest output cap that the client set, and the field it used.
    pub output_cap: Option<(CapField, u64)>,
    /// How many answers are generated, and paid for.
    pub choices: u64,
    pub messages: u32,
    pub has_tools: bool,
    /// Bytes of what the model reads, as written; for an estimate where no usage is reported.
    pub input_bytes: u64,
    /// What it shows the model; not in `input_bytes`.
    pub images: Images,
    /// The urgency that it asks for.
    pub service_tier: ServiceTier,
    /// What no price by the token bounds: refuse with its problem unless the model is free.
    pub unbounded: Option<Unbounded>,
    pub(crate) members: Members<'a>,
}

const INPUT: [&str; 6] = [
    "messages",
    "tools",
    "functions",
    "response_format",
    "prediction",
    "tool_choice",
];

impl<'a> ChatRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (mut fields, members) = read(body)?;
        let messages = fields.messages.take().ok_or_else(|| missing("messages"))?;
        if messages.count == 0 {
            return Err(invalid("The field `messages` must hold at least one message."));
        }
        Ok(Self {
            stream: fields.stream,
            include_usage: fields.include_usage,
            output_cap: cap(&fields),
            choices: fields.choices.unwrap_or(1),
            messages: messages.count,
            has_tools: fields.has_tools,
            input_bytes: members
                .bytes_of(&INPUT)
                .saturating_sub(messages.beside.images.bytes()),
            images: messages.beside.images,
            service_tier: fields.service_tier,
            unbounded: fields.unbounded,
            model: fields.model.ok_or_else(|| missing("model"))?,
            members,
        })
    }

    /// The most input tokens that the forwarded body can be, at a model with such a rule for images.
    pub fn input_bound(&self, forwarded_bytes: usize, rule: Option<ImageRule>) -> u64 {
        let bound = input_bound(forwarded_bytes, self.messages, self.has_tools);
        self.images.correct(bound, rule)
    }
}

#[cfg(test)]
mod tests;
