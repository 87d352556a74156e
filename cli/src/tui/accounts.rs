//! What is left: of the keys and gateways that this machine knows, and of assistants' own limits
//! where their logs tell them.

use jiff::Timestamp;
use protocol::{
    Problem,
    api::{Balance, KeySummary},
};
use usage::{
    Home,
    quota::{self, Quota},
};

use crate::context::Context;

/// A screen has no room for more, and `keys list` has them all.
const KEYS_MAX: usize = 200;

#[derive(Debug, Default)]
pub struct Accounts {
    pub list: Vec<Account>,
    pub is_loading: bool,
    /// They have been asked for, whatever the answer was.
    pub is_known: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub name: String,
    pub detail: String,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// In nano-USD.
    Balance {
        left: i64,
        held: i64,
        spent: i64,
        expires: Option<Timestamp>,
    },
    /// Somebody else's limit, as a log last told it.
    Limit {
        used_percent: u8,
        resets: Option<Timestamp>,
        told: Timestamp,
    },
    /// Why nothing can be said, and what to do about it.
    Trouble { message: String, hint: String },
}

/// Asks every gateway that is known here, and looks into the logs.
pub async fn collect(context: &Context, home: Option<&Home>) -> Vec<Account> {
    let mut accounts = Vec::new();
    match context.sign_in().await {
        Ok(Some(_)) => accounts.extend(device(context).await),
        Ok(None) => {}
        Err(failure) => accounts.push(trouble("this device", failure.problem)),
    }
    match context.data.admin() {
        Ok(Some(_)) => accounts.extend(owner(context).await),
        Ok(None) => {}
        Err(failure) => accounts.push(trouble("gateway on this machine", failure.problem)),
    }
    let quotas = home.map(quota::of).unwrap_or_default();
    accounts.extend(quotas.iter().map(limit));
    accounts
}

async fn device(context: &Context) -> Vec<Account> {
    let device = match context.device().await {
        Ok(device) => device,
        Err(failure) => return vec![trouble("this device", failure.problem)],
    };
    let gateway = device.client.gateway_url().to_string();
    match device.client.account().await {
        Ok(account) => {
            let whose = account
                .member
                .map(|member| format!("{}, ", member.name))
                .unwrap_or_default();
            balances(
                &gateway,
                &format!("{whose}{}", account.device_name),
                &account.balance,
            )
        }
        Err(problem) => vec![trouble(&gateway, problem)],
    }
}

/// A line for each key, or one for all that has no key of its own.
fn balances(gateway: &str, detail: &str, balance: &Balance) -> Vec<Account> {
    if balance.lots.len() < 2 {
        let expires = balance.lots.first().and_then(|lot| lot.expires_at);
        return vec![Account {
            name: gateway.to_owned(),
            detail: detail.to_owned(),
            standing: Standing::Balance {
                left: balance.available_nano_usd.nano_usd(),
                held: balance.held_nano_usd.nano_usd(),
                spent: balance.spent_nano_usd.nano_usd(),
                expires,
            },
        }];
    }
    let lots = balance.lots.iter().map(|lot| {
        let spent = lot.granted_nano_usd.nano_usd()
            - lot.available_nano_usd.nano_usd()
            - lot.held_nano_usd.nano_usd();
        Account {
            name: gateway.to_owned(),
            detail: format!("{detail}, key …{}", lot.key_last4),
            standing: Standing::Balance {
                left: lot.available_nano_usd.nano_usd(),
                held: lot.held_nano_usd.nano_usd(),
                spent,
                expires: lot.expires_at,
            },
        }
    });
    lots.collect()
}

async fn owner(context: &Context) -> Vec<Account> {
    let client = match context.admin().await {
        Ok(client) => client,
        Err(failure) => return vec![trouble("gateway on this machine", failure.problem)],
    };
    let gateway = client.gateway_url().to_string();
    match client.keys().await {
        Ok(keys) => keys.iter().take(KEYS_MAX).map(|one| key(&gateway, one)).collect(),
        Err(problem) => vec![trouble(&gateway, problem)],
    }
}

fn key(gateway: &str, key: &KeySummary) -> Account {
    let label = key
        .label
        .as_ref()
        .map(|label| format!("{label}, "))
        .unwrap_or_default();
    Account {
        name: gateway.to_owned(),
        detail: format!("{label}key …{}", key.last4),
        standing: Standing::Balance {
            left: key.available_nano_usd.nano_usd(),
            held: key.held_nano_usd.nano_usd(),
            spent: key.spent_nano_usd.nano_usd(),
            expires: key.expires_at,
        },
    }
}

fn limit(quota: &Quota) -> Account {
    let span = match quota.window_minutes {
        minutes if minutes > 0 && minutes % 1440 == 0 => crate::table::amount(minutes / 1440, "day"),
        minutes if minutes > 0 && minutes % 60 == 0 => crate::table::amount(minutes / 60, "hour"),
        minutes => crate::table::amount(minutes, "minute"),
    };
    let plan = quota
        .plan
        .as_ref()
        .map(|plan| format!("plan {plan}, "))
        .unwrap_or_default();
    Account {
        name: quota.client.name().to_owned(),
        detail: format!("{plan}limit of {span}"),
        standing: Standing::Limit {
            used_percent: quota.used_percent,
            resets: quota
                .resets_ms
                .and_then(|at| Timestamp::from_millisecond(at).ok()),
            told: Timestamp::from_millisecond(quota.told_ms).unwrap_or_default(),
        },
    }
}

fn trouble(name: &str, problem: Problem) -> Account {
    Account {
        name: name.to_owned(),
        detail: String::new(),
        standing: Standing::Trouble {
            message: problem.message,
            hint: problem.hint,
        },
    }
}
