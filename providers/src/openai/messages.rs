//! Looks through `messages` and `tools` without keeping them.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Unbounded;

/// How many messages there are, and the first thing in them that is not text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Messages {
    pub(super) count: u32,
    pub(super) unbounded: Option<Unbounded>,
}

/// A string that is borrowed where it needs no decoding.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Messages;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of messages")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Messages, A::Error> {
                let mut messages = Messages::default();
                while let Some(Message(unbounded)) = list.next_element()? {
                    messages.count = messages.count.saturating_add(1);
                    messages.unbounded = messages.unbounded.or(unbounded);
                }
                Ok(messages)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

struct Message(Option<Unbounded>);

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Message;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message, which is an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
                let mut unbounded = None;
                while let Some(Key(key)) = map.next_key()? {
                    let found = match key.as_ref() {
                        "content" => map.next_value::<Content>()?.0,
                        "audio" => map.next_value::<Option<IgnoredAny>>()?.map(|_| Unbounded::Audio),
                        "images" => map.next_value::<Option<IgnoredAny>>()?.map(|_| Unbounded::Image),
                        _ => map.next_value::<IgnoredAny>().map(|_| None)?,
                    };
                    unbounded = unbounded.or(found);
                }
                Ok(Message(unbounded))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A text, null, or a list of parts. Text is passed over without decoding it.
struct Content(Option<Unbounded>);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        match raw.as_bytes().first() {
            Some(b'"' | b'n') => Ok(Self(None)),
            Some(b'[') => {
                let parts: Vec<Part<'_>> = serde_json::from_str(raw).map_err(serde::de::Error::custom)?;
                Ok(Self(parts.iter().find_map(|part| kind_of_part(&part.r#type.0))))
            }
            _ => Err(serde::de::Error::custom("content is a text or a list of parts")),
        }
    }
}

#[derive(serde::Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    r#type: Key<'a>,
}

fn kind_of_part(kind: &str) -> Option<Unbounded> {
    match kind {
        "text" | "refusal" | "input_text" | "output_text" | "thinking" | "reasoning" => None,
        "image_url" | "input_image" | "image" => Some(Unbounded::Image),
        "input_audio" | "audio" | "audio_url" => Some(Unbounded::Audio),
        "file" | "input_file" | "document" | "document_url" => Some(Unbounded::File),
        "video_url" | "input_video" | "video" => Some(Unbounded::Video),
        _ => Some(Unbounded::OtherPart),
    }
}

/// The tools of a chat request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tools {
    pub(super) any: bool,
    pub(super) hosted: bool,
}

impl<'de> Deserialize<'de> for Tools {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Tool<'a> {
            #[serde(borrow, default)]
            r#type: Option<Key<'a>>,
        }
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Tools;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of tools")
            }
            fn visit_unit<E>(self) -> Result<Tools, E> {
                Ok(Tools::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tools, A::Error> {
                let mut tools = Tools::default();
                while let Some(tool) = list.next_element::<Tool<'_>>()? {
                    let kind = tool.r#type.as_ref().map_or("function", |kind| kind.0.as_ref());
                    tools.any = true;
                    tools.hosted |= !matches!(kind, "function" | "custom");
                }
                Ok(tools)
            }
        }
        deserializer.deserialize_any(List)
    }
}
