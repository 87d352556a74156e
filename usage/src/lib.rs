//! What requests consumed, and what that costs.
//!
//! [`pricing`] turns counts of tokens into [`protocol::Money`]. Pure functions: no clock, no file,
//! no network.

pub mod pricing;
