//! How many tokens a request can be.

use super::block::Seen;
use crate::image::ImageRule;

/// What the provider adds around one message: role, separators.
const TOKENS_PER_MESSAGE: u64 = 16;
/// What it adds to a request: begin and end marks, how to think.
const TOKENS_PER_REQUEST: u64 = 128;
/// What it adds to explain that there are tools, or a schema to follow; the largest published
/// number for tools is 530.
const TOKENS_TO_EXPLAIN: u64 = 1_024;
/// What it adds for each tool that it describes itself; the largest published number is some 1,200.
const TOKENS_PER_DESCRIBED_TOOL: u64 = 2_048;

/// The most input tokens that a forwarded body can be: at most one for each byte, and what the
/// provider adds.
pub(super) fn input_bound(
    forwarded_bytes: usize,
    seen: &Seen,
    has_output_format: bool,
    rule: Option<ImageRule>,
) -> u64 {
    let explained = u64::from(seen.tools > 0) + u64::from(has_output_format);
    seen.images.correct(forwarded_bytes as u64, rule)
        + u64::from(seen.messages) * TOKENS_PER_MESSAGE
        + TOKENS_PER_REQUEST
        + explained * TOKENS_TO_EXPLAIN
        + u64::from(seen.described_tools) * TOKENS_PER_DESCRIBED_TOOL
}
