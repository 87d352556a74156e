//! The sidecar as an editor sees it: the real binary over standard input and output, against a
//! gateway that is played here and does nothing by itself.

mod editor;
mod gateway;

mod chat;
mod completion;
mod credential;
mod lifecycle;
mod ordering;
mod sign_in;
mod state;

use std::time::Duration;

/// Nothing here takes longer on any machine; a wait that reaches it is a failure.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for something that must happen.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
