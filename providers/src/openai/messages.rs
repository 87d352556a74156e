//! Looks through `messages` and `tools` without keeping them.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Unbounded;
use crate::image::{Detail, Image, Images};

/// How many messages there are, and what is in them that is not text.
#[derive(Clone, Debug, Default)]
pub(super) struct Messages {
    pub(super) count: u32,
    pub(super) beside: Beside,
}

/// What stands in a message beside its text.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    pub(super) images: Images,
    /// The first thing that nothing bounds.
    pub(super) unbounded: Option<Unbounded>,
}

impl Beside {
    fn note(&mut self, unbounded: Option<Unbounded>) {
        self.unbounded = Unbounded::worse(self.unbounded, unbounded);
    }

    fn add(&mut self, other: Self) {
        self.images.extend(other.images);
        self.note(other.unbounded);
    }
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
                while let Some(Message(beside)) = list.next_element()? {
                    messages.count = messages.count.saturating_add(1);
                    messages.beside.add(beside);
                }
                Ok(messages)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

struct Message(Beside);

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Message;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message, which is an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
                let mut beside = Beside::default();
                while let Some(Key(key)) = map.next_key()? {
                    match key.as_ref() {
                        "content" => beside.add(map.next_value::<Content>()?.0),
                        "audio" => beside.note(is_there::<A>(&mut map, Unbounded::Audio)?),
                        "images" => beside.note(is_there::<A>(&mut map, Unbounded::Image)?),
                        _ => map.next_value::<IgnoredAny>().map(drop)?,
                    }
                }
                Ok(Message(beside))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

fn is_there<'de, A: MapAccess<'de>>(map: &mut A, what: Unbounded) -> Result<Option<Unbounded>, A::Error> {
    Ok(map.next_value::<Option<IgnoredAny>>()?.map(|_| what))
}

/// A text, null, or a list of parts. Text is passed over without decoding it.
struct Content(Beside);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let mut beside = Beside::default();
        match raw.as_bytes().first() {
            Some(b'"' | b'n') => {}
            Some(b'[') => {
                let parts: Vec<Part<'_>> = serde_json::from_str(raw).map_err(serde::de::Error::custom)?;
                for part in &parts {
                    part.note(&mut beside);
                }
            }
            _ => return Err(serde::de::Error::custom("content is a text or a list of parts")),
        }
        Ok(Self(beside))
    }
}

#[derive(serde::Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    r#type: Key<'a>,
    #[serde(borrow, default)]
    image_url: Option<&'a RawValue>,
}

impl Part<'_> {
    fn note(&self, beside: &mut Beside) {
        match self.r#type.0.as_ref() {
            "text" | "refusal" | "input_text" | "output_text" | "thinking" | "reasoning" => {}
            "image_url" => match self.image_url.and_then(image) {
                Some(image) => beside.images.push(image),
                None => beside.note(Some(Unbounded::UnknownImage)),
            },
            "input_image" | "image" => beside.note(Some(Unbounded::Image)),
            "input_audio" | "audio" | "audio_url" => beside.note(Some(Unbounded::Audio)),
            "file" | "input_file" | "document" | "document_url" => beside.note(Some(Unbounded::File)),
            "video_url" | "input_video" | "video" => beside.note(Some(Unbounded::Video)),
            _ => beside.note(Some(Unbounded::OtherPart)),
        }
    }
}

/// An object with the address and perhaps the detail, or at some providers the address alone.
fn image(written: &RawValue) -> Option<Image> {
    #[derive(serde::Deserialize)]
    struct Written<'a> {
        #[serde(borrow)]
        url: Key<'a>,
        #[serde(borrow, default)]
        detail: Option<Key<'a>>,
    }
    let written = written.get();
    if written.starts_with('"') {
        let Key(url) = serde_json::from_str(written).ok()?;
        return Image::of_url(&url, Detail::default());
    }
    let Written { url, detail } = serde_json::from_str(written).ok()?;
    let detail = detail.as_ref().map(|detail| detail.0.as_ref());
    Image::of_url(&url.0, Detail::of(detail))
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
