//! What the smaller readers share: a value whose members may be missing or of another kind.

use serde_json::Value;

use super::text::time_ms;

/// Looks into a decoded document without believing anything about it.
pub trait Look {
    /// The member at the end of a way; null when there is none.
    fn at(&self, way: &str) -> &Value;
    fn text(&self, way: &str) -> &str;
    fn count(&self, way: &str) -> u64;
    /// A time as a text, or in seconds or milliseconds.
    fn time(&self, way: &str) -> Option<i64>;
}

static NULL: Value = Value::Null;

impl Look for Value {
    fn at(&self, way: &str) -> &Value {
        // The empty way leads nowhere else.
        way.split('/')
            .filter(|name| !name.is_empty())
            .try_fold(self, |value, name| match value {
                Self::Array(list) => list.get(name.parse::<usize>().ok()?),
                other => other.get(name),
            })
            .unwrap_or(&NULL)
    }

    fn text(&self, way: &str) -> &str {
        self.at(way).as_str().unwrap_or_default()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and NaN becomes 0"
    )]
    fn count(&self, way: &str) -> u64 {
        match self.at(way) {
            Value::Number(number) => number
                .as_u64()
                .unwrap_or_else(|| number.as_f64().unwrap_or(0.0) as u64),
            Value::String(text) => text.trim().parse().unwrap_or(0),
            _ => 0,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    fn time(&self, way: &str) -> Option<i64> {
        /// Seconds reach this only in the year 5138, milliseconds did in 1973.
        const SECONDS_MAX: f64 = 1e11;
        match self.at(way) {
            Value::String(text) => time_ms(text),
            Value::Number(number) => {
                let number = number.as_f64().filter(|number| *number > 0.0)?;
                Some(if number < SECONDS_MAX {
                    number * 1000.0
                } else {
                    number
                } as i64)
            }
            _ => None,
        }
    }
}

/// The first text that is not empty.
pub fn first<'a>(texts: &[&'a str]) -> &'a str {
    texts
        .iter()
        .copied()
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}
