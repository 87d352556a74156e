//! Small things that all screens draw with.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{hidden::clean, tui::skin::Skin};

pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// As much of the text as fits, with a mark where it was cut.
pub fn fit(text: &str, room: usize) -> String {
    let text = clean(text);
    if width(&text) <= room {
        return text.into_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > room {
            break;
        }
        kept.push(letter);
    }
    if room > 0 {
        kept.push('…');
    }
    kept
}

/// Writes at the start of the first line of an area; returns how many columns it took.
pub fn text(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    if area.height == 0 || area.width == 0 {
        return 0;
    }
    let fitted = fit(text, usize::from(area.width));
    let (end, _) = buffer.set_stringn(area.x, area.y, &fitted, usize::from(area.width), style);
    end - area.x
}

/// The same at the end of the line.
pub fn text_right(buffer: &mut Buffer, area: Rect, content: &str, style: Style) -> u16 {
    let fitted = fit(content, usize::from(area.width));
    let used = u16::try_from(width(&fitted)).unwrap_or(0).min(area.width);
    let place = Rect {
        x: area.right() - used,
        width: used,
        ..area
    };
    text(buffer, place, &fitted, style)
}

/// Pieces one after the other, until there is no more room.
pub fn pieces(buffer: &mut Buffer, area: Rect, pieces: &[(&str, Style)]) -> u16 {
    let mut used = 0;
    for (piece, style) in pieces {
        used += text(buffer, shifted(area, used), piece, *style);
    }
    used
}

/// The rest of a line after so many columns.
pub fn shifted(area: Rect, by: u16) -> Rect {
    let by = by.min(area.width);
    Rect {
        x: area.x + by,
        width: area.width - by,
        ..area
    }
}

/// One line of an area; empty where it has no such line.
pub fn line(area: Rect, number: u16) -> Rect {
    Rect {
        y: area.y.saturating_add(number).min(area.bottom()),
        height: u16::from(number < area.height),
        ..area
    }
}

pub fn rule(buffer: &mut Buffer, area: Rect, skin: Skin) {
    text(buffer, area, &"─".repeat(usize::from(area.width)), skin.line());
}

/// A bar in eighths of a cell.
pub fn bar(buffer: &mut Buffer, area: Rect, part: u128, whole: u128, style: Style) {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if whole == 0 || part == 0 || area.width == 0 {
        return;
    }
    let eighths = (part.min(whole) * u128::from(area.width) * 8 / whole).max(1);
    let eighths = usize::try_from(eighths).unwrap_or(0);
    let bar = "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    text(buffer, area, &bar, style);
}

/// A column of an area, in eighths of a cell from its floor.
pub fn column(buffer: &mut Buffer, area: Rect, part: u128, whole: u128, style: Style) {
    const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    if whole == 0 || part == 0 {
        return;
    }
    let eighths = (part.min(whole) * u128::from(area.height) * 8 / whole).max(1);
    for up in 0..area.height {
        let rest = eighths.saturating_sub(u128::from(up) * 8).min(8);
        let step = EIGHTHS[usize::try_from(rest).unwrap_or(8)];
        if rest > 0 {
            let place = line(area, area.height - 1 - up);
            text(buffer, place, &step.repeat(usize::from(area.width)), style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_and_control_characters_never_leave_their_place() {
        assert_eq!(fit("engine", 6), "engine");
        assert_eq!(fit("engines", 6), "engin…");
        assert_eq!(fit("日本語の名前", 6), "日本…");
        assert_eq!(fit("日本語", 6), "日本語");
        assert_eq!(fit("a\u{1b}[31mb", 20), "a\u{fffd}[31mb");
        assert_eq!((fit("abc", 1), fit("abc", 0)), ("…".into(), String::new()));
    }
}
