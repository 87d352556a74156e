//! An authenticator in software, which says what it should and what it should not.

use ciborium::Value;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use serde_json::json;

use super::*;

const ALL: u8 = PRESENT | VERIFIED;
const CHALLENGE: &str = "AAECAwQ";

fn party() -> Party {
    Party {
        id: "tokens.example".into(),
        origin: "https://tokens.example".into(),
    }
}

fn client_data(kind: &str, origin: &str) -> Vec<u8> {
    let data = json!({ "type": kind, "challenge": CHALLENGE, "origin": origin, "crossOrigin": false });
    serde_json::to_vec(&data).unwrap()
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn int(number: i64) -> Value {
    Value::from(number)
}

enum Authenticator {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Authenticator {
    fn p256() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random);
        Self::P256(pair.unwrap())
    }
    fn ed25519() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    fn key(&self) -> Value {
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        Value::Map(match self {
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                vec![
                    (int(1), int(2)),
                    (int(3), int(-7)),
                    (int(-1), int(1)),
                    (int(-2), bytes(&point[1..33])),
                    (int(-3), bytes(&point[33..])),
                ]
            }
            Self::Ed25519(pair) => vec![
                (int(1), int(1)),
                (int(3), int(-8)),
                (int(-1), int(6)),
                (int(-2), bytes(pair.public_key().as_ref())),
            ],
        })
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .unwrap()
                .as_ref()
                .to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    fn show(&self, data: &[u8], client: &[u8]) -> Vec<u8> {
        self.sign(&[data, digest(&SHA256, client).as_ref()].concat())
    }
}

fn data(id: &str, flags: u8, counter: u32, rest: &[u8]) -> Vec<u8> {
    let hash = digest(&SHA256, id.as_bytes());
    [hash.as_ref(), &[flags], &counter.to_be_bytes(), rest].concat()
}

fn credential(id: &[u8], key: &Value) -> Vec<u8> {
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    [&[0; 16][..], &length, id, &cbor(key)].concat()
}

fn attestation(data: Vec<u8>) -> Vec<u8> {
    cbor(&Value::Map(vec![
        (Value::from("fmt"), Value::from("none")),
        (Value::from("attStmt"), Value::Map(Vec::new())),
        (Value::from("authData"), Value::Bytes(data)),
    ]))
}

const NEW: u8 = ALL | 1 << 6;

#[test]
fn a_passkey_is_made_and_then_signs_in() {
    for authenticator in [Authenticator::p256(), Authenticator::ed25519()] {
        let new = credential(b"credential", &authenticator.key());
        let made = made(
            &attestation(data("tokens.example", NEW | ELIGIBLE, 0, &new)),
            &party(),
        )
        .unwrap();
        assert_eq!(
            (made.credential.as_slice(), made.is_synced),
            (&b"credential"[..], true)
        );
        let client = client_data("webauthn.get", "https://tokens.example");
        let challenge = challenge_of(&client, Ceremony::Get, &party()).unwrap();
        assert_eq!(challenge, [0, 1, 2, 3, 4]);
        let said = data("tokens.example", ALL, 7, &[]);
        let signature = authenticator.show(&said, &client);
        let shown = |client: &[u8], said: &[u8], signature: &[u8]| {
            shown(client, said, signature, &made.public_key, &party())
        };
        assert_eq!(shown(&client, &said, &signature), Ok(Shown { counter: 7 }));
        let other = client_data("webauthn.get", "https://tokens.example:444");
        assert_eq!(shown(&other, &said, &signature), Err(Doubt::Signature));
        let later = data("tokens.example", ALL, 8, &[]);
        assert_eq!(shown(&client, &later, &signature), Err(Doubt::Signature));
        assert_eq!(shown(&client, &said, &signature[1..]), Err(Doubt::Signature));
        assert_eq!(shown(&client, &said, &[]), Err(Doubt::Signature));
    }
}

#[test]
fn what_an_authenticator_says_is_held_against_what_was_asked() {
    let authenticator = Authenticator::p256();
    let public_key = cbor(&authenticator.key());
    let client = client_data("webauthn.get", "https://tokens.example");
    let check = |said: &[u8]| {
        let signature = authenticator.show(said, &client);
        shown(&client, said, &signature, &public_key, &party())
    };
    assert_eq!(
        check(&data("tokens.example", ALL, 0, &[])),
        Ok(Shown { counter: 0 })
    );
    assert_eq!(check(&data("evil.example", ALL, 0, &[])), Err(Doubt::Party));
    assert_eq!(check(&data("tokens.example", PRESENT, 0, &[])), Err(Doubt::User));
    assert_eq!(check(&data("tokens.example", VERIFIED, 0, &[])), Err(Doubt::User));
    let said = data("tokens.example", ALL | BACKED_UP, 0, &[]);
    assert_eq!(check(&said), Err(Doubt::Form));
    assert_eq!(
        check(&data("tokens.example", ALL, 0, &[0])),
        Err(Doubt::Form),
        "something hangs on"
    );
    let extended = data("tokens.example", ALL | 1 << 7, 0, &cbor(&Value::Map(Vec::new())));
    assert_eq!(check(&extended), Ok(Shown { counter: 0 }));
    let new = credential(b"other", &authenticator.key());
    assert_eq!(check(&data("tokens.example", NEW, 0, &new)), Err(Doubt::Form));
}

