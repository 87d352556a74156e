//! Streams: events pass on as they come, metered on the side. What ends a stream (the finish, the
//! usage, `[DONE]`) is kept back until the settle is durable.

use std::{rc::Rc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use protocol::Problem;
use providers::{
    answer::{EventInfo, EventKind},
    openai::{is_receipt_comment, receipt_comment, scan_event, without_receipt_comments},
    sse::EventReader,
};
use tokio::time::timeout;

use super::{
    Proxy,
    answer::pass_headers,
    client::{Client, Left},
    connection::Broken,
    exchange::Exchange,
    guard::{Ended, Guard},
    meter::Reading,
    refusal::{broke_off, revoked, stopping, too_long},
    shape::{Said, Scanner, Shape, Translator, error_event},
    upstream::{Reply, ReplyBody},
};

/// How long the last bytes may wait for a client that does not read.
const LAST_MAX: Duration = Duration::from_secs(5);
/// How long the rest of a body may take after `[DONE]`, for the connection to be used again.
const DRAIN_MAX: Duration = Duration::from_millis(500);

/// The outcome of a stream whose hold was gone.
const FENCED: &str = "fenced";

#[derive(Clone, Debug)]
pub(super) struct Wishes {
    pub receipt: bool,
    pub usage_chunk: bool,
    pub shape: Shape,
    pub said: Said,
}

/// A stream whose head came.
pub(super) struct Stream {
    exchange: Exchange,
    guard: Guard,
    head: Reply,
    wishes: Wishes,
    reading: Reading,
    reader: EventReader,
    scanner: Scanner,
    translator: Option<Translator>,
    /// Ready to be sent in one write.
    ready: Vec<Bytes>,
    /// Events that may be the last; they wait for the settle.
    kept: Vec<Bytes>,
    is_done: bool,
    /// A finish, the usage after it, or `[DONE]` came: what is missing now is not text.
    is_finished: bool,
}

/// Why a stream stopped.
enum End {
    /// The upstream closed it in good order.
    Complete,
    ClientLeft,
    /// Broke off, was silent, sent nonsense, or ran for too long.
    Failed(Problem),
    /// The hold is gone or the ledger stopped: nothing more may be passed on.
    Fenced,
}

pub(super) fn is_event_stream(head: &Reply) -> bool {
    let content_type = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| text.trim_start().starts_with("text/event-stream"))
}

impl Stream {
    pub(super) fn new(exchange: Exchange, guard: Guard, head: Reply, wishes: Wishes) -> Self {
        let (counted, shape) = (exchange.counted_input, wishes.shape);
        let translator = Translator::of(shape, wishes.usage_chunk, counted, &wishes.said);
        Self {
            exchange,
            guard,
            head,
            wishes,
            reading: Reading::default(),
            reader: EventReader::new(),
            scanner: Scanner::of(shape),
            translator,
            ready: Vec::new(),
            kept: Vec::new(),
            is_done: false,
            is_finished: false,
        }
    }

    pub(super) async fn run(mut self, proxy: &Proxy, client: &mut Client<'_>) {
        self.exchange.trail.streams();
        let end = match client.begin(self.response_head()) {
            Ok(()) => self.relay(proxy, client).await,
            Err(Left) => End::ClientLeft,
        };
        self.finish(proxy, client, end).await;
    }

    fn response_head(&self) -> Response<()> {
        let mut response = Response::new(());
        let headers = response.headers_mut();
        pass_headers(&self.head.headers, headers);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        self.exchange.mark_headers(headers);
        response
    }

    async fn relay(&mut self, proxy: &Proxy, client: &mut Client<'_>) -> End {
        let patience = Duration::from_secs(proxy.gateway.limits().idle_seconds_max);
        loop {
            // What was read together is passed on together.
            let taken = self.take_what_is_here();
            if let Err(end) = self.pass_on(client).await {
                return end;
            }
            if let Err(end) = taken {
                return end;
            }
            if self.is_done {
                return End::Complete;
            }
            self.guard.be_quiet_for(patience);
            match self.guard.watch(client, self.head.body.next()).await {
                Ok(Ok(Some(piece))) => self.reader.push(piece),
                Ok(Ok(None)) => return self.at_end(),
                Ok(Err(error)) => return self.at_break(&error),
                Err(Ended::ClientLeft) => {
                    self.note_what_is_there().await;
                    return End::ClientLeft;
                }
                Err(Ended::Silent) => return self.at_break(&"it said nothing for too long"),
                Err(ended) => return ended.into(),
            }
        }
    }

