//! The writer's own copy of the lots that it changed, for the answers that it gives. What may be
//! held is decided by the database alone; the copy saves reading back what was just written.

use std::collections::HashMap;

use protocol::{KeyId, Money};
use rusqlite::Connection;

use crate::ledger::{LotState, rows};

/// More lots than this at once are forgotten and read anew.
const KNOWN_MAX: usize = 16_384;

#[derive(Default)]
pub(super) struct Lots {
    known: HashMap<KeyId, LotState>,
}

impl Lots {
    /// The lot after `held` and `spent` (nano-USD, either sign) were added to it in the database.
    pub(super) fn after(
        &mut self,
        connection: &Connection,
        key: KeyId,
        held: i64,
        spent: i64,
    ) -> rusqlite::Result<LotState> {
        if let Some(lot) = self.known.get_mut(&key) {
            lot.held = Money::from_nano_usd(lot.held.nano_usd() + held);
            lot.spent = Money::from_nano_usd(lot.spent.nano_usd() + spent);
            return Ok(*lot);
        }
        let lot = connection
            .prepare_cached("SELECT granted, spent, held FROM account WHERE id = ?1")?
            .query_row([key.as_bytes()], |row| rows::lot(row))?;
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.known.insert(key, lot);
        Ok(lot)
    }

    /// Something else than a hold or its end changes this lot.
    pub(super) fn forget(&mut self, key: KeyId) {
        self.known.remove(&key);
    }
}
