//! Positions: the editor counts lines and UTF-16 units, we count bytes. Converted here and nowhere
//! else.

use protocol::editor::TextPosition;

/// The byte offset of a position. Beyond the end of a line it is the line's end, beyond the last
/// line the text's end, inside a surrogate pair the character's start.
pub fn offset_at(text: &str, position: TextPosition) -> usize {
    let start = line_start(text, position.line);
    let line = &text[start..line_end(text, start)];
    let mut units = 0;
    for (offset, character) in line.char_indices() {
        units += character.len_utf16();
        if units > position.character as usize {
            return start + offset;
        }
    }
    start + line.len()
}

/// The position of a byte offset.
pub fn position_at(text: &str, offset: usize) -> TextPosition {
    let start = line_start_before(text, offset);
    let before = &text[..start];
    // A pair of terminators ends one line.
    let lines = before.matches(['\n', '\r']).count() - before.matches("\r\n").count();
    TextPosition {
        line: u32::try_from(lines).unwrap_or(u32::MAX),
        character: utf16_length(&text[start..offset]),
    }
}

/// UTF-16 units of a text.
pub fn utf16_length(text: &str) -> u32 {
    let units: usize = text.chars().map(char::len_utf16).sum();
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// Where the line that holds this offset starts.
pub fn line_start_before(text: &str, offset: usize) -> usize {
    text[..offset].rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

/// Where the line that holds this offset ends, before its terminator.
pub fn line_end(text: &str, offset: usize) -> usize {
    text[offset..]
        .find(['\n', '\r'])
        .map_or(text.len(), |at| offset + at)
}

fn line_start(text: &str, line: u32) -> usize {
    let bytes = text.as_bytes();
    let mut start = 0;
    for _ in 0..line {
        let end = line_end(text, start);
        if end == text.len() {
            return end;
        }
        let is_pair = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
        start = end + if is_pair { 2 } else { 1 };
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units_and_stay_inside() {
        let text = "aé😀b\r\nc\rd\n";
        let cases = [
            ((0, 0), 0),
            ((0, 1), 1),
            ((0, 2), 3),
            // Inside the surrogate pair of the emoji.
            ((0, 3), 3),
            ((0, 4), 7),
            ((0, 5), 8),
            // Past the end of the line, never into its terminator.
            ((0, 99), 8),
            ((1, 0), 10),
            ((1, 9), 11),
            ((2, 0), 12),
            ((2, 1), 13),
            ((3, 0), 14),
            ((9, 9), 14),
        ];
        for ((line, character), expected) in cases {
            assert_eq!(
                offset_at(text, TextPosition { line, character }),
                expected,
                "{line}:{character}"
            );
        }
        assert_eq!(utf16_length("é😀"), 3);
    }

    #[test]
    fn offsets_become_positions_again() {
        let text = "aé😀b\r\nc\rd\n";
        for (line, character) in [(0, 0), (0, 2), (0, 4), (0, 5), (1, 0), (1, 1), (2, 1), (3, 0)] {
            let position = TextPosition { line, character };
            assert_eq!(position_at(text, offset_at(text, position)), position);
        }
    }
}
