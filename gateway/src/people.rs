//! Members at the door: passwords, how often one may try, and secrets that work once.

mod attempts;
mod challenge;
mod code;
mod limits;
mod password;
pub mod provider;
pub mod webauthn;

use arc_swap::ArcSwap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub use attempts::Attempts;
pub use challenge::{LIFE_MS as CHALLENGE_MS, Purpose};
pub use code::UserCode;
pub use password::Passwords;

use protocol::{Code, Problem};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use self::provider::Providers;
use crate::{
    clock::now_ms,
    failure_limit::FailureLimit,
    ledger::{Asked, LedgerError, Note, PeopleChange, PeopleOutcome, PeopleRefusal, PeopleRequest},
    route::access::Caller,
    state::{Gateway, internal},
};

/// What signing in needs in memory.
pub struct Doorkeeper {
    pub passwords: Passwords,
    /// Wrong passwords, by account and peer.
    pub attempts: Attempts,
    /// Wrong passwords and links of one peer, whoever's.
    pub peers: FailureLimit,
    /// Codes that devices of one peer asked for.
    pub codes: FailureLimit,
    /// Codes that nobody asked for, or that are over.
    pub unknown_codes: FailureLimit,
    /// Who else may say who somebody is.
    pub providers: ArcSwap<Providers>,
}

/// One peer may try other accounts when one is slow; not all of them.
const PEER_PER_MINUTE: u32 = 20;
const PEER_PER_HOUR: u32 = 120;
const CODES_PER_MINUTE: u32 = 10;
const CODES_PER_HOUR: u32 = 60;

impl Default for Doorkeeper {
    fn default() -> Self {
        Self {
            passwords: Passwords::default(),
            attempts: Attempts::default(),
            peers: FailureLimit::new(PEER_PER_MINUTE, PEER_PER_HOUR),
            codes: FailureLimit::new(CODES_PER_MINUTE, CODES_PER_HOUR),
            unknown_codes: FailureLimit::new(CODES_PER_MINUTE, CODES_PER_HOUR),
            providers: ArcSwap::default(),
        }
    }
}

impl Gateway {
    /// Changes members and what is theirs, with the line of the audit log about it.
    pub async fn change_people(
        &self,
        change: PeopleChange,
        note: Note,
        asked: Option<Asked>,
    ) -> Result<Result<PeopleOutcome, PeopleRefusal>, Problem> {
        let request = PeopleRequest {
            at: now_ms(),
            change,
            note: Some(note),
            asked,
        };
        let outcome = self.ledger.people(request).await.map_err(internal);
        self.events.note_people();
        outcome
    }
}

impl Gateway {
    /// Takes over what members may use, as any gateway may have changed it.
    pub async fn renew_member_limits(&self) -> Result<(), LedgerError> {
        self.quota.set_members(self.reader.people().limits().await?);
        Ok(())
    }

    /// Writes a line of the audit log about what changes nothing.
    pub async fn note_people(&self, note: Note) -> Result<(), Problem> {
        let done = self.change_people(PeopleChange::Note, note, None).await?;
        done.map(drop).map_err(|refusal| refused(refusal, "line"))
    }

    /// Asks in a device's name whether its code was confirmed. Only a yes is a line of the audit log.
    pub async fn poll_people(&self, change: PeopleChange, caller: &Caller) -> Result<PeopleOutcome, Problem> {
        let request = PeopleRequest {
            at: now_ms(),
            change,
            note: Some(caller.note("link.use")),
            asked: None,
        };
        let outcome = self.ledger.people(request).await.map_err(internal)?;
        outcome.map_err(|refusal| refused(refusal, "code"))
    }
}

