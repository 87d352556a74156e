//! `TTK-6Y8S0-…`: 23 random symbols (115 bits) and two check symbols, in Crockford's alphabet.
//!
//! The check is a weighted sum modulo the prime 1021, which fits two symbols: every single wrong
//! symbol and every swap of neighbours is caught before anybody looks into a database.

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PREFIX: &str = "TTK";
const RANDOM: usize = 23;
const SYMBOLS: usize = RANDOM + 2;
const PRIME: u32 = 1021;
const GROUP: usize = 5;

/// A code in its one normal spelling: the symbols, without prefix and hyphens.
#[derive(Clone)]
pub struct TokenKeyCode(Zeroizing<[u8; SYMBOLS]>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a token key: a symbol is missing or mistyped")]
pub struct CodeError;

impl TokenKeyCode {
    /// A new code; `None` when the system has no randomness to give.
    pub fn generate() -> Option<Self> {
        let mut bytes = Zeroizing::new([0u8; RANDOM]);
        SystemRandom::new().fill(bytes.as_mut()).ok()?;
        let mut symbols = Zeroizing::new([0u8; SYMBOLS]);
        for (symbol, byte) in symbols.iter_mut().zip(bytes.iter()) {
            *symbol = byte % 32;
        }
        let check = checksum(&symbols[..RANDOM]);
        [symbols[RANDOM], symbols[RANDOM + 1]] = check;
        Some(Self(symbols))
    }

    /// Reads what a person typed: any case, O for 0, I and L for 1, hyphens and spaces anywhere,
    /// with or without the prefix.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut symbols = Zeroizing::new([0u8; SYMBOLS]);
        let mut found = 0;
        let typed = text.trim();
        let typed = match typed.get(..PREFIX.len()) {
            Some(start) if start.eq_ignore_ascii_case(PREFIX) && typed.len() > SYMBOLS => {
                &typed[PREFIX.len()..]
            }
            _ => typed,
        };
        for character in typed.chars().filter(|&c| c != '-' && !c.is_whitespace()) {
            let symbol = symbol_of(character).ok_or(CodeError)?;
            *symbols.get_mut(found).ok_or(CodeError)? = symbol;
            found += 1;
        }
        let right = found == SYMBOLS && checksum(&symbols[..RANDOM]) == symbols[RANDOM..];
        if right { Ok(Self(symbols)) } else { Err(CodeError) }
    }

    /// The spelling that is shown once: `TTK-` and groups of five.
    pub fn shown(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + SYMBOLS + SYMBOLS / GROUP));
        text.push_str(PREFIX);
        for group in self.0.chunks(GROUP) {
            text.push('-');
            text.extend(
                group
                    .iter()
                    .map(|&symbol| char::from(ALPHABET[usize::from(symbol)])),
            );
        }
        text
    }

    /// The bytes that the MAC is made over.
    pub fn canonical(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// What listings show instead of the code.
    pub fn last4(&self) -> String {
        self.0[SYMBOLS - 4..]
            .iter()
            .map(|&symbol| char::from(ALPHABET[usize::from(symbol)]))
            .collect()
    }
}

fn symbol_of(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let index = ALPHABET
        .iter()
        .position(|&symbol| char::from(symbol) == character)?;
    u8::try_from(index).ok()
}

fn checksum(symbols: &[u8]) -> [u8; 2] {
    // Weights differ between neighbours and stay below the prime, so that no swap is invisible.
    let sum = symbols
        .iter()
        .zip(2u32..)
        .map(|(&symbol, weight)| (u32::from(symbol) + 1) * weight)
        .sum::<u32>();
    let check = sum % PRIME;
    [low_symbol(check / 32), low_symbol(check % 32)]
}

fn low_symbol(value: u32) -> u8 {
    (value & 31) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_reads_back_in_any_spelling() {
        for _ in 0..200 {
            let code = TokenKeyCode::generate().unwrap();
            let shown = code.shown();
            assert_eq!(shown.len(), "TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B".len());
            let spellings = [
                shown.to_string(),
                shown.to_lowercase(),
                shown.replace('-', ""),
                shown[4..].to_string(),
                shown.replace('0', "o").replace('1', "l"),
                format!("  {}\n", shown.replace('-', " ")),
            ];
            for spelling in spellings {
                assert_eq!(
                    TokenKeyCode::parse(&spelling).unwrap().canonical(),
                    code.canonical(),
                    "{spelling}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn one_wrong_symbol_or_a_swap_is_caught(place in 0..SYMBOLS, other in 1..32u8) {
            let code = TokenKeyCode::generate().unwrap();
            let mut symbols = *code.0;
            symbols[place] = (symbols[place] + other) % 32;
            let text: String = symbols.iter().map(|&s| char::from(ALPHABET[usize::from(s)])).collect();
            prop_assert!(TokenKeyCode::parse(&text).is_err());
            let mut symbols = *code.0;
            let next = (place + 1) % SYMBOLS;
            if place + 1 < SYMBOLS && symbols[place] != symbols[next] {
                symbols.swap(place, next);
                let text: String = symbols.iter().map(|&s| char::from(ALPHABET[usize::from(s)])).collect();
                prop_assert!(TokenKeyCode::parse(&text).is_err());
            }
        }

        #[test]
        fn no_text_is_a_crash(text in ".{0,80}") {
            let _ = TokenKeyCode::parse(&text);
        }
    }
}
