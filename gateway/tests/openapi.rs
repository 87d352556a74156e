//! The contract of the control plane is a file in the repository: a change of it is seen in review.

#[test]
fn the_contract_is_the_committed_one() {
    let made = gateway::openapi::contract().to_pretty_json().unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        made == committed,
        "the contract changed: run scripts/generate and look at the difference"
    );
}
