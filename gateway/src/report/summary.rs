use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use protocol::{
    KeyId, MemberId,
    api::{Dimension, SummaryQuery, SummaryRow, UsageTotals},
};

use super::{
    Whose,
    cell::{Cell, Cells, add},
};

const GROUPS_DEFAULT: u32 = 200;
const GROUPS_MAX: u32 = 1_000;

/// What a summary is made of, and how.
#[derive(Clone, Debug)]
pub struct Selection {
    pub whose: Whose,
    pub query: SummaryQuery,
    /// Whose each key is, where that is asked for.
    pub members: HashMap<KeyId, MemberId>,
}

impl Selection {
    fn takes(&self, cell: &Cell) -> bool {
        let query = &self.query;
        let is = |asked: &Option<String>, is: &str| asked.as_deref().is_none_or(|asked| asked == is);
        self.whose.has(cell.key, cell.device)
            && query.from.is_none_or(|from| cell.day >= from)
            && query.to.is_none_or(|to| cell.day <= to)
            && query.key_id.is_none_or(|key| key == cell.key)
            && query
                .member_id
                .is_none_or(|member| self.members.get(&cell.key) == Some(&member))
            && query.device_id.is_none_or(|device| device == cell.device)
            && query.kind.is_none_or(|kind| kind.as_str() == cell.kind)
            && is(&query.model, &cell.model)
            && is(&query.repository, &cell.repository)
            && is(&query.branch, &cell.branch)
    }
}

fn name(cell: &Cell, dimension: Dimension, members: &HashMap<KeyId, MemberId>) -> String {
    match dimension {
        Dimension::Member => members
            .get(&cell.key)
            .map(ToString::to_string)
            .unwrap_or_default(),
        Dimension::Day => cell.day.to_string(),
        Dimension::Model => cell.model.clone(),
        Dimension::Kind => cell.kind.clone(),
        Dimension::Device => cell.device.to_string(),
        Dimension::Key => cell.key.to_string(),
        Dimension::Repository => cell.repository.clone(),
        Dimension::Branch => cell.branch.clone(),
    }
}

/// Rows, their totals, and how many groups were left out of the rows.
pub fn summary(cells: &Cells, selection: &Selection) -> (Vec<SummaryRow>, UsageTotals, u64) {
    let group_by = selection.query.group_by.unwrap_or(Dimension::Day);
    let mut sums: HashMap<(String, Option<String>), UsageTotals> = HashMap::new();
    let mut groups: HashMap<String, UsageTotals> = HashMap::new();
    let mut all = UsageTotals::default();
    for (cell, sum) in cells.sums.iter().filter(|(cell, _)| selection.takes(cell)) {
        let group = name(cell, group_by, &selection.members);
        let stack = selection
            .query
            .stack_by
            .map(|stack| name(cell, stack, &selection.members));
        add(groups.entry(group.clone()).or_default(), sum);
        add(sums.entry((group, stack)).or_default(), sum);
        add(&mut all, sum);
    }
    let kept = kept(&groups, group_by, selection.query.limit);
    let left_out = groups.len() - kept.len();
    let mut rows: Vec<_> = sums
        .into_iter()
        .filter(|((group, _), _)| kept.contains(group))
        .map(|((group, stack), sum)| SummaryRow {
            group,
            stack,
            requests: sum.requests,
            usage: sum.usage,
            cost_nano_usd: sum.cost_nano_usd,
        })
        .collect();
    sort(&mut rows, &groups, group_by);
    (rows, all, left_out as u64)
}

/// Days are always whole; of anything else the dearest are kept.
fn kept(groups: &HashMap<String, UsageTotals>, by: Dimension, limit: Option<u32>) -> HashSet<String> {
    let mut names: Vec<_> = groups.iter().collect();
    if by != Dimension::Day {
        names.sort_by_key(|(name, sum)| (Reverse(sum.cost_nano_usd), Reverse(sum.requests), name.as_str()));
        names.truncate(limit.unwrap_or(GROUPS_DEFAULT).clamp(1, GROUPS_MAX) as usize);
    }
    names.into_iter().map(|(name, _)| name.clone()).collect()
}

fn sort(rows: &mut [SummaryRow], groups: &HashMap<String, UsageTotals>, by: Dimension) {
    let cost = |group: &str| groups.get(group).map_or(0, |sum| sum.cost_nano_usd.nano_usd());
    rows.sort_by(|one, other| {
        let by_group = if by == Dimension::Day {
            one.group.cmp(&other.group)
        } else {
            cost(&other.group)
                .cmp(&cost(&one.group))
                .then_with(|| one.group.cmp(&other.group))
        };
        by_group
            .then_with(|| other.cost_nano_usd.cmp(&one.cost_nano_usd))
            .then_with(|| one.stack.cmp(&other.stack))
    });
}

