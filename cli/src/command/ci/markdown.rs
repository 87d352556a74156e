//! The summary as GitHub and other forges render it.

use crate::{
    command::{branch::show, usage::screen},
    gathering::Sums,
    table::{amount, count},
};

/// Finds our own comment again; forges do not show it.
pub const MARK: &str = "<!-- token-tracker ci report -->";
const LINES_MAX: usize = 20;
const BAR_CELLS: u64 = 20;

pub struct Summary<'a> {
    pub repository: &'a str,
    pub branch: &'a str,
    pub base: Option<&'a str>,
    pub own: Sums,
    /// None: nothing is known of the base branch.
    pub base_sums: Option<Sums>,
    /// By branch, the branch of the job first, then the largest.
    pub branches: Vec<(&'a str, Sums)>,
    /// Of the branch of the job, by client and model.
    pub models: Vec<(&'static str, &'a str, Sums)>,
    pub budgets: Vec<Budget>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    #[serde(skip)]
    pub used: i128,
    #[serde(skip)]
    pub limit: i128,
    pub kind: &'static str,
    pub used_text: String,
    pub limit_text: String,
    pub over: bool,
}

pub fn render(summary: &Summary<'_>) -> String {
    let mut text = format!("{MARK}\n## AI usage of {}\n\n", code(summary.branch));
    text += &format!(
        "**{} tokens · {}** in {}{}\n",
        count(summary.own.tokens.total()),
        cost(&summary.own),
        amount(summary.own.rows, "response"),
        against(summary)
    );
    for budget in &summary.budgets {
        text += &format!("\n{}\n", bar(budget));
    }
    text += &branches(summary);
    text += &models(summary);
    let unpriced = summary.own.unpriced_rows;
    if unpriced > 0 {
        text += &format!(
            "\n\\* {} ({} tokens) without a known price; no sum of money has them.\n",
            amount(unpriced, "response"),
            count(summary.own.unpriced_tokens)
        );
    }
    text + &format!("\n<sub>{} · Token Tracker</sub>\n", code(summary.repository))
}

fn against(summary: &Summary<'_>) -> String {
    match (summary.base, &summary.base_sums) {
        (Some(base), Some(sums)) => format!(
            "; {} has {} tokens · {}, so {}",
            code(base),
            count(sums.tokens.total()),
            cost(sums),
            change(&summary.own, sums)
        ),
        (Some(base), None) => format!("; nothing is known of {} to compare with", code(base)),
        _ => String::new(),
    }
}

/// `**+31,766 tokens (+32.3 %), +$0.06**`
fn change(own: &Sums, base: &Sums) -> String {
    let (now, then) = (i128::from(own.tokens.total()), i128::from(base.tokens.total()));
    let percent = match then {
        0 => String::new(),
        then => {
            let tenths = (now - then) * 1_000 / then;
            let tenths_abs = tenths.unsigned_abs();
            format!(
                " ({}{}.{}\u{a0}%)",
                sign(tenths),
                count(u64::try_from(tenths_abs / 10).unwrap_or(u64::MAX)),
                tenths_abs % 10
            )
        }
    };
    let tokens = u64::try_from((now - then).unsigned_abs()).unwrap_or(u64::MAX);
    let money = match (own.cost(), base.cost()) {
        (Some(now), Some(then)) => {
            let difference = now.saturating_sub(then);
            format!(
                ", {}{}",
                sign(i128::from(difference)),
                screen::cost(Some(difference.saturating_abs()))
            )
        }
        _ => String::new(),
    };
    format!("**{}{} tokens{percent}{money}**", sign(now - then), count(tokens))
}

fn sign(number: i128) -> &'static str {
    if number < 0 { "−" } else { "+" }
}

fn bar(budget: &Budget) -> String {
    let full = match budget.limit {
        0 => BAR_CELLS,
        limit => u64::try_from(budget.used * i128::from(BAR_CELLS) / limit).unwrap_or(BAR_CELLS),
    };
    let cells = usize::try_from(full.min(BAR_CELLS)).unwrap_or(0);
    let rest = usize::try_from(BAR_CELLS).unwrap_or(0) - cells;
    let percent = match budget.limit {
        0 => "over".into(),
        limit => {
            let percent = u64::try_from(budget.used * 100 / limit).unwrap_or(u64::MAX);
            format!("{}\u{a0}%", count(percent))
        }
    };
    let verdict = if budget.over {
        "✗ **over budget**"
    } else {
        "✓ within budget"
    };
    format!(
        "`{}{}` {percent} · {} of {} · {verdict}",
        "█".repeat(cells),
        "░".repeat(rest),
        budget.used_text,
        budget.limit_text
    )
}

