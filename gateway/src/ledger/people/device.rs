//! What is kept of a device beside its enrolment: where it was seen, and the credential before the
//! present one. Here too: what each version of a price said, for the rows that name it.

use protocol::{DeviceId, KeyId};

use super::{
    PeopleOutcome, PeopleRefusal,
    sql::{Row, RowError, Sql, values},
};

/// A network where nobody saw the device for so long is forgotten.
const SEEN_MS: i64 = 90 * 24 * 3_600 * 1_000;

/// Another credential for a device.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub device: DeviceId,
    pub mac: [u8; 32],
    pub last4: String,
    /// Until when the old one works.
    pub former_until: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRecord {
    pub device: DeviceId,
    pub network: String,
    pub first_at: i64,
    pub last_at: i64,
}

pub(super) const ADDRESSES: &str =
    "SELECT device_id, network, first_at, last_at FROM device_address ORDER BY last_at DESC, network";

pub(super) fn address_at(row: &Row) -> Result<AddressRecord, RowError> {
    Ok(AddressRecord {
        device: DeviceId::from_uuid(row.id(0)?),
        network: row.text(1)?,
        first_at: row.int(2)?,
        last_at: row.int(3)?,
    })
}

pub(super) async fn see<S: Sql>(db: &S, device: DeviceId, network: &str, at: i64) -> Result<(), S::Error> {
    let sql = "INSERT INTO device_address VALUES (?1, ?2, ?3, ?3)
               ON CONFLICT (device_id, network) DO UPDATE SET last_at = excluded.last_at";
    db.execute(sql, values![device, network, at]).await?;
    let old = "DELETE FROM device_address WHERE device_id = ?1 AND last_at < ?2";
    db.execute(old, values![device, at - SEEN_MS]).await.map(drop)
}

pub(super) async fn rotate<S: Sql>(
    db: &S,
    new: &Rotation,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let sql = "SELECT key_id FROM device WHERE id = ?1 AND revoked_at IS NULL";
    let Some(row) = db.row(sql, values![new.device]).await? else {
        return Ok(Err(PeopleRefusal::Unknown));
    };
    let key = KeyId::from_uuid(row.id(0)?);
    let sql = "UPDATE device SET old_mac = mac, old_until = ?4, mac = ?2, last4 = ?3 WHERE id = ?1";
    db.execute(sql, values![new.device, &new.mac, &new.last4, new.former_until])
        .await?;
    db.tell_key(*key.as_uuid()).await?;
    Ok(Ok(PeopleOutcome::Key(key)))
}

/// What a version once said it says for ever.
pub(super) async fn keep_prices<S: Sql>(
    db: &S,
    prices: &[(String, String)],
    at: i64,
) -> Result<(), S::Error> {
    let sql = "INSERT INTO price VALUES (?1, ?2, ?3) ON CONFLICT (version) DO NOTHING";
    for (version, price) in prices {
        db.execute(sql, values![version, price, at]).await?;
    }
    Ok(())
}
