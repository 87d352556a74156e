//! Reads error bodies, of which every service has its own.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// What can be read out of an error body, whichever of its many shapes it has.
#[derive(Debug, Default)]
pub(crate) struct Refusal<'a> {
    pub(crate) message: Option<Cow<'a, str>>,
    /// `code` or `type`, where it is a text.
    codes: Vec<Cow<'a, str>>,
    /// `code`, where it is a number.
    pub(crate) status: Option<u16>,
    /// Google's wish for a pause, such as `46s`.
    pub(crate) retry_delay: Option<Cow<'a, str>>,
}

impl<'a> Refusal<'a> {
    pub(crate) fn of(body: &'a [u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default().trim();
        // Google wraps its errors in a list.
        let object = match text.strip_prefix('[') {
            Some(list) => list.strip_suffix(']').unwrap_or(list),
            None => text,
        };
        match serde_json::from_str::<Outer<'_>>(object) {
            Ok(outer) => outer.0,
            Err(_) => Self::default(),
        }
    }

    pub(crate) fn has_code(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.contains(&code.as_ref()))
    }
    pub(crate) fn is_out_of_money(&self) -> bool {
        self.status == Some(402)
            || self.has_code(&[
                "insufficient_quota",
                "billing_hard_limit_reached",
                "billing_error",
            ])
    }
    pub(crate) fn is_blocked(&self) -> bool {
        self.has_code(&["blocked_api_access"])
    }
    pub(crate) fn is_rate_limit(&self) -> bool {
        self.has_code(&["rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED"])
    }

    fn merge(&mut self, inner: Self) {
        self.message = inner.message.or(self.message.take());
        self.status = inner.status.or(self.status);
        self.retry_delay = inner.retry_delay.or(self.retry_delay.take());
        self.codes.extend(inner.codes);
    }
}

/// `{error: {..}}`, `{error: "text"}`, `{object: "error", message, ..}` or `{detail: ..}`.
struct Outer<'a>(Refusal<'a>);

/// Any value, of which texts and numbers are kept.
enum Loose<'a> {
    Text(Cow<'a, str>),
    Number(u64),
    Object(Refusal<'a>),
    Nothing,
}

impl<'de> Deserialize<'de> for Outer<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Loose::deserialize(deserializer)? {
            Loose::Object(refusal) => Ok(Self(refusal)),
            _ => Ok(Self(Refusal::default())),
        }
    }
}

impl<'de> Deserialize<'de> for Loose<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Loose<'de>, E> {
        Ok(Loose::Number(number))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Loose<'de>, E> {
        Ok(Loose::Nothing)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Loose<'de>, E> {
        Ok(Loose::Nothing)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Loose<'de>, E> {
        Ok(Loose::Nothing)
    }
    fn visit_unit<E>(self) -> Result<Loose<'de>, E> {
        Ok(Loose::Nothing)
    }
    /// Of a list of complaints the first one counts; a pause may be wished for in any.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose<'de>, A::Error> {
        let mut first = list.next_element()?.unwrap_or(Loose::Nothing);
        while let Some(next) = list.next_element::<Loose<'_>>()? {
            if let (Loose::Object(first), Loose::Object(next)) = (&mut first, next) {
                first.retry_delay = first.retry_delay.take().or(next.retry_delay);
            }
        }
        Ok(first)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
        let mut refusal = Refusal::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if !matches!(
                key.as_ref(),
                "error"
                    | "message"
                    | "detail"
                    | "details"
                    | "msg"
                    | "code"
                    | "type"
                    | "status"
                    | "retryDelay"
            ) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            match (key.as_ref(), map.next_value()?) {
                ("error" | "message" | "detail" | "msg", Loose::Text(text)) => refusal.message = Some(text),
                ("code" | "type" | "status", Loose::Text(text)) => refusal.codes.push(text),
                ("retryDelay", Loose::Text(text)) => refusal.retry_delay = Some(text),
                ("details", Loose::Object(inner)) => {
                    refusal.retry_delay = inner.retry_delay.or(refusal.retry_delay);
                }
                ("details", _) => {}
                ("code", Loose::Number(number)) => refusal.status = u16::try_from(number).ok(),
                (_, Loose::Object(inner)) => refusal.merge(inner),
                _ => {}
            }
        }
        Ok(Loose::Object(refusal))
    }
}
