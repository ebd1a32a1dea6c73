# The five things one does here. Every recipe can be typed without just.

_default:
    @just --list

# formatting, lints with warnings denied, licences and advisories
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo deny check

# every test
test:
    cargo test --workspace

# who asks what, and what comes back; `just cases NAME` runs those whose name holds NAME
cases *name:
    cargo test --workspace --test cases -- {{name}}

# attacks: each succeeds where the rule is missing and fails against the engine
attack:
    cargo test --workspace --test suite attacks

# the demonstration: invented data on 127.0.0.1:8080
run *arguments:
    cargo run -- demo {{arguments}}
