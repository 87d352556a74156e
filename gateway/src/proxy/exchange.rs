//! One admitted request with its hold, until the hold is resolved.

use std::{cell::Cell, rc::Rc, sync::Arc, time::Instant};

use http::{HeaderMap, HeaderValue};
use protocol::{Money, Receipt, RequestId, TokenUsage, header};

use super::{
    candidates::Chosen,
    dialect::Dialect,
    meter::{Metered, Reading},
    trail::Trail,
};
use crate::{
    catalogue::Pricing,
    clock::{now_ms, timestamp},
    directory::{Device, StreamPlace},
    fair_queue::Place,
    ledger::{FIRST_MARK, HoldRequest, Ledger, LedgerError, Settle, next_mark},
    metrics::Charged,
    quota::Reserved,
    state::Gateway,
};

/// A hold that must be resolved exactly once: by [`Exchange::settle`] or [`Exchange::release`].
/// One that is dropped without either (a panic) is settled when its lease runs out.
pub(super) struct Exchange {
    pub gateway: Arc<Gateway>,
    /// Requests that run on this thread.
    pub running: Rc<Cell<u32>>,
    pub device: Arc<Device>,
    pub request: RequestId,
    pub hold: Arc<HoldRequest>,
    pub pricing: Pricing,
    /// The upstream's own word on the cost counts.
    pub states_cost: bool,
    pub counted_input: u64,
    pub started: Instant,
    /// The output cap that the balance forced on the request.
    pub lowered_cap: Option<u64>,
    /// Tools that the client offered and that were not passed on.
    pub left_out: Option<HeaderValue>,
    pub mark: u64,
    /// Kept until the request is over.
    pub place: StreamPlace,
    /// Among the requests that the upstream gets at a time.
    #[expect(dead_code, reason = "it is held, not read")]
    pub upstream_place: Option<Place>,
    /// The hold's part of the caller's spending caps, where there are any.
    pub reserved: Option<Reserved>,
    pub dialect: Dialect,
    pub trail: Rc<Trail>,
    pub chosen: Option<Chosen>,
}

impl Exchange {
    fn ledger(&self) -> Ledger {
        self.gateway.ledger.for_thread(self.running.get() == 1)
    }

    pub(super) const fn first_mark() -> u64 {
        FIRST_MARK
    }

    /// Makes the mark cover what is about to be passed on; durable when it returns. False: the
    /// hold is gone (its lease ran out), and nothing more may be passed on.
    pub(super) async fn cover(&mut self, reading: &Reading) -> Result<bool, LedgerError> {
        let Some(mark) = next_mark(self.mark, reading.passed()) else {
            return Ok(true);
        };
        self.mark = mark;
        self.ledger().extend(self.request, mark).await
    }

    /// Charges what was used. Durable when it returns; only then may the end of the answer be sent.
    pub(super) async fn settle(&self, reading: Reading) -> Result<Receipt, LedgerError> {
        let metered = reading.metered(self.counted_input);
        let Metered { used, estimated } = metered;
        let usage = used.tokens;
        let stated = reading.billing.stated_cost.filter(|_| self.states_cost);
        let cost = self.cost(&metered, stated);
        let at = now_ms();
        let settle = Settle {
            hold: Arc::clone(&self.hold),
            at,
            usage,
            cost,
            estimated,
            provider_response_id: reading.response_id,
            latency_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        let began = self.trail.resolves();
        let settled = self.ledger().settle(Box::new(settle)).await?;
        self.trail.resolved(began);
        let Some(settled) = settled else {
            return Err(LedgerError::Stopped("a running request lost its hold".into()));
        };
        if settled.variance > Money::ZERO {
            tracing::warn!(
                request.id = %self.request,
                "The provider billed {} nano-USD more than its limits allow; the house bears it",
                settled.variance
            );
        }
        self.trail.charged(Charged {
            usage,
            cost: settled.charged,
            variance: settled.variance,
            estimated,
        });
        if let Some(reserved) = &self.reserved {
            reserved.settle(settled.charged, at);
        }
        if let Some(admission) = &self.place.admission {
            admission.note_used(usage.total_input().saturating_add(usage.output_tokens));
            admission.end();
        }
        self.gateway.events.note_change(self.device.key.id);
        Ok(Receipt {
            request_id: self.request,
            kind: self.hold.origin.kind,
            model: self.hold.origin.model.to_string(),
            usage,
            cost_nano_usd: settled.charged,
            estimated,
            balance: self.gateway.balance_of(&self.device.key, settled.lot),
            at: timestamp(at),
        })
    }

    /// What the provider says, where it is known to say so; else what the price makes of it. The
    /// price has the last word on what the provider's report leaves out.
    fn cost(&self, metered: &Metered, stated: Option<Money>) -> Money {
        let price = &self.pricing.price;
        // A bill beyond what money can express is the house's problem: the hold is all there is.
        let computed = || price.charge(&metered.used).unwrap_or(Money::MAX);
        match stated {
            Some(stated) => {
                let stated = price.stated(stated).unwrap_or(Money::MAX);
                if metered.estimated {
                    stated.max(computed())
                } else {
                    stated
                }
            }
            None => computed(),
        }
    }

    /// Ends an attempt that came to nothing and that another one follows: its row costs nothing.
    pub(super) async fn settle_missed(&self) -> Result<(), LedgerError> {
        let settle = Settle {
            hold: Arc::clone(&self.hold),
            at: now_ms(),
            usage: TokenUsage::default(),
            cost: Money::ZERO,
            estimated: false,
            provider_response_id: None,
            latency_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        let began = self.trail.resolves();
        self.ledger().settle(Box::new(settle)).await?;
        self.trail.resolved(began);
        self.gateway.metrics.failed_over();
        Ok(())
    }

    /// Gives everything back: nothing reached an upstream, or it refused before any byte.
    pub(super) async fn release(&self) -> Result<(), LedgerError> {
        let began = self.trail.resolves();
        self.ledger().release(Arc::clone(&self.hold)).await?;
        self.trail.resolved(began);
        self.gateway.metrics.released();
        self.gateway.events.note_change(self.device.key.id);
        Ok(())
    }

    /// The headers that every answer carries, a stream's too.
    pub(super) fn mark_headers(&self, headers: &mut HeaderMap) {
        let mut buffer = uuid::Uuid::encode_buffer();
        let id = self.request.as_uuid().hyphenated().encode_lower(&mut buffer);
        if let Ok(value) = HeaderValue::from_str(id) {
            // Instead of the provider's own: what the member can ask the gateway's owner about.
            headers.insert(self.dialect.request_id_header(), value.clone());
            headers.insert(header::REQUEST_ID, value);
        }
        if let Some(cap) = self.lowered_cap {
            headers.insert(header::OUTPUT_CAP, HeaderValue::from(cap));
        }
        if let Some(left_out) = &self.left_out {
            headers.insert(header::LEFT_OUT, left_out.clone());
        }
        if let Some(chosen) = &self.chosen {
            headers.insert(header::MODEL, chosen.model.clone());
            headers.insert(header::MODEL_REASON, chosen.reason.clone());
        }
        if let Some(admission) = &self.place.admission {
            admission.standing().mark(self.dialect, now_ms(), headers);
        }
    }
}
