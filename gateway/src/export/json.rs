//! As JSON: one object, or one a line.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Cell, Form};
use crate::ledger::Table;

/// Of the form of a file; goes up when something in it means something else.
const VERSION: u32 = 1;

fn object(table: &Table, cells: &[Cell]) -> Map<String, Value> {
    let columns = table.columns.iter().zip(cells);
    columns
        .map(|(column, cell)| (column.name.to_owned(), value(cell)))
        .collect()
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Nothing => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Number(number) => json!(number),
        Cell::Flag(flag) => json!(flag),
        Cell::Json(json) => json.clone(),
    }
}

/// One object a line, each with its table; the first says what this is, the last how many there were.
pub struct Lines;

impl Form for Lines {
    fn begin(&mut self, at: Timestamp, out: &mut Vec<u8>) {
        put(
            &json!({ "type": "begin", "format": "token-tracker", "version": VERSION, "at": at }),
            out,
        );
    }

    fn table(&mut self, _table: &Table, _out: &mut Vec<u8>) {}

    fn row(&mut self, table: &Table, cells: &[Cell], out: &mut Vec<u8>) {
        let mut row = Map::from_iter([("type".to_owned(), json!(table.name))]);
        row.extend(object(table, cells));
        put(&Value::Object(row), out);
    }

    fn end(&mut self, rows: u64, out: &mut Vec<u8>) {
        put(&json!({ "type": "end", "rows": rows }), out);
    }
}

fn put(value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(value.to_string().as_bytes());
    out.push(b'\n');
}

/// One object with a list for each table. `rows` is its last member: without it the file broke off.
#[derive(Default)]
pub struct Whole {
    has_rows: bool,
}

impl Form for Whole {
    fn begin(&mut self, at: Timestamp, out: &mut Vec<u8>) {
        let head = format!(
            "{{\"format\":\"token-tracker\",\"version\":{VERSION},\"at\":{}",
            json!(at)
        );
        out.extend_from_slice(head.as_bytes());
    }

    fn table(&mut self, table: &Table, out: &mut Vec<u8>) {
        self.has_rows = false;
        out.extend_from_slice(format!(",\n{}:[", json!(table.name)).as_bytes());
    }

    fn row(&mut self, table: &Table, cells: &[Cell], out: &mut Vec<u8>) {
        out.extend_from_slice(if self.has_rows { b",\n" } else { b"\n" });
        self.has_rows = true;
        out.extend_from_slice(Value::Object(object(table, cells)).to_string().as_bytes());
    }

    fn end_table(&mut self, _table: &Table, out: &mut Vec<u8>) {
        out.push(b']');
    }

    fn end(&mut self, rows: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(format!(",\n\"rows\":{rows}}}\n").as_bytes());
    }
}
