//! Credit that moves: from the house to a lot, between lots, and back to the house. It changes what
//! was granted, so that `spent` stays what usage cost. What may move is decided here, on lots that
//! nobody else changes meanwhile, the same for each database; each database's statement and its
//! CHECK have the last word.

use std::collections::HashMap;

use protocol::{
    KeyId, Money,
    api::{LotFigures, Share, Transfer, TransferKind, Transfers},
};
use serde::Serialize;

use super::{
    LotState,
    allowance::{Standing, Terms},
};

/// For how long the same order under the same `Idempotency-Key` is answered as it was.
pub(super) const ANSWERED_MS: i64 = 24 * 3_600 * 1_000;
/// Lots in one transaction of [`Ledger::due`](super::Ledger::due).
pub(super) const DUE_AT_ONCE: i64 = 256;

/// What an owner wants done with credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Order {
    Grant {
        to: KeyId,
        amount: Money,
    },
    /// Divides the amount, or all that is available.
    Allocate {
        from: KeyId,
        amount: Option<Money>,
        shares: Vec<Share>,
    },
    /// Divides the amount, or all that is available, evenly.
    Divide {
        from: KeyId,
        amount: Option<Money>,
        to: Vec<KeyId>,
    },
    /// Takes the amount back, or all that is available.
    Reclaim {
        from: KeyId,
        amount: Option<Money>,
    },
    /// Sets a key's allowance, or ends it.
    Allowance {
        key: KeyId,
        terms: Option<Terms>,
    },
}

/// An order, as it reaches the ledger.
#[derive(Clone, Debug)]
pub struct OrderRequest {
    pub order: Order,
    pub at: i64,
    /// The caller's `Idempotency-Key`: under it the order is carried out once.
    pub idempotency_key: Option<String>,
}

/// Why nothing was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderRefusal {
    Unknown(KeyId),
    /// Revoked or expired: its credit can only go back to the house.
    Closed(KeyId),
    /// The amount is more than what is neither spent nor held.
    Short(LotState),
    /// The lot would hold more than a number can say.
    Full(KeyId),
    /// Another order came under the same idempotency key.
    Reused,
}

/// A lot that nobody else changes at the moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct LotView {
    pub state: LotState,
    pub is_revoked: bool,
    pub expires_at: Option<i64>,
    pub allowance: Option<Standing>,
}

pub(super) type LotViews = HashMap<KeyId, LotView>;

/// What has to be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// To be carried out in this order.
    pub transfers: Vec<Transfer>,
    pub allowance: Option<(KeyId, Standing)>,
}

impl Order {
    /// The lots that it is about, in the order in which they are locked.
    pub(super) fn lots(&self) -> Vec<KeyId> {
        let mut lots = match self {
            Self::Grant { to: key, .. } | Self::Reclaim { from: key, .. } | Self::Allowance { key, .. } => {
                vec![*key]
            }
            Self::Allocate { from, shares, .. } => {
                let targets = shares.iter().map(|share| share.to_key_id);
                targets.chain([*from]).collect()
            }
            Self::Divide { from, to, .. } => to.iter().copied().chain([*from]).collect(),
        };
        lots.sort_unstable();
        lots.dedup();
        lots
    }

    /// What tells one order from another.
    pub(super) fn to_text(&self) -> String {
        // Ids, numbers and names always have a form in JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn plan(&self, at: i64, lots: &LotViews) -> Result<Plan, OrderRefusal> {
        match self {
            Self::Grant { to, amount } => grant(*to, *amount, at, lots),
            Self::Allocate { from, amount, shares } => {
                let targets = shares.iter().map(|share| share.to_key_id).collect();
                allocate(*from, *amount, targets, |amount| split(amount, shares), at, lots)
            }
            Self::Divide { from, amount, to } => allocate(
                *from,
                *amount,
                to.clone(),
                |amount| evenly(amount, to.len()),
                at,
                lots,
            ),
            Self::Reclaim { from, amount } => reclaim(*from, *amount, lots),
            Self::Allowance { key, terms } => set_allowance(*key, *terms, at, lots),
        }
    }
}

impl LotView {
    fn is_expired(&self, at: i64) -> bool {
        self.expires_at.is_some_and(|end| end <= at)
    }

    /// What time alone brings about on this lot; `None` when that is nothing.
    pub fn due(&self, key: KeyId, now: i64) -> Option<Plan> {
        if self.is_expired(now) || self.is_revoked {
            return self.end(key, now);
        }
        let (transfers, after) = self.allowance?.bring(key, self.state, now)?;
        Some(Plan {
            transfers,
            allowance: Some((key, after)),
        })
    }

