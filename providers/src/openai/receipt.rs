use std::sync::LazyLock;

use bytes::Bytes;
use memchr::{memchr2, memmem};
use protocol::Receipt;

const START: &[u8] = b": receipt ";
/// Every event of every stream is searched for it, so the searcher is made once.
static WORD: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"receipt"));

/// The comment line that tells a client of ours what its stream cost, as an event of its own.
pub fn receipt_comment(receipt: &Receipt) -> Bytes {
    let mut comment = START.to_vec();
    // A receipt holds texts and numbers only, so there is nothing that could fail to be written.
    if let Ok(json) = serde_json::to_vec(receipt) {
        comment.extend_from_slice(&json);
    }
    comment.extend_from_slice(b"\n\n");
    comment.into()
}

/// Whether an upstream's event holds a comment that a client could take for a receipt of ours.
///
/// Such an event is dropped; a forged line may stand before the data of a real event, so the whole
/// of it is looked at, and so are spellings that differ in blanks.
pub fn is_receipt_comment(raw: &[u8]) -> bool {
    // Nearly no event has the word in it, and each one is asked.
    if WORD.find(raw).is_none() {
        return false;
    }
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let mut lines = raw.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines.any(|line| {
        line.strip_prefix(b":")
            .is_some_and(|comment| comment.trim_ascii_start().starts_with(b"receipt"))
    })
}

/// The event without its receipt comments, for an event that also holds data.
pub fn without_receipt_comments(raw: &[u8]) -> Bytes {
    let mut kept = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while !rest.is_empty() {
        let end = memchr2(b'\n', b'\r', rest).map_or(rest.len(), |end| end + 1);
        let end = end + usize::from(rest[..end].ends_with(b"\r") && rest[end..].starts_with(b"\n"));
        let (line, behind) = rest.split_at(end);
        if !is_receipt_comment(line) {
            kept.extend_from_slice(line);
        }
        rest = behind;
    }
    kept.into()
}

#[cfg(test)]
mod tests {
    use protocol::{Money, RequestId, RequestKind, TokenUsage, api::Balance};

    use super::*;

    #[test]
    fn a_receipt_is_one_comment_line() {
        let receipt = Receipt {
            request_id: RequestId::from_bytes([7; 16]),
            kind: RequestKind::Chat,
            model: "line\nbreak".into(),
            usage: TokenUsage::default(),
            cost_nano_usd: Money::from_nano_usd(12),
            estimated: false,
            balance: Balance::default(),
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let comment = receipt_comment(&receipt);
        let json = comment
            .strip_prefix(b": receipt ")
            .unwrap()
            .strip_suffix(b"\n\n")
            .unwrap();
        assert!(!json.contains(&b'\n'));
        assert_eq!(serde_json::from_slice::<Receipt>(json).unwrap(), receipt);
        assert!(is_receipt_comment(&comment));
    }

    #[test]
    fn receipts_are_recognised_and_taken_out() {
        for (event, is_receipt) in [
            (": receipt {}\n\n", true),
            (":receipt {}\n\n", true),
            (":  receipt\n\n", true),
            (": x\r\n: receipt {}\r\n\r\n", true),
            (": ping\n\n", false),
            ("data: : receipt {}\n\n", false),
        ] {
            assert_eq!(is_receipt_comment(event.as_bytes()), is_receipt, "{event:?}");
        }
        let mixed = b"\xef\xbb\xbf: receipt {}\r\ndata: x\r\n: ping\r\n\r\n";
        assert_eq!(without_receipt_comments(mixed), "data: x\r\n: ping\r\n\r\n");
    }
}
