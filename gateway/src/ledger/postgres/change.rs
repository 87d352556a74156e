//! What one gateway tells the others through the database, in the transaction that it is about.

use std::fmt;

use protocol::KeyId;
use uuid::Uuid;

pub(super) const CHANNEL: &str = "token_tracker";

/// Something that other gateways keep a copy of has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A key, its lot or one of its devices.
    Key(KeyId),
    /// An upstream's secret.
    Secrets,
    /// Nobody knows what: look at everything again.
    Everything,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "key {key}"),
            Self::Secrets => f.write_str("secrets"),
            Self::Everything => f.write_str("everything"),
        }
    }
}

impl Change {
    /// What a newer gateway says and this one does not know is a reason to look at everything.
    pub(super) fn parse(text: &str) -> Self {
        let key = text.strip_prefix("key ").map(Uuid::parse_str);
        match (text, key) {
            (_, Some(Ok(key))) => Self::Key(KeyId::from_uuid(key)),
            ("secrets", _) => Self::Secrets,
            _ => Self::Everything,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_understood() {
        let key = KeyId::from_uuid(crate::clock::new_id());
        for change in [Change::Key(key), Change::Secrets, Change::Everything] {
            assert_eq!(Change::parse(&change.to_string()), change);
        }
        assert_eq!(Change::parse("key of gold"), Change::Everything);
    }
}
