//! What each version of a price said, for the rows that name it: kept when it comes into force.

use std::{cell::RefCell, collections::HashSet};

use crate::{
    clock::now_ms,
    ledger::{LedgerError, PeopleChange, PeopleRequest},
    state::Gateway,
};

/// Versions that are in the database for sure.
#[derive(Default)]
pub(super) struct Kept(RefCell<HashSet<String>>);

impl Kept {
    pub async fn keep(&self, gateway: &Gateway) -> Result<(), LedgerError> {
        let prices = self.new_ones(gateway);
        if prices.is_empty() {
            return Ok(());
        }
        let versions: Vec<String> = prices.iter().map(|(version, _)| version.clone()).collect();
        let request = PeopleRequest {
            at: now_ms(),
            change: PeopleChange::KeepPrices(prices),
            note: None,
            asked: None,
        };
        drop(gateway.ledger.people(request).await?);
        self.0.borrow_mut().extend(versions);
        Ok(())
    }

    fn new_ones(&self, gateway: &Gateway) -> Vec<(String, String)> {
        let catalogue = gateway.catalogue.load();
        let kept = self.0.borrow();
        let mut found = HashSet::new();
        let routes = catalogue.entries().iter().flat_map(|entry| &entry.routes);
        let prices = routes.filter_map(|route| route.price.as_ref());
        prices
            .filter(|pricing| !pricing.version.is_empty() && !kept.contains(&*pricing.version))
            .filter(|pricing| found.insert(pricing.version.to_string()))
            // Numbers and names always have a form in JSON.
            .map(|pricing| {
                (
                    pricing.version.to_string(),
                    serde_json::to_string(&*pricing.price).unwrap_or_default(),
                )
            })
            .collect()
    }
}
