use super::{CREDENTIAL_BYTES_MAX, Doubt, cose};

/// The user was there.
pub const PRESENT: u8 = 1;
/// The authenticator knows who it was.
pub const VERIFIED: u8 = 1 << 2;
/// The key may be on several devices.
pub const ELIGIBLE: u8 = 1 << 3;
/// The key is backed up.
pub const BACKED_UP: u8 = 1 << 4;
const CREDENTIAL: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// What an authenticator says, and signs.
#[derive(Debug)]
pub struct AuthenticatorData<'a> {
    pub party_hash: &'a [u8],
    flags: u8,
    pub counter: u32,
    pub credential: Option<NewCredential<'a>>,
}

#[derive(Debug)]
pub struct NewCredential<'a> {
    pub id: &'a [u8],
    pub public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Doubt> {
        let (party_hash, rest) = split(bytes, 32)?;
        let (flags, rest) = split(rest, 1)?;
        let (counter, mut rest) = split(rest, 4)?;
        let flags = flags[0];
        let mut credential = None;
        if flags & CREDENTIAL != 0 {
            let (new, after) = NewCredential::parse(rest)?;
            (credential, rest) = (Some(new), after);
        }
        if flags & EXTENSIONS != 0 {
            rest = cose::after_one_item(rest)?;
        }
        if !rest.is_empty() {
            return Err(Doubt::Form);
        }
        Ok(Self {
            party_hash,
            flags,
            counter: u32::from_be_bytes(counter.try_into().map_err(|_| Doubt::Form)?),
            credential,
        })
    }

    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl<'a> NewCredential<'a> {
    fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Doubt> {
        let (_model, rest) = split(bytes, 16)?;
        let (length, rest) = split(rest, 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if length == 0 || length > CREDENTIAL_BYTES_MAX {
            return Err(Doubt::Form);
        }
        let (id, rest) = split(rest, length)?;
        let after = cose::after_one_item(rest)?;
        let public_key = &rest[..rest.len() - after.len()];
        Ok((Self { id, public_key }, after))
    }
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), Doubt> {
    bytes.split_at_checked(at).ok_or(Doubt::Form)
}
