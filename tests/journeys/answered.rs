//! What a scripted upstream reported for its answers, to be found again in the ledger.

use std::sync::{Arc, Mutex};

use protocol::{KeyId, Money, TokenUsage};
use tests::{Gateway, Price};

/// A model that costs nothing; every other one has [`Price::USUAL`].
pub const FREE: &str = "free";

/// Model and usage of every answer that was played to its end.
#[derive(Clone, Default)]
pub struct Answered(Arc<Mutex<Vec<(String, TokenUsage)>>>);

impl Answered {
    /// How many answers there were; the number of the next one.
    pub fn count(&self) -> u64 {
        u64::try_from(self.0.lock().unwrap().len()).unwrap()
    }
    pub fn note(&self, model: &str, usage: TokenUsage) {
        self.0.lock().unwrap().push((model.into(), usage));
    }

    /// Every answer has one row with its usage and its price, what was broken off has one with an
    /// estimate, and there is no other. Tells the sum.
    pub async fn is_in_ledger(&self, gateway: &Gateway, key: KeyId, broken_off: usize) -> Money {
        let answered = self.0.lock().unwrap().clone();
        let rows = gateway.rows(key, answered.len() + broken_off).await;
        for row in &rows {
            let cost = match row.model.as_str() {
                FREE => Money::ZERO,
                _ => Price::USUAL.of(&row.usage),
            };
            assert_eq!(row.cost_nano_usd, cost, "{row:?}");
        }
        for (model, usage) in &answered {
            let is_its = |row: &&_| is_exact(row, model, usage);
            assert_eq!(
                rows.iter().filter(is_its).count(),
                1,
                "one row for {model} {usage:?}"
            );
        }
        assert_eq!(rows.iter().filter(|row| row.estimated).count(), broken_off);
        assert_eq!(rows.len(), answered.len() + broken_off);
        let sum: i64 = rows.iter().map(|row| row.cost_nano_usd.nano_usd()).sum();
        Money::from_nano_usd(sum)
    }
}

fn is_exact(row: &protocol::api::UsageEntry, model: &str, usage: &TokenUsage) -> bool {
    row.model == model && row.usage == *usage && !row.estimated
}
