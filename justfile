# Shortcuts of daily work; each is one line that can also be copied.

# everything that has to hold before a push
check:
    ./test.sh

# format the code
fmt:
    cargo fmt

# paired timings of the hook against plain git
bench:
    cargo bench --bench hook

# fuzz one target for ten minutes (needs cargo-fuzz and a nightly toolchain)
fuzz target:
    cargo +nightly fuzz run {{target}} -- -max_total_time=600

# a new provider file for secret rules
new-secret name:
    cp rules/secrets/zuplo.toml rules/secrets/{{name}}.toml

# licences, sources and advisories of the dependencies
deny:
    cargo deny check
