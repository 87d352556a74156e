use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words::one_of;

/// What went wrong, for a person, with a code that programs can rely on.
///
/// Never holds a secret, a path of this machine or a provider's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Problem {
    pub code: Code,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

macro_rules! codes {
    ($($name:ident $text:literal $status:literal $hint:literal;)*) => {
        /// Every public error code. The table below is the only place that knows them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
        pub enum Code { $(#[serde(rename = $text)] $name),* }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$name),*];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }
            /// The HTTP status that carries the code; 0 where it arises only on the client's side.
            pub const fn http_status(self) -> u16 { match self { $(Self::$name => $status),* } }
            /// The next step where the maker of the problem has no better one.
            pub const fn hint(self) -> &'static str { match self { $(Self::$name => $hint),* } }
        }
    };
}

codes! {
    Unauthorized "unauthorized" 401 "Redeem a token key on this device.";
    CredentialRevoked "credential_revoked" 401 "This device was signed out or revoked. Redeem a token key again.";
    Forbidden "forbidden" 403 "Use a credential of the kind that this route asks for.";
    NotFound "not_found" 404 "Check the address or the id.";
    KeyRefused "key_refused" 403 "Check the key for typing errors, or ask its owner for another one.";
    SignInRefused "sign_in_refused" 401 "Check the name and the password, or ask an owner or admin for a one-time link.";
    StepUpRequired "step_up_required" 403 "Confirm that it is you with your password or passkey, then send the request again.";
    LinkRefused "link_refused" 403 "A link works once and for a limited time. Ask for another one.";
    NameTaken "name_taken" 409 "Choose another name or e-mail address.";
    DayImpossible "day_impossible" 400 "Send days from 2022 on, up to today.";
    UsageImpossible "usage_impossible" 400 "Correct the row and send everything again; nothing was kept.";
    SumsDisagree "sums_disagree" 400 "Send sums that add up; nothing was kept.";
    MachineTaken "machine_taken" 409 "Send the days under another machine number.";
    LastOwner "last_owner" 409 "Make another member owner first.";
    RateLimited "rate_limited" 429 "Wait a minute, then try again.";
    InsufficientCredit "insufficient_credit" 402 "Redeem another token key, or ask the owner for more credit.";
    CreditHeld "credit_held" 429 "Other requests hold the rest of the credit. Try again when they are done.";
    InvalidRequest "invalid_request" 400 "Correct the request and send it again.";
    ModelUnknown "model_unknown" 404 "GET /v1/models lists the models of this key.";
    ModelUnpriced "model_unpriced" 400 "The gateway's owner can add a price for this model, or declare it free.";
    RequestReused "request_reused" 409 "Send each request under its own client request id.";
    IdempotencyKeyReused "idempotency_key_reused" 422 "Send a different request under a new Idempotency-Key.";
    UpstreamUnavailable "upstream_unavailable" 502 "Try again, or choose another model.";
    Starting "starting" 503 "The gateway is starting. Try again in a moment.";
    Draining "draining" 503 "The gateway is stopping. Try again when it is back.";
    Internal "internal" 500 "The gateway's log has the details under the request id.";
    NotSignedIn "not_signed_in" 0 "Run Token Tracker: Redeem Token Key.";
    GatewayUnreachable "gateway_unreachable" 0 "Check that the gateway runs and that its address is right.";
    InsecureUrl "insecure_url" 0 "Use https, or a gateway on this machine.";
}

impl utoipa::PartialSchema for Code {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let words = Self::ALL.iter().map(|code| code.as_str());
        one_of(words, "Every public error code.")
    }
}

impl utoipa::ToSchema for Code {}

impl Problem {
    /// A problem with the code's own hint.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: code.hint().into(),
        }
    }
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message, self.hint)
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_reads_back_and_has_a_next_step() {
        for code in Code::ALL {
            let text = serde_json::to_string(code).unwrap();
            assert_eq!(text, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&text).unwrap(), *code);
            assert!(code.hint().ends_with('.'), "{code}");
        }
    }
}
