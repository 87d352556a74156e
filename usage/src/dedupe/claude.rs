//! Claude Code's copies: lines of one response, resumed sessions, side questions.

use super::{Counted, all, is_side};
use crate::record::FileRecords;

pub fn responses(files: &[FileRecords]) -> Vec<Counted> {
    let mut named = Vec::new();
    let mut counted = Vec::new();
    for next in all(files) {
        // Without an id nothing says that two lines are one response; a request's id does not,
        // since there are proxies that use one for many.
        match next.record.id {
            0 => counted.push(next),
            _ => named.push(next),
        }
    }
    named.sort_unstable_by_key(|next| (next.record.id, is_side(&next.record), next.order()));
    for group in named.chunk_by(|a, b| a.record.id == b.record.id) {
        responses_of(group, &mut counted);
    }
    counted
}

/// The responses under one message id. Those of the main line come first, each in order.
fn responses_of(group: &[Counted], counted: &mut Vec<Counted>) {
    let start = counted.len();
    for next in group {
        let known = &mut counted[start..];
        // A line without a request is a copy of whatever has its message id.
        let same = known.iter_mut().find(|known| {
            known.record.mark == next.record.mark || known.record.mark == 0 || next.record.mark == 0
        });
        if let Some(same) = same {
            same.record.tokens = same.record.tokens.max(&next.record.tokens);
            same.record.searches = same.record.searches.max(next.record.searches);
            continue;
        }
        // On the side the message id alone tells: it is a replay under another request.
        if is_side(&next.record) && !known.is_empty() {
            continue;
        }
        counted.push(*next);
    }
}
