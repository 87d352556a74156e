//! Challenges that nobody has to remember: each says until when it is good and for what, under the
//! pepper, so that any gateway on the database knows it again. That it is used once is in the
//! database, from the moment of its use ([`crate::ledger::Spent`]).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::{MemberId, Problem};
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq;

use super::no_randomness;
use crate::{ledger::Spent, secrets::Pepper};

/// Longer than a person looks for a security key.
pub const LIFE_MS: i64 = 5 * 60_000;
const NONCE: usize = 16;
const EXPIRY: usize = 8;
const MAC: usize = 32;

/// What a challenge is for. One that was made for something else is none.
#[derive(Clone, Copy, Debug)]
pub struct Purpose<'a> {
    pub what: &'static str,
    /// Who must answer to it; nobody: whoever can.
    pub member: Option<MemberId>,
    /// The host that it is for.
    pub party: &'a str,
}

impl Purpose<'_> {
    fn mac(&self, pepper: &Pepper, body: &[u8]) -> [u8; MAC] {
        let member = self.member.map_or([0; 16], |member| *member.as_bytes());
        let parts = [
            b"challenge ".as_slice(),
            self.what.as_bytes(),
            &[0],
            &member,
            body,
            self.party.as_bytes(),
        ];
        pepper.mac(&parts.concat())
    }

    pub fn challenge(&self, pepper: &Pepper, now: i64) -> Result<String, Problem> {
        let mut bytes = vec![0; NONCE];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| no_randomness())?;
        bytes.extend_from_slice(&(now + LIFE_MS).to_be_bytes());
        let mac = self.mac(pepper, &bytes);
        bytes.extend_from_slice(&mac);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What is to be spent with the answer, if we made the challenge for this and not long ago.
    pub fn check(&self, pepper: &Pepper, challenge: &[u8], now: i64) -> Option<Spent> {
        let (body, mac) = challenge.split_at_checked(NONCE + EXPIRY)?;
        let expected = self.mac(pepper, body);
        let expires_at = i64::from_be_bytes(body.get(NONCE..)?.try_into().ok()?);
        let is_ours = bool::from(mac.ct_eq(&expected)) && expires_at > now;
        is_ours.then_some(Spent {
            mac: expected,
            expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_for_what_and_whom_and_as_long_as_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let pepper = Pepper::open(folder.path()).unwrap();
        let ada = MemberId::from_bytes([1; 16]);
        let purpose = Purpose {
            what: "step-up",
            member: Some(ada),
            party: "tokens.example",
        };
        let text = purpose.challenge(&pepper, 1_000).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        let is_good = |purpose: Purpose<'_>, bytes: &[u8], now| purpose.check(&pepper, bytes, now).is_some();
        assert!(is_good(purpose, &bytes, 1_000 + LIFE_MS - 1));
        assert!(!is_good(purpose, &bytes, 1_000 + LIFE_MS));
        for other in [
            Purpose {
                what: "sign-in",
                ..purpose
            },
            Purpose {
                member: None,
                ..purpose
            },
            Purpose {
                member: Some(MemberId::from_bytes([2; 16])),
                ..purpose
            },
            Purpose {
                party: "localhost",
                ..purpose
            },
        ] {
            assert!(!is_good(other, &bytes, 1_000), "{other:?}");
        }
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            assert!(!is_good(purpose, &changed, 1_000), "byte {index}");
            assert!(!is_good(purpose, &bytes[..index], 1_000));
        }
        assert_ne!(text, purpose.challenge(&pepper, 1_000).unwrap());
        let other = tempfile::tempdir().unwrap();
        let strange = Pepper::open(other.path()).unwrap();
        assert!(purpose.check(&strange, &bytes, 1_000).is_none());
    }
}
