//! The full-screen view. [`state`] is what is known and chosen, [`update`] turns what happens into a
//! new state, [`view`] draws one; [`worker`] reads the logs on a thread of its own.

pub mod accounts;
pub mod skin;
pub mod state;
pub mod tables;
pub mod terminal;
pub mod update;
pub mod view;
pub mod worker;

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod pty_tests;
#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;
