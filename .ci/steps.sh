# What .ci/run and .ci/full have in common; sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
exec < /dev/null
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
# Warnings are denied by each step itself: flags in the environment would build every dependency again.
unset RUSTFLAGS

work=$(mktemp -d)
target=${CARGO_TARGET_DIR:-$root/target}
scan=$target/release/scan
started=$SECONDS
now=

# Says what failed, and removes what was made, however the run ends.
finish() {
    local status=$?
    rm -rf "$work"
    if [ "$status" -ne 0 ]; then
        printf '\nFAILED (status %s) in: %s\n' "$status" "${now:-the start}" >&2
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# step TITLE COMMAND...: a header, the command, and how long it took.
step() {
    now=$1
    shift
    local begun=$SECONDS
    printf '\n== %s\n' "$now"
    "$@"
    printf -- '-- %s: %s s\n' "$now" "$((SECONDS - begun))"
}

have() { command -v "$1" > /dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# install_packages WHY PACKAGE...
install_packages() {
    local why=$1
    shift
    echo "$why: installing $*"
    have apt-get || { echo "cannot install $*: there is no apt-get here; install it by hand" >&2; return 1; }
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

tools() {
    if ! have cargo && [ -f "$HOME/.cargo/env" ]; then
        # shellcheck source=/dev/null
        . "$HOME/.cargo/env"
    fi
    have cargo || { echo "there is no cargo; get Rust 1.88 or later from https://rustup.rs" >&2; return 1; }
    cargo fmt --version > /dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version > /dev/null 2>&1 || rustup component add clippy
    # The lab: servers, and the languages of the clients that it runs.
    if ! have redis-server || ! have redis-cli; then install_packages "the live lab" redis-server; fi
    have python3 || install_packages "the lab" python3 python3-venv
    python3 -c 'import ensurepip, venv' 2> /dev/null || install_packages "the lab's clients" python3-venv
    if ! have node || ! have npm; then install_packages "the lab's clients" nodejs npm; fi
    have go || install_packages "the lab's clients" golang-go
    rustc --version
    redis-server --version
    python3 --version
    echo "node $(node --version)"
    go version
}

document() { RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items; }

# The first command of README, as it stands there.
readme_first() {
    local command
    command=$(sed -n 's/^\$ //p' README.md | head -n 1)
    [ -n "$command" ] || { echo "README.md has no line that begins with '\$ '" >&2; return 1; }
    echo "\$ $command"
    bash -c "$command"
}

# The installed program has to work away from the tree.
install_program() {
    cargo install --locked --path . --root "$work/installed" --no-track --quiet
    (cd / && "$work/installed/bin/scan" --format hits - \
        <<< '2026-04-23 10:15:30,123 ERROR shop: MOVED 7638 10.0.0.7:6379') > "$work/hit"
    cat "$work/hit"
    grep -q '"signal":"moved","slot":7638,"host":"10.0.0.7","port":6379' "$work/hit"
}

lab_tests() {
    PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s tests/lab
    PYTHONDONTWRITEBYTECODE=1 python3 tests/lab/record.py --check
}

# lab_verify DIR: every event of the logs in DIR once, nothing else, and the right verdicts.
lab_verify() { PYTHONDONTWRITEBYTECODE=1 python3 tests/lab/verify.py --scan "$scan" "$1"; }

# lab_record DIR OPTION...: real clients against a real cluster, now.
lab_record() {
    local out=$1
    shift
    PYTHONDONTWRITEBYTECODE=1 python3 tests/lab/record.py --out "$out" "$@"
    compgen -G "$out/*.truth.json" > /dev/null || { echo "the lab recorded nothing" >&2; return 1; }
}

checks() {
    step "Tools" tools
    step "Format" cargo fmt --check
    step "Lints" cargo clippy --locked --all-targets -- -D warnings
    step "Documentation" document
    step "Tests" cargo test --locked
    step "Release build" cargo build --locked --release
    step "README's first command" readme_first
    step "Install" install_program
    step "Lab: its own tests" lab_tests
    step "Lab: recorded logs" lab_verify fixtures
}

all_passed() { printf '\nAll passed in %s s.\n' "$((SECONDS - started))"; }
