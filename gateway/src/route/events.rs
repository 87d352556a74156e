//! `GET /api/v1/events`: what clients and pages listen to instead of polling.

mod page;

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{self, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};
use protocol::{
    Code, Problem,
    api::{ErrorBody, Event},
};
use tokio::sync::broadcast::error::RecvError;

use super::{
    Answer, ApiError,
    access::{Caller, Who},
};
use crate::{directory::Device, events::Notice, state::Gateway};

/// Proxies on the way close connections that are silent for longer.
const PING: Duration = Duration::from_secs(15);
/// Listeners of one device, or one member's pages: each takes a connection for as long as it likes.
const LISTENERS_MAX: u32 = 64;
const RETRY_SECONDS: u64 = 30;

/// Server-sent events: for a device its balance now and after each change, and a revocation, which
/// ends it; for a signed-in browser also that something it may see has changed.
#[utoipa::path(
    get, path = "/api/v1/events",
    responses((status = 200, content_type = "text/event-stream", body = Event), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn listen(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
) -> Answer<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    let events = match &caller.who {
        Who::Device(device) => of_device(gateway, Arc::clone(device)).await?,
        Who::Session(session) => page::events(gateway, caller.reach, session).await?,
        _ => return Err(Problem::new(Code::Forbidden, "Devices and signed-in browsers listen here.").into()),
    };
    let events = events.map(|event| Ok(to_sse(&event)));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(PING)))
}

async fn of_device(gateway: Arc<Gateway>, device: Arc<Device>) -> Answer<BoxStream<'static, Event>> {
    let listening = device
        .listen(LISTENERS_MAX)
        .ok_or_else(|| too_many("This device listens in too many places."))?;
    // Listen first, then read: a change between the two is told twice rather than never.
    let notices = gateway.events.listen(device.key.id);
    // Whoever was revoked between the check and this line would listen for ever.
    if device.is_revoked() {
        return Err(Problem::new(Code::CredentialRevoked, "This device is signed out.").into());
    }
    let first = Event::Balance {
        balance: gateway.balance(&device.key).await?,
    };
    let later = stream::unfold(Some((gateway, listening, notices)), |state| async move {
        let (gateway, listening, mut notices) = state?;
        let device = &listening.0;
        let notice = tokio::select! {
            biased;
            () = device.on_revoked() => return Some((revocation(), None)),
            () = gateway.stop.on_drain() => return None,
            notice = notices.recv() => notice,
        };
        let balance = match notice {
            Ok(Notice::Balance(balance)) => balance,
            // Too slow for some of them: the present state makes up for all.
            Err(RecvError::Lagged(_)) => gateway.balance(&device.key).await.ok()?,
            Err(RecvError::Closed) => return None,
        };
        Some((Event::Balance { balance }, Some((gateway, listening, notices))))
    });
    Ok(stream::once(async { first }).chain(later).boxed())
}

fn too_many(text: &str) -> ApiError {
    let problem = Problem::new(Code::RateLimited, text).with_hint("Close what is not needed.");
    ApiError::retry_after(problem, RETRY_SECONDS)
}

fn revocation() -> Event {
    Event::Revocation {
        message: "This device or its token key was revoked.".into(),
    }
}

fn to_sse(event: &Event) -> sse::Event {
    // Our own types always serialize; an event without data would be ignored by clients.
    let data = serde_json::to_string(event).unwrap_or_default();
    sse::Event::default().event(event.name()).data(data)
}
