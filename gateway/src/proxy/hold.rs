//! What an attempt may cost is held before it is made: of the caller's spending caps, in memory,
//! and of the lot, durably. Where one of them is short, the output cap is lowered to what it
//! affords.

use std::sync::Arc;

use protocol::{Code, Money, Problem};
use usage::pricing::{Ceiling, ServiceTier};

use super::{
    Proxy, admit::new_request, attempt::Attempt, dialect::Forward, exchange::Exchange, refusal::Refusal,
};
use crate::{
    catalogue::Pricing,
    clock::{now_ms, steady_ms},
    ledger::{HoldRefusal, HoldRequest, LotState},
    quota::{Cap, Reserved},
};

/// A lease outlives the longest request by this, so that only a lost hold is swept.
const LEASE_SLACK_MS: i64 = 60_000;
/// How often a short balance is looked at again, since other requests give back meanwhile.
const TRIES: u32 = 4;

/// What was held for an attempt, and what is sent for it.
pub(super) struct Held {
    pub request: Arc<HoldRequest>,
    pub reserved: Option<Reserved>,
    pub forward: Forward,
    pub cap: u64,
}

/// Why nothing was held.
pub(super) enum Unheld {
    /// What is left does not pay for it.
    Short(Refusal),
    Refused(Refusal),
}

impl From<Refusal> for Unheld {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Problem> for Unheld {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}

/// What does not reach.
enum Short {
    Lot(LotState),
    Cap(Cap),
}

impl Short {
    fn available(&self) -> Money {
        match self {
            Self::Lot(lot) => lot.available(),
            Self::Cap(cap) => cap.room.left,
        }
    }

    fn refusal(&self, least: Money, now: i64) -> Refusal {
        match self {
            Self::Lot(lot) => short_lot(*lot, least),
            Self::Cap(cap) => Refusal::capped(cap, least, now),
        }
    }
}

impl Attempt<'_> {
    /// Holds the upper bound; where something is short, with an output cap that it affords.
    pub(super) async fn hold(
        &self,
        proxy: &Proxy,
        pricing: &Pricing,
        first: Forward,
    ) -> Result<Held, Unheld> {
        let mut forward = first;
        let at = now_ms();
        let mut cap = self.candidate.cap;
        let mut request = Arc::new(self.request(proxy, pricing, forward.most.tier, at));
        for _ in 0..TRIES {
            let most = forward.most;
            let amount = self.bound(pricing, most, cap).ok_or_else(too_large)?;
            Arc::make_mut(&mut request).amount = amount;
            let short = match self.try_hold(proxy, &mut request).await? {
                Ok(reserved) => {
                    proxy.gateway.events.note_begin(self.device.key.id);
                    return Ok(Held {
                        request,
                        reserved,
                        forward,
                        cap,
                    });
                }
                Err(short) => short,
            };
            proxy.gateway.metrics.short();
            match self.affordable(pricing, short.available(), &most, cap) {
                Some(lower) => {
                    cap = lower;
                    forward = self.forward(cap)?;
                }
                None => {
                    let least = self.least(pricing, most).unwrap_or(amount);
                    return Err(Unheld::Short(short.refusal(least, at)));
                }
            }
        }
        let problem = Problem::new(
            Code::CreditHeld,
            "Other requests of this key took the credit first.",
        );
        Err(Unheld::Short(Refusal::later(problem, 1)))
    }

    fn request(&self, proxy: &Proxy, pricing: &Pricing, tier: ServiceTier, at: i64) -> HoldRequest {
        let longest = i64::try_from(proxy.gateway.limits().request_seconds_max).unwrap_or(i64::MAX / 2_000);
        HoldRequest {
            request: new_request(),
            key: self.device.key.id,
            device: self.device.id,
            at,
            // Not by the wall clock: what runs must not end because somebody sets it.
            lease_until: steady_ms() + longest.saturating_mul(1_000) + LEASE_SLACK_MS,
            amount: Money::ZERO,
            counted_input: self.counted_input(),
            mark: Exchange::first_mark(),
            price: pricing.text_at(tier),
            price_version: Arc::clone(&pricing.version),
            multiplier: pricing.price.multiplier,
            caps: Vec::new(),
            is_repeat: self.is_repeat,
            origin: self.origin(),
        }
    }

