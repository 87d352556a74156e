//! What to suggest, decided without clock, file or network: every step is a pure function with a
//! table of cases beside it. [`memory::Memory`] is the only state, and it is told the time.

pub mod backoff;
pub mod block;
pub mod clean;
pub mod context;
pub mod debounce;
pub mod gate;
mod memory;
pub mod overlap;
pub mod place;
pub mod position;
pub mod reuse;
pub mod shape;

pub use memory::{Engine, Suggestion};
