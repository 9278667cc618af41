//! Values that go into a statement, and rows that come out, in the three types that both engines keep alike.

use sqlx::{Arguments, Encode, Type};
use uuid::Uuid;

use crate::store::{
    CredentialHash, Digest, Epoch, ObjectId, ObjectType, OrderNumber, PartName, PartyId, PublicKey, ReleaseNumber,
    Sequence, SpecVersion, StoreError, StreamId,
};

/// A value for one place of a statement.
#[derive(Debug, Clone)]
pub(in crate::store) enum Value {
    /// A number, or nothing.
    Int(Option<i64>),
    /// A text, or nothing.
    Text(Option<String>),
    /// Bytes, or nothing.
    Bytes(Option<Vec<u8>>),
}

/// The values of a statement, in the order of its places.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::engine::Value::from($value)),*] };
}
pub(in crate::store) use values;

macro_rules! value_from {
    ($($from:ty => |$it:ident| $made:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self {
                $made
            }
        }
    )*};
}

value_from! {
    i64 => |it| Self::Int(Some(it)),
    bool => |it| Self::Int(Some(i64::from(it))),
    u64 => |it| Self::Int(Some(i64::try_from(it).unwrap_or(i64::MAX))),
    Option<i64> => |it| Self::Int(it),
    &str => |it| Self::Text(Some(it.to_owned())),
    String => |it| Self::Text(Some(it)),
    Option<String> => |it| Self::Text(it),
    &[u8] => |it| Self::Bytes(Some(it.to_owned())),
    Vec<u8> => |it| Self::Bytes(Some(it)),
    Option<Vec<u8>> => |it| Self::Bytes(it),
    Sequence => |it| Self::from(it.0),
    ReleaseNumber => |it| Self::from(it.0),
    Epoch => |it| Self::from(it.0),
    OrderNumber => |it| Self::from(it.0),
    CredentialHash => |it| Self::from(it.0.as_slice()),
    PublicKey => |it| Self::from(it.0.as_slice()),
    Digest => |it| Self::from(it.0.as_slice()),
    StreamId => |it| Self::from(it.0.to_string()),
    PartyId => |it| Self::from(it.0.to_string()),
    &ObjectId => |it| Self::from(it.as_str()),
    &ObjectType => |it| Self::from(it.as_str()),
    &SpecVersion => |it| Self::from(it.as_str()),
    &PartName => |it| Self::from(it.as_str()),
}

/// The values as a driver takes them.
pub(super) fn arguments<A: Arguments>(values: Vec<Value>) -> Result<A, StoreError>
where
    Option<i64>: Encode<'static, A::Database> + Type<A::Database>,
    Option<String>: Encode<'static, A::Database> + Type<A::Database>,
    Option<Vec<u8>>: Encode<'static, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
    for value in values {
        match value {
            Value::Int(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text),
            Value::Bytes(bytes) => arguments.add(bytes),
        }
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    }
    Ok(arguments)
}

/// A value of a row.
#[derive(Debug)]
pub(in crate::store) enum Cell {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row, read from its first column to its last.
#[derive(Debug)]
pub(in crate::store) struct Row(std::vec::IntoIter<Cell>);

impl Row {
    pub(super) fn new(cells: Vec<Cell>) -> Self {
        Self(cells.into_iter())
    }

    /// The next column.
    pub(in crate::store) fn take<T: FromCell>(&mut self) -> Result<T, StoreError> {
        self.0
            .next()
            .and_then(T::from_cell)
            .ok_or_else(|| StoreError::Damaged("a column cannot be read back".to_owned()))
    }
}

/// What can be read from a cell.
pub(in crate::store) trait FromCell: Sized {
    /// The value, when the cell holds one.
    fn from_cell(cell: Cell) -> Option<Self>;
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

impl FromCell for i64 {
    fn from_cell(cell: Cell) -> Option<Self> {
        if let Cell::Int(number) = cell { Some(number) } else { None }
    }
}

impl FromCell for String {
    fn from_cell(cell: Cell) -> Option<Self> {
        if let Cell::Text(text) = cell { Some(text) } else { None }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: Cell) -> Option<Self> {
        if let Cell::Bytes(bytes) = cell { Some(bytes) } else { None }
    }
}

macro_rules! cell_into {
    ($($made:ty: $from:ty => |$it:ident| $out:expr),* $(,)?) => {$(
        impl FromCell for $made {
            fn from_cell(cell: Cell) -> Option<Self> {
                let $it = <$from>::from_cell(cell)?;
                $out
            }
        }
    )*};
}

cell_into! {
    u64: i64 => |it| it.try_into().ok(),
    bool: i64 => |it| Some(it != 0),
    [u8; 32]: Vec<u8> => |it| it.try_into().ok(),
    Uuid: String => |it| it.parse().ok(),
    Sequence: u64 => |it| Some(Self(it)),
    ReleaseNumber: u64 => |it| Some(Self(it)),
    Epoch: u64 => |it| Some(Self(it)),
    OrderNumber: u64 => |it| Some(Self(it)),
    CredentialHash: [u8; 32] => |it| Some(Self(it)),
    PublicKey: [u8; 32] => |it| Some(Self(it)),
    Digest: [u8; 32] => |it| Some(Self(it)),
    StreamId: Uuid => |it| Some(Self(it)),
    PartyId: Uuid => |it| Some(Self(it)),
    ObjectId: String => |it| Self::new(&it),
    ObjectType: String => |it| Self::new(&it),
    SpecVersion: String => |it| Self::new(&it),
    PartName: String => |it| Self::new(&it),
}
