//! What both databases understand: statements with values by number (`?1`), rows of values.

use uuid::Uuid;

/// A value of a statement, or of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ledger) enum Value {
    Null,
    Int(i64),
    /// Only in statements; a row has [`Value::Int`] where it asks for one.
    Bool(bool),
    Text(String),
    /// A UUID; comes back as [`Value::Bytes`] where the database has no type for it.
    Id(Uuid),
    Bytes(Vec<u8>),
}

/// A row that does not have the form that this version writes.
#[derive(Debug, thiserror::Error)]
#[error("column {0} of a row has a value of another kind")]
pub(in crate::ledger) struct RowError(usize);

impl RowError {
    pub const fn at(column: usize) -> Self {
        Self(column)
    }
}

impl From<RowError> for rusqlite::Error {
    fn from(error: RowError) -> Self {
        Self::InvalidColumnType(error.0, error.to_string(), rusqlite::types::Type::Null)
    }
}

/// What gateways on one database do one after the other.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) enum Turn {
    /// Changes of members: who looks whether there is another owner must not be overtaken. Taken
    /// before any lot is locked.
    Members,
    /// Lines of the audit log, each of which has the hash of the one before. Taken last.
    Audit,
}

/// What can be read from.
pub(in crate::ledger) trait Rows {
    type Error: From<RowError>;

    async fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Self::Error>;

    async fn row(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, Self::Error> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }
}

/// A transaction.
pub(in crate::ledger) trait Sql: Rows {
    async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, Self::Error>;
    /// Waits until this transaction is the only one at it.
    async fn wait_turn(&self, turn: Turn) -> Result<(), Self::Error>;
    /// Tells other gateways that a key changed, once this transaction is committed.
    async fn tell_key(&self, key: Uuid) -> Result<(), Self::Error>;
}

#[derive(Clone, Debug)]
pub(in crate::ledger) struct Row(pub Vec<Value>);

impl Row {
    fn at(&self, column: usize) -> Result<&Value, RowError> {
        self.0.get(column).ok_or(RowError(column))
    }

    pub fn int(&self, column: usize) -> Result<i64, RowError> {
        self.maybe_int(column)?.ok_or(RowError(column))
    }
    pub fn maybe_int(&self, column: usize) -> Result<Option<i64>, RowError> {
        match self.at(column)? {
            Value::Int(number) => Ok(Some(*number)),
            Value::Null => Ok(None),
            _ => Err(RowError(column)),
        }
    }

    pub fn text(&self, column: usize) -> Result<String, RowError> {
        self.maybe_text(column)?.ok_or(RowError(column))
    }
    pub fn maybe_text(&self, column: usize) -> Result<Option<String>, RowError> {
        match self.at(column)? {
            Value::Text(text) => Ok(Some(text.clone())),
            Value::Null => Ok(None),
            _ => Err(RowError(column)),
        }
    }

    pub fn id(&self, column: usize) -> Result<Uuid, RowError> {
        self.maybe_id(column)?.ok_or(RowError(column))
    }
    pub fn maybe_id(&self, column: usize) -> Result<Option<Uuid>, RowError> {
        match self.at(column)? {
            Value::Id(id) => Ok(Some(*id)),
            Value::Bytes(bytes) => Uuid::from_slice(bytes).map(Some).map_err(|_| RowError(column)),
            Value::Null => Ok(None),
            _ => Err(RowError(column)),
        }
    }

    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, RowError> {
        self.maybe_bytes(column)?.ok_or(RowError(column))
    }
    pub fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, RowError> {
        match self.at(column)? {
            Value::Bytes(bytes) => Ok(Some(bytes.clone())),
            Value::Null => Ok(None),
            _ => Err(RowError(column)),
        }
    }

    /// A text that only we write, as what it stands for.
    pub fn word<T: std::str::FromStr>(&self, column: usize) -> Result<T, RowError> {
        self.text(column)?.parse().map_err(|_| RowError(column))
    }
}

macro_rules! into_value {
    ($($from:ty => |$it:ident| $value:expr;)*) => {
        $(impl From<$from> for Value { fn from($it: $from) -> Self { $value } })*
    };
}

into_value! {
    i64 => |it| Value::Int(it);
    bool => |it| Value::Bool(it);
    &str => |it| Value::Text(it.to_owned());
    String => |it| Value::Text(it);
    &String => |it| Value::Text(it.clone());
    Uuid => |it| Value::Id(it);
    &[u8; 32] => |it| Value::Bytes(it.to_vec());
    &[u8] => |it| Value::Bytes(it.to_vec());
    Vec<u8> => |it| Value::Bytes(it);
    protocol::RequestId => |it| Value::Id(*it.as_uuid());
    protocol::MemberId => |it| Value::Id(*it.as_uuid());
    protocol::TeamId => |it| Value::Id(*it.as_uuid());
    protocol::KeyId => |it| Value::Id(*it.as_uuid());
    protocol::SessionId => |it| Value::Id(*it.as_uuid());
    protocol::IdentityId => |it| Value::Id(*it.as_uuid());
    protocol::PasskeyId => |it| Value::Id(*it.as_uuid());
    protocol::TokenId => |it| Value::Id(*it.as_uuid());
    protocol::InvitationId => |it| Value::Id(*it.as_uuid());
    protocol::DeviceId => |it| Value::Id(*it.as_uuid());
    protocol::AuditId => |it| Value::Id(*it.as_uuid());
    protocol::AlertId => |it| Value::Id(*it.as_uuid());
    protocol::AlertRuleId => |it| Value::Id(*it.as_uuid());
    protocol::ChannelId => |it| Value::Id(*it.as_uuid());
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

/// Places for the values of so many rows in one statement.
pub(in crate::ledger) fn places(rows: usize, columns: usize) -> String {
    let row = |number: usize| {
        let places = (1..=columns).map(|column| format!("?{}", number * columns + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The values of a statement, each as what it is.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::ledger::people::Value::from($value)),*] };
}
pub(in crate::ledger) use values;
