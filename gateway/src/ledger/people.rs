//! Members, their sessions, tokens and links, and the audit log, beside the ledger's own tables.
//!
//! None of it is on the way of a request to a model, so each statement is written once and runs in
//! either database ([`Sql`]). Changes go through the ledger's writer like everything else: what
//! moves money and the line of the audit log about it are one commit.

mod audit;
mod audit_list;
mod change;
mod device;
mod device_code;
mod erase;
mod idempotent;
mod identity;
mod key_owner;
mod link;
mod member;
mod passkey;
mod reading;
mod reported;
mod schema;
mod session;
mod sharing;
mod sql;
mod team;
mod token;
mod total;

pub use audit::{Actor, Note};
pub use change::{Asked, PeopleChange, PeopleOutcome, PeopleRefusal, PeopleRequest};
pub use device::{AddressRecord, Rotation};
pub use device_code::{CodeAnswer, DeviceCode, FlowOutcome, FlowSecrets};
pub use erase::Erasure;
pub use idempotent::{Claim, Claimed};
pub use identity::{IdentityRecord, IdentityThen, IdentityUse, Newcomer};
pub use link::{Link, LinkUse};
pub use member::{MemberEdit, NewMember};
pub use passkey::{NewPasskey, PasskeyRecord, PasskeyThen, PasskeyUse, Spent};
pub use reading::{
    DeviceCodeRecord, LinkRecord, MemberRecord, PeopleReader, SessionRecord, SignInRecord, TokenRecord,
};
pub use reported::{ReportedBy, ReportedChunk};
pub use session::{IDLE_MS, NewSession};
pub use sharing::{DaySum, MachineRecord, Part, ProfileEdit, ProfileRecord, SentDays, SentSum};
pub use team::{NewTeam, TeamRecord};
pub use token::NewToken;

pub(super) use audit::append;
pub(super) use change::decide;
pub(super) use reported::COUNTED as REPORTED_COUNTED;
pub(super) use schema::{
    DEVICES, IDENTITIES, PASSKEYS, POSTGRES, POSTGRES_DATA, REPORTED, SQLITE, SQLITE_DATA, TEAMS,
};
pub(super) use sharing::{COUNTED as SHARING_COUNTED, TABLES as SHARING};
pub(super) use sql::{Row, RowError, Rows, Sql, Turn, Value, places, values};
