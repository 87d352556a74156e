//! Pages of single requests. What a page is a part of is known from the sums that are kept, so that
//! no history is read for its totals; and where nothing is like that, none is read at all.

use std::collections::HashSet;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use protocol::{
    DeviceId, KeyId, RequestId,
    api::{UsageList, UsageQuery},
};

use super::{Cells, Days, Kept, books, cell::Cell, first_id_at, totals};
use crate::{
    ledger::{LedgerError, UsageOf},
    state::Gateway,
};

/// No row is of a day before, or after: these still have a beginning and an end in every time zone.
const FIRST_DAY: Date = Date::constant(1, 1, 1);
const LAST_DAY: Date = Date::constant(9998, 12, 31);

/// One page, newest first, with the totals of the whole selection.
pub async fn page(gateway: &Gateway, query: UsageQuery, of: UsageOf) -> Result<UsageList, LedgerError> {
    let zone = gateway.settings.zone();
    let Some(days) = whole_days(&query, &zone) else {
        let totals = gateway.reader.usage_totals(query.clone(), of).await?;
        let list = gateway
            .reader
            .usage_rows(query, of, None, totals.requests)
            .await?;
        return Ok(UsageList { totals, ..list });
    };
    let keys = keys_of(gateway, &query, of);
    let cells = books::cells(gateway, &days, asked(&query, of), keys.as_ref()).await?;
    let takes = |cell: &Cell| is_asked(cell, &query, of.device, keys.as_ref());
    let totals = totals(&cells, takes);
    let end = newest(&cells, takes).and_then(|day| end_of(day, cells.ahead_ms, &zone));
    let list = gateway.reader.usage_rows(query, of, end, totals.requests).await?;
    Ok(UsageList { totals, ..list })
}

/// The days of the selection, where it begins and ends with one; a day is one of the gateway's. Who
/// names no day is shown each row that there is, also those of days that the clock has not come to yet.
fn whole_days(query: &UsageQuery, zone: &TimeZone) -> Option<Days> {
    let midnight = |at: Timestamp| {
        let day = at.to_zoned_datetime(zone.clone()).date();
        (zone.to_timestamp(day.into()).ok()? == at).then_some(day)
    };
    let from = match query.since {
        Some(since) => midnight(since)?,
        None => FIRST_DAY,
    };
    let to = match query.until {
        Some(until) => midnight(until)?.checked_sub(1.day()).ok()?,
        None => LAST_DAY,
    };
    let zone = zone.clone();
    Some(Days { from, to, zone })
}

/// Whose sums have to be read: all of them only where nothing says whose.
fn keys_of(gateway: &Gateway, query: &UsageQuery, of: UsageOf) -> Option<HashSet<KeyId>> {
    let of_member = of.member.map(|member| {
        let keys = gateway.directory.keys_of(member);
        keys.iter().map(|key| key.id).collect::<HashSet<KeyId>>()
    });
    let of_device = of.device.and_then(|device| gateway.directory.device(device));
    let of_device = of_device.map(|device| device.key.id);
    let only = query.key_id.or(of_device).map(|key| HashSet::from([key]));
    match (only, of_member) {
        (Some(only), Some(members)) => Some(only.intersection(&members).copied().collect()),
        (only, members) => only.or(members),
    }
}

fn asked(query: &UsageQuery, of: UsageOf) -> Kept {
    let filter = |is_there: bool, kept: Kept| if is_there { kept } else { Kept::NOTHING };
    filter(of.device.is_some(), Kept::DEVICE)
        .and(filter(query.model.is_some(), Kept::MODEL))
        .and(filter(query.kind.is_some(), Kept::KIND))
        .and(filter(query.repository.is_some(), Kept::REPOSITORY))
        .and(filter(query.branch.is_some(), Kept::BRANCH))
}

/// Rows that are not summed up yet come whosesoever they are. Where no key is asked for, cells may not
/// tell them apart.
fn is_asked(
    cell: &Cell,
    query: &UsageQuery,
    device: Option<DeviceId>,
    keys: Option<&HashSet<KeyId>>,
) -> bool {
    let is = |asked: &Option<String>, is: &str| asked.as_deref().is_none_or(|asked| asked == is);
    keys.is_none_or(|keys| keys.contains(&cell.key))
        && device.is_none_or(|device| device == cell.device)
        && query.kind.is_none_or(|kind| kind.as_str() == cell.kind)
        && is(&query.model, &cell.model)
        && is(&query.repository, &cell.repository)
        && is(&query.branch, &cell.branch)
}

fn newest(cells: &Cells, takes: impl Fn(&Cell) -> bool) -> Option<Date> {
    cells
        .sums
        .keys()
        .filter(|cell| takes(cell))
        .map(|cell| cell.day)
        .max()
}

/// An id is made before its row is settled, or with a clock that was so far ahead: none of a row of
/// this day or before is as high.
fn end_of(day: Date, ahead_ms: i64, zone: &TimeZone) -> Option<RequestId> {
    let next = day.checked_add(1.day()).ok()?;
    let at = zone.to_timestamp(next.into()).ok()?;
    Some(first_id_at(at.as_millisecond().saturating_add(ahead_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(since: Option<&str>, until: Option<&str>) -> UsageQuery {
        let at = |text: &str| text.parse().unwrap();
        UsageQuery {
            since: since.map(at),
            until: until.map(at),
            ..UsageQuery::default()
        }
    }

    #[test]
    fn a_selection_is_of_whole_days_only_at_midnights_of_the_gateway() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let days = |since, until| {
            whole_days(&query(since, until), &berlin).map(|days| (days.from.to_string(), days.to.to_string()))
        };
        let summer = Some(("2026-07-01".to_owned(), "2026-07-02".to_owned()));
        assert_eq!(
            days(Some("2026-06-30T22:00:00Z"), Some("2026-07-02T22:00:00Z")),
            summer
        );
        assert_eq!(
            days(Some("2026-07-01T00:00:00Z"), Some("2026-07-02T22:00:00Z")),
            None
        );
        assert_eq!(
            days(Some("2026-06-30T22:00:00Z"), Some("2026-07-02T22:00:01Z")),
            None
        );
        let all = whole_days(&query(None, None), &berlin).unwrap();
        let (since, until) = all.window().expect("every moment of a row is in it");
        assert!(since < 0 && until > 200_000_000_000_000);
    }
}
