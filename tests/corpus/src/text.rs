//! What people and models say: long, and about anything but tokens.

use fastrand::Rng;

const WORDS: [&str; 48] = [
    "the",
    "ledger",
    "holds",
    "a",
    "bound",
    "before",
    "every",
    "call",
    "and",
    "settles",
    "after",
    "it",
    "so",
    "that",
    "nothing",
    "is",
    "lost",
    "when",
    "process",
    "dies",
    "in",
    "middle",
    "of",
    "stream",
    "fn",
    "let",
    "match",
    "self",
    "return",
    "if",
    "else",
    "async",
    "await",
    "größer",
    "naïve",
    "数据",
    "→",
    "\\",
    "\"quoted\"",
    "\t",
    "\n",
    "{",
    "}",
    "[0]",
    "usage",
    "input_tokens",
    "0x7f",
    "README.md",
];
const POOL_BYTES: usize = 256 * 1024;

/// A pool that slices are taken from: making words anew for each line would take longer than
/// writing them.
pub struct Text {
    pool: String,
}

impl Text {
    pub fn new(rng: &mut Rng) -> Self {
        let mut pool = String::with_capacity(POOL_BYTES + 16);
        while pool.len() < POOL_BYTES {
            pool.push_str(WORDS[rng.usize(..WORDS.len())]);
            pool.push(' ');
        }
        Self { pool }
    }

    /// About so many bytes.
    pub fn some(&self, rng: &mut Rng, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + 8);
        while text.len() < bytes {
            let most = (bytes - text.len()).min(self.pool.len() / 2);
            let from = self.boundary(rng.usize(..self.pool.len() / 2));
            let to = self.boundary(from + most);
            text.push_str(&self.pool[from..to]);
            if to == from {
                text.push(' ');
            }
        }
        text
    }

    fn boundary(&self, mut at: usize) -> usize {
        while !self.pool.is_char_boundary(at) {
            at += 1;
        }
        at
    }
}
