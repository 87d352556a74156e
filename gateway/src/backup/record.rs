//! What a backup consists of: records, one after the other. All numbers are little-endian.

use std::io::{self, Read, Write};

use rusqlite::types::{Value, ValueRef};

/// The first bytes of the text, with the version of this form.
const MAGIC: &[u8; 24] = b"token-tracker backup 01\n";
/// Nothing in a ledger is longer.
const BYTES_MAX: u32 = 64 * 1024 * 1024;
const COLUMNS_MAX: u32 = 1_000;

/// One step of the way back to a database.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// When the snapshot was taken (milliseconds), and the version of the database's shape.
    Begin { at: i64, version: i64 },
    /// A statement that makes a table, an index, a trigger or a view.
    Make(String),
    /// The rows that follow are this table's.
    Table { name: String, columns: u32 },
    /// One row, as many values as the table has columns.
    Row(Vec<Value>),
    /// Nothing follows; there were so many rows.
    End { rows: u64 },
}

pub struct Writer<W>(W);

impl<W: Write> Writer<W> {
    pub fn new(mut to: W) -> io::Result<Self> {
        to.write_all(MAGIC)?;
        Ok(Self(to))
    }

    pub fn into_inner(self) -> W {
        self.0
    }

    pub fn begin(&mut self, at: i64, version: i64) -> io::Result<()> {
        self.tag(b'B')?;
        self.number(at)?;
        self.number(version)
    }

    pub fn make(&mut self, sql: &str) -> io::Result<()> {
        self.tag(b'M')?;
        self.bytes(sql.as_bytes())
    }

    pub fn table(&mut self, name: &str, columns: usize) -> io::Result<()> {
        self.tag(b'T')?;
        self.length(columns)?;
        self.bytes(name.as_bytes())
    }

    /// Says that a row follows; its values come by [`Self::value`].
    pub fn row(&mut self) -> io::Result<()> {
        self.tag(b'R')
    }

    pub fn value(&mut self, value: ValueRef<'_>) -> io::Result<()> {
        match value {
            ValueRef::Null => self.tag(b'0'),
            ValueRef::Integer(number) => {
                self.tag(b'i')?;
                self.number(number)
            }
            ValueRef::Real(number) => {
                self.tag(b'f')?;
                self.0.write_all(&number.to_le_bytes())
            }
            ValueRef::Text(text) => {
                self.tag(b't')?;
                self.bytes(text)
            }
            ValueRef::Blob(bytes) => {
                self.tag(b'b')?;
                self.bytes(bytes)
            }
        }
    }

    pub fn end(&mut self, rows: u64) -> io::Result<()> {
        self.tag(b'E')?;
        self.0.write_all(&rows.to_le_bytes())
    }

    fn tag(&mut self, tag: u8) -> io::Result<()> {
        self.0.write_all(&[tag])
    }
    fn number(&mut self, number: i64) -> io::Result<()> {
        self.0.write_all(&number.to_le_bytes())
    }
    fn length(&mut self, length: usize) -> io::Result<()> {
        let length = u32::try_from(length).map_err(io::Error::other)?;
        self.0.write_all(&length.to_le_bytes())
    }
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length(bytes.len())?;
        self.0.write_all(bytes)
    }
}

pub struct Reader<R> {
    from: R,
    /// Of the table whose rows come.
    columns: u32,
}

impl<R: Read> Reader<R> {
    /// None: it is not a backup of ours, or one in a later form.
    pub fn new(mut from: R) -> io::Result<Option<Self>> {
        let magic: [u8; 24] = read(&mut from)?;
        Ok((magic == *MAGIC).then_some(Self { from, columns: 0 }))
    }

    pub fn next(&mut self) -> io::Result<Record> {
        Ok(match self.tag()? {
            b'B' => Record::Begin {
                at: self.number()?,
                version: self.number()?,
            },
            b'M' => Record::Make(self.text()?),
            b'T' => {
                self.columns = self.length(COLUMNS_MAX)?;
                Record::Table {
                    columns: self.columns,
                    name: self.text()?,
                }
            }
            b'R' => Record::Row(
                (0..self.columns)
                    .map(|_| self.value())
                    .collect::<io::Result<_>>()?,
            ),
            b'E' => Record::End {
                rows: u64::from_le_bytes(read(&mut self.from)?),
            },
            _ => return Err(unknown()),
        })
    }

    fn value(&mut self) -> io::Result<Value> {
        Ok(match self.tag()? {
            b'0' => Value::Null,
            b'i' => Value::Integer(self.number()?),
            b'f' => Value::Real(f64::from_le_bytes(read(&mut self.from)?)),
            b't' => Value::Text(self.text()?),
            b'b' => Value::Blob(self.bytes()?),
            _ => return Err(unknown()),
        })
    }

    /// Nothing is behind the last record.
    pub fn is_at_end(&mut self) -> io::Result<bool> {
        Ok(self.from.read(&mut [0; 1])? == 0)
    }

    fn tag(&mut self) -> io::Result<u8> {
        read::<1>(&mut self.from).map(|[tag]| tag)
    }
    fn number(&mut self) -> io::Result<i64> {
        read(&mut self.from).map(i64::from_le_bytes)
    }
    fn length(&mut self, most: u32) -> io::Result<u32> {
        let length = u32::from_le_bytes(read(&mut self.from)?);
        if length > most { Err(unknown()) } else { Ok(length) }
    }
    fn bytes(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.length(BYTES_MAX)? as usize];
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }
    fn text(&mut self) -> io::Result<String> {
        String::from_utf8(self.bytes()?).map_err(|_| unknown())
    }
}

fn read<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it has a form that is not known")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were_written() {
        let values = [
            Value::Null,
            Value::Integer(i64::MIN),
            Value::Real(0.5),
            Value::Text("ü".into()),
            Value::Blob(vec![0, 255]),
        ];
        let mut writer = Writer::new(Vec::new()).unwrap();
        writer.begin(5, 3).unwrap();
        writer.make("CREATE TABLE t (a)").unwrap();
        writer.table("t", values.len()).unwrap();
        writer.row().unwrap();
        for value in &values {
            writer.value(value.into()).unwrap();
        }
        writer.end(1).unwrap();
        let bytes = writer.into_inner();
        let mut reader = Reader::new(&bytes[..]).unwrap().unwrap();
        let read: Vec<Record> = (0..5).map(|_| reader.next().unwrap()).collect();
        assert_eq!(read[0], Record::Begin { at: 5, version: 3 });
        assert_eq!(read[3], Record::Row(values.to_vec()));
        assert_eq!(read[4], Record::End { rows: 1 });
        assert!(reader.is_at_end().unwrap());
    }

    #[test]
    fn nonsense_is_an_error_and_takes_no_memory() {
        assert!(
            Reader::new(&b"something else entirely, long"[..])
                .unwrap()
                .is_none()
        );
        let mut huge = MAGIC.to_vec();
        huge.extend_from_slice(b"M\xff\xff\xff\xff");
        assert!(Reader::new(&huge[..]).unwrap().unwrap().next().is_err());
    }
}
