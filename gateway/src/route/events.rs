//! `GET /api/v1/events`: what clients listen to instead of polling.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{self, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use protocol::api::{ErrorBody, Event};
use tokio::sync::broadcast::error::RecvError;

use super::{Answer, access::ByDevice};
use crate::{directory::Device, events::Notice, state::Gateway};

/// Proxies on the way close connections that are silent for longer.
const PING: Duration = Duration::from_secs(15);

/// Server-sent events: the balance now and after each change, and a revocation, which ends it.
#[utoipa::path(
    get, path = "/api/v1/events",
    responses((status = 200, content_type = "text/event-stream", body = Event), (status = 401, body = ErrorBody))
)]
pub async fn listen(
    State(gateway): State<Arc<Gateway>>,
    ByDevice(device): ByDevice,
) -> Answer<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    // Listen first, then read: a change between the two is told twice rather than never.
    let notices = gateway.events.listen(device.key.id);
    let first = Event::Balance {
        balance: gateway.balance(&device.key)?,
    };
    let later = stream::unfold(Some((gateway, device, notices)), |listening| async move {
        let (gateway, device, mut notices) = listening?;
        loop {
            let notice = tokio::select! {
                notice = notices.recv() => notice,
                () = gateway.stop.on_drain() => return None,
            };
            match notice {
                Ok(notice) => match event_for(&device, notice) {
                    Some(event @ Event::Revocation { .. }) => return Some((event, None)),
                    Some(event) => return Some((event, Some((gateway, device, notices)))),
                    None => {}
                },
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let events = stream::once(async { first })
        .chain(later)
        .map(|event| Ok(to_sse(&event)));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(PING)))
}

fn event_for(device: &Device, notice: Notice) -> Option<Event> {
    match notice {
        Notice::Balance(balance) => Some(Event::Balance { balance }),
        Notice::Revoked(Some(id)) if id != device.id => None,
        Notice::Revoked(_) => Some(Event::Revocation {
            message: "This device or its token key was revoked.".into(),
        }),
    }
}

fn to_sse(event: &Event) -> sse::Event {
    // Our own types always serialize; an event without data would be ignored by clients.
    let data = serde_json::to_string(event).unwrap_or_default();
    sse::Event::default().event(event.name()).data(data)
}
