//! How many tokens a request and an answer can be.

/// What a chat template adds around one message: role, separators.
const TOKENS_PER_MESSAGE: u64 = 16;
/// What a provider adds to a request: begin and end marks, a default system prompt.
const TOKENS_PER_REQUEST: u64 = 64;
/// What a provider adds to explain that there are tools.
const TOKENS_FOR_TOOLS: u64 = 512;

/// The most input tokens that a forwarded body can be.
///
/// A token of a byte-level tokenizer covers at least one byte, and the body holds every byte of the
/// text; the constants are for what the provider adds.
pub fn input_bound(forwarded_bytes: usize, messages: u32, has_tools: bool) -> u64 {
    let tools = if has_tools { TOKENS_FOR_TOOLS } else { 0 };
    forwarded_bytes as u64 + u64::from(messages) * TOKENS_PER_MESSAGE + TOKENS_PER_REQUEST + tools
}

/// About how many tokens a text of so many bytes is, rounded up.
///
/// Used only where the provider reported nothing. Text and code run at four bytes a token; three is
/// on the safe side for all but the densest, and never zero for something.
pub const fn estimate_tokens(bytes: u64) -> u64 {
    bytes.div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_rounded_up() {
        for (bytes, tokens) in [(0, 0), (1, 1), (3, 1), (4, 2), (u64::MAX, u64::MAX / 3)] {
            assert_eq!(estimate_tokens(bytes), tokens, "{bytes}");
        }
    }
}
