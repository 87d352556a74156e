use tokio_postgres::{Error, Row};
use uuid::Uuid;

use crate::ledger::rows::Columns;

impl Columns for Row {
    type Error = Error;

    fn id(&self, column: usize) -> Result<Uuid, Error> {
        self.try_get(column)
    }
    fn id_if_any(&self, column: usize) -> Result<Option<Uuid>, Error> {
        self.try_get(column)
    }
    fn bytes(&self, column: usize) -> Result<Vec<u8>, Error> {
        self.try_get(column)
    }
    fn bytes_if_any(&self, column: usize) -> Result<Option<Vec<u8>>, Error> {
        self.try_get(column)
    }
    fn text(&self, column: usize) -> Result<String, Error> {
        self.try_get(column)
    }
    fn text_if_any(&self, column: usize) -> Result<Option<String>, Error> {
        self.try_get(column)
    }
    fn whole(&self, column: usize) -> Result<i64, Error> {
        self.try_get(column)
    }
    fn whole_if_any(&self, column: usize) -> Result<Option<i64>, Error> {
        self.try_get(column)
    }
    fn state(&self, column: usize) -> Result<i16, Error> {
        self.try_get(column)
    }
    fn flag(&self, column: usize) -> Result<bool, Error> {
        self.try_get(column)
    }
}
