//! What a request looks like, for whoever reads the contract. Each is read as what it is for.

use serde_json::{Value, json};
use utoipa::{
    Modify,
    openapi::{RefOr, schema::Schema},
};

macro_rules! examples {
    ($($name:ident $example:tt)*) => {
        /// By the name of the type in the contract.
        fn examples() -> Vec<(&'static str, Value)> {
            vec![$((stringify!($name), json!($example))),*]
        }

        #[cfg(test)]
        mod tests {
            use protocol::api::*;

            #[test]
            fn each_example_is_what_it_is_for() {
                $({
                    let read = serde_json::from_value::<$name>(serde_json::json!($example));
                    assert!(read.is_ok(), "{}: {:?}", stringify!($name), read.err());
                })*
            }

            #[test]
            fn each_body_of_the_contract_has_an_example() {
                let contract = serde_json::to_value(crate::openapi::contract()).unwrap();
                let paths = contract["paths"].as_object().unwrap();
                for (path, methods) in paths {
                    for (method, operation) in methods.as_object().unwrap() {
                        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
                        let Some(name) = body.as_str().and_then(|name| name.rsplit('/').next()) else {
                            continue;
                        };
                        let schema = &contract["components"]["schemas"][name];
                        assert!(!schema["example"].is_null(), "{method} {path}: {name} has no example");
                    }
                }
            }
        }
    };
}

examples! {
    AlertRuleRequest { "kind": "approachingLimit", "scope": "gateway", "enabled": true, "percent": 80 }
    AllocationRequest { "fromKeyId": "01931f6e-7c00-7000-8000-000000000001", "toKeyId": "01931f6e-7c00-7000-8000-000000000002", "amountNanoUsd": "2500000000" }
    AllowanceRequest { "amountNanoUsd": "20000000000", "every": "month", "carryOver": false }
    AssignKeyRequest { "memberId": "01931f6e-7c00-7000-8000-000000000003" }
    BilledLines { "lines": [{ "day": "2026-11-15", "upstream": "openai", "model": "gpt-5", "requests": 120, "costNanoUsd": "1870000000" }] }
    ChannelChange { "enabled": false }
    ChannelRequest { "kind": "email", "name": "On call", "to": ["ops@example.com"] }
    ClaimKeyRequest { "key": "TTK-7K3QF-9MZ2X-HV4TD-R8WNC-5PBJE" }
    DeviceCodeRequest { "scope": "device", "device_name": "laptop" }
    DeviceLinkAnswer { "userCode": "WDJB-MJHT", "keyId": "01931f6e-7c00-7000-8000-000000000001" }
    DeviceTokenRequest { "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "ttx_…" }
    DeviceLinkRequest { "userCode": "WDJB-MJHT" }
    ErrorBody { "error": { "code": "not_found", "message": "There is no such key.", "hint": "Check the address or the id." } }
    InvitationRequest { "role": "member", "name": "Ada", "email": "ada@example.com" }
    Limits { "rpm": 60, "spendPerDayNanoUsd": "2000000000" }
    LinkLookRequest { "link": "https://tokens.example/join#tti_…" }
    LinkRequest { "link": "https://tokens.example/join#tti_…", "name": "Ada", "password": "correct horse battery staple" }
    MemberChange { "name": "Ada Lovelace", "email": "ada@example.com" }
    MemberTeamRequest { "teamId": "01931f6e-7c00-7000-8000-000000000004" }
    MintRequest { "creditNanoUsd": "5000000000", "models": ["coder"], "devices": 3, "label": "laptop" }
    PasskeyAnswer { "id": "q1dH…", "clientDataJSON": "eyJ0eXBlIjoi…", "authenticatorData": "SZYN5Y…", "signature": "MEUCIQ…" }
    PasskeyChange { "name": "phone" }
    PasskeyRequest { "name": "laptop", "clientDataJSON": "eyJ0eXBlIjoi…", "attestationObject": "o2NmbXRk…" }
    PasswordRequest { "current": "correct horse battery staple", "new": "another horse, another battery" }
    Preferences { "order": ["coder", "gpt-5"], "exclude": [] }
    QuietHours { "enabled": true, "from": "22:00", "until": "07:00", "urgentPass": true }
    ReclaimRequest { "amountNanoUsd": "1000000000" }
    RedeemRequest { "key": "TTK-7K3QF-9MZ2X-HV4TD-R8WNC-5PBJE", "deviceName": "laptop" }
    RenameDeviceRequest { "name": "Ada's laptop" }
    ReportedRows { "rows": [{ "id": "8f0c1d2e3a4b5c6d1f9e8d7c6b5a4938", "client": "claude", "at": "2026-06-01T11:58:03Z", "repository": "github.com/acme/shop", "branch": "topic", "model": "claude-sonnet-4-5", "usage": { "inputTokens": 10, "outputTokens": 90 }, "costNanoUsd": "1380000" }] }
    SharingChange { "handle": "ada", "name": "Ada", "isPublic": true, "showsCost": false }
    SignInRequest { "name": "Ada", "password": "correct horse battery staple" }
    StepUpRequest { "password": "correct horse battery staple" }
    Submission { "machine": "0b0c3f0e-58a5-4c2a-9d1e-6a7f3b2c1d00", "days": [{ "day": "2026-11-15", "client": "claude", "model": "claude-sonnet-4-5", "messages": 12, "inputTokens": 4200, "outputTokens": 9100, "cacheReadTokens": 880000, "cacheWriteTokens": 61000, "reasoningTokens": 0, "totalTokens": 954300, "costNanoUsd": "641100000" }] }
    TeamChange { "name": "Compilers" }
    TeamRequest { "name": "Compilers", "creditNanoUsd": "50000000000" }
    TokenRequest { "name": "backup script", "scopes": ["usage:read"] }
    SettingsRequest { "timeZone": "Europe/Berlin", "usageDays": 400, "alertDays": 90, "publicProfiles": true }
    TopUpRequest { "amountNanoUsd": "10000000000" }
    UpstreamRequest { "name": "openai", "provider": "openai", "secret": "sk-…" }
    UpstreamTrialRequest { "provider": "openai", "secret": "sk-…" }
    UpstreamSecretRequest { "secret": "sk-…" }
}

pub(super) struct Examples;

impl Modify for Examples {
    fn modify(&self, contract: &mut utoipa::openapi::OpenApi) {
        let schemas = &mut contract.components.get_or_insert_default().schemas;
        for (name, example) in examples() {
            match schemas.get_mut(name) {
                Some(RefOr::T(Schema::Object(object))) => object.example = Some(example),
                Some(RefOr::T(Schema::AllOf(all))) => all.example = Some(example),
                _ => {}
            }
        }
    }
}
