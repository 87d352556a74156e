use rusqlite::{Result, Row};
use uuid::Uuid;

use crate::ledger::rows::Columns;

impl Columns for Row<'_> {
    type Error = rusqlite::Error;

    fn id(&self, column: usize) -> Result<Uuid> {
        self.get(column).map(Uuid::from_bytes)
    }
    fn id_if_any(&self, column: usize) -> Result<Option<Uuid>> {
        Ok(self.get::<_, Option<[u8; 16]>>(column)?.map(Uuid::from_bytes))
    }
    fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        self.get(column)
    }
    fn bytes_if_any(&self, column: usize) -> Result<Option<Vec<u8>>> {
        self.get(column)
    }
    fn text(&self, column: usize) -> Result<String> {
        self.get(column)
    }
    fn text_if_any(&self, column: usize) -> Result<Option<String>> {
        self.get(column)
    }
    fn whole(&self, column: usize) -> Result<i64> {
        self.get(column)
    }
    fn whole_if_any(&self, column: usize) -> Result<Option<i64>> {
        self.get(column)
    }
    fn state(&self, column: usize) -> Result<i16> {
        self.get(column)
    }
    fn flag(&self, column: usize) -> Result<bool> {
        self.get(column)
    }
}
