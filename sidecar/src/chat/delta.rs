use std::time::Duration;

use protocol::editor::{ChatDelta, method};
use tokio::time::{Instant, sleep_until};

use crate::output::Output;

/// Pieces that come faster are merged: an editor draws no faster, and each costs a message.
const BETWEEN: Duration = Duration::from_millis(25);

/// The pieces of one answer on their way to the editor.
pub struct Deltas {
    output: Output,
    conversation_id: String,
    message_id: String,
    pending: String,
    next: Instant,
}

impl Deltas {
    pub fn new(output: Output, (conversation_id, message_id): (String, String)) -> Self {
        Self {
            output,
            conversation_id,
            message_id,
            pending: String::new(),
            next: Instant::now(),
        }
    }

    /// Adds text; the first piece after a pause goes at once.
    pub fn push(&mut self, text: &str) {
        self.pending.push_str(text);
        if Instant::now() >= self.next {
            self.send_if_room();
        }
    }

    /// Resolves when merged text should go.
    pub async fn due(&self) {
        if self.pending.is_empty() {
            std::future::pending::<()>().await;
        }
        sleep_until(self.next).await;
    }

    /// Sends what waits, unless the editor does not keep up: then more is merged, and the answer
    /// is still read.
    pub fn send_if_room(&mut self) {
        if self.output.has_room() {
            self.send();
        }
        self.next = Instant::now() + BETWEEN;
    }

    fn send(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let delta = ChatDelta {
            conversation_id: self.conversation_id.clone(),
            message_id: self.message_id.clone(),
            text: std::mem::take(&mut self.pending),
        };
        self.output.notify(method::CHAT_DELTA, &delta);
    }
}

/// However the answer ends, what is kept of it was shown.
impl Drop for Deltas {
    fn drop(&mut self) {
        self.send();
    }
}
