//! One look at a request's body: strict about what is charged for, silent about the rest.

use std::borrow::Cow;

use protocol::Problem;
use serde::{Deserialize, de::IgnoredAny};
use usage::pricing::ServiceTier;

use crate::{
    invalid::{bad_json, invalid, wrong},
    splice::Members,
};

/// A field that decides what a request costs or how it is answered, and what it must be.
pub(crate) type Field = (&'static str, &'static str);

const MODEL_BYTES_MAX: usize = 256;
const TOKENS_MAX: u64 = 10_000_000;

/// Reads the fields of a body, each of which may be there once. `take` gives None for a value that
/// is not what it must be; the problem then names the field and never quotes it.
pub(crate) fn read<'a>(
    body: &'a [u8],
    fields: &'static [Field],
    mut take: impl FnMut(&'static str, &'a [u8]) -> Option<()>,
) -> Result<Members<'a>, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("The body is not valid UTF-8."))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| bad_json(&error))?;
    if !text.trim_start().starts_with('{') {
        return Err(invalid("The body must be one JSON object."));
    }
    let members = members_of(body)?;
    let mut seen = 0_u32;
    for (name, value) in members.iter() {
        let Some(index) = fields.iter().position(|(field, _)| *field == name) else {
            refuse_look_alike(name, fields)?;
            continue;
        };
        let (name, expected) = fields[index];
        if seen & (1 << index) != 0 {
            return Err(twice(name));
        }
        seen |= 1 << index;
        take(name, value).ok_or_else(|| wrong(name, expected))?;
    }
    Ok(members)
}

pub(crate) fn members_of(body: &[u8]) -> Result<Members<'_>, Problem> {
    Members::of(body).ok_or_else(|| invalid("The body is nested more than 128 levels deep."))
}

pub(crate) fn twice(name: &str) -> Problem {
    invalid(format!("The field `{name}` appears twice."))
}

/// Some servers match names without regard to case: a second spelling could undo the cap.
pub(crate) fn refuse_look_alike(name: &str, fields: &[Field]) -> Result<(), Problem> {
    let folded = name.replace('\u{17f}', "s").replace('\u{212a}', "k");
    let alike = fields
        .iter()
        .find(|(field, _)| field.eq_ignore_ascii_case(&folded));
    alike.map_or(Ok(()), |(field, _)| {
        Err(invalid(format!("Write the field `{field}` in lower case.")))
    })
}

pub(crate) fn from<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Option<T> {
    serde_json::from_slice(value).ok()
}

pub(crate) fn is_name(model: &str) -> bool {
    !model.is_empty() && model.len() <= MODEL_BYTES_MAX
}

pub(crate) fn model(value: &[u8]) -> Option<String> {
    from(value).filter(|model: &String| is_name(model))
}

pub(crate) fn flag(value: &[u8]) -> Option<bool> {
    Some(from::<Option<bool>>(value)?.unwrap_or(false))
}

pub(crate) fn is_cap(tokens: u64) -> bool {
    (1..=TOKENS_MAX).contains(&tokens)
}

pub(crate) fn service_tier(value: &[u8]) -> Option<ServiceTier> {
    let tier: Option<Cow<'_, str>> = from(value)?;
    Some(tier.map_or(ServiceTier::Standard, |tier| ServiceTier::of(&tier)))
}
