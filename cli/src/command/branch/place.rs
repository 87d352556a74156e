use std::path::PathBuf;

use clap::Args;
use usage::{Client, cost::Prices, reader::kept};

use crate::{
    book::Book, checkout::Checkout, command::usage::place::Place, failure::Failure, gathering,
    gathering::Gathering,
};

/// Where a branch's rows are looked for.
#[derive(Args, Clone, Debug, Default)]
pub struct Sources {
    #[command(flatten)]
    place: Place,
}

impl Sources {
    pub fn checkout(&self) -> Result<Checkout, Failure> {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Ok(Checkout::find(&folder)?)
    }

    pub fn book(&self) -> Result<Book, Failure> {
        Ok(Book::open(&kept::path(&self.place.home()?))?)
    }

    pub fn book_if_there(&self) -> Result<Option<Book>, Failure> {
        Ok(Book::open_if_there(&kept::path(&self.place.home()?))?)
    }

    /// Those that reports go by.
    pub fn prices(&self) -> Result<Prices, Failure> {
        Ok(Prices::of(&self.place.home()?))
    }

    pub fn gather(&self, checkout: &Checkout, with_archived: bool) -> Result<Gathering, Failure> {
        let engine = self.place.engine(Client::ALL.to_vec())?;
        let book = self.book_if_there()?;
        gathering::gather(&engine, book.as_ref(), checkout, with_archived)
    }
}