/// What a refusal is to whoever asked; `what` is what they asked for.
pub fn refused(refusal: PeopleRefusal, what: &str) -> Problem {
    match refusal {
        PeopleRefusal::Unknown => Problem::new(Code::NotFound, format!("There is no such {what}.")),
        PeopleRefusal::Link => Problem::new(Code::LinkRefused, "This link is not accepted."),
        PeopleRefusal::NameTaken if what == "team" => {
            Problem::new(Code::NameTaken, "Another team has this name.").with_hint("Choose another name.")
        }
        PeopleRefusal::NameTaken => {
            Problem::new(Code::NameTaken, "Another member has this name or e-mail address.")
        }
        PeopleRefusal::LastOwner => Problem::new(Code::LastOwner, "Nobody else owns this gateway."),
        PeopleRefusal::Key => Problem::new(Code::KeyRefused, "This token key is not accepted."),
        PeopleRefusal::Passkey => passkey_refused(),
        PeopleRefusal::Identity => Problem::new(Code::SignInRefused, "Nobody here is known by this account."),
        PeopleRefusal::TooMany => Problem::new(
            Code::InvalidRequest,
            format!("There are too many of this {what}."),
        ),
        PeopleRefusal::TooManyRows => Problem::new(
            Code::InvalidRequest,
            format!("This key has reported as many {what}s as are kept of one."),
        )
        .with_hint("Report the branches that matter, or with another key."),
        PeopleRefusal::TooOften => {
            Problem::new(Code::RateLimited, "This was asked very often within the hour.")
        }
        PeopleRefusal::TooMuch => Problem::new(
            Code::UsageImpossible,
            format!("This {what} has more than there can be."),
        ),
        PeopleRefusal::Reused => Problem::new(
            Code::IdempotencyKeyReused,
            "Another request came under this Idempotency-Key.",
        ),
        PeopleRefusal::Full => Problem::new(
            Code::InvalidRequest,
            "A lot would hold more than a number of nano-USD can say.",
        ),
        PeopleRefusal::Repeated(id) => Problem::new(
            Code::RequestReused,
            format!("This was done before, under the same Idempotency-Key: {what} {id}."),
        )
        .with_hint("Its secret was in the first answer and is kept nowhere. Revoke it and make another one."),
    }
}

/// One answer for every reason, so that nobody learns which passkeys there are.
pub fn passkey_refused() -> Problem {
    Problem::new(Code::SignInRefused, "This passkey is not accepted.").with_hint(
        "Try another one, sign in with your password, or ask an owner or admin for a one-time link.",
    )
}

/// 256 random bits, as text.
pub fn random_secret() -> Result<Zeroizing<String>, Problem> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    SystemRandom::new()
        .fill(bytes.as_mut())
        .map_err(|_| no_randomness())?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref())))
}

pub fn no_randomness() -> Problem {
    Problem::new(Code::Internal, "The system gave no random bytes.")
}

const NAME_CHARACTERS_MAX: usize = 100;
const EMAIL_BYTES_MAX: usize = 254;

/// A name as it is kept. It has no `@`, so that it can never be taken for somebody's address.
pub fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let is_right = !name.is_empty()
        && name.chars().count() <= NAME_CHARACTERS_MAX
        && !name.contains('@')
        && !name.contains(char::is_control);
    if is_right {
        return Ok(name.to_owned());
    }
    Err(Problem::new(
        Code::InvalidRequest,
        "A member's name has 1 to 100 characters, no @ and no control character.",
    ))
}

/// An address as it is kept; an empty one is none. Whether it works shows when mail is sent.
pub fn checked_email(email: &str) -> Result<Option<String>, Problem> {
    let email = email.trim();
    if email.is_empty() {
        return Ok(None);
    }
    let is_right = email.len() <= EMAIL_BYTES_MAX
        && email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.')
        })
        && !email.contains(|c: char| c.is_whitespace() || c.is_control());
    if is_right {
        return Ok(Some(email.to_owned()));
    }
    Err(Problem::new(
        Code::InvalidRequest,
        "An e-mail address looks like ada@example.com.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_an_address() {
        assert_eq!(checked_name("  Ada Lovelace ").unwrap(), "Ada Lovelace");
        for wrong in ["", " ", "ada@example.com", "a\nb", &"x".repeat(101)] {
            assert!(checked_name(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(checked_email(" ").unwrap(), None);
        assert_eq!(
            checked_email("ada@example.com").unwrap().as_deref(),
            Some("ada@example.com")
        );
        for wrong in ["ada", "@example.com", "ada@host", "a b@example.com", "a@b@c.d"] {
            assert!(checked_email(wrong).is_err(), "{wrong:?}");
        }
    }
}
