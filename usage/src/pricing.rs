//! What tokens cost.
//!
//! A [`Rate`] is whole nano-USD for one million tokens, so the decimal prices that vendors publish
//! are exact. A request is priced in `i128` and rounded up once, never by token kind, so that a
//! charge is neither below the true cost nor a nano-dollar above its ceiling.
//!
//! - [`Price::charge`] is the charge for what was used.
//! - [`Price::upper_bound`] is what a request can cost at most, for the hold.
//! - [`Price::affordable_output`] is how many output tokens a budget covers.
//! - [`bundled`] looks a price up in the table that comes with the product.

mod bundled;
mod multiplier;
mod pattern;
mod price;
mod rate;
mod rates;
mod tier;
mod version;

pub use bundled::{bundled, bundled_digest, source};
pub use multiplier::Multiplier;
pub use price::{Ceiling, Consumption, Price, TierPrice};
pub use rate::{Rate, RateError};
pub use rates::{Long, Rates, Schedule};
pub use tier::ServiceTier;
