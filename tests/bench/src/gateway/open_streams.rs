use std::time::Duration;

use futures_util::future::join_all;
use tests::{Gateway, MintOptions};

use super::contestants::address_of;
use crate::{
    load::{Connection, Route},
    process,
    report::Report,
    upstream,
};

/// Fewer devices than streams: one device may have 256.
const DEVICES: usize = 5;
const STREAMS: usize = 1_000;

/// What a thousand streams that have begun and not ended cost in memory.
pub async fn measure(report: &mut Report, gateway: &Gateway) {
    let key = gateway
        .mint(&MintOptions::credit("100000").devices(DEVICES as u32))
        .await
        .remove(0);
    let mut devices = Vec::new();
    for _ in 0..DEVICES {
        devices.push(gateway.redeem(&key).await);
    }
    let address = address_of(gateway);
    let open = (0..STREAMS).map(|number| {
        let device = &devices[number % DEVICES];
        let route = Route::new("gateway", address, Some(&device.credential));
        async move {
            let request = route.request_for(upstream::UNENDING, true);
            let mut connection = route.connect().await.expect("the server accepts");
            connection.begin(&request).await.expect("the stream begins");
            connection
        }
    });
    let open: Vec<Connection> = tokio::time::timeout(Duration::from_secs(60), join_all(open))
        .await
        .expect("all streams begin");
    report.below_mib(
        format!("gateway: resident memory with {} open streams", open.len()),
        process::resident_mib(gateway.pid()),
        100.0,
    );
    drop(open);
    tests::eventually("the gateway to settle what was left", async || {
        let lots = gateway.keys().await;
        let lot = lots.iter().find(|lot| lot.id == key.id)?;
        (lot.held_nano_usd == protocol::Money::ZERO).then_some(())
    })
    .await;
}
