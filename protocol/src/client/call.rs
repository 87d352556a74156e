use reqwest::{Method, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;
use zeroize::Zeroize;

use super::{
    GatewayClient,
    answer::{self, unreachable},
};
use crate::{
    DeviceId, KeyId, Problem,
    api::{
        Account, AccountResponse, AllocationRequest, AllowanceRequest, Balance, BalanceResponse, BilledLines,
        Device, DeviceList, KeyList, KeySummary, MintRequest, MintResponse, Model, ModelList, Preferences,
        ReclaimRequest, Reconciliation, ReconciliationQuery, RedeemRequest, RedeemResponse,
        RenameDeviceRequest, ReportedAnswer, ReportedRows, TopUpRequest, Transfers, UsageList, UsageQuery,
    },
    credential::Credential,
};

/// What redeeming gives: the device's own credential, and its standing.
pub struct Redeemed {
    pub credential: Credential,
    pub account: Account,
}

/// What a device calls.
impl GatewayClient {
    /// Makes this device one of the key's. The same key with the same `idempotency_key` enrols
    /// once, so a call whose answer was lost can be repeated.
    pub async fn redeem(
        &self,
        request: &RedeemRequest,
        idempotency_key: Option<&str>,
    ) -> Result<Redeemed, Problem> {
        let mut call = self
            .anonymous(Method::POST, self.address("/api/v1/redeem"))
            .json(request);
        if let Some(key) = idempotency_key {
            call = call.header("idempotency-key", key);
        }
        let mut answer: RedeemResponse = send(call).await?;
        let credential = Credential::parse(&answer.credential);
        answer.credential.zeroize();
        Ok(Redeemed {
            credential: credential?,
            account: answer.account,
        })
    }

    pub async fn account(&self) -> Result<Account, Problem> {
        let answer: AccountResponse = self.get("/api/v1/me").await?;
        Ok(answer.account)
    }

    pub async fn balance(&self) -> Result<Balance, Problem> {
        let answer: BalanceResponse = self.get("/api/v1/balance").await?;
        Ok(answer.balance)
    }

    /// The models of this device, in the gateway's order.
    pub async fn models(&self) -> Result<Vec<Model>, Problem> {
        let answer: ModelList = self.get("/api/v1/models").await?;
        Ok(answer.models)
    }

    /// The devices that draw on the same lot.
    pub async fn devices(&self) -> Result<Vec<Device>, Problem> {
        let answer: DeviceList = self.get("/api/v1/devices").await?;
        Ok(answer.devices)
    }

    pub async fn preferences(&self) -> Result<Preferences, Problem> {
        self.get("/api/v1/preferences").await
    }

    /// Sets both lists, and answers them as they are kept.
    pub async fn set_preferences(&self, preferences: &Preferences) -> Result<Preferences, Problem> {
        let url = self.address("/api/v1/preferences");
        send(self.request(Method::PUT, url)?.json(preferences)).await
    }

    pub async fn rename_device(&self, id: DeviceId, name: &str) -> Result<(), Problem> {
        let request = RenameDeviceRequest {
            name: name.to_owned(),
        };
        let url = self.address(&format!("/api/v1/devices/{id}"));
        send_for_nothing(self.request(Method::PATCH, url)?.json(&request)).await
    }

    /// Revokes a device, this one or another of its lot, and frees its place.
    pub async fn revoke_device(&self, id: DeviceId) -> Result<(), Problem> {
        let url = self.address(&format!("/api/v1/devices/{id}"));
        send_for_nothing(self.request(Method::DELETE, url)?).await
    }

    pub async fn usage(&self, query: &UsageQuery) -> Result<UsageList, Problem> {
        let url = with_query(self.address("/api/v1/usage"), query)?;
        send(self.request(Method::GET, url)?).await
    }

    pub async fn report_usage(&self, rows: &ReportedRows) -> Result<ReportedAnswer, Problem> {
        let url = self.address("/api/v1/usage/reported");
        send(self.request(Method::POST, url)?.json(rows)).await
    }
}

/// What the owner calls, with an admin credential.
impl GatewayClient {
    pub async fn mint(&self, request: &MintRequest) -> Result<MintResponse, Problem> {
        let url = self.address("/api/v1/keys");
        send(self.request(Method::POST, url)?.json(request)).await
    }

    pub async fn reconciliation(&self, query: &ReconciliationQuery) -> Result<Reconciliation, Problem> {
        let url = with_query(self.address("/api/v1/reconciliation"), query)?;
        send(self.request(Method::GET, url)?).await
    }

    /// Has the providers asked first for what they billed.
    pub async fn read_bills(&self, query: &ReconciliationQuery) -> Result<Reconciliation, Problem> {
        let url = with_query(self.address("/api/v1/reconciliation"), query)?;
        send(self.request(Method::POST, url)?).await
    }

    pub async fn import_bills(&self, lines: &BilledLines) -> Result<(), Problem> {
        let url = self.address("/api/v1/reconciliation/lines");
        send_for_nothing(self.request(Method::POST, url)?.json(lines)).await
    }

    pub async fn keys(&self) -> Result<Vec<KeySummary>, Problem> {
        let answer: KeyList = self.get("/api/v1/keys").await?;
        Ok(answer.keys)
    }

    /// Revokes a key and stops all its devices.
    pub async fn revoke_key(&self, id: KeyId) -> Result<(), Problem> {
        let url = self.address(&format!("/api/v1/keys/{id}"));
        send_for_nothing(self.request(Method::DELETE, url)?).await
    }

    /// Gives a key more credit.
    pub async fn top_up(&self, id: KeyId, request: &TopUpRequest) -> Result<Transfers, Problem> {
        let url = self.address(&format!("/api/v1/keys/{id}/credit"));
        send(self.request(Method::POST, url)?.json(request)).await
    }

    /// Takes credit back that is neither spent nor held.
    pub async fn reclaim(&self, id: KeyId, request: &ReclaimRequest) -> Result<Transfers, Problem> {
        let url = self.address(&format!("/api/v1/keys/{id}/reclaim"));
        send(self.request(Method::POST, url)?.json(request)).await
    }

    /// Moves credit between keys.
    pub async fn allocate(&self, request: &AllocationRequest) -> Result<Transfers, Problem> {
        let url = self.address("/api/v1/allocations");
        send(self.request(Method::POST, url)?.json(request)).await
    }

    /// Gives a key an allowance in the place of the one that it had.
    pub async fn set_allowance(&self, id: KeyId, request: &AllowanceRequest) -> Result<Transfers, Problem> {
        let url = self.address(&format!("/api/v1/keys/{id}/allowance"));
        send(self.request(Method::PUT, url)?.json(request)).await
    }

    /// Ends a key's allowance; what was granted stays.
    pub async fn end_allowance(&self, id: KeyId) -> Result<Transfers, Problem> {
        let url = self.address(&format!("/api/v1/keys/{id}/allowance"));
        send(self.request(Method::DELETE, url)?).await
    }

    /// Reads any other route of the control plane.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        send(self.request(Method::GET, self.address(path))?).await
    }
}

pub(super) async fn send<T: DeserializeOwned>(call: RequestBuilder) -> Result<T, Problem> {
    let response = call.send().await.map_err(|error| unreachable(&error))?;
    answer::read(response).await
}

async fn send_for_nothing(call: RequestBuilder) -> Result<(), Problem> {
    let response = call.send().await.map_err(|error| unreachable(&error))?;
    answer::read_nothing(response).await
}

/// Adds the members of a flat struct as query parameters; absent ones are left out.
fn with_query(mut url: Url, query: &impl Serialize) -> Result<Url, Problem> {
    let members = serde_json::to_value(query).map_err(|_| {
        Problem::new(
            crate::Code::InvalidRequest,
            "The question could not be written as an address.",
        )
    })?;
    let mut pairs = url.query_pairs_mut();
    for (name, value) in members.as_object().into_iter().flatten() {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => {
                pairs.append_pair(name, text);
            }
            other => {
                pairs.append_pair(name, &other.to_string());
            }
        }
    }
    drop(pairs);
    Ok(url)
}
