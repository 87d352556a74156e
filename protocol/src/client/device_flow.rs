use reqwest::{Method, StatusCode};

use super::{
    GatewayClient,
    answer::{self, AnswerError, unreachable},
    call::send,
};
use crate::{
    Problem,
    api::{
        DeviceCodeAnswer, DeviceCodeRequest, DeviceFlowError, DeviceTokenAnswer, DeviceTokenRequest, OwnToken,
    },
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a device hears that asks whether its code was confirmed (RFC 8628, 3.5).
pub enum FlowAnswer {
    Granted(DeviceTokenAnswer),
    Pending,
    /// Five seconds more between two questions, from now on.
    SlowDown,
    Denied,
    Expired,
}

/// What a program calls that is to be linked from a signed-in browser.
impl GatewayClient {
    pub async fn ask_for_code(&self, request: &DeviceCodeRequest) -> Result<DeviceCodeAnswer, Problem> {
        let url = self.address("/api/v1/device/code");
        send(self.anonymous(Method::POST, url).json(request)).await
    }

    pub async fn ask_for_token(&self, device_code: &str) -> Result<FlowAnswer, Problem> {
        let request = DeviceTokenRequest {
            grant_type: GRANT.to_owned(),
            device_code: device_code.to_owned(),
        };
        let url = self.address("/api/v1/device/token");
        let call = self.anonymous(Method::POST, url).json(&request);
        let response = call.send().await.map_err(|error| unreachable(&error))?;
        if response.status() != StatusCode::BAD_REQUEST {
            return answer::read(response).await.map(FlowAnswer::Granted);
        }
        let body = answer::body_of_error(response).await?;
        let refusal = serde_json::from_slice::<DeviceFlowError>(&body);
        refusal
            .ok()
            .and_then(|refusal| meaning(&refusal.error))
            .ok_or_else(|| AnswerError::problem_of(StatusCode::BAD_REQUEST, &body))
    }

    /// The token that this client shows, and whose it is.
    pub async fn own_token(&self) -> Result<OwnToken, Problem> {
        self.get("/api/v1/token").await
    }

    /// Revokes the token that this client shows.
    pub async fn revoke_own_token(&self) -> Result<(), Problem> {
        let call = self.request(Method::DELETE, self.address("/api/v1/token"))?;
        let response = call.send().await.map_err(|error| unreachable(&error))?;
        answer::read_nothing(response).await
    }
}

fn meaning(error: &str) -> Option<FlowAnswer> {
    match error {
        "authorization_pending" => Some(FlowAnswer::Pending),
        "slow_down" => Some(FlowAnswer::SlowDown),
        "access_denied" => Some(FlowAnswer::Denied),
        "expired_token" => Some(FlowAnswer::Expired),
        _ => None,
    }
}
