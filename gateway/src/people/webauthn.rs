//! Passkeys (WebAuthn level 3): what a browser sends back is checked here, and nothing is kept.
//!
//! Written for what we ask browsers for, and no more: passkeys that are found without a name, by a
//! verified user, with one of three algorithms, and without attestation. Of the libraries that do all
//! of WebAuthn one has a licence that this house does not take, and the other brings four
//! implementations of elliptic curves and RSA; `ring`, which is here already, has what is needed.

mod authenticator_data;
mod client_data;
mod cose;

use ring::digest::{SHA256, digest};

use self::authenticator_data::{AuthenticatorData, BACKED_UP, ELIGIBLE, PRESENT, VERIFIED};
pub use self::client_data::Ceremony;
use self::cose::PublicKey;

/// The algorithms in the order in which we like them: Ed25519, ECDSA on P-256, RSA (PKCS #1).
pub const ALGORITHMS: [i64; 3] = [cose::ED_DSA, cose::ES256, cose::RS256];
/// Longest id of a credential that the specification allows.
pub const CREDENTIAL_BYTES_MAX: usize = 1_023;

/// Whom a passkey is for: the host that it is bound to, and the pages that may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The host, without port.
    pub id: String,
    /// Scheme, host and port, as browsers write it.
    pub origin: String,
}

/// Why something is not believed. It goes into the log; whoever sent it hears less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("a part does not have its form")]
    Form,
    #[error("it is for another ceremony")]
    Ceremony,
    #[error("it comes from a page of another origin")]
    Origin,
    #[error("it is for another party")]
    Party,
    #[error("the user was not there, or was not verified")]
    User,
    #[error("the key is of a kind that was not asked for")]
    Algorithm,
    #[error("the signature is wrong")]
    Signature,
}

/// A passkey that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub credential: Vec<u8>,
    /// As COSE has it.
    pub public_key: Vec<u8>,
    pub counter: u32,
    /// It is not bound to one device.
    pub is_synced: bool,
}

/// What a signature says besides that it is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub counter: u32,
}

/// The challenge that a browser answers to. It is looked at before anything else, to find out whether
/// we made it.
pub fn challenge_of(client_data: &[u8], ceremony: Ceremony, party: &Party) -> Result<Vec<u8>, Doubt> {
    client_data::check(client_data, ceremony, party)
}

/// Reads a new passkey. The attestation statement is passed over: we asked for none and would not
/// believe one, so that any authenticator will do.
pub fn made(attestation: &[u8], party: &Party) -> Result<Made, Doubt> {
    let data = cose::authenticator_data_of(attestation)?;
    let data = AuthenticatorData::parse(&data)?;
    check_user(&data, party)?;
    let new = data.credential.as_ref().ok_or(Doubt::Form)?;
    PublicKey::parse(new.public_key)?;
    Ok(Made {
        credential: new.id.to_vec(),
        public_key: new.public_key.to_vec(),
        counter: data.counter,
        is_synced: data.has(ELIGIBLE),
    })
}

/// Checks what an authenticator signed with the key that it registered.
pub fn shown(
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
    public_key: &[u8],
    party: &Party,
) -> Result<Shown, Doubt> {
    let data = AuthenticatorData::parse(authenticator_data)?;
    check_user(&data, party)?;
    if data.credential.is_some() {
        return Err(Doubt::Form);
    }
    let mut signed = authenticator_data.to_vec();
    signed.extend_from_slice(digest(&SHA256, client_data).as_ref());
    PublicKey::parse(public_key)?.verify(&signed, signature)?;
    Ok(Shown {
        counter: data.counter,
    })
}

fn check_user(data: &AuthenticatorData<'_>, party: &Party) -> Result<(), Doubt> {
    if data.party_hash != digest(&SHA256, party.id.as_bytes()).as_ref() {
        return Err(Doubt::Party);
    }
    if !data.has(PRESENT) || !data.has(VERIFIED) {
        return Err(Doubt::User);
    }
    // A backup of what cannot be backed up: no authenticator says that.
    if data.has(BACKED_UP) && !data.has(ELIGIBLE) {
        return Err(Doubt::Form);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
