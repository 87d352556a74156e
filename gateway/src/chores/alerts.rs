//! What is to be sent is sent, again and again until it has arrived.

use std::sync::Arc;

use rustls::ClientConfig;

use super::repeat::repeat;
use crate::{alert, state::Gateway};

pub(super) async fn keep_sending(gateway: Arc<Gateway>, tls: Arc<ClientConfig>) {
    repeat(
        "The sending of alerts",
        async || alert::send_due(&gateway, &tls).await,
        async || alert::until_something_is_due(&gateway).await,
    )
    .await;
}
