//! What somebody is told who reached a limit, and after how long it is worth trying again.

use protocol::{Code, Money, Problem};

use super::{Room, Scope, Standing};
use crate::clock::timestamp;

/// Clients wait this long by themselves; for anything longer they should not be told to try again.
const PATIENCE_MS: i64 = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Requests,
    Tokens,
    Streams,
}

/// A limit that frees itself soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    pub scope: Scope,
    pub kind: Kind,
    pub wait_ms: i64,
    pub standing: Standing,
}

impl Exceeded {
    pub fn seconds(&self) -> u64 {
        seconds(self.wait_ms)
    }

    pub fn problem(&self) -> Problem {
        let what = match self.kind {
            Kind::Requests => "sent as many requests as it may in a minute",
            Kind::Tokens => "used as many tokens as it may in a minute",
            Kind::Streams => "has as many requests running as it may",
        };
        let text = format!("This {} {what}.", self.scope.as_str());
        let hint = match (self.kind, self.seconds()) {
            (Kind::Streams, _) => "Try again when one of them is done.".into(),
            (_, 1) => "Try again in a second.".into(),
            (_, seconds) => format!("Try again in {seconds} seconds."),
        };
        Problem::new(Code::RateLimited, text).with_hint(hint)
    }
}

/// A spending cap that an amount does not fit into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    pub scope: Scope,
    pub room: Room,
}

impl Cap {
    /// Whether it would fit if nothing else ran.
    fn is_held(&self, needed: Money) -> bool {
        let idle = self.room.left.saturating_add(self.room.held);
        needed <= idle
    }

    fn wait_ms(&self, now: i64) -> i64 {
        self.room.until.saturating_sub(now)
    }

    /// Seconds after which it may fit.
    pub fn seconds(&self, needed: Money, now: i64) -> u64 {
        if self.is_held(needed) {
            1
        } else {
            seconds(self.wait_ms(now))
        }
    }

    /// 429 asks every client to come back, and the usual ones do so within seconds, for hours if
    /// need be. So it is said only where they would wait long enough; else it is a 402.
    fn code(&self, needed: Money, now: i64) -> Code {
        if self.is_held(needed) {
            Code::CreditHeld
        } else if self.wait_ms(now) <= PATIENCE_MS {
            Code::RateLimited
        } else {
            Code::InsufficientCredit
        }
    }

    /// Why a request that needs so much at least is not sent.
    pub fn problem(&self, needed: Money, now: i64) -> Problem {
        let Room {
            span,
            cap,
            left,
            held,
            until,
        } = self.room;
        let beside = if held > Money::ZERO {
            format!(" beside {} that running requests hold", held.display_charge())
        } else {
            String::new()
        };
        let text = format!(
            "This {} may spend ${} a {}; this needs {} and {} is left{beside}. Nothing was sent or charged.",
            self.scope.as_str(),
            cap.exact_usd(),
            span.as_str(),
            needed.display_charge(),
            left.max(Money::ZERO).display_balance(),
        );
        let problem = Problem::new(self.code(needed, now), text);
        if self.is_held(needed) {
            return problem;
        }
        let hint = format!(
            "The next {} begins at {}; the owner can raise the limit before that.",
            span.as_str(),
            timestamp(until)
        );
        problem.with_hint(hint)
    }
}

fn seconds(ms: i64) -> u64 {
    ms.max(0).unsigned_abs().div_ceil(1_000).max(1)
}

#[cfg(test)]
mod tests {
    use protocol::KeyId;

    use super::{super::Span, *};

    const NOW: i64 = 1_000_000_000;

    fn cap(left: i64, held: i64, until: i64) -> Cap {
        Cap {
            scope: Scope::Key(KeyId::from_bytes([1; 16])),
            room: Room {
                span: Span::Day,
                cap: Money::DOLLAR,
                left: Money::from_nano_usd(left),
                held: Money::from_nano_usd(held),
                until,
            },
        }
    }

    #[test]
    fn nobody_is_asked_to_come_back_for_hours() {
        let needed = Money::from_nano_usd(100);
        let code = |cap: Cap| (cap.problem(needed, NOW).code, cap.seconds(needed, NOW));
        assert_eq!(
            code(cap(10, 0, NOW + 7_200_000)),
            (Code::InsufficientCredit, 7_200)
        );
        assert_eq!(code(cap(10, 0, NOW + 59_500)), (Code::RateLimited, 60));
        assert_eq!(code(cap(10, 90, NOW + 7_200_000)), (Code::CreditHeld, 1));
        assert_eq!(
            code(cap(10, 89, NOW + 7_200_000)),
            (Code::InsufficientCredit, 7_200)
        );
        assert_eq!(code(cap(-500, 0, NOW - 1)), (Code::RateLimited, 1));
    }

    #[test]
    fn the_cap_is_named_with_what_is_left_and_when_it_ends() {
        let problem = cap(-500, 0, NOW + 7_200_000).problem(Money::from_nano_usd(120_000_000), NOW);
        assert_eq!(
            problem.to_string(),
            "This token key may spend $1.00 a day; this needs $0.1200 and $0.00 is left. Nothing was sent or \
             charged. The next day begins at 1970-01-12T15:46:40Z; the owner can raise the limit before that."
        );
    }
}
