//! One request to the gateway, from sending to its receipt. However it ends, the usage log knows,
//! and a receipt that did not come with the answer is looked up.

use std::{sync::Arc, time::Instant};

use protocol::{Receipt, client::AnswerError, editor::method};

use crate::{
    answer_stream::{AnswerStream, Piece},
    session::Session,
    sign_in::Device,
    status::Work,
    usage_log::{Ended, Started},
};

pub struct RunningRequest {
    session: Arc<Session>,
    device: Arc<Device>,
    started: Started,
    since: Instant,
    stream: Option<AnswerStream>,
    ended: Ended,
    /// Came with the answer; passed on when the request ends, so that all text goes before it.
    receipt: Option<Box<Receipt>>,
    /// The gateway said no, so there is nothing to settle.
    is_refused: bool,
    _work: Work,
}

impl RunningRequest {
    /// Sends a request; from here on it counts, also when the caller is dropped.
    pub async fn send(
        session: &Arc<Session>,
        device: &Arc<Device>,
        path: &str,
        body: String,
        started: Started,
    ) -> Result<Self, AnswerError> {
        session.usage_log.started(started.clone());
        let mut request = Self {
            session: Arc::clone(session),
            device: Arc::clone(device),
            started,
            since: Instant::now(),
            stream: None,
            ended: Ended::Cancelled,
            receipt: None,
            is_refused: false,
            _work: session.status.begin_work(),
        };
        match AnswerStream::open(&device.gateway, path, body, &request.started).await {
            Ok(stream) => {
                request.stream = Some(stream);
                Ok(request)
            }
            Err(error) => {
                request.ended = Ended::Failed;
                // The gateway said no, so it settled nothing; when it said nothing it may have.
                request.is_refused = error.problem.code != protocol::Code::GatewayUnreachable;
                Err(error)
            }
        }
    }

    /// The next data of the answer; `None` at its end.
    pub async fn next_data(&mut self) -> Result<Option<String>, AnswerError> {
        while let Some(stream) = &mut self.stream {
            match stream.next().await {
                Ok(Some(Piece::Data(data))) => return Ok(Some(data)),
                Ok(Some(Piece::Receipt(receipt))) => self.receipt = Some(receipt),
                Ok(None) => self.stream = None,
                Err(error) => {
                    self.ended = Ended::Failed;
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// The answer is all there, or as much of it as was wanted.
    pub const fn answered(&mut self) {
        self.ended = Ended::Answered;
    }

    pub const fn failed(&mut self) {
        self.ended = Ended::Failed;
    }

    /// Whether the receipt came with the answer.
    pub const fn has_receipt(&self) -> bool {
        self.receipt.is_some()
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        // The connection closes first, so that the gateway settles before it is asked.
        self.stream = None;
        let id = &self.started.client_request_id;
        self.session.usage_log.ended(id, self.ended, self.since.elapsed());
        match &self.receipt {
            Some(receipt) => self.session.book(id, receipt),
            None if self.is_refused => {}
            None => self.session.settlements.look_up(&self.session, &self.device, id),
        }
    }
}

impl Session {
    /// Books a receipt and passes it on, in this order: who hears of it finds it in the log.
    pub fn book(&self, client_request_id: &str, receipt: &Receipt) {
        self.usage_log.settled(client_request_id, receipt);
        self.status.balance_after(&receipt.balance);
        self.settlements.came(client_request_id, receipt);
        self.output.notify(method::RECEIPT, receipt);
        tracing::info!(
            request.id = %receipt.request_id,
            kind = receipt.kind.as_str(),
            model = %receipt.model,
            "Settled {} tokens",
            receipt.usage.total_input() + receipt.usage.output_tokens,
        );
    }
}
