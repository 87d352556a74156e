//! Listens to the gateway: the balance when another device draws on the same lot, and the end when
//! this device is revoked. Reconnects for as long as the device is signed in.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use eventsource_client::{Client, ClientBuilder, Error, ReconnectOptions, SSE};
use futures_util::StreamExt;
use protocol::{
    Code, Problem,
    api::Event,
    client::{GatewayClient, not_signed_in},
};
use tokio::time::timeout;

use crate::{answer_stream::problem_of, session::Session, transport::Transport};

/// Without a sign of life for so long, the connection is made anew.
const SILENCE_MAX: Duration = Duration::from_secs(90);
const RECONNECT_AFTER: Duration = Duration::from_secs(1);
const RECONNECT_AFTER_MAX: Duration = Duration::from_secs(30);

pub async fn listen(session: Weak<Session>, gateway: GatewayClient) {
    loop {
        let client = match client(&session, &gateway) {
            Ok(client) => client,
            Err(problem) => {
                tracing::error!(code = %problem.code, "The gateway's events cannot be asked for");
                return;
            }
        };
        let mut events = client.stream();
        while let Ok(event) = timeout(SILENCE_MAX, events.next()).await {
            let Some(session) = session.upgrade() else {
                return;
            };
            match event {
                Some(Ok(SSE::Event(event))) => {
                    if heard(&session, &event.data) {
                        return;
                    }
                }
                Some(Ok(SSE::Connected(_) | SSE::Comment(_))) => {}
                Some(Err(error @ Error::UnexpectedResponse(..))) => {
                    let answer = problem_of(error).await;
                    let is_final = is_final(answer.problem.code);
                    session.failed(answer.problem);
                    if is_final {
                        return;
                    }
                }
                Some(Err(error)) => tracing::debug!(error = ?error, "The events broke off"),
                None => break,
            }
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

/// Whether asking again cannot help.
const fn is_final(code: Code) -> bool {
    matches!(
        code,
        Code::CredentialRevoked | Code::Unauthorized | Code::Forbidden | Code::NotFound
    )
}

/// Takes one event; true when it was the last.
fn heard(session: &Session, data: &str) -> bool {
    match serde_json::from_str(data) {
        Ok(Event::Balance { balance }) => {
            session.status.balance_is(balance);
            session.settlements.nudge();
            false
        }
        // For pages; a device hears of its balance.
        Ok(Event::Changed | Event::Alerts { .. }) => false,
        Ok(Event::Revocation { message }) => {
            session.signed_out(Problem::new(Code::CredentialRevoked, message));
            true
        }
        Err(_) => {
            tracing::debug!("An event of a kind that is not known was passed over");
            false
        }
    }
}

fn client(session: &Weak<Session>, gateway: &GatewayClient) -> Result<impl Client, Problem> {
    let credential = gateway.credential().ok_or_else(not_signed_in)?;
    let session = session.clone();
    let transport = Transport::new(gateway.http().clone()).on_failure(Arc::new(move |_| {
        if let Some(session) = session.upgrade() {
            session.failed(Problem::new(
                Code::GatewayUnreachable,
                "The gateway could not be reached.",
            ));
        }
    }));
    let unusable = |_| Problem::new(Code::Internal, "The address of the events could not be made.");
    let options = ReconnectOptions::reconnect(true)
        .retry_initial(true)
        .delay(RECONNECT_AFTER)
        .delay_max(RECONNECT_AFTER_MAX)
        .build();
    let bearer = format!("Bearer {}", credential.expose());
    Ok(ClientBuilder::for_url(gateway.address("/api/v1/events").as_str())
        .map_err(unusable)?
        .header("authorization", &bearer)
        .map_err(unusable)?
        .redirect_limit(0)
        .reconnect(options)
        .build_with_transport(transport))
}
