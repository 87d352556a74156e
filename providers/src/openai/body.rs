//! One pass over a request's body: strict about what is charged for, silent about the rest.

use std::{borrow::Cow, fmt};

use protocol::Problem;
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{error::Category, value::RawValue};
use usage::pricing::ServiceTier;

use super::{
    ContextFile, Unbounded,
    messages::{Key, Messages, Tools},
};
use crate::{
    fields::{Field, is_name, members_of, refuse_look_alike, twice},
    invalid::{invalid, wrong},
    splice::Members,
};

/// What a request says about itself.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) model: Option<Cow<'a, str>>,
    pub(super) stream: bool,
    pub(super) include_usage: bool,
    pub(super) max_tokens: Option<u64>,
    pub(super) max_completion_tokens: Option<u64>,
    pub(super) choices: Option<u64>,
    pub(super) best_of: Option<u64>,
    pub(super) messages: Option<Messages>,
    pub(super) prompt: Option<Cow<'a, str>>,
    pub(super) suffix: Option<Cow<'a, str>>,
    pub(super) context: Vec<ContextFile<'a>>,
    pub(super) stop: Vec<Cow<'a, str>>,
    pub(super) has_tools: bool,
    pub(super) service_tier: ServiceTier,
    pub(super) unbounded: Option<Unbounded>,
}

/// Reads the body of a request; the problem names the field that is wrong and never quotes it.
pub(super) fn read(body: &[u8]) -> Result<(Fields<'_>, Members<'_>), Problem> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("The body is not valid UTF-8."))?;
    let mut reading = Reading::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = reading
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| (error.classify(), error.line(), error.column()));
    if let Err((category, line, column)) = read {
        return Err(reading.problem(category, line, column));
    }
    Ok((reading.fields, members_of(body)?))
}

/// The fields that decide what a request costs or how it is answered.
const NAMES: [Field; 21] = [
    ("model", "the name of a model"),
    ("stream", "true or false"),
    ("stream_options", "an object such as {\"include_usage\": true}"),
    ("max_tokens", COUNT),
    ("max_completion_tokens", COUNT),
    ("n", CHOICES),
    ("best_of", CHOICES),
    (
        "messages",
        "a list of messages, each an object whose content is a text or a list of typed parts",
    ),
    ("prompt", "one text"),
    ("suffix", "a text"),
    ("context", "a list of at most 64 objects {\"path\", \"text\"}"),
    ("stop", "a text, or a list of texts"),
    ("tools", "a list of tools"),
    ("functions", "a list of functions"),
    ("service_tier", "a text"),
    ("web_search_options", "an object"),
    ("plugins", "a list"),
    ("models", "a list of names"),
    ("modalities", "a list of texts"),
    ("audio", "an object"),
    ("search_parameters", "an object"),
];
const COUNT: &str = "a whole number from 1 to 10,000,000";
const CHOICES: &str = "a whole number from 1 to 128";
const COUNT_MAX: u64 = 10_000_000;
const CHOICES_MAX: u64 = 128;
const CONTEXT_FILES_MAX: usize = 64;

#[derive(Default)]
struct Reading<'a> {
    fields: Fields<'a>,
    /// A bit for each of [`NAMES`].
    seen: u32,
    /// The field that is being read, for the problem's sentence.
    current: Option<usize>,
    /// What says more than the field's name.
    fault: Option<Problem>,
}

impl Reading<'_> {
    fn problem(self, category: Category, line: usize, column: usize) -> Problem {
        match (self.fault, self.current, category) {
            (Some(fault), _, _) => fault,
            (None, Some(current), Category::Data) => {
                let (name, expected) = NAMES[current];
                wrong(name, expected)
            }
            (None, None, Category::Data) => invalid("The body must be one JSON object."),
            _ => invalid(format!(
                "The body is not valid JSON: it stops making sense at line {line}, column {column}."
            )),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Reading<'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Reading<'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            let Some(index) = NAMES.iter().position(|(name, _)| *name == key) else {
                if let Err(problem) = refuse_look_alike(&key, &NAMES) {
                    self.fault = Some(problem);
                    return Err(A::Error::custom("look-alike"));
                }
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if self.seen & (1 << index) != 0 {
                self.fault = Some(twice(NAMES[index].0));
                return Err(A::Error::custom("twice"));
            }
            self.seen |= 1 << index;
            self.current = Some(index);
            self.read_value(NAMES[index].0, &mut map)?;
            self.current = None;
        }
        Ok(())
    }
}

