use reqwest::Method;

use super::{GatewayClient, call::send};
use crate::{
    Problem,
    api::{Sharing, Submission, SubmissionAnswer},
};

impl GatewayClient {
    /// Sends sums of days; the same ones again change nothing.
    pub async fn submit(&self, submission: &Submission) -> Result<SubmissionAnswer, Problem> {
        let call = self.request(Method::POST, self.address("/api/v1/sharing/days"))?;
        send(call.json(submission)).await
    }

    /// What whoever is logged in shares, and with whom.
    pub async fn sharing(&self) -> Result<Sharing, Problem> {
        self.get("/api/v1/sharing").await
    }
}
