use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use protocol::{
    Code, MemberId, Money, Problem, RequestId,
    api::{ErrorBody, PriceLine, PriceLines, PricedTokens, UsageDetail, UsageEntry, UsageList, UsageQuery},
};
use usage::pricing::{Multiplier, Price, Rate};

use super::{Answer, access::Caller};
use crate::{
    access::Reach,
    ledger::UsageOf,
    report,
    state::{Gateway, internal},
};

/// Usage rows, newest first: a device's own, those of a member's keys, or all for owners and
/// admins. Viewers get the totals only.
#[utoipa::path(
    get, path = "/api/v1/usage", params(UsageQuery),
    responses((status = 200, body = UsageList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    query: Result<Query<UsageQuery>, QueryRejection>,
) -> Answer<Json<UsageList>> {
    let Query(mut query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.").with_hint(
            "since and until are RFC 3339, keyId, memberId and before are ids, limit is a number up to 1000.",
        )
    })?;
    let of = match caller.device() {
        Some(device) => {
            query.key_id = Some(device.key.id);
            UsageOf {
                device: Some(device.id),
                member: None,
            }
        }
        None => UsageOf {
            device: query.device_id,
            member: match caller.reach {
                Reach::Own => Some(own(&caller, query.member_id)?),
                Reach::All => query.member_id,
                _ => None,
            },
        },
    };
    let mut list = report::page(&gateway, query, of).await.map_err(internal)?;
    if caller.reach == Reach::Totals {
        (list.rows, list.next) = (Vec::new(), None);
    }
    Ok(Json(list))
}

/// To whoever reaches their own there is nobody else.
fn own(caller: &Caller, asked: Option<MemberId>) -> Result<MemberId, Problem> {
    let own = caller.member_id()?;
    match asked {
        Some(member) if member != own => Err(Problem::new(Code::NotFound, "There is no such member.")),
        _ => Ok(own),
    }
}

/// One request: what it used and what was held for it. Never what was asked or answered.
#[utoipa::path(
    get, path = "/api/v1/usage/{id}", params(("id" = String, Path)),
    responses((status = 200, body = UsageDetail), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn one(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<UsageDetail>> {
    let not_found = || Problem::new(Code::NotFound, "There is no such request.");
    let request: RequestId = id.parse().map_err(|_| not_found())?;
    let found = gateway.reader.usage_row(request).await.map_err(internal)?;
    let found = found.filter(|(found, _)| match caller.device() {
        Some(device) => device.id == found.row.device_id,
        None => {
            let key = gateway.directory.key(found.row.key_id);
            caller.reaches(key.and_then(|key| key.member()))
        }
    });
    let (mut detail, multiplier) = found.ok_or_else(not_found)?;
    detail.price = price_of(&gateway, &detail.row, multiplier).await?;
    Ok(Json(detail))
}

/// The price that a row was charged at, line by line. A free one has no lines.
async fn price_of(
    gateway: &Gateway,
    row: &UsageEntry,
    multiplier: Option<i64>,
) -> Result<Option<PriceLines>, Problem> {
    let Some(version) = &row.price_version else {
        return Ok(None);
    };
    let kept = gateway.reader.people().price(version).await.map_err(internal)?;
    let price = kept.and_then(|text| serde_json::from_str::<Price>(&text).ok());
    let multiplier = multiplier.and_then(|millionths| u32::try_from(millionths).ok());
    let multiplier = multiplier.map_or(Multiplier::ONE, Multiplier::from_millionths);
    Ok(price.map(|price| lines(&price, row, multiplier)))
}

fn lines(price: &Price, row: &UsageEntry, multiplier: Multiplier) -> PriceLines {
    let (rates, usage) = (price.rates_for(&row.usage), &row.usage);
    let line = |(of, tokens, rate): (PricedTokens, u64, Rate)| {
        let nano = i128::from(tokens) * i128::from(rate.nano_usd()) / 1_000_000;
        PriceLine {
            of,
            tokens,
            price_nano_usd: rate.per_million(),
            amount_nano_usd: Money::from_nano_usd(i64::try_from(nano).unwrap_or(i64::MAX)),
        }
    };
    let lines: Vec<PriceLine> = [
        (PricedTokens::Input, usage.input_tokens, rates.input),
        (PricedTokens::CacheRead, usage.cache_read_tokens, rates.cache_read),
        (
            PricedTokens::CacheWrite,
            usage.cache_write_tokens,
            rates.cache_write,
        ),
        (PricedTokens::Output, usage.output_tokens, rates.output),
    ]
    .into_iter()
    .filter(|(_, tokens, _)| *tokens > 0)
    .map(line)
    .collect();
    let sum: i128 = lines
        .iter()
        .map(|line| i128::from(line.amount_nano_usd.nano_usd()))
        .sum();
    let factor = i128::from(multiplier.millionths());
    let scaled = sum * factor / 1_000_000;
    let money = |nano: i128| Money::from_nano_usd(i64::try_from(nano).unwrap_or(i64::MAX));
    PriceLines {
        lines,
        multiplier: multiplier.to_string(),
        multiplier_nano_usd: money(scaled - sum),
        other_nano_usd: money(i128::from(row.cost_nano_usd.nano_usd()) - scaled),
    }
}

#[cfg(test)]
mod tests {
    use protocol::TokenUsage;

    use super::*;

    #[test]
    fn the_lines_of_a_charge_add_up_to_it() {
        let rate = |text: &str| text.parse::<Rate>().unwrap();
        let mut price = Price::flat(rate("3.00"), rate("15.00"));
        price.standard.rates.cache_read = rate("0.30");
        let price = price.with_multiplier("1.25".parse().unwrap());
        let usage = TokenUsage {
            input_tokens: 1_001,
            output_tokens: 7,
            cache_read_tokens: 333,
            ..TokenUsage::default()
        };
        let row = UsageEntry {
            cost_nano_usd: price.cost(&usage).unwrap(),
            usage,
            ..row()
        };
        let found = lines(&price, &row, price.multiplier);
        let amounts: Vec<i64> = found
            .lines
            .iter()
            .map(|line| line.amount_nano_usd.nano_usd())
            .collect();
        assert_eq!(amounts, [3_003_000, 99_900, 105_000]);
        assert_eq!(found.multiplier_nano_usd.nano_usd(), 801_975);
        let all = amounts.iter().sum::<i64>()
            + found.multiplier_nano_usd.nano_usd()
            + found.other_nano_usd.nano_usd();
        assert_eq!(all, row.cost_nano_usd.nano_usd());
        assert!(found.other_nano_usd.nano_usd() <= 1, "nothing but rounding");
    }

    fn row() -> UsageEntry {
        serde_json::from_value(serde_json::json!({
            "requestId": "0193aaaa-0000-7000-8000-000000000001", "at": "2026-11-19T10:00:00Z",
            "deviceId": "0193aaaa-0000-7000-8000-000000000002", "keyId": "0193aaaa-0000-7000-8000-000000000003",
            "kind": "chat", "model": "coder", "upstream": "u", "upstreamModel": "m", "usage": {},
            "costNanoUsd": "0", "estimated": false, "orphan": false, "latencyMs": 1,
        }))
        .unwrap()
    }
}