/// The sum of some cells.
pub fn totals(cells: &Cells, takes: impl Fn(&Cell) -> bool) -> UsageTotals {
    let mut all = UsageTotals::default();
    for (_, sum) in cells.sums.iter().filter(|(cell, _)| takes(cell)) {
        add(&mut all, sum);
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use protocol::{DeviceId, RequestKind, TokenUsage};
    use uuid::Uuid;

    use super::*;
    use crate::report::Line;

    const HOUR: i64 = 3_600_000;

    fn cells(lines: &[(i64, u8, &str, &str, i64)]) -> Cells {
        let mut cells = Cells::default();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        for &(at, key, model, branch, cost) in lines {
            let line = Line {
                request: protocol::RequestId::from_uuid(Uuid::nil()),
                at,
                key: KeyId::from_uuid(Uuid::from_bytes([key; 16])),
                device: DeviceId::from_uuid(Uuid::from_bytes([key; 16])),
                kind: "chat".into(),
                model: model.into(),
                repository: String::new(),
                branch: branch.into(),
                usage: TokenUsage {
                    input_tokens: 10,
                    ..TokenUsage::default()
                },
                cost,
            };
            cells.count(line, &zone);
        }
        cells
    }

    fn folded(cells: &Cells, query: SummaryQuery, whose: Whose) -> (Vec<(String, Option<String>, i64)>, u64) {
        let (rows, _, left_out) = summary(
            cells,
            &Selection {
                whose,
                query,
                members: HashMap::from([(
                    KeyId::from_uuid(Uuid::from_bytes([1; 16])),
                    MemberId::from_uuid(Uuid::from_bytes([7; 16])),
                )]),
            },
        );
        let rows = rows.into_iter();
        (
            rows.map(|row| (row.group, row.stack, row.cost_nano_usd.nano_usd()))
                .collect(),
            left_out,
        )
    }

    #[test]
    fn a_day_is_one_of_the_time_zone() {
        // 23:30 in London is the next day in Berlin.
        let at = 1_784_500_200_000;
        let cells = cells(&[
            (at, 1, "a", "", 5),
            (at - HOUR, 1, "a", "", 7),
            (at - 3 * HOUR, 1, "b", "", 2),
        ]);
        let (rows, _) = folded(&cells, SummaryQuery::default(), Whose::default());
        assert_eq!(
            rows,
            [("2026-07-19".into(), None, 9), ("2026-07-20".into(), None, 5)]
        );
    }

    #[test]
    fn groups_come_by_cost_and_the_cheapest_are_left_out() {
        let cells = cells(&[
            (0, 1, "a", "x", 5),
            (0, 1, "a", "y", 4),
            (0, 1, "b", "x", 7),
            (0, 1, "c", "", 1),
        ]);
        let query = SummaryQuery {
            group_by: Some(Dimension::Model),
            stack_by: Some(Dimension::Branch),
            limit: Some(2),
            ..SummaryQuery::default()
        };
        let (rows, left_out) = folded(&cells, query, Whose::default());
        let expected = [("a", "x", 5), ("a", "y", 4), ("b", "x", 7)];
        assert_eq!(
            rows,
            expected.map(|(group, stack, cost)| (group.into(), Some(stack.into()), cost))
        );
        assert_eq!(left_out, 1);
    }

    #[test]
    fn usage_is_whose_the_key_is() {
        let cells = cells(&[(0, 1, "a", "x", 5), (0, 1, "b", "x", 6), (0, 2, "a", "", 4)]);
        let member = MemberId::from_uuid(Uuid::from_bytes([7; 16]));
        let by_member = SummaryQuery {
            group_by: Some(Dimension::Member),
            ..SummaryQuery::default()
        };
        let (rows, _) = folded(&cells, by_member.clone(), Whose::default());
        assert_eq!(rows, [(member.to_string(), None, 11), (String::new(), None, 4)]);
        let only = SummaryQuery {
            member_id: Some(member),
            ..by_member
        };
        let (rows, _) = folded(&cells, only, Whose::default());
        assert_eq!(rows, [(member.to_string(), None, 11)]);
    }

    #[test]
    fn filters_and_owners_take_only_what_is_theirs() {
        let cells = cells(&[(0, 1, "a", "x", 5), (0, 2, "a", "", 4)]);
        let only = |query| {
            folded(&cells, query, Whose::default())
                .0
                .iter()
                .map(|row| row.2)
                .sum::<i64>()
        };
        assert_eq!(
            only(SummaryQuery {
                branch: Some(String::new()),
                ..SummaryQuery::default()
            }),
            4
        );
        assert_eq!(
            only(SummaryQuery {
                kind: Some(RequestKind::Completion),
                ..SummaryQuery::default()
            }),
            0
        );
        let mine = Whose {
            keys: Some(HashSet::from([KeyId::from_uuid(Uuid::from_bytes([1; 16]))])),
            device: None,
        };
        assert_eq!(folded(&cells, SummaryQuery::default(), mine).0[0].2, 5);
    }
}
