# The project's commands; each is one line into cargo, xtask or a script.

# Everything that CI runs.
ci:
    .ci/run

# The story that shows everything at once.
demo *ARGS:
    cargo run --release --bin oxgate -- demo {{ARGS}}

# Unit, conformance and end-to-end tests.
test:
    scripts/test

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo xtask tidy

# Format everything.
fmt:
    cargo fmt --all

# Licences, sources and duplicate versions (needs cargo-deny).
deny:
    cargo deny check bans licenses sources
