//! Machine credentials: `ttd_` for a device, `tta_` for an administrator, `ttp_` for a member's
//! programs; and the secrets of one-time links (`tti_`) and device codes (`ttc_`).
//!
//! 32 random base62 characters (190 bits) and a CRC-32 in six more, so that a scanner can tell a
//! leaked credential from noise without asking anybody. The checksum is a filter, not security.

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX: usize = 4;
const RANDOM: usize = 32;
const CHECK: usize = 6;
const LENGTH: usize = PREFIX + RANDOM + CHECK;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Infers; cannot administer.
    Device,
    /// Administers; cannot infer.
    Admin,
    /// Does what its member may do, within its scopes; cannot infer.
    Personal,
    /// Signs in, once.
    Link,
    /// What a device asks with until a person has answered.
    DeviceCode,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Device,
        Self::Admin,
        Self::Personal,
        Self::Link,
        Self::DeviceCode,
    ];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Device => "ttd_",
            Self::Admin => "tta_",
            Self::Personal => "ttp_",
            Self::Link => "tti_",
            Self::DeviceCode => "ttc_",
        }
    }
}

/// A new credential; `None` when the system has no randomness to give.
pub fn generate(kind: Kind) -> Option<Zeroizing<String>> {
    let random = SystemRandom::new();
    let mut text = Zeroizing::new(String::with_capacity(LENGTH));
    text.push_str(kind.prefix());
    let mut byte = [0u8];
    while text.len() < PREFIX + RANDOM {
        random.fill(&mut byte).ok()?;
        // 248 = 4 * 62: without this, the first eight characters would be likelier than others.
        if byte[0] < 248 {
            text.push(char::from(BASE62[usize::from(byte[0] % 62)]));
        }
    }
    let check = checksum(text.as_bytes());
    text.push_str(&check);
    Some(text)
}

/// The kind of a well-formed credential; `None` for anything else.
pub fn kind_of(text: &[u8]) -> Option<Kind> {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| text.starts_with(kind.prefix().as_bytes()))?;
    let well_formed =
        text.len() == LENGTH && checksum(&text[..PREFIX + RANDOM]).as_bytes() == &text[PREFIX + RANDOM..];
    well_formed.then_some(kind)
}

/// What listings show instead of the credential.
pub fn last4(text: &str) -> String {
    text[text.len().saturating_sub(4)..].to_owned()
}

fn checksum(text: &[u8]) -> String {
    let mut rest = crc32fast::hash(text);
    let mut check = [b'0'; CHECK];
    for place in check.iter_mut().rev() {
        *place = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    check.iter().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_form() {
        for kind in Kind::ALL {
            let text = generate(kind).unwrap();
            assert_eq!(text.len(), LENGTH);
            assert_eq!(kind_of(text.as_bytes()), Some(kind));
            let mut wrong = text.as_bytes().to_vec();
            wrong[10] = if wrong[10] == b'a' { b'b' } else { b'a' };
            assert_eq!(kind_of(&wrong), None);
        }
        assert_eq!(kind_of(b"TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B"), None);
        assert_eq!(kind_of(b""), None);
    }
}
