//! Who may see the page: whoever has the link first.

use std::sync::{Mutex, PoisonError};

use protocol::{Code, Problem};
use subtle::ConstantTimeEq;

const BYTES: usize = 32;

/// The one-time token of the link, and the secret of the page that used it.
pub struct Pass {
    state: Mutex<State>,
}

struct State {
    /// None when it has been used.
    token: Option<String>,
    session: Option<String>,
}

impl Pass {
    /// Returns the token, too, which is kept nowhere else.
    pub fn new() -> Result<(Self, String), Problem> {
        let token = secret()?;
        let state = State {
            token: Some(token.clone()),
            session: None,
        };
        let pass = Self {
            state: Mutex::new(state),
        };
        Ok((pass, token))
    }

    /// Takes the token, once, for the secret that the page shows from then on.
    pub fn exchange(&self, token: &str) -> Option<String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.token.as_deref().is_some_and(|known| is_same(known, token)) {
            return None;
        }
        let session = secret().ok()?;
        state.token = None;
        state.session = Some(session.clone());
        Some(session)
    }

    pub fn is_session(&self, shown: &str) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .session
            .as_deref()
            .is_some_and(|known| is_same(known, shown))
    }

    pub fn is_used(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.token.is_none()
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

fn secret() -> Result<String, Problem> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| {
        Problem::new(
            Code::Internal,
            "This machine has no randomness for a secret link.",
        )
        .with_hint("Write a file with `usage graph --svg`.")
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_once() {
        let (pass, token) = Pass::new().unwrap();
        assert_eq!(token.len(), 64);
        assert!(!pass.is_session(&token) && !pass.is_session(""));
        assert_eq!(pass.exchange("another"), None);
        assert!(!pass.is_used());
        let session = pass.exchange(&token).unwrap();
        assert_ne!(session, token);
        assert_eq!(pass.exchange(&token), None);
        assert!(pass.is_session(&session) && !pass.is_session(&token) && pass.is_used());
    }
}
