//! Sums of what others say, which may come to more than a number of the database holds: one sum that
//! overflows would refuse the answer to everybody.

use super::sql::{Row, RowError};

/// Below this and above it is summed apart, so that either sum stays small.
const SPLIT: i64 = 1_000_000_000;

/// The two columns of the sum of a number that is not negative.
pub(super) fn total(number: &str) -> String {
    format!("CAST(SUM({number} / {SPLIT}) AS BIGINT), CAST(SUM({number} % {SPLIT}) AS BIGINT)")
}

/// The sum that they are, at most what a number can say.
pub(super) fn total_at(row: &Row, column: usize) -> Result<i64, RowError> {
    let (above, below) = (row.int(column)?, row.int(column + 1)?);
    Ok(above.saturating_mul(SPLIT).saturating_add(below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::people::Value;

    #[test]
    fn two_sums_are_one_and_end_at_what_a_number_says() {
        let of = |above, below| total_at(&Row(vec![Value::Int(above), Value::Int(below)]), 0).unwrap();
        assert_eq!(of(0, 0), 0);
        assert_eq!(of(2, 3_000_000_001), 5_000_000_001);
        assert_eq!(of(9_223_372_036, 854_775_807), i64::MAX);
        assert_eq!(of(9_223_372_036, 854_775_808), i64::MAX);
        assert_eq!(of(i64::MAX, i64::MAX), i64::MAX);
    }
}
