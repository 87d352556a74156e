use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use protocol::{
    KeyId, Money, RequestId,
    api::{MintedKey, UsageEntry},
};
use tests::{Gateway, Price, Upstream};

use super::traffic::{INPUT_TOKENS, Outcome, Seen, id_of, usage_of};

/// What was found over all rounds.
#[derive(Debug, Default)]
pub struct Tally {
    pub complete: u64,
    pub partial: u64,
    pub nothing: u64,
    pub refused: u64,
    pub rows: u64,
    pub orphans: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            complete,
            partial,
            nothing,
            refused,
            rows,
            orphans,
        } = self;
        write!(
            f,
            "{complete} answers seen whole, {partial} in part, {nothing} not at all, {refused} refused; \
             {rows} usage rows, {orphans} of them settled after a crash; 0 lost, 0 doubled, 0 overspent"
        )
    }
}

/// Compares what clients saw with what was charged.
#[derive(Default)]
pub struct Checker {
    tally: Tally,
    settled: HashMap<KeyId, Vec<UsageEntry>>,
    calls_checked: usize,
    complaints: Vec<String>,
}

impl Checker {
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Checks one round's requests, after the gateway has come back and is ready.
    pub async fn check_round(
        &mut self,
        gateway: &Gateway,
        upstream: &Upstream,
        keys: &[MintedKey],
        seen: Vec<Seen>,
    ) {
        let mut by_id: HashMap<String, UsageEntry> = HashMap::new();
        for key in keys {
            let rows = gateway.usage(key.id).await;
            for row in &rows {
                let id = row
                    .client_request_id
                    .clone()
                    .expect("every request of this load had an id");
                if by_id.insert(id.clone(), row.clone()).is_some() {
                    self.complain(format!("{id} was charged twice"));
                }
            }
            self.count_rows(&rows);
            self.settled.insert(key.id, rows);
        }
        for request in &seen {
            self.check_request(request, by_id.get(&request.id));
        }
        self.check_calls(upstream, &by_id);
        self.check_lots(gateway, keys).await;
        assert!(
            self.complaints.is_empty(),
            "{}\n{}",
            self.complaints.join("\n"),
            gateway.home().path().display()
        );
    }

    fn count_rows(&mut self, rows: &[UsageEntry]) {
        self.tally.rows += rows.len() as u64;
        self.tally.orphans += rows.iter().filter(|row| row.orphan).count() as u64;
    }

    fn check_request(&mut self, seen: &Seen, row: Option<&UsageEntry>) {
        let id = &seen.id;
        match (&seen.outcome, row) {
            (Outcome::Complete { cost }, Some(row)) => {
                self.tally.complete += 1;
                self.check_complete(id, cost.as_deref(), row);
            }
            (Outcome::Partial { output_tokens }, Some(row)) => {
                self.tally.partial += 1;
                self.check_partial(id, *output_tokens, row);
            }
            (Outcome::Complete { .. }, None) => {
                self.complain(format!("{id} was seen whole and never charged"))
            }
            (Outcome::Partial { .. }, None) => {
                self.complain(format!("{id} was seen in part and never charged"))
            }
            (Outcome::Nothing, _) => self.tally.nothing += 1,
            // 503: the database is out of reach.
            (Outcome::Refused(402 | 429 | 503), None) => self.tally.refused += 1,
            (Outcome::Refused(status), _) => self.complain(format!("{id} was answered {status}: {row:?}")),
        }
    }

    fn check_complete(&mut self, id: &str, cost: Option<&str>, row: &UsageEntry) {
        let usage = usage_of(id);
        if row.usage != usage || row.cost_nano_usd != Price::USUAL.of(&usage) || row.estimated || row.orphan {
            self.complain(format!(
                "{id} was seen whole, with {usage:?}, but settled as {row:?}"
            ));
        }
        if cost != Some(&row.cost_nano_usd.to_string()) {
            self.complain(format!(
                "{id} was told that it cost {cost:?}, but paid {}",
                row.cost_nano_usd
            ));
        }
    }

    fn check_partial(&mut self, id: &str, output_tokens: u64, row: &UsageEntry) {
        let mut seen = usage_of(id);
        seen.output_tokens = output_tokens;
        if row.cost_nano_usd < Price::USUAL.of(&seen) || row.usage.total_input() < INPUT_TOKENS {
            self.complain(format!(
                "{id} showed {output_tokens} tokens but paid only {row:?}"
            ));
        }
    }

    /// Whatever the upstream was asked has left a row: a hold is durable before its call.
    fn check_calls(&mut self, upstream: &Upstream, by_id: &HashMap<String, UsageEntry>) {
        let calls = upstream.all_calls();
        for call in &calls[self.calls_checked..] {
            if let Some(id) = id_of(call).filter(|id| !by_id.contains_key(id)) {
                self.complain(format!("the upstream was asked for {id}, but nobody paid"));
            }
        }
        self.calls_checked = calls.len();
    }

    async fn check_lots(&mut self, gateway: &Gateway, keys: &[MintedKey]) {
        let ours: HashSet<KeyId> = keys.iter().map(|key| key.id).collect();
        for lot in gateway.keys().await.iter().filter(|lot| ours.contains(&lot.id)) {
            let sum: i64 = self.settled[&lot.id]
                .iter()
                .map(|row| row.cost_nano_usd.nano_usd())
                .sum();
            if lot.spent_nano_usd.nano_usd() != sum {
                self.complain(format!(
                    "lot {} spent {}, its rows {sum}",
                    lot.id, lot.spent_nano_usd
                ));
            }
            if lot.held_nano_usd != Money::ZERO {
                self.complain(format!("lot {} still holds {}", lot.id, lot.held_nano_usd));
            }
            if lot.spent_nano_usd > lot.granted_nano_usd || lot.available_nano_usd < Money::ZERO {
                self.complain(format!("lot {} is overspent: {lot:?}", lot.id));
            }
        }
    }

    /// After all crashes: what was settled once has not changed and is still there.
    pub async fn check_all_again(&mut self, gateway: &Gateway) {
        let order = |rows: &[UsageEntry]| {
            let mut rows: Vec<(RequestId, Money)> = rows
                .iter()
                .map(|row| (row.request_id, row.cost_nano_usd))
                .collect();
            rows.sort_unstable();
            rows
        };
        for (key, before) in &self.settled {
            assert_eq!(order(&gateway.usage(*key).await), order(before), "key {key}");
        }
    }

    fn complain(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }
}