    /// An allowance ends with its key. The credit of an expired one goes back as soon as no hold is
    /// pending: until then a late settle may still need it.
    fn end(&self, key: KeyId, now: i64) -> Option<Plan> {
        let has_allowance = |allowance: &Standing| allowance.next_at.is_some();
        let allowance = self.allowance.filter(has_allowance).map(Standing::ended);
        let rest = self.state.available();
        let goes_back = self.is_expired(now) && self.state.held == Money::ZERO && rest > Money::ZERO;
        let plan = Plan {
            transfers: Vec::from_iter(goes_back.then_some(Transfer {
                kind: TransferKind::Expire,
                from_key_id: Some(key),
                to_key_id: None,
                amount_nano_usd: rest,
            })),
            allowance: allowance.map(|allowance| (key, allowance)),
        };
        (plan != Plan::default()).then_some(plan)
    }
}

fn known(key: KeyId, lots: &LotViews) -> Result<&LotView, OrderRefusal> {
    lots.get(&key).ok_or(OrderRefusal::Unknown(key))
}

/// A lot that can be given credit, and give credit to others.
fn open(key: KeyId, at: i64, lots: &LotViews) -> Result<&LotView, OrderRefusal> {
    let lot = known(key, lots)?;
    if lot.is_revoked || lot.is_expired(at) {
        return Err(OrderRefusal::Closed(key));
    }
    Ok(lot)
}

fn has_room(key: KeyId, lot: &LotView, amount: Money) -> Result<(), OrderRefusal> {
    let sum = lot.state.granted.checked_add(amount);
    sum.map(drop).ok_or(OrderRefusal::Full(key))
}

pub(super) const fn grant_of(key: KeyId, amount: Money) -> Transfer {
    Transfer {
        kind: TransferKind::Grant,
        from_key_id: None,
        to_key_id: Some(key),
        amount_nano_usd: amount,
    }
}

fn grant(to: KeyId, amount: Money, at: i64, lots: &LotViews) -> Result<Plan, OrderRefusal> {
    has_room(to, open(to, at, lots)?, amount)?;
    Ok(Plan {
        transfers: vec![grant_of(to, amount)],
        allowance: None,
    })
}

fn allocate(
    from: KeyId,
    amount: Option<Money>,
    targets: Vec<KeyId>,
    divide: impl Fn(Money) -> Vec<Money>,
    at: i64,
    lots: &LotViews,
) -> Result<Plan, OrderRefusal> {
    let source = open(from, at, lots)?;
    let available = source.state.available();
    let parts = divide(amount.unwrap_or(available));
    let mut needed = Money::ZERO;
    let mut transfers = Vec::new();
    for (to, part) in targets.into_iter().zip(parts) {
        has_room(to, open(to, at, lots)?, part)?;
        needed = needed.saturating_add(part);
        if part > Money::ZERO {
            transfers.push(Transfer {
                kind: TransferKind::Allocate,
                from_key_id: Some(from),
                to_key_id: Some(to),
                amount_nano_usd: part,
            });
        }
    }
    if needed > available {
        return Err(OrderRefusal::Short(source.state));
    }
    Ok(Plan {
        transfers,
        allowance: None,
    })
}

/// Also from a key that was revoked or has expired: its credit has nowhere else to go.
fn reclaim(from: KeyId, amount: Option<Money>, lots: &LotViews) -> Result<Plan, OrderRefusal> {
    let state = known(from, lots)?.state;
    let amount = amount.unwrap_or(state.available());
    if amount > state.available() {
        return Err(OrderRefusal::Short(state));
    }
    Ok(Plan {
        transfers: Vec::from_iter((amount > Money::ZERO).then_some(Transfer {
            kind: TransferKind::Reclaim,
            from_key_id: Some(from),
            to_key_id: None,
            amount_nano_usd: amount,
        })),
        allowance: None,
    })
}

fn set_allowance(key: KeyId, terms: Option<Terms>, at: i64, lots: &LotViews) -> Result<Plan, OrderRefusal> {
    let Some(terms) = terms else {
        let before = known(key, lots)?.allowance;
        return Ok(Plan {
            transfers: Vec::new(),
            allowance: before.map(|before| (key, before.ended())),
        });
    };
    let lot = open(key, at, lots)?;
    let allowance = Standing::under(lot.allowance, terms, at);
    let (transfers, after) = match allowance.bring(key, lot.state, at) {
        Some((transfers, after)) => (transfers, after),
        None => (Vec::new(), allowance),
    };
    Ok(Plan {
        transfers,
        allowance: Some((key, after)),
    })
}

