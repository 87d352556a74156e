//! The code of the device flow that a person compares and types: `BCDF-GHJK`.
//!
//! Twenty consonants make no words and no mix-ups; eight of them have 34.6 bits, which is enough
//! for ten minutes and five tries (RFC 8628, 6.1).

use ring::rand::{SecureRandom, SystemRandom};

const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const SYMBOLS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserCode([u8; SYMBOLS]);

impl UserCode {
    /// A new code; `None` when the system has no randomness to give.
    pub fn generate() -> Option<Self> {
        let random = SystemRandom::new();
        let mut symbols = [0; SYMBOLS];
        let mut byte = [0];
        for symbol in &mut symbols {
            loop {
                random.fill(&mut byte).ok()?;
                // 240 = 12 * 20: without this, the first letters would be likelier than others.
                if byte[0] < 240 {
                    break;
                }
            }
            *symbol = ALPHABET[usize::from(byte[0] % 20)];
        }
        Some(Self(symbols))
    }

    /// Reads what a person typed: any case, hyphens and spaces anywhere.
    pub fn parse(text: &str) -> Option<Self> {
        let mut symbols = [0; SYMBOLS];
        let mut typed = text
            .chars()
            .filter(|&c| c != '-' && !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase());
        for symbol in &mut symbols {
            let letter = u8::try_from(typed.next()?).ok()?;
            *symbol = ALPHABET.contains(&letter).then_some(letter)?;
        }
        typed.next().is_none().then_some(Self(symbols))
    }

    pub fn shown(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        format!("{}-{}", &text[..4], &text[4..])
    }

    /// The bytes that the MAC is made over.
    pub const fn canonical(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_in_any_spelling() {
        let code = UserCode::generate().unwrap();
        let shown = code.shown();
        assert_eq!(shown.len(), 9);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            format!(" {shown}\n"),
        ] {
            assert_eq!(UserCode::parse(&typed), Some(code), "{typed}");
        }
        for wrong in ["", "BCDF", "BCDF-GHJKL", "BCDA-GHJK", "BCDF-GHJÄ"] {
            assert_eq!(UserCode::parse(wrong), None, "{wrong}");
        }
    }
}
