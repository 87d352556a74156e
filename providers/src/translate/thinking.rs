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

/// Whether a model decides itself how much to think, and takes a word rather than a budget.
///
/// So do Anthropic's from version 4.7 on. They refuse budgets, and sampling has no meaning for them.
/// A model of theirs without a version is taken for a new one.
pub(super) fn is_adaptive(model: &str) -> bool {
    let Some((_, name)) = model.split_once("claude") else {
        return false;
    };
    // A longer number is a date.
    let is_version =
        |part: &&str| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name
        .split(['-', '.', '@', ':'])
        .skip_while(|part| !is_version(part));
    let number = |part: Option<&str>| {
        part.filter(|part| is_version(part))
            .and_then(|part| part.parse().ok())
    };
    match number(parts.next()) {
        Some(major) => (major, number(parts.next()).unwrap_or(0)) >= (4_u8, 7_u8),
        None => true,
    }
}

/// The word of the other dialect for a word of this one; None where there is none.
pub(super) fn adaptive_effort(effort: &str) -> Option<&'static str> {
    match effort {
        "minimal" | "low" => Some("low"),
        "medium" => Some("medium"),
        "high" => Some("high"),
        "xhigh" => Some("xhigh"),
        "max" => Some("max"),
        _ => None,
    }
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

    #[test]
    fn models_that_take_no_budget_are_known_by_their_version() {
        let cases = [
            ("claude-opus-4-7", true),
            ("claude-opus-4-8-20260601", true),
            ("claude-sonnet-5", true),
            ("anthropic/claude-4.7-opus", true),
            ("claude-opus-10-1", true),
            ("claude-latest", true),
            ("claude-opus-4-6", false),
            ("claude-sonnet-4-20250514", false),
            ("claude-haiku-4-5-20251001", false),
            ("claude-3-7-sonnet-latest", false),
            ("anthropic.claude-3-5-sonnet-20241022-v2:0", false),
            ("qwen3", false),
        ];
        for (model, expected) in cases {
            assert_eq!(is_adaptive(model), expected, "{model}");
        }
    }
}
