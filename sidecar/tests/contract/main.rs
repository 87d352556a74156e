//! The sidecar as an editor sees it: the real binary over standard input and output, against a
//! gateway that is played here and does nothing by itself.

#[cfg(test)]
mod chat;
#[cfg(test)]
mod completion;
#[cfg(test)]
mod credential;
#[cfg(test)]
mod editor;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod ordering;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
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
