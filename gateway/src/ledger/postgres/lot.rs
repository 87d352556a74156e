//! Lots that the transaction has locked: what is decided on them is what will be written.

use std::collections::HashMap;

use protocol::{KeyId, Money};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{failure::Failure, spender::Spenders};
use crate::ledger::{HoldRefusal, HoldRequest, LotState};

struct Locked {
    is_active: bool,
    expires_at: Option<i64>,
    state: LotState,
    held: i64,
    spent: i64,
}

pub(super) struct Lots(HashMap<Uuid, Locked>);

/// By how much a lot's `held` and `spent` change, in nano-USD.
pub(super) struct Move {
    pub lot: Uuid,
    pub held: i64,
    pub spent: i64,
}

impl Lots {
    /// Reads `id, status, expires_at, granted, spent, held`.
    pub fn read(rows: &[Row]) -> Result<Self, Failure> {
        let lots = rows.iter().map(|row| {
            let locked = Locked {
                is_active: row.try_get::<_, i16>(1)? == 0,
                expires_at: row.try_get(2)?,
                state: LotState {
                    granted: Money::from_nano_usd(row.try_get(3)?),
                    spent: Money::from_nano_usd(row.try_get(4)?),
                    held: Money::from_nano_usd(row.try_get(5)?),
                },
                held: 0,
                spent: 0,
            };
            Ok((row.try_get(0)?, locked))
        });
        Ok(Self(lots.collect::<Result<_, tokio_postgres::Error>>()?))
    }

    /// Reserves what is neither spent nor held, on an active lot, for a live device, within the caps.
    pub fn hold(
        &mut self,
        request: &HoldRequest,
        device_is_live: bool,
        spenders: &Spenders,
    ) -> Result<LotState, HoldRefusal> {
        let lot = self
            .0
            .get(request.key.as_uuid())
            .filter(|lot| lot.is_active && device_is_live)
            .ok_or(HoldRefusal::Revoked)?;
        if lot.expires_at.is_some_and(|at| at <= request.at) {
            return Err(HoldRefusal::Expired);
        }
        if lot.state.available() < request.amount {
            return Err(HoldRefusal::Short(lot.state));
        }
        for (place, cap) in request.caps.iter().enumerate() {
            let (left, held) = spenders.room(request, cap, &lot.state);
            if left < request.amount.nano_usd() {
                return Err(HoldRefusal::Capped {
                    place,
                    left: Money::from_nano_usd(left),
                    held: Money::from_nano_usd(held),
                });
            }
        }
        self.change(request.key, request.amount.nano_usd(), 0)
            .ok_or(HoldRefusal::Revoked)
    }

    pub fn state(&self, key: KeyId) -> Option<&LotState> {
        self.0.get(key.as_uuid()).map(|lot| &lot.state)
    }

    /// The lot after the change; `None` when there is no such lot.
    pub fn change(&mut self, key: KeyId, held: i64, spent: i64) -> Option<LotState> {
        let lot = self.0.get_mut(key.as_uuid())?;
        lot.held += held;
        lot.spent += spent;
        lot.state.held = Money::from_nano_usd(lot.state.held.nano_usd() + held);
        lot.state.spent = Money::from_nano_usd(lot.state.spent.nano_usd() + spent);
        Some(lot.state)
    }

    pub fn into_moves(self) -> Vec<Move> {
        let moved = self
            .0
            .into_iter()
            .filter(|(_, lot)| (lot.held, lot.spent) != (0, 0));
        moved
            .map(|(id, lot)| Move {
                lot: id,
                held: lot.held,
                spent: lot.spent,
            })
            .collect()
    }
}
