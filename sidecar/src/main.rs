//! `token-tracker-sidecar`: the language server on standard input and output.

fn main() {
    sidecar::run()
}
