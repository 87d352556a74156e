//! A request's turn, where there are not places for all at once.

use std::{sync::Arc, time::Instant};

use super::{Proxy, client::Client, guard::Guard, refusal::Refusal};
use crate::{
    directory::Device,
    fair_queue::{Crowded, FairQueue, Place},
};

/// Waits for a place in the queue; nothing has been held for the request yet.
pub(super) async fn turn(
    queue: &Arc<FairQueue>,
    proxy: &Proxy,
    device: &Arc<Device>,
    client: &mut Client<'_>,
    started: Instant,
) -> Result<Option<Place>, Refusal> {
    if let Ok(place) = queue.try_enter() {
        return Ok(place);
    }
    let mut guard = Guard::new(&proxy.gateway, device, &proxy.bell, started);
    match guard.watch(client, queue.enter(device.key.id)).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(Crowded)) => Err(Refusal::crowded()),
        Err(ended) => Err(ended.refusal()),
    }
}
