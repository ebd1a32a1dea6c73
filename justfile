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

# behaviour of the whole engine; `just cases NAME` runs those whose name holds NAME
cases *name:
    cargo test -p tests {{name}}

# tests of known attacks, wherever they stand; docs/ATTACKS.md says which attack has one
attack:
    cargo test --workspace attack

# the demonstration: invented data on 127.0.0.1:8080
run *arguments:
    cargo run -- demo {{arguments}}
