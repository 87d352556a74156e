//! The rows that this machine keeps beside the logs: entered by hand, recorded by jobs, imported.
//!
//! Reports read the same database ([`usage::reader::kept`]). A row is known by its client and id; two
//! tellings of it become the fuller one, so that the order in which files are imported means nothing.

pub mod portable;
pub mod row;
mod schema;
mod store;

pub use row::{Origin, Row};
pub use store::{Added, Book, Import, Imported, Mode};
