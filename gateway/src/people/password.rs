//! Passwords: argon2id with OWASP's parameters, off the threads that serve, two at a time.

use std::{sync::Arc, time::Duration};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use protocol::{Code, Problem};
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Each of them takes 19 MiB and a processor.
const AT_ONCE: usize = 2;
/// Who waits longer for a turn hears that there are too many.
const PATIENCE: Duration = Duration::from_secs(10);
const KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;
const LANES: u32 = 1;
const SALT: usize = 16;
const HASH: usize = 32;
const CHARACTERS_MIN: usize = 10;
const BYTES_MAX: usize = 1_024;
/// What `m`, `t` and `p` may be in a stored hash: what was written by any version so far.
const KIB_MAX: u32 = 256 * 1024;
const ROUNDS_MAX: u32 = 16;

pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Passwords {
    /// What is kept of a new password, in the PHC form.
    pub async fn hash(&self, password: &str) -> Result<String, Problem> {
        check(password)?;
        let mut salt = [0; SALT];
        SystemRandom::new()
            .fill(&mut salt)
            .map_err(|_| Problem::new(Code::Internal, "The system gave no random bytes."))?;
        let stored = Stored {
            kib: KIB,
            rounds: ROUNDS,
            lanes: LANES,
            salt: salt.to_vec(),
            hash: Vec::new(),
        };
        let hash = self.work(&stored, password).await?;
        Ok(Stored { hash, ..stored }.to_text())
    }

    /// Whether it is the password. Nothing stored takes as long as a wrong one, so that nobody
    /// learns from the time whether there is such a member.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, Problem> {
        let known = stored.and_then(Stored::parse);
        let against = known.clone().unwrap_or_else(Stored::of_nobody);
        let hash = self.work(&against, password).await?;
        let is_same = bool::from(hash.as_slice().ct_eq(against.hash.as_slice()));
        Ok(is_same && known.is_some())
    }

    async fn work(&self, stored: &Stored, password: &str) -> Result<Vec<u8>, Problem> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let Ok(Ok(turn)) = turn.await else {
            return Err(Problem::new(
                Code::RateLimited,
                "Too many people sign in at this moment.",
            ));
        };
        let (stored, password) = (stored.clone(), Zeroizing::new(password.as_bytes().to_vec()));
        let hashing = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            stored.hash_of(&password)
        });
        let hash = hashing.await.ok().flatten();
        hash.ok_or_else(|| {
            tracing::error!("A password could not be hashed");
            Problem::new(Code::Internal, "The password could not be checked.")
        })
    }
}

/// Length is what counts; what somebody can guess of a person, nobody here can know.
fn check(password: &str) -> Result<(), Problem> {
    if password.chars().count() < CHARACTERS_MIN || password.len() > BYTES_MAX {
        return Err(Problem::new(
            Code::InvalidRequest,
            "A password has at least 10 characters, and at most 1024 bytes.",
        )
        .with_hint("Several words are easier to keep in mind than signs."));
    }
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    kib: u32,
    rounds: u32,
    lanes: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Stored {
    fn of_nobody() -> Self {
        Self {
            kib: KIB,
            rounds: ROUNDS,
            lanes: LANES,
            salt: vec![0; SALT],
            hash: vec![0; HASH],
        }
    }

    fn to_text(&self) -> String {
        format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            self.kib,
            self.rounds,
            self.lanes,
            BASE64.encode(&self.salt),
            BASE64.encode(&self.hash)
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("$argon2id$v=19$")?;
        let mut parts = rest.split('$');
        let mut numbers = parts.next()?.split(',');
        let mut number = |name: &str, max: u32| {
            let number: u32 = numbers.next()?.strip_prefix(name)?.parse().ok()?;
            (1..=max).contains(&number).then_some(number)
        };
        let (kib, rounds, lanes) = (
            number("m=", KIB_MAX)?,
            number("t=", ROUNDS_MAX)?,
            number("p=", 8)?,
        );
        let mut bytes = || BASE64.decode(parts.next()?).ok();
        let (salt, hash) = (bytes()?, bytes()?);
        Some(Self {
            kib,
            rounds,
            lanes,
            salt,
            hash,
        })
    }

    fn hash_of(&self, password: &[u8]) -> Option<Vec<u8>> {
        let params = Params::new(self.kib, self.rounds, self.lanes, Some(HASH)).ok()?;
        let mut hash = vec![0; HASH];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password, &self.salt, &mut hash)
            .ok()?;
        Some(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other_is() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(
            passwords
                .verify("correct horse battery", Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("correct horse batterz", Some(&stored))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("", Some(&stored)).await.unwrap());
        assert!(!passwords.verify("correct horse battery", None).await.unwrap());
        assert!(
            !passwords
                .verify("correct horse battery", Some("$argon2id$v=19$"))
                .await
                .unwrap()
        );
        let again = passwords.hash("correct horse battery").await.unwrap();
        assert_ne!(stored, again, "each has its own salt");
    }

    /// The known answer of the reference implementation.
    #[test]
    fn the_function_is_argon2id() {
        let known =
            "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Gpj7qOY5RCXJvcMzqcdQqvgR3wcPX7SleI4c9NtXk6E";
        let stored = Stored::parse(known).unwrap();
        assert_eq!(stored.hash_of(b"password").unwrap(), stored.hash);
        assert_eq!(stored.to_text(), known);
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        let passwords = Passwords::default();
        for wrong in ["", "123456789", &"x".repeat(1_025)] {
            let refused = passwords.hash(wrong).await.unwrap_err();
            assert_eq!(refused.code, Code::InvalidRequest);
        }
    }
}