#[test]
fn only_our_own_page_counts_and_only_for_what_it_asked() {
    let party = party();
    let check = |data: &[u8]| challenge_of(data, Ceremony::Get, &party);
    let ours = "https://tokens.example";
    assert!(check(&client_data("webauthn.get", ours)).is_ok());
    assert_eq!(check(&client_data("webauthn.create", ours)), Err(Doubt::Ceremony));
    for origin in [
        "http://tokens.example",
        "https://tokens.example:8443",
        "https://tokens.example.evil.example",
        "https://evil.example",
        "https://sub.tokens.example",
        "null",
        "",
    ] {
        let seen = check(&client_data("webauthn.get", origin));
        assert_eq!(seen, Err(Doubt::Origin), "{origin}");
    }
    let framed =
        json!({ "type": "webauthn.get", "challenge": CHALLENGE, "origin": ours, "crossOrigin": true });
    assert_eq!(check(framed.to_string().as_bytes()), Err(Doubt::Origin));
    let framed = json!({ "type": "webauthn.get", "challenge": CHALLENGE, "origin": ours, "topOrigin": ours });
    assert_eq!(check(framed.to_string().as_bytes()), Err(Doubt::Origin));
    let twice =
        format!(r#"{{"type":"webauthn.get","challenge":"{CHALLENGE}","origin":"x","origin":"{ours}"}}"#);
    for wrong in [
        "",
        "{}",
        "[]",
        twice.as_str(),
        r#"{"type":"webauthn.get","origin":"https://tokens.example"}"#,
    ] {
        assert_eq!(check(wrong.as_bytes()), Err(Doubt::Form), "{wrong}");
    }
    assert_eq!(check(&vec![b' '; 5_000]), Err(Doubt::Form));
}

#[test]
fn a_new_passkey_is_of_a_kind_that_was_asked_for() {
    let authenticator = Authenticator::p256();
    let with = |change: fn(&mut Vec<(Value, Value)>)| {
        let Value::Map(mut key) = authenticator.key() else {
            panic!("a key is a map")
        };
        change(&mut key);
        let new = credential(b"id", &Value::Map(key));
        made(&attestation(data("tokens.example", NEW, 0, &new)), &party()).map(drop)
    };
    assert_eq!(with(|_| {}), Ok(()));
    assert_eq!(with(|key| key[1].1 = int(-35)), Err(Doubt::Algorithm));
    assert_eq!(with(|key| key[0].1 = int(1)), Err(Doubt::Algorithm));
    assert_eq!(with(|key| key[2].1 = int(2)), Err(Doubt::Algorithm));
    assert_eq!(with(|key| key[3].1 = Value::Bytes(vec![1; 31])), Err(Doubt::Form));
    assert_eq!(with(|key| drop(key.pop())), Err(Doubt::Form));
    assert_eq!(
        with(|key| key.push(key[3].clone())),
        Err(Doubt::Form),
        "one of two"
    );
}

#[test]
fn what_is_cut_off_or_endless_is_refused_and_nothing_falls_over() {
    let key = Authenticator::p256().key();
    let whole = attestation(data("tokens.example", NEW, 0, &credential(b"id", &key)));
    assert!(made(&whole, &party()).is_ok());
    for length in 0..whole.len() {
        assert!(made(&whole[..length], &party()).is_err(), "{length} bytes");
    }
    for index in 0..whole.len() {
        let mut changed = whole.clone();
        changed[index] ^= 0xff;
        // It may still be a passkey, of another name or key; it must not be a panic.
        let _ = made(&changed, &party());
    }
    let deep = vec![0x81; 100_000];
    assert_eq!(made(&deep, &party()), Err(Doubt::Form));
    // Says that four gigabytes follow.
    assert_eq!(made(&[0x5b, 0, 0, 0, 1, 0, 0, 0, 0], &party()), Err(Doubt::Form));
    assert_eq!(
        made(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &party()),
        Err(Doubt::Form)
    );
    let mut more = whole;
    more.push(0);
    assert_eq!(made(&more, &party()), Err(Doubt::Form));
    let no_id = attestation(data("tokens.example", NEW, 0, &credential(b"", &key)));
    assert_eq!(made(&no_id, &party()), Err(Doubt::Form));
    let long = attestation(data("tokens.example", NEW, 0, &credential(&[7; 1_024], &key)));
    assert_eq!(made(&long, &party()), Err(Doubt::Form));
    let none = attestation(data("tokens.example", ALL, 0, &[]));
    assert_eq!(made(&none, &party()), Err(Doubt::Form));
}