    /// Events out of all that was read, up to `[DONE]`; what comes after it is looked at when the
    /// rest is settled.
    fn take_what_is_here(&mut self) -> Result<(), End> {
        loop {
            while !self.is_done {
                match self.reader.next_event() {
                    Ok(Some(event)) => self.take_event(event),
                    Ok(None) => break,
                    Err(_) => return Err(End::Failed(broke_off())),
                }
            }
            if self.is_done {
                return Ok(());
            }
            match self.head.body.next_here() {
                Ok(Some(piece)) => self.reader.push(piece),
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.at_break(&error)),
            }
        }
    }

    /// The upstream broke the stream.
    fn at_break(&self, error: &dyn std::fmt::Display) -> End {
        if self.is_finished {
            // The finish was there already: only what comes after it is missing.
            return End::Complete;
        }
        tracing::warn!(request.id = %self.exchange.request, "{error} in the middle of a stream");
        End::Failed(broke_off())
    }

    /// The upstream closed the stream. Without a finish it was cut, whatever HTTP says.
    fn at_end(&mut self) -> End {
        if let Some(rest) = std::mem::take(&mut self.reader).finish() {
            self.take_event(rest);
        }
        if let Some(held) = self.translator.as_mut().and_then(Translator::finish) {
            self.kept.push(held);
        }
        if self.is_finished {
            End::Complete
        } else {
            End::Failed(broke_off())
        }
    }

    /// Events that arrived before the client left may hold the exact usage.
    async fn note_what_is_there(&mut self) {
        loop {
            while let Ok(Some(piece)) = self.head.body.next_here() {
                self.reader.push(piece);
                while let Ok(Some(event)) = self.reader.next_event() {
                    self.reading.note(&self.scanner.scan(&event));
                }
            }
            if !self.head.body.fill_now().await {
                return;
            }
        }
    }

    fn take_event(&mut self, event: Bytes) {
        self.exchange.trail.hears();
        // The facts borrow from the bytes, which move on below; a second handle costs a count.
        let bytes = event.clone();
        let info = self.scanner.scan(&bytes);
        self.reading.note(&info);
        self.is_done = info.kind == EventKind::Done;
        self.is_finished |= self.is_done || info.finished || info.usage_only;
        if info.output_bytes > 0 {
            // More text came: what was kept back was not the end.
            self.ready.append(&mut self.kept);
        }
        if info.usage_only && !self.wishes.usage_chunk && self.wishes.shape.may_drop_usage() {
            return;
        }
        let may_be_last = self.is_done || info.finished || info.usage_only || info.error;
        let Some(event) = self.presentable(event, &info) else {
            return;
        };
        if may_be_last || !self.kept.is_empty() {
            self.kept.push(event);
        } else {
            self.ready.push(event);
        }
    }

    /// The event as the client gets it: unchanged, except for what only looks like ours, errors in
    /// a provider's own words, and another dialect.
    fn presentable(&mut self, event: Bytes, info: &EventInfo<'_>) -> Option<Bytes> {
        if info.error {
            return self.error_event(&self.wishes.shape.event_problem(&event));
        }
        let event = if is_receipt_comment(&event) {
            if info.kind == EventKind::Comment {
                return None;
            }
            without_receipt_comments(&event)
        } else {
            event
        };
        match &mut self.translator {
            Some(translator) => translator.event(&event),
            None => Some(event),
        }
    }

    /// The event that tells the client why its stream ends; `None` when it was told already.
    fn error_event(&mut self, problem: &Problem) -> Option<Bytes> {
        error_event(
            self.wishes.shape,
            &self.scanner,
            self.translator.as_mut(),
            problem,
        )
    }

    /// Sends what is ready, after the mark covers it.
    async fn pass_on(&mut self, client: &mut Client<'_>) -> Result<(), End> {
        if !self.ready.is_empty() {
            match self.exchange.cover(&self.reading).await {
                Ok(true) => {}
                Ok(false) => return Err(End::Fenced),
                Err(error) => {
                    tracing::error!(request.id = %self.exchange.request, "{error}");
                    return Err(End::Fenced);
                }
            }
        }
        // The head goes out even before the first event, so that the client knows where it is.
        let sending = client.send(&mut self.ready);
        match self.guard.watch_sending(sending).await {
            Ok(sent) => sent.map_err(|Left| End::ClientLeft),
            Err(ended) => Err(ended.into()),
        }
    }

    async fn finish(mut self, proxy: &Proxy, client: &mut Client<'_>, end: End) {
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
        trail.answers(StatusCode::OK, problem.as_ref().map(|problem| problem.code));
        if problem.is_some() {
            // Closing the connection stops the upstream, before anything else takes time.
            self.head.body = ReplyBody::Local(std::collections::VecDeque::new());
        }
        let receipt = match self.exchange.settle(std::mem::take(&mut self.reading)).await {
            Ok(receipt) => receipt,
            // Without a settle the end must not be sent; the next start settles it.
            Err(error) => {
                tracing::error!(request.id = %self.exchange.request, "{error}");
                return client.abort();
            }
        };
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

impl From<Ended> for End {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::ClientLeft => Self::ClientLeft,
            Ended::Stopping => Self::Failed(stopping()),
            Ended::Revoked => Self::Failed(revoked()),
            Ended::TooLong => Self::Failed(too_long()),
            Ended::Silent => Self::Failed(broke_off()),
        }
    }
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
