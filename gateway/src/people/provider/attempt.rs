//! One attempt to sign in by a provider, from the page to the callback. The browser keeps it in a
//! cookie; all that goes to the provider is derived from that under the pepper, so that only the
//! browser that began can end it, and any gateway on the database can be the one where it ends.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use protocol::{MemberId, Problem};
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};
use subtle::ConstantTimeEq;

use crate::{ledger::Spent, people::no_randomness, secrets::Pepper};

/// For so long somebody may type their password at the provider.
pub const LIFE_MS: i64 = 10 * 60_000;
const RANDOM: usize = 32;
const EXPIRY: usize = 8;
const MEMBER: usize = 16;

pub struct Attempt {
    bytes: Vec<u8>,
    provider: String,
}

impl Attempt {
    /// `member` is who connects an account of theirs; nobody: whoever it is, signs in.
    pub fn begin(provider: &str, member: Option<MemberId>, now: i64) -> Result<Self, Problem> {
        let mut bytes = vec![0; RANDOM];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| no_randomness())?;
        bytes.extend_from_slice(&(now + LIFE_MS).to_be_bytes());
        bytes.extend_from_slice(&member.map_or([0; MEMBER], |member| *member.as_bytes()));
        Ok(Self {
            bytes,
            provider: provider.to_owned(),
        })
    }

    pub fn cookie(&self) -> String {
        BASE64.encode(&self.bytes)
    }

    /// The attempt that the cookie holds, if the provider answers to it and in time.
    pub fn resume(provider: &str, cookie: &str, state: &str, pepper: &Pepper, now: i64) -> Option<Self> {
        let attempt = Self {
            bytes: BASE64.decode(cookie).ok()?,
            provider: provider.to_owned(),
        };
        let is_ours = bool::from(attempt.state(pepper).as_bytes().ct_eq(state.as_bytes()));
        (is_ours && attempt.expires_at()? > now).then_some(attempt)
    }

    fn expires_at(&self) -> Option<i64> {
        let bytes = self.bytes.get(RANDOM..RANDOM + EXPIRY)?;
        bytes.try_into().ok().map(i64::from_be_bytes)
    }

    pub fn member(&self) -> Option<MemberId> {
        let bytes: [u8; MEMBER] = self.bytes.get(RANDOM + EXPIRY..)?.try_into().ok()?;
        (bytes != [0; MEMBER]).then(|| MemberId::from_bytes(bytes))
    }

    fn derived(&self, pepper: &Pepper, what: &str) -> [u8; 32] {
        let parts = [
            b"provider ".as_slice(),
            what.as_bytes(),
            &[0],
            self.provider.as_bytes(),
            &[0],
            &self.bytes,
        ];
        pepper.mac(&parts.concat())
    }

    /// Comes back with the answer: whoever has not this browser's cookie cannot know it.
    pub fn state(&self, pepper: &Pepper) -> String {
        BASE64.encode(self.derived(pepper, "state"))
    }
    /// Comes back inside the provider's signed token.
    pub fn nonce(&self, pepper: &Pepper) -> String {
        BASE64.encode(self.derived(pepper, "nonce"))
    }
    /// Shown to the provider with the code (RFC 7636); a code that leaked is of no use without it.
    pub fn verifier(&self, pepper: &Pepper) -> String {
        BASE64.encode(self.derived(pepper, "verifier"))
    }
    pub fn challenge(&self, pepper: &Pepper) -> String {
        BASE64.encode(digest(&SHA256, self.verifier(pepper).as_bytes()))
    }

    /// Ends it: it is good once.
    pub fn spent(&self, pepper: &Pepper) -> Spent {
        Spent {
            mac: self.derived(pepper, "spent"),
            expires_at: self.expires_at().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_browser_that_began_ends_it_and_with_the_same_provider() {
        let folder = tempfile::tempdir().unwrap();
        let pepper = Pepper::open(folder.path()).unwrap();
        let ada = MemberId::from_bytes([1; 16]);
        let attempt = Attempt::begin("company", Some(ada), 1_000).unwrap();
        let (cookie, state) = (attempt.cookie(), attempt.state(&pepper));
        let resume =
            |provider, cookie: &str, state: &str, now| Attempt::resume(provider, cookie, state, &pepper, now);
        let found = resume("company", &cookie, &state, 1_001).unwrap();
        assert_eq!(found.member(), Some(ada));
        assert_eq!(found.verifier(&pepper), attempt.verifier(&pepper));
        assert!(resume("github", &cookie, &state, 1_001).is_none());
        assert!(resume("company", &cookie, &state, 1_000 + LIFE_MS).is_none());
        let other = Attempt::begin("company", None, 1_000).unwrap();
        assert_eq!(other.member(), None);
        assert!(resume("company", &other.cookie(), &state, 1_001).is_none());
        assert!(resume("company", &cookie, "", 1_001).is_none());
        // Somebody puts another member into their own cookie.
        let mut bytes = BASE64.decode(&cookie).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        assert!(resume("company", &BASE64.encode(bytes), &state, 1_001).is_none());
        let all = [
            state,
            attempt.nonce(&pepper),
            attempt.verifier(&pepper),
            attempt.challenge(&pepper),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(one.len() == 43 && !all[..index].contains(one));
        }
    }
}
