//! Documents that are one JSON object with a list in it.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, IgnoredAny},
};

use super::{ReadError, json::Part};

/// Larger documents are decoded from the file piece by piece, which is slower and needs no memory.
const WHOLE_BYTES_MAX: u64 = 8 << 20;

/// One member of the object that matters.
pub enum Member<T> {
    /// An element of the list.
    Element(T),
    /// The text beside it that was asked for.
    Text(String),
}

/// Reads a document and passes on the elements of `list` and the text called `text`. What comes
/// before an end that cannot be read is passed on all the same.
pub fn read<T: DeserializeOwned>(
    path: &Path,
    list: &'static str,
    text: &'static str,
    pass: &mut dyn FnMut(Member<T>),
) -> Result<(), ReadError> {
    let mut file = File::open(path)?;
    let reader = Object { list, text, pass };
    if file.metadata()?.len() <= WHOLE_BYTES_MAX {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let bytes = super::json::trim(&bytes);
        // A broken byte in somebody's text is no reason to lose the numbers beside it.
        let text = super::json::lossy(bytes);
        return finish(&mut serde_json::Deserializer::from_str(&text), reader);
    }
    finish(
        &mut serde_json::Deserializer::from_reader(BufReader::new(file)),
        reader,
    )
}

fn finish<'de, R: serde_json::de::Read<'de>, T: DeserializeOwned>(
    deserializer: &mut serde_json::Deserializer<R>,
    object: Object<'_, T>,
) -> Result<(), ReadError> {
    deserializer
        .deserialize_any(object)
        .map_err(|error| ReadError::Document(error.to_string()))
}

struct Object<'p, T> {
    list: &'static str,
    text: &'static str,
    pass: &'p mut dyn FnMut(Member<T>),
}

impl<'de, T: DeserializeOwned> de::Visitor<'de> for Object<'_, T> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.list {
                map.next_value_seed(Elements {
                    pass: &mut *self.pass,
                })?;
            } else if key == self.text {
                if let Some(text) = map.next_value::<serde_json::Value>()?.as_str() {
                    (self.pass)(Member::Text(text.to_owned()));
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
    /// A document may be the list itself.
    fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        de::Visitor::visit_seq(Elements { pass: self.pass }, seq)
    }
}

struct Elements<'p, T> {
    pass: &'p mut dyn FnMut(Member<T>),
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Elements<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> de::Visitor<'de> for Elements<'_, T> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(Part(element)) = seq.next_element::<Part<T>>()? {
            if let Some(element) = element {
                (self.pass)(Member::Element(element));
            }
        }
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