    async fn try_hold(
        &self,
        proxy: &Proxy,
        request: &mut Arc<HoldRequest>,
    ) -> Result<Result<Option<Reserved>, Short>, Refusal> {
        let gateway = &proxy.gateway;
        let reserved = gateway
            .quota
            .reserve(&gateway.reader, self.device, request.amount, request.at);
        let id = request.request;
        let failed = |error| Refusal::of_ledger(error, id);
        let reserved = match reserved.await.map_err(failed)? {
            Ok(reserved) => reserved,
            Err(cap) => return Ok(Err(Short::Cap(cap))),
        };
        if let Some(reserved) = &reserved {
            Arc::make_mut(request).caps = reserved.caps();
        }
        let held = proxy.ledger().hold(Arc::clone(request)).await;
        match held.map_err(failed)? {
            Ok(_) => Ok(Ok(reserved)),
            Err(HoldRefusal::Short(lot)) => Ok(Err(Short::Lot(lot))),
            Err(refusal @ HoldRefusal::Capped { place, left, held }) => {
                let cap = reserved.and_then(|reserved| reserved.refused(place, left, held));
                match cap {
                    Some(cap) => Ok(Err(Short::Cap(cap))),
                    None => Err(refused(refusal).into()),
                }
            }
            Err(refusal) => Err(refused(refusal).into()),
        }
    }

    fn bound(&self, pricing: &Pricing, most: Ceiling, cap: u64) -> Option<Money> {
        let output_tokens = cap.checked_mul(self.plan.parsed.choices())?;
        pricing.price.upper_bound(&Ceiling {
            output_tokens,
            ..most
        })
    }

    /// The highest output cap that what is left pays for, if that is still useful.
    fn affordable(&self, pricing: &Pricing, left: Money, most: &Ceiling, cap: u64) -> Option<u64> {
        if self.device.key.strict {
            return None;
        }
        let output = pricing.price.affordable_output(left, most) / self.plan.parsed.choices().max(1);
        let useful = self.plan.dialect.useful_output().min(self.candidate.cap);
        // A cap that was affordable a moment ago and is not now must go down, or this would not end.
        (output >= useful).then(|| output.min(cap.saturating_sub(1)).max(useful))
    }

    /// The least that the request would cost to be useful.
    fn least(&self, pricing: &Pricing, most: Ceiling) -> Option<Money> {
        let cap = if self.device.key.strict {
            self.candidate.cap
        } else {
            self.plan.dialect.useful_output().min(self.candidate.cap)
        };
        self.bound(pricing, most, cap)
    }
}

/// Never retry when even an idle lot could not pay; later, when others hold the rest.
fn short_lot(lot: LotState, least: Money) -> Refusal {
    let idle = lot.granted.nano_usd() - lot.spent.nano_usd();
    if least.nano_usd() > idle {
        let text = format!(
            "This needs {} and {} is left. Nothing was sent or charged.",
            least.display_charge(),
            lot.available().display_balance()
        );
        return Problem::new(Code::InsufficientCredit, text).into();
    }
    let text = format!(
        "This needs {}; {} is left beside {} that running requests hold. Nothing was sent or charged.",
        least.display_charge(),
        lot.available().display_balance(),
        lot.held.display_charge()
    );
    Refusal::later(Problem::new(Code::CreditHeld, text), 1)
}

fn refused(refusal: HoldRefusal) -> Problem {
    match refusal {
        HoldRefusal::Reused => Problem::new(
            Code::RequestReused,
            "This device sent a request under this client request id before.",
        ),
        HoldRefusal::Expired => Problem::new(Code::InsufficientCredit, "The token key has expired."),
        HoldRefusal::Revoked | HoldRefusal::Short(_) | HoldRefusal::Capped { .. } => Problem::new(
            Code::CredentialRevoked,
            "This device or its token key was revoked.",
        ),
    }
}

fn too_large() -> Problem {
    Problem::new(
        Code::InvalidRequest,
        "The output cap of this request is beyond any price.",
    )
    .with_hint("Send a smaller max_tokens.")
}
