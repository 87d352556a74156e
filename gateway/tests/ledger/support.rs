//! Requests for the ledger, with everything that a test does not care about filled in.

use std::{path::Path, sync::Arc, time::Duration};

use gateway::{
    clock::{new_id, now_ms},
    ledger::{FIRST_MARK, HoldRequest, KeyMint, Ledger, Opened, Redeem, RequestOrigin, Settle, Store},
};
use protocol::{DeviceId, KeyId, Money, RequestId, RequestKind, TokenUsage, api::DeviceClient};
use usage::pricing::{Multiplier, Price, Rate};

pub fn mint(credit: i64, devices: u32) -> KeyMint {
    let id = KeyId::from_uuid(new_id());
    KeyMint {
        id,
        mac: mac_of(id.as_bytes()),
        last4: "TEST".into(),
        label: None,
        credit: Money::from_nano_usd(credit),
        models: None,
        devices,
        expires_at: None,
        strict: false,
        limits: None,
        member: None,
        at: now_ms(),
    }
}

/// Any 32 bytes that differ where the ids differ.
pub fn mac_of(id: &[u8; 16]) -> [u8; 32] {
    let mut mac = [0; 32];
    mac[..16].copy_from_slice(id);
    mac
}

pub fn redeem(key_mac: [u8; 32], idempotency_key: Option<&str>) -> Redeem {
    let device = DeviceId::from_uuid(new_id());
    Redeem {
        key_mac,
        device,
        credential_mac: mac_of(device.as_bytes()),
        credential_last4: "dev1".into(),
        name: "laptop".into(),
        client: DeviceClient::default(),
        idempotency_key: idempotency_key.map(str::to_owned),
        member: None,
        at: now_ms(),
    }
}

/// A new key with this credit, and a device on it.
pub async fn enrolled(ledger: &Ledger, credit: i64) -> (KeyId, DeviceId) {
    let key = mint(credit, 1);
    let (id, mac) = (key.id, key.mac);
    ledger.mint(vec![key]).await.unwrap();
    let enrolled = ledger.redeem(Box::new(redeem(mac, None))).await;
    (id, enrolled.unwrap().unwrap().device)
}

/// A nano-dollar for a token, so that costs can be read as counts.
pub fn price() -> Price {
    let rate = Rate::from_nano_usd(1_000_000).unwrap();
    Price::flat(rate, rate).with_version("test")
}

pub fn hold(key: KeyId, device: DeviceId, amount: i64) -> Arc<HoldRequest> {
    let at = now_ms();
    Arc::new(HoldRequest {
        request: RequestId::from_uuid(new_id()),
        key,
        device,
        at,
        lease_until: at + 3_600_000,
        amount: Money::from_nano_usd(amount),
        counted_input: 10,
        mark: FIRST_MARK,
        price: serde_json::to_string(&price()).unwrap().into(),
        price_version: price().version.into(),
        multiplier: Multiplier::ONE,
        caps: Vec::new(),
        is_repeat: false,
        origin: RequestOrigin {
            kind: RequestKind::Chat,
            model: Arc::from("coder"),
            upstream: Arc::from("local"),
            upstream_model: Arc::from("coder"),
            repository: None,
            branch: None,
            language: None,
            client_request_id: None,
        },
    })
}

pub fn settle(hold: &Arc<HoldRequest>, cost: i64) -> Box<Settle> {
    let usage = TokenUsage {
        output_tokens: cost.unsigned_abs(),
        ..TokenUsage::default()
    };
    Box::new(Settle {
        hold: Arc::clone(hold),
        at: now_ms(),
        usage,
        cost: Money::from_nano_usd(cost),
        estimated: false,
        provider_response_id: None,
        latency_ms: 1,
    })
}

/// A database file in a folder of the test's own.
pub fn in_file(folder: &Path) -> Store {
    Store::Sqlite(folder.join("gateway.db"))
}

/// A database of this gateway's own on a server; another `node` is another gateway.
pub fn in_postgres(url: &str, node: u8) -> Store {
    Store::Postgres {
        url: url.parse().unwrap(),
        node: uuid::Uuid::from_bytes([node; 16]),
        lease: Duration::from_secs(2),
    }
}

/// Opens the ledger as a start of the gateway does.
pub async fn open(store: &Store) -> Opened {
    store.open(0).await.unwrap()
}

/// The recount finds nothing to complain about.
pub async fn assert_clean(store: &Store) {
    let report = store.verify().await.unwrap();
    assert!(report.differences.is_empty(), "{:?}", report.differences);
}
