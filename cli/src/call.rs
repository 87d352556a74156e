//! Calls of routes that `protocol::client` has no method for.

use protocol::{
    Code, Problem,
    client::{GatewayClient, not_signed_in, read_error},
};
use reqwest::{Method, RequestBuilder, Response, Url};

/// A request to an address of the gateway, with the client's credential.
pub fn request(client: &GatewayClient, method: Method, address: Url) -> Result<RequestBuilder, Problem> {
    let credential = client.credential().ok_or_else(not_signed_in)?;
    Ok(client
        .http()
        .request(method, address)
        .header("authorization", credential.bearer()?))
}

/// Sends it; a refusal becomes the gateway's own problem.
pub async fn send(request: RequestBuilder) -> Result<Response, Problem> {
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(read_error(response).await.problem)
    }
}

/// The cause stays out of the message: it may hold addresses.
pub fn unreachable(error: &reqwest::Error) -> Problem {
    let message = if error.is_timeout() {
        "The gateway did not answer in time."
    } else if error.is_connect() {
        "The gateway could not be reached."
    } else {
        "The connection to the gateway broke."
    };
    Problem::new(Code::GatewayUnreachable, message)
}