/// Divides an amount by percent, exactly: what rounding down leaves goes to the parts that lost
/// most by it. What the shares leave of the hundred is a part too, and stays where it is.
fn split(amount: Money, shares: &[Share]) -> Vec<Money> {
    let amount = i128::from(amount.nano_usd());
    let of_shares = shares.iter().map(|share| i128::from(share.percent));
    let kept = 100 - of_shares.clone().sum::<i128>();
    let percents: Vec<i128> = of_shares.chain([kept]).collect();
    let mut parts: Vec<i128> = percents.iter().map(|percent| amount * percent / 100).collect();
    let left = amount - parts.iter().sum::<i128>();
    let mut by_loss: Vec<usize> = (0..parts.len()).collect();
    by_loss.sort_by_key(|&part| std::cmp::Reverse(amount * percents[part] % 100));
    // Fewer are left than parts lost something: each of them lost less than one.
    for part in by_loss.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[part] += 1;
    }
    parts.truncate(shares.len());
    let money = |part| Money::from_nano_usd(i64::try_from(part).unwrap_or(i64::MAX));
    parts.into_iter().map(money).collect()
}

/// The same for each, exactly: the first ones get a nano-dollar more until nothing is left.
fn evenly(amount: Money, parts: usize) -> Vec<Money> {
    let parts = i64::try_from(parts).unwrap_or(i64::MAX).max(1);
    let (each, left) = (amount.nano_usd() / parts, amount.nano_usd() % parts);
    (0..parts)
        .map(|part| Money::from_nano_usd(each + i64::from(part < left)))
        .collect()
}

/// The lots of an entry: its own, and where its credit went if that is a lot too.
pub(super) fn entry_lots(transfer: &Transfer) -> (Option<KeyId>, Option<KeyId>) {
    match (transfer.from_key_id, transfer.to_key_id) {
        (None, to) => (to, None),
        from_lot => from_lot,
    }
}

/// What is answered: the transfers, and the lots after them.
pub(super) fn transfers_of(plan: &Plan, lots: &[KeyId], views: &LotViews) -> Transfers {
    let figures = lots.iter().filter_map(|key| {
        let state = views.get(key)?.state;
        Some(LotFigures {
            key_id: *key,
            granted_nano_usd: state.granted,
            spent_nano_usd: state.spent,
            held_nano_usd: state.held,
            available_nano_usd: state.available(),
        })
    });
    Transfers {
        transfers: plan.transfers.clone(),
        lots: figures.collect(),
    }
}

/// The answer that an order under this idempotency key had before.
pub(super) fn answer_again(before: &str, answer: &str, now: &str) -> Result<Transfers, OrderRefusal> {
    if before != now {
        return Err(OrderRefusal::Reused);
    }
    serde_json::from_str(answer).map_err(|_| OrderRefusal::Reused)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(number: u8, percent: u8) -> Share {
        Share {
            to_key_id: KeyId::from_bytes([number; 16]),
            percent,
        }
    }

    fn parts(amount: i64, percents: &[u8]) -> Vec<i64> {
        let shares: Vec<_> = percents.iter().map(|&percent| share(percent, percent)).collect();
        let parts = split(Money::from_nano_usd(amount), &shares);
        parts.into_iter().map(Money::nano_usd).collect()
    }

    #[test]
    fn parts_add_up_and_the_largest_loss_is_made_good_first() {
        assert_eq!(parts(100, &[33, 33, 34]), [33, 33, 34]);
        assert_eq!(parts(10, &[33, 33, 34]), [3, 3, 4]);
        assert_eq!(parts(1, &[50, 50]), [1, 0]);
        assert_eq!(parts(3, &[30, 70]), [1, 2]);
        // Sixty stay: of 2 that is 1.2, the part that loses least.
        assert_eq!(parts(2, &[20, 20]), [1, 0]);
        assert_eq!(parts(i64::MAX, &[100]), [i64::MAX]);
    }

    #[test]
    fn even_parts_differ_by_a_nano_dollar_at_most_and_add_up() {
        let of = |amount, parts| -> Vec<i64> {
            let parts = evenly(Money::from_nano_usd(amount), parts);
            parts.into_iter().map(Money::nano_usd).collect()
        };
        assert_eq!(of(10, 3), [4, 3, 3]);
        assert_eq!(of(1, 2), [1, 0]);
        assert_eq!(of(9, 1), [9]);
        assert_eq!(of(i64::MAX, 14).iter().sum::<i64>(), i64::MAX);
    }

    proptest! {
        #[test]
        fn a_whole_is_divided_without_a_rest(amount in 0..i64::MAX, cuts in prop::collection::btree_set(1..100u8, 0..9)) {
            let mut percents = Vec::new();
            let mut last = 0;
            for cut in cuts.into_iter().chain([100]) {
                percents.push(cut - last);
                last = cut;
            }
            let parts = parts(amount, &percents);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            for (part, percent) in parts.iter().zip(percents) {
                let exact = i128::from(amount) * i128::from(percent);
                prop_assert!((i128::from(*part) * 100 - exact).abs() < 100);
            }
        }
    }
}
