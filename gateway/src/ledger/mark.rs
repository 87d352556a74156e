//! The mark: how many output tokens a crash would charge. It is durable and runs ahead of what is
//! passed on, so that nothing a client saw is unaccounted for.

/// The mark that a hold is written with.
pub const FIRST_MARK: u64 = 256;
/// By how much a mark moves on.
pub const NEXT_MARK: u64 = 1_000;

/// The mark that must be durable before `passed` output tokens may have been passed on; `None`
/// while the present one covers them.
pub const fn next_mark(mark: u64, passed: u64) -> Option<u64> {
    if passed <= mark {
        return None;
    }
    let missing = passed - mark;
    Some(mark.saturating_add(missing.div_ceil(NEXT_MARK).saturating_mul(NEXT_MARK)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_always_ahead() {
        assert_eq!(next_mark(256, 256), None);
        assert_eq!(next_mark(256, 257), Some(1_256));
        assert_eq!(next_mark(256, 2_256), Some(2_256));
        assert_eq!(next_mark(256, 2_257), Some(3_256));
    }
}
