use crate::Gateway;

/// Recounts everything with `ledger verify`; panics with the differences that it prints.
pub async fn verify_clean(gateway: &Gateway) {
    let outcome = gateway.cli(&["ledger", "verify"]).await;
    assert_eq!(
        outcome.code,
        Some(0),
        "the ledger differs: {}\n{}",
        outcome.stdout,
        outcome.stderr
    );
}