fn branches(summary: &Summary<'_>) -> String {
    if summary.branches.is_empty() {
        return String::new();
    }
    let base = summary.base.filter(|_| summary.base_sums.is_some());
    let mut text = "\n### By branch\n\n| Branch | Responses | Input | Output | Tokens | Cost |".to_owned();
    text += &base.map_or(String::new(), |base| format!(" Against {} |", code(base)));
    text += "\n|:--|--:|--:|--:|--:|--:|";
    text += if base.is_some() { "--:|\n" } else { "\n" };
    let mut total = Sums::default();
    for (place, (name, sums)) in summary.branches.iter().enumerate() {
        total.join(sums);
        if place >= LINES_MAX {
            continue;
        }
        let name = if *name == summary.branch {
            format!("**{}**", code(name))
        } else {
            code(name)
        };
        text += &format!("| {name} {}", figures(sums));
        if let (Some(base), Some(than)) = (base, &summary.base_sums) {
            let change = if summary.branches[place].0 == base {
                "·".into()
            } else {
                change(sums, than).replace("**", "").replace(" tokens", "")
            };
            text += &format!(" {change} |");
        }
        text += "\n";
    }
    text += &more(summary.branches.len(), "branch", "branches", base.is_some());
    if summary.branches.len() > 1 {
        text += &format!("| **Total** {}", figures(&total));
        text += if base.is_some() { " |\n" } else { "\n" };
    }
    text
}

fn models(summary: &Summary<'_>) -> String {
    if summary.models.is_empty() {
        return String::new();
    }
    let mut text = "\n### By model\n\n| Model | From | Responses | Input | Output | Tokens | Cost |\n\
                    |:--|:--|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for (client, model, sums) in summary.models.iter().take(LINES_MAX) {
        text += &format!("| {} | {client} {}\n", code(model), figures(sums));
    }
    text + &more(summary.models.len(), "model", "models", false)
}

fn more(lines: usize, one: &str, many: &str, is_wide: bool) -> String {
    match lines.saturating_sub(LINES_MAX) {
        0 => String::new(),
        rest => format!(
            "| and {rest} {} | | | | | |{}\n",
            if rest == 1 { one } else { many },
            if is_wide { " |" } else { "" }
        ),
    }
}

fn figures(sums: &Sums) -> String {
    let tokens = &sums.tokens;
    format!(
        "| {} | {} | {} | {} | {} |",
        count(sums.rows),
        count(tokens.input + tokens.cache_read + tokens.cache_write),
        count(tokens.output),
        count(tokens.total()),
        cost(sums)
    )
}

/// With its star as a star.
fn cost(sums: &Sums) -> String {
    show::cost(sums).replace('*', "\\*")
}

/// A text of unknown origin as code: no link, mention, picture, tag or table cell comes of it.
pub fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use usage::record::Tokens;

    use super::*;

    fn sums(rows: u64, input: u64, output: u64, cost: i64) -> Sums {
        Sums {
            tokens: Tokens {
                input,
                output,
                ..Tokens::default()
            },
            rows,
            cost_nano_usd: cost,
            ..Sums::default()
        }
    }

    #[test]
    fn a_summary_has_branches_models_change_and_budget() {
        let own = sums(14, 120_000, 10_000, 350_000_000);
        let base = sums(9, 90_000, 8_234, 290_000_000);
        let mut unpriced = sums(1, 2_000, 0, 0);
        (unpriced.unpriced_rows, unpriced.unpriced_tokens) = (1, 2_000);
        let summary = Summary {
            repository: "github.com/acme/shop",
            branch: "feature/api",
            base: Some("main"),
            own: own.clone(),
            base_sums: Some(base.clone()),
            branches: vec![
                ("feature/api", own.clone()),
                ("main", base),
                ("fix|`x`", unpriced),
            ],
            models: vec![("ci", "gpt-5-mini", own)],
            budgets: vec![Budget {
                used: 130_000,
                limit: 200_000,
                kind: "tokens",
                used_text: "130,000".into(),
                limit_text: "200,000 tokens".into(),
                over: false,
            }],
        };
        insta::assert_snapshot!(render(&summary));
    }

    #[test]
    fn a_budget_far_exceeded_has_its_digits_in_groups() {
        let budget = Budget {
            used: 12_345_678,
            limit: 1_000,
            kind: "tokens",
            used_text: "12,345,678".into(),
            limit_text: "1,000 tokens".into(),
            over: true,
        };
        let bar = bar(&budget);
        assert!(bar.contains(" 1,234,567\u{a0}% · 12,345,678 of"), "{bar}");
    }

    #[test]
    fn names_stay_code_whatever_they_are() {
        assert_eq!(code("main"), "`main`");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(code("<img src=x>\n@everyone"), "`<img src=x>@everyone`");
    }
}
