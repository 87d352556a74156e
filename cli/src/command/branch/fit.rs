//! Which rows may leave this machine: an export and a gateway take what they would believe alone.

use jiff::Timestamp;

use crate::{
    book::{Row, portable},
    gathering::Priced,
    table::amount,
};

/// Rows that stay where they are, since nobody would take them.
#[derive(Debug, Default)]
pub struct Unfit {
    pub rows: usize,
    /// What is wrong with the first of them.
    reason: String,
}

/// Rows in the one form that they have everywhere. One that cannot have it costs no other its place.
pub fn fit(rows: Vec<Priced>) -> (Vec<Priced>, Unfit) {
    let now = Timestamp::now();
    let mut unfit = Unfit::default();
    let mut check = |Priced { row, cost_nano_usd }: Priced| match portable::check_row(row, now) {
        Ok(row) => Some(Priced { row, cost_nano_usd }),
        Err(reason) => {
            unfit.rows += 1;
            if unfit.rows == 1 {
                unfit.reason = reason;
            }
            None
        }
    };
    let rows = rows.into_iter().filter_map(&mut check).collect();
    (rows, unfit)
}

impl Unfit {
    /// What is said of them; None where there are none.
    pub fn text(&self) -> Option<String> {
        let rows = amount(self.rows as u64, "row");
        let what = match self.rows {
            0 => return None,
            1 => format!("{rows} is left out: {}.", self.reason),
            _ => format!("{rows} are left out, the first of them because: {}.", self.reason),
        };
        Some(format!(
            "{what} `token-tracker usage verify --lines` shows where such rows come from."
        ))
    }
}

/// The rows alone.
pub fn rows(priced: Vec<Priced>) -> Vec<Row> {
    priced.into_iter().map(|priced| priced.row).collect()
}
