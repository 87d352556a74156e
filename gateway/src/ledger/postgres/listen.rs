//! Hearing what other gateways changed.

use std::{future::poll_fn, time::Duration};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_postgres::AsyncMessage;

use super::{
    DatabaseUrl,
    change::{CHANNEL, Change},
    connect::Wire,
    home,
};
use crate::ledger::LedgerError;

/// How old the copies of a gateway may become that hears nothing.
const DEAF: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(500);

/// Changes by any gateway on the database, this one's too, in the order of their commits.
pub struct Changes(UnboundedReceiver<Change>);

impl Changes {
    /// Begins with [`Change::Everything`], and says it again whenever something may have been missed.
    pub(in crate::ledger) fn of(url: DatabaseUrl) -> Result<Self, LedgerError> {
        let (told, changes) = unbounded_channel();
        home()?.spawn(async move {
            while !told.is_closed() {
                if let Err(error) = listen(&url, &told).await {
                    tracing::debug!("Other gateways are not heard at the moment: {error}");
                    tokio::time::sleep(DEAF).await;
                    // Whoever hears nothing has to look. That nobody takes it any more is the end.
                    let _ = told.send(Change::Everything);
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        Ok(Self(changes))
    }

    pub async fn next(&mut self) -> Option<Change> {
        self.0.recv().await
    }
}

async fn listen(url: &DatabaseUrl, told: &UnboundedSender<Change>) -> Result<(), LedgerError> {
    let (client, wire) = url.dial().await?;
    let forward = tokio::spawn(forward(wire, told.clone()));
    let listening = client.batch_execute(&format!("LISTEN {CHANNEL}")).await;
    listening.map_err(super::connect::unreachable)?;
    // From here on nothing is missed; what came before has to be looked at.
    let _ = told.send(Change::Everything);
    tokio::select! {
        _ = forward => {}
        () = told.closed() => {}
    }
    Ok(())
}

async fn forward(mut wire: Wire, told: UnboundedSender<Change>) {
    while let Some(Ok(message)) = poll_fn(|context| wire.poll_message(context)).await {
        if let AsyncMessage::Notification(heard) = message {
            let _ = told.send(Change::parse(heard.payload()));
        }
    }
}
