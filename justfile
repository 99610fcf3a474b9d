# `just` lists what there is.

_default:
    @just --list

# Look around in the embedded estate
demo:
    cargo run --release -- --demo

# All tests
test:
    cargo test

# What must be clean before a commit
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Look at changed screens and reports, and take them over
review:
    cargo insta review

# The documentation of the library
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --open

# Measure
bench *filter:
    cargo bench -- {{filter}}

# Everything that the hosted checks run
ci:
    .ci/run
