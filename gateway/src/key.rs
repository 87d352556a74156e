//! Token keys: the code that a person types, and the MAC that is kept of it.

mod code;

pub use code::{CodeError, TokenKeyCode};