impl<'a> Reading<'a> {
    fn read_value<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let fields = &mut self.fields;
        match name {
            "model" => {
                let Key(model) = map.next_value()?;
                check::<A>(is_name(&model))?;
                fields.model = Some(model);
            }
            "stream" => fields.stream = map.next_value::<Option<bool>>()?.unwrap_or(false),
            "stream_options" => {
                let options: Option<StreamOptions> = map.next_value()?;
                fields.include_usage = options.and_then(|options| options.include_usage).unwrap_or(false);
            }
            "max_tokens" => fields.max_tokens = count::<A>(map, COUNT_MAX)?,
            "max_completion_tokens" => fields.max_completion_tokens = count::<A>(map, COUNT_MAX)?,
            "n" => fields.choices = count::<A>(map, CHOICES_MAX)?,
            "best_of" => fields.best_of = count::<A>(map, CHOICES_MAX)?,
            "messages" => {
                let messages: Messages = map.next_value()?;
                fields.unbounded = Unbounded::worse(fields.unbounded, messages.beside.unbounded);
                fields.messages = Some(messages);
            }
            "prompt" => fields.prompt = Some(map.next_value::<OneText<'_>>()?.0),
            "suffix" => fields.suffix = map.next_value::<Option<Key<'_>>>()?.map(|key| key.0),
            "context" => {
                fields.context = map
                    .next_value::<Option<Vec<ContextFile<'_>>>>()?
                    .unwrap_or_default();
                check::<A>(fields.context.len() <= CONTEXT_FILES_MAX)?;
            }
            "service_tier" => {
                let tier: Option<Key<'_>> = map.next_value()?;
                fields.service_tier = tier.map_or(ServiceTier::Standard, |tier| ServiceTier::of(&tier.0));
            }
            "stop" => fields.stop = map.next_value::<Stop<'_>>()?.0,
            "tools" | "functions" => {
                let tools: Tools = map.next_value()?;
                fields.has_tools |= tools.any;
                let hosted = tools.hosted.then_some(Unbounded::HostedTool);
                fields.unbounded = Unbounded::worse(fields.unbounded, hosted);
            }
            _ => {
                let found = unbounded_option::<A>(name, map)?;
                fields.unbounded = Unbounded::worse(fields.unbounded, found);
            }
        }
        Ok(())
    }
}

fn check<'de, A: MapAccess<'de>>(holds: bool) -> Result<(), A::Error> {
    if holds {
        Ok(())
    } else {
        Err(A::Error::custom("out of range"))
    }
}

fn count<'de, A: MapAccess<'de>>(map: &mut A, most: u64) -> Result<Option<u64>, A::Error> {
    let count: Option<u64> = map.next_value()?;
    check::<A>(count.is_none_or(|count| (1..=most).contains(&count)))?;
    Ok(count)
}

/// Options that buy something other than tokens at the model's price.
fn unbounded_option<'de, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<Option<Unbounded>, A::Error> {
    let raw = map.next_value::<&RawValue>()?.get();
    let is_empty = matches!(raw, "null" | "[]" | "{}");
    Ok(match name {
        // An empty object switches the search on.
        "web_search_options" | "search_parameters" => (raw != "null").then_some(Unbounded::WebSearch),
        "plugins" => (!is_empty).then_some(Unbounded::HostedTool),
        "models" => (!is_empty).then_some(Unbounded::OtherModels),
        "modalities" => (!is_empty && raw.contains("audio")).then_some(Unbounded::AudioOutput),
        "audio" => (!is_empty).then_some(Unbounded::AudioOutput),
        _ => None,
    })
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

/// A text, or a list of exactly one.
struct OneText<'a>(Cow<'a, str>);

/// Nothing, a text, or a list of texts.
struct Stop<'a>(Vec<Cow<'a, str>>);

impl<'de> Deserialize<'de> for OneText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stop(mut texts) = Stop::deserialize(deserializer)?;
        match (texts.pop(), texts.is_empty()) {
            (Some(text), true) => Ok(Self(text)),
            _ => Err(D::Error::custom("one text")),
        }
    }
}

impl<'de> Deserialize<'de> for Stop<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Vec<Cow<'de, str>>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(vec![Cow::Borrowed(text)])
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(vec![Cow::Owned(text.to_owned())])
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut texts = Vec::new();
                while let Some(Key(text)) = list.next_element()? {
                    texts.push(text);
                }
                Ok(texts)
            }
        }
        deserializer.deserialize_any(Texts).map(Self)
    }
}
