//! A table as CSV (RFC 4180).

use super::{Cell, Form};
use crate::ledger::Table;

/// One table.
pub struct Lines;

impl Form for Lines {
    fn table(&mut self, table: &Table, out: &mut Vec<u8>) {
        let names = table.columns.iter().map(|column| column.name.to_owned());
        line(names, out);
    }

    fn row(&mut self, _table: &Table, cells: &[Cell], out: &mut Vec<u8>) {
        line(cells.iter().map(text), out);
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Json(json) => guarded(&json.to_string()),
    }
}

/// A text that a spreadsheet does not take for a formula: one that would be begins with an
/// apostrophe, which the import takes away again.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn line(cells: impl Iterator<Item = String>, out: &mut Vec<u8>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            out.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes());
        } else {
            out.extend_from_slice(cell.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_commas_or_quotes_is_quoted_and_a_formula_is_none() {
        let mut out = Vec::new();
        let cells = ["plain", "a,b", "say \"no\"", "two\nlines", "=1+1", "'kept"];
        line(cells.iter().map(|text| guarded(text)), &mut out);
        let expected = "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",'=1+1,''kept\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
