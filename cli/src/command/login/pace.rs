//! How often to ask whether the code was confirmed (RFC 8628, 3.5), and when to stop asking.

use std::time::Duration;

use protocol::{Code, Problem, api::DeviceTokenAnswer, client::FlowAnswer};

/// What the RFC adds to the interval at each `slow_down`.
const SLOWER: Duration = Duration::from_secs(5);
/// Where the gateway names no interval, the RFC's own.
const INTERVAL_SECONDS: u64 = 5;
/// Longest pause while the gateway cannot be reached.
const INTERVAL_MAX: Duration = Duration::from_secs(60);

pub struct Pace(Duration);

impl Pace {
    pub fn new(interval_seconds: u64) -> Self {
        let seconds = match interval_seconds {
            0 => INTERVAL_SECONDS,
            seconds => seconds,
        };
        Self(Duration::from_secs(seconds))
    }

    /// The time between two questions.
    pub fn interval(&self) -> Duration {
        self.0
    }

    /// The token, or nothing: ask again after the interval.
    pub fn after(
        &mut self,
        answer: Result<FlowAnswer, Problem>,
    ) -> Result<Option<DeviceTokenAnswer>, Problem> {
        match answer {
            Ok(FlowAnswer::Granted(granted)) => return Ok(Some(granted)),
            Ok(FlowAnswer::Pending) => {}
            Ok(FlowAnswer::SlowDown) => self.0 += SLOWER,
            Ok(FlowAnswer::Denied) => {
                let text = "The login was refused in the browser.";
                return Err(Problem::new(Code::Forbidden, text)
                    .with_hint("Run `token-tracker login` again if that was a mistake."));
            }
            Ok(FlowAnswer::Expired) => return Err(expired()),
            Err(problem) if is_passing(problem.code) => self.0 = (self.0 * 2).min(INTERVAL_MAX.max(self.0)),
            Err(problem) => return Err(problem),
        }
        Ok(None)
    }
}

/// What may be over at the next question. The code is good for some minutes; a gateway may restart in between.
fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::GatewayUnreachable | Code::Starting | Code::Draining | Code::RateLimited
    )
}

pub fn expired() -> Problem {
    Problem::new(Code::NotSignedIn, "The code has expired before it was confirmed.")
        .with_hint("Run `token-tracker login` again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds_after(pace: &mut Pace, answer: Result<FlowAnswer, Code>) -> u64 {
        let answer = answer.map_err(|code| Problem::new(code, "No."));
        assert!(pace.after(answer).unwrap().is_none());
        pace.interval().as_secs()
    }

    #[test]
    fn it_slows_down_when_it_is_told_to_and_stays_slow() {
        let mut pace = Pace::new(5);
        assert_eq!(seconds_after(&mut pace, Ok(FlowAnswer::Pending)), 5);
        assert_eq!(seconds_after(&mut pace, Ok(FlowAnswer::SlowDown)), 10);
        assert_eq!(seconds_after(&mut pace, Ok(FlowAnswer::Pending)), 10);
        assert_eq!(seconds_after(&mut pace, Ok(FlowAnswer::SlowDown)), 15);
        assert_eq!(Pace::new(0).interval().as_secs(), 5);
    }

    #[test]
    fn a_gateway_that_is_away_is_asked_ever_less_often() {
        let mut pace = Pace::new(5);
        for expected in [10, 20, 40, 60, 60] {
            assert_eq!(seconds_after(&mut pace, Err(Code::GatewayUnreachable)), expected);
        }
    }

    #[test]
    fn a_no_is_final() {
        for (answer, code) in [
            (Ok(FlowAnswer::Denied), Code::Forbidden),
            (Ok(FlowAnswer::Expired), Code::NotSignedIn),
            (
                Err(Problem::new(Code::InvalidRequest, "No.")),
                Code::InvalidRequest,
            ),
        ] {
            assert_eq!(
                Pace::new(5).after(answer).err().map(|problem| problem.code),
                Some(code)
            );
        }
    }
}
