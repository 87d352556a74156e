//! How much to think: a word in one dialect, a number of tokens in the other.

/// The least thinking that Anthropic's dialect knows.
const BUDGET_MIN: u64 = 1_024;

/// The budget that a word stands for, under an output cap that includes it.
///
/// At least a quarter of the cap is left for the answer. None where nothing is to be thought, or
/// where the cap has no room for it: the word is a wish, and the cap is not.
pub(super) fn budget(effort: &str, cap: u64) -> Option<u64> {
    let wanted = match effort {
        "minimal" => BUDGET_MIN,
        "low" => 2_048,
        "medium" => 8_192,
        "high" => 16_384,
        "xhigh" | "max" => 32_768,
        _ => return None,
    };
    let budget = wanted.min(cap - cap / 4);
    (budget >= BUDGET_MIN).then_some(budget)
}

/// The word for a budget, the nearest of the three that every reasoning model knows.
pub(super) const fn effort(budget: u64) -> &'static str {
    match budget {
        0..=4_095 => "low",
        4_096..=16_383 => "medium",
        _ => "high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_budgets_meet_and_the_answer_keeps_room() {
        for word in ["low", "medium", "high"] {
            assert_eq!(budget(word, 100_000).map(effort), Some(word));
        }
        let cases = [
            ("high", 8_000, Some(6_000)),
            ("low", 1_400, Some(1_050)),
            ("low", 1_024, None),
            ("none", 100_000, None),
            ("minimal", 100_000, Some(1_024)),
        ];
        for (word, cap, expected) in cases {
            assert_eq!(budget(word, cap), expected, "{word} {cap}");
            assert!(expected.is_none_or(|budget| budget < cap));
        }
    }
}
