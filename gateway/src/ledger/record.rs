//! What the database knows of keys and devices, whichever database it is.

use jiff::Timestamp;
use protocol::{
    DeviceId, KeyId, MemberId,
    api::{Allowance, DeviceClient},
};

use super::LotState;

/// What the database knows of a token key.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    pub id: KeyId,
    pub last4: String,
    pub label: Option<String>,
    pub models: Option<Vec<String>>,
    pub devices_max: u32,
    pub devices_live: u32,
    pub strict: bool,
    pub redeemed: bool,
    pub revoked: bool,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// JSON, as it was minted with.
    pub limits: Option<String>,
    /// JSON, as the member set it last.
    pub preferences: Option<String>,
    pub allowance: Option<Allowance>,
    /// Whose it is.
    pub member: Option<MemberId>,
    pub lot: LotState,
}

/// What the database knows of a device; the MAC is what its credential is looked up by.
#[derive(Clone, Debug)]
pub struct DeviceRecord {
    pub id: DeviceId,
    pub key: KeyId,
    pub mac: [u8; 32],
    pub last4: String,
    pub name: String,
    pub client: DeviceClient,
    pub created_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// The MAC of the credential before this one, and until when it works.
    pub former: Option<([u8; 32], i64)>,
}
