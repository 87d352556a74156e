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
    /// The receipt came, or nothing was settled.
    is_booked: bool,
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
            is_booked: false,
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
                request.is_booked = error.problem.code != protocol::Code::GatewayUnreachable;
                Err(error)
            }
        }
    }

    /// The next data of the answer; `None` at its end. The receipt is passed on on the way.
    pub async fn next_data(&mut self) -> Result<Option<String>, AnswerError> {
        while let Some(stream) = &mut self.stream {
            match stream.next().await {
                Ok(Some(Piece::Data(data))) => return Ok(Some(data)),
                Ok(Some(Piece::Receipt(receipt))) => self.book(&receipt),
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
    pub fn is_booked(&self) -> bool {
        self.is_booked
    }

    fn book(&mut self, receipt: &Receipt) {
        if !self.is_booked {
            self.is_booked = true;
            self.session.book(&self.started.client_request_id, receipt);
        }
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        // The connection closes first, so that the gateway settles before it is asked.
        self.stream = None;
        let id = &self.started.client_request_id;
        self.session.usage_log.ended(id, self.ended, self.since.elapsed());
        if !self.is_booked {
            self.session.settlements.look_up(&self.session, &self.device, id);
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
    }
}
