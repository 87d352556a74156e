//! How a stream ends: the settle first, then the last events, and the connection is used again.

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use http::StatusCode;
use providers::answer::EventKind;
use providers::openai::{is_receipt_comment, receipt_comment, scan_event};
use tokio::time::timeout;

use super::{
    Proxy,
    client::Client,
    connection::Broken,
    guard::Ended,
    relay::{End, Stream},
    upstream::ReplyBody,
};

/// The outcome of a stream whose hold was gone.
const FENCED: &str = "fenced";
/// The outcome of a stream whose end could not be written down.
const UNSETTLED: &str = "unsettled";
/// How long the last bytes may wait for a client that does not read.
const LAST_MAX: Duration = Duration::from_secs(5);
/// How long the rest of a body may take after `[DONE]`, for the connection to be used again.
const DRAIN_MAX: Duration = Duration::from_millis(500);

impl Stream {
    pub(super) async fn finish(mut self, proxy: &Proxy, client: &mut Client<'_>, end: End) {
        let trail = Rc::clone(&self.exchange.trail);
        let problem = match end {
            End::Complete => None,
            End::Failed(problem) => Some(problem),
            End::ClientLeft => {
                trail.ends_early(Ended::ClientLeft);
                return self.settle_only().await;
            }
            End::Fenced => {
                trail.ends(FENCED);
                return client.abort();
            }
        };
        if problem.is_some() {
            // Closing the connection stops the upstream, before anything else takes time.
            self.head.body = ReplyBody::Local(std::collections::VecDeque::new());
        }
        let receipt = match self.exchange.settle(std::mem::take(&mut self.reading)).await {
            Ok(receipt) => receipt,
            // Without a settle the end must not be sent; the next start settles it.
            Err(error) => {
                tracing::error!(request.id = %self.exchange.request, "{error}");
                trail.ends(UNSETTLED);
                return client.abort();
            }
        };
        trail.answers(StatusCode::OK, problem.as_ref().map(|problem| problem.code));
        let mut last = std::mem::take(&mut self.ready);
        last.append(&mut self.kept);
        last.extend(problem.and_then(|problem| self.error_event(&problem)));
        if self.wishes.receipt {
            insert_before_last(&mut last, receipt_comment(&receipt));
        }
        // A broken tail has nothing more to say either.
        let is_over = self.take_tail_here(&mut last).unwrap_or(true);
        if is_over {
            self.head.body.put_back(proxy);
            // A client that left, or stopped reading, misses nothing that it would pay for again.
            if timeout(LAST_MAX, client.finish(&mut last)).await.is_err() {
                client.abort();
            }
        } else {
            self.pass_tail(proxy, client, last).await;
        }
    }

    /// After `[DONE]` come at most comments, which are passed on. True: the body ended.
    fn take_tail_here(&mut self, last: &mut Vec<Bytes>) -> Result<bool, Broken> {
        loop {
            while let Ok(Some(event)) = self.reader.next_event() {
                let is_data = scan_event(&event).kind == EventKind::Data;
                if !is_data && !is_receipt_comment(&event) {
                    last.push(event);
                }
            }
            match self.head.body.next_here()? {
                Some(piece) => self.reader.push(piece),
                None => return Ok(self.head.body.is_at_end()),
            }
        }
    }

    /// Sends the last events before the upstream's body is over, and waits a little for its end.
    async fn pass_tail(mut self, proxy: &Proxy, client: &mut Client<'_>, mut last: Vec<Bytes>) {
        if !matches!(timeout(LAST_MAX, client.send(&mut last)).await, Ok(Ok(()))) {
            return client.abort();
        }
        let tail = timeout(DRAIN_MAX, async {
            while let Some(piece) = self.head.body.next().await? {
                self.reader.push(piece);
                if self.take_tail_here(&mut last)? {
                    break;
                }
            }
            Ok::<_, Broken>(())
        });
        if matches!(tail.await, Ok(Ok(()))) {
            self.head.body.put_back(proxy);
        }
        if timeout(LAST_MAX, client.finish(&mut last)).await.is_err() {
            client.abort();
        }
    }

    /// The client is gone: the upstream is stopped first, then what it did is charged.
    async fn settle_only(self) {
        drop(self.head);
        if let Err(error) = self.exchange.settle(self.reading).await {
            tracing::error!(request.id = %self.exchange.request, "{error}");
        }
    }
}

/// Puts a comment before the last event; a translator writes several as one piece.
fn insert_before_last(events: &mut Vec<Bytes>, comment: Bytes) {
    let Some(mut piece) = events.pop() else {
        return events.push(comment);
    };
    let rest = piece.strip_suffix(b"\n\n").unwrap_or(&piece);
    let start = memchr::memmem::rfind(rest, b"\n\n").map_or(0, |at| at + 2);
    let last = piece.split_off(start);
    events.extend([piece, comment, last]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_goes_before_the_last_event_even_of_one_piece() {
        for (pieces, expected) in [
            (vec![], ": r\n\n"),
            (vec!["data: a\n\n"], ": r\n\ndata: a\n\n"),
            (
                vec!["data: a\n\n", "data: b\n\n"],
                "data: a\n\n: r\n\ndata: b\n\n",
            ),
            (
                vec!["data: a\n\nevent: b\ndata: b\n\n"],
                "data: a\n\n: r\n\nevent: b\ndata: b\n\n",
            ),
            (vec!["data: [DONE]"], ": r\n\ndata: [DONE]"),
        ] {
            let mut events: Vec<Bytes> = pieces.iter().map(|piece| Bytes::from(*piece)).collect();
            insert_before_last(&mut events, Bytes::from_static(b": r\n\n"));
            assert_eq!(events.concat(), expected.as_bytes());
        }
    }
}
