//! What an answer says of itself, whichever dialect it is in.

use std::borrow::Cow;

use memchr::memchr2;
use protocol::{Money, TokenUsage};
use usage::pricing::ServiceTier;

/// What an answer says beside its counts of tokens, as far as its price depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Billing {
    /// The part of `usage.cache_write_tokens` that is kept for an hour, at a price of its own.
    pub cache_write_1h_tokens: u64,
    /// Searches that the provider ran.
    pub web_searches: u64,
    /// The tier that served it, where the answer says so.
    pub service_tier: Option<ServiceTier>,
    /// What the provider says that it costs.
    pub stated_cost: Option<Money>,
    /// The usage does not say how much was read.
    pub lacks_input: bool,
    /// The usage does not say how much was written.
    pub lacks_output: bool,
}

/// What a whole answer says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerInfo<'a> {
    pub usage: Option<TokenUsage>,
    pub billing: Billing,
    /// The usage holds something that is no count.
    pub bad_usage: bool,
    pub response_id: Option<Cow<'a, str>>,
    /// UTF-8 bytes of all generated text: content, reasoning, refusal, tool calls.
    pub output_bytes: u64,
    /// A finish reason is given.
    pub finished: bool,
    /// The answer is an error, although its status was 200.
    pub error: bool,
    /// Not one JSON object. Then `output_bytes` is the size of the body.
    pub malformed: bool,
}

/// A longer id is no id; it would end up in the ledger.
const ID_BYTES_MAX: usize = 256;

/// An answer's id as it may be kept. No id has control characters, and not every database can keep them.
pub(crate) fn kept_id(id: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let is_right = (1..=ID_BYTES_MAX).contains(&id.len()) && !id.bytes().any(|byte| byte.is_ascii_control());
    is_right.then_some(id)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Holds data.
    Data,
    /// The last event: `data: [DONE]`, or `message_stop`.
    Done,
    /// Only comment lines, such as pings.
    Comment,
    /// A blank line, or fields without data.
    Other,
}

/// What one event of a stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventInfo<'a> {
    pub kind: EventKind,
    /// UTF-8 bytes of the text that was generated in this event, all choices together.
    pub output_bytes: u64,
    /// Reported usage; of several events the last one counts.
    pub usage: Option<TokenUsage>,
    pub billing: Billing,
    /// The usage holds something that is no count.
    pub bad_usage: bool,
    /// Nothing but usage: the extra chunk, dropped when the client did not ask for it.
    pub usage_only: bool,
    /// A finish reason is given.
    pub finished: bool,
    /// The stream failed after its 200.
    pub error: bool,
    /// Data that is not one JSON object. Then `output_bytes` is the size of the data.
    pub malformed: bool,
    pub response_id: Option<Cow<'a, str>>,
}

/// The data of an event, several lines joined by LF; None when it has none.
pub fn event_data(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    Fields::of(raw).data
}

impl<'a> EventInfo<'a> {
    pub(crate) fn of(kind: EventKind) -> Self {
        Self {
            kind,
            output_bytes: 0,
            usage: None,
            billing: Billing::default(),
            bad_usage: false,
            usage_only: false,
            finished: false,
            error: false,
            malformed: false,
            response_id: None,
        }
    }

    /// What the events of all dialects have in common; `of_data` is given the event's name and data.
    pub(crate) fn read(
        raw: &'a [u8],
        mut of_data: impl for<'d> FnMut(&[u8], &'d [u8]) -> EventInfo<'d>,
    ) -> Self {
        let fields = Fields::of(raw);
        let name = fields.name.unwrap_or_default();
        let named_error = name == b"error";
        let Some(data) = fields.data else {
            let kind = if fields.has_comment {
                EventKind::Comment
            } else {
                EventKind::Other
            };
            return Self {
                error: named_error,
                ..Self::of(kind)
            };
        };
        // Anthropic's dialect does not have it, but some proxies end every stream so.
        if data.trim_ascii() == b"[DONE]" {
            return Self::of(EventKind::Done);
        }
        let info = match data {
            Cow::Borrowed(data) => of_data(name, data),
            Cow::Owned(data) => of_data(name, &data).into_owned(),
        };
        Self {
            error: info.error || named_error,
            ..info
        }
    }

    fn into_owned<'b>(self) -> EventInfo<'b> {
        let response_id = self.response_id.map(|id| Cow::Owned(id.into_owned()));
        EventInfo {
            response_id,
            ..EventInfo {
                response_id: None,
                ..self
            }
        }
    }
}

/// The fields of an event that matter here.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    pub(crate) name: Option<&'a [u8]>,
    pub(crate) data: Option<Cow<'a, [u8]>>,
    pub(crate) has_comment: bool,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl<'a> Fields<'a> {
    pub(crate) fn of(raw: &'a [u8]) -> Self {
        let mut fields = Self::default();
        let mut rest = raw.strip_prefix(BOM).unwrap_or(raw);
        while !rest.is_empty() {
            let end = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            fields.line(&rest[..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        fields
    }

    fn line(&mut self, line: &'a [u8]) {
        if let Some(value) = value_of(line, b"data") {
            self.data = Some(match self.data.take() {
                None => Cow::Borrowed(value),
                Some(before) => Cow::Owned([before.as_ref(), value].join(&b'\n')),
            });
        } else if let Some(value) = value_of(line, b"event") {
            self.name = Some(value);
        } else if line.starts_with(b":") {
            self.has_comment = true;
        }
    }
}

fn value_of<'a>(line: &'a [u8], field: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(field)?;
    if rest.is_empty() {
        return Some(rest);
    }
    let value = rest.strip_prefix(b":")?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}
