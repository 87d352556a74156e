//! An authenticator in software: it makes a passkey, and signs with it what it is asked to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

const PRESENT_AND_VERIFIED: u8 = 0b101;
const HAS_CREDENTIAL: u8 = 0b100_0000;

/// One passkey, on one device, with a counter.
pub struct Authenticator {
    pair: Ed25519KeyPair,
    id: [u8; 16],
    user: String,
    pub counter: u32,
}

impl Authenticator {
    /// For the user and the host that the gateway asks with.
    pub fn new(creation: &Value) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("there is randomness");
        Self {
            pair: Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("it was just made"),
            id: *uuid::Uuid::new_v4().as_bytes(),
            user: creation["user"]["id"].as_str().expect("a user").to_owned(),
            counter: 0,
        }
    }

    fn data(&mut self, host: &str, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let host = digest(&SHA256, host.as_bytes());
        [host.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// What the page sends to have the passkey kept.
    pub fn make(&mut self, creation: &Value, origin: &str, name: &str) -> Value {
        let host = creation["rp"]["id"].as_str().expect("a party");
        let mut data = self.data(host, PRESENT_AND_VERIFIED | HAS_CREDENTIAL);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&[0, 16]);
        data.extend_from_slice(&self.id);
        // {1: 1, 3: -8, -1: 6, -2: key}
        data.extend_from_slice(&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32]);
        data.extend_from_slice(self.pair.public_key().as_ref());
        let length = u8::try_from(data.len()).expect("it is short");
        let object = [
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(),
            &[length],
            &data,
        ];
        json!({
            "name": name,
            "clientDataJSON": BASE64.encode(client_data("webauthn.create", creation, origin)),
            "attestationObject": BASE64.encode(object.concat()),
        })
    }

    /// What the page sends to show who is there.
    pub fn answer(&mut self, question: &Value, origin: &str) -> Value {
        let host = question["rpId"].as_str().expect("a party").to_owned();
        let data = self.data(&host, PRESENT_AND_VERIFIED);
        let client = client_data("webauthn.get", question, origin);
        let signed = [data.as_slice(), digest(&SHA256, client.as_bytes()).as_ref()].concat();
        json!({
            "id": BASE64.encode(self.id),
            "clientDataJSON": BASE64.encode(client),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(self.pair.sign(&signed).as_ref()),
            "userHandle": self.user,
        })
    }
}

fn client_data(kind: &str, asked: &Value, origin: &str) -> String {
    json!({ "type": kind, "challenge": asked["challenge"], "origin": origin, "crossOrigin": false })
        .to_string()
}
