//! What is left: balances of keys, and assistants' own limits.

use jiff::Timestamp;
use protocol::Money;
use ratatui::{buffer::Buffer, layout::Rect};

use super::paint::{line, pieces, text, text_right};
use crate::tui::{
    accounts::{Account, Standing},
    state::{Hits, State},
};

/// An account's lines: its name, its measure, its numbers, and a space.
const HIGH: u16 = 4;

pub fn draw(area: Rect, buffer: &mut Buffer, state: &State, hits: &mut Hits) {
    let accounts = &state.accounts;
    if accounts.list.is_empty() {
        let text = if accounts.is_loading {
            "Asking the gateways that this machine knows …"
        } else {
            "No account is known here. `token-tracker redeem` uses a token key on this device, \
             `token-tracker serve` runs a gateway, and Codex tells its limits in its logs."
        };
        return super::sheet::message(area, buffer, state, text);
    }
    let room = usize::from((area.height / HIGH).max(1));
    let selected = state.list().selected;
    let offset = selected.saturating_sub(room - 1);
    hits.offset = offset;
    let visible = accounts.list.iter().enumerate().skip(offset).take(room);
    for (number, (place, account)) in (0_u16..).zip(visible) {
        let top = area.y + number * HIGH;
        let here = Rect {
            y: top,
            height: (HIGH - 1).min(area.bottom().saturating_sub(top)),
            ..area
        };
        draw_account(here, buffer, state, account, place == selected);
    }
}

fn draw_account(area: Rect, buffer: &mut Buffer, state: &State, account: &Account, is_selected: bool) {
    let skin = state.skin;
    let mark = if is_selected { "▌ " } else { "  " };
    let detail = match account.detail.as_str() {
        "" => String::new(),
        detail => format!("  {detail}"),
    };
    let head = line(area, 0);
    let right = match &account.standing {
        Standing::Balance { left, .. } => format!("{} left", Money::from_nano_usd(*left).display_balance()),
        Standing::Limit { used_percent, .. } => format!("{used_percent}% used"),
        Standing::Trouble { .. } => String::new(),
    };
    let used = text_right(buffer, head, &right, skin.strong());
    let room = Rect {
        width: head.width.saturating_sub(used + 1),
        ..head
    };
    pieces(
        buffer,
        room,
        &[
            (mark, skin.accent()),
            (&account.name, skin.strong()),
            (&detail, skin.dim()),
        ],
    );
    let inner = |number| super::paint::shifted(line(area, number), 2);
    match &account.standing {
        Standing::Balance {
            left,
            held,
            spent,
            expires,
        } => {
            measure(inner(1), buffer, state, [*left, *held, *spent]);
            let mut said = vec![format!("{} spent", Money::from_nano_usd(*spent).display_charge())];
            if *held > 0 {
                said.push(format!(
                    "{} on hold",
                    Money::from_nano_usd(*held).display_charge()
                ));
            }
            said.extend(expires.map(|at| format!("until {}", date(state, at))));
            text(buffer, inner(2), &said.join(", "), skin.faint());
        }
        Standing::Limit {
            used_percent,
            resets,
            told,
        } => {
            // Somebody else's limit is ink, not green.
            let style = if *used_percent >= 90 {
                skin.warning()
            } else {
                skin.dim()
            };
            parts(
                inner(1),
                buffer,
                &[
                    (u64::from(*used_percent), "█", style),
                    (100 - u64::from(*used_percent), "░", skin.line()),
                ],
            );
            let mut said = resets
                .map(|at| format!("resets {}, ", date(state, at)))
                .unwrap_or_default();
            said += &format!("as its log said on {}", date(state, *told));
            text(buffer, inner(2), &said, skin.faint());
        }
        Standing::Trouble { message, hint } => {
            text(buffer, inner(1), message, skin.bad());
            text(buffer, inner(2), hint, skin.faint());
        }
    }
}

fn date(state: &State, at: Timestamp) -> String {
    let zone = state.tables.as_ref().map(|tables| tables.zone.clone());
    let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
    zone.to_datetime(at).strftime("%-d %b %Y %H:%M").to_string()
}

/// Left, held, spent: always in this order, told apart by texture as well as by colour.
fn measure(area: Rect, buffer: &mut Buffer, state: &State, amounts: [i64; 3]) {
    let skin = state.skin;
    let [left, held, spent] = amounts.map(|amount| u64::try_from(amount).unwrap_or(0));
    let is_low = u128::from(left) * 10 < u128::from(left) + u128::from(held) + u128::from(spent);
    let left_style = if is_low { skin.warning() } else { skin.accent() };
    parts(
        area,
        buffer,
        &[
            (left, "█", left_style),
            (held, "▒", skin.accent()),
            (spent, "░", skin.spent()),
        ],
    );
}

/// Parts of a whole beside each other; none that is something has no cell.
fn parts(area: Rect, buffer: &mut Buffer, parts: &[(u64, &str, ratatui::style::Style)]) {
    let wide = area.width.min(72);
    let whole: u128 = parts.iter().map(|(part, ..)| u128::from(*part)).sum();
    if whole == 0 || wide == 0 {
        return;
    }
    let mut x = area.x;
    let mut passed: u128 = 0;
    for (part, sign, style) in parts {
        passed += u128::from(*part);
        let end = area.x + u16::try_from(passed * u128::from(wide) / whole).unwrap_or(wide);
        let end = if *part > 0 {
            end.max(x + 1).min(area.x + wide)
        } else {
            end.max(x)
        };
        let here = Rect {
            x,
            width: end - x,
            ..area
        };
        text(buffer, here, &sign.repeat(usize::from(end - x)), *style);
        x = end;
    }
}
