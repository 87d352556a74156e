//! Numbers of tokens as providers write them, which may be anything.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, Error as _, Visitor},
};

/// No request has more tokens of one kind; a larger count is a provider's mistake.
const COUNT_MAX: u64 = 1_000_000_000_000;

/// The number, or zero for what is missing or no count.
pub(crate) fn known(count: Option<Count>) -> u64 {
    count.and_then(Count::value).unwrap_or(0)
}

/// A number of tokens, or something that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    Of(u64),
    Bad,
}

impl Count {
    pub(crate) fn value(self) -> Option<u64> {
        match self {
            Self::Of(count) => Some(count),
            Self::Bad => None,
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Count;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of tokens")
            }
            fn visit_u64<E>(self, count: u64) -> Result<Count, E> {
                Ok(if count <= COUNT_MAX {
                    Count::Of(count)
                } else {
                    Count::Bad
                })
            }
            fn visit_i64<E>(self, _: i64) -> Result<Count, E> {
                Ok(Count::Bad)
            }
            /// Some servers write whole numbers as floats.
            fn visit_f64<E>(self, count: f64) -> Result<Count, E> {
                let whole = count >= 0.0 && count <= COUNT_MAX as f64 && count.fract() == 0.0;
                Ok(if whole {
                    Count::Of(count as u64)
                } else {
                    Count::Bad
                })
            }
            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Count, E> {
                Ok(Count::Bad)
            }
            fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Count, E> {
                Ok(Count::Bad)
            }
        }
        deserializer.deserialize_any(Number).map_err(D::Error::custom)
    }
}
