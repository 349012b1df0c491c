# Everything a newcomer types. `make help` lists it.

SWIFT ?= swift
APT := git make pkg-config openssl libcurl4-openssl-dev libssl-dev libjansson-dev libjq-dev libsqlite3-dev zlib1g-dev
SUDO := $(if $(filter 0,$(shell id -u)),,sudo )
PRODUCT := --product bascule

.DEFAULT_GOAL := help
.PHONY: help deps demo test build lint bench fuzz clean missing-deps

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

deps: ## install the system packages (Debian and its kin; elsewhere it names them)
	@if command -v apt-get >/dev/null 2>&1; then \
		echo "$(SUDO)apt-get update && $(SUDO)apt-get install --yes --no-install-recommends $(APT)"; \
		$(SUDO)apt-get update && \
		$(SUDO)env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(APT); \
	else \
		echo "This is no Debian. Install what is called there:"; \
		echo "  libcurl, OpenSSL 3, jansson, jq, SQLite and zlib, each with its C headers; git, make, pkg-config, openssl"; \
		exit 1; \
	fi
	@command -v $(SWIFT) >/dev/null 2>&1 || { \
		echo "Swift 6.3 or newer is missing: see https://www.swift.org/install/linux/"; exit 1; }

# Calls `deps` only if something is missing.
missing-deps:
	@.ci/has-deps || $(MAKE) --no-print-directory deps

demo: missing-deps ## watch a signed command isolate a machine, on this machine alone
	@$(SWIFT) build $(PRODUCT)
	@"$$($(SWIFT) build --show-bin-path)/bascule" demo

test: missing-deps ## build and run every test
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --no-parallel --disable-xctest

build: missing-deps ## make the release, which needs no Swift where it runs
	$(SWIFT) build --configuration release --static-swift-stdlib $(PRODUCT)
	@ls -l "$$($(SWIFT) build --configuration release --show-bin-path)/bascule"

lint: ## check the formatting
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

bench: missing-deps ## measure the listener of a release build
	$(SWIFT) build --configuration release --static-swift-stdlib $(PRODUCT)
	Benchmarks/listener "$$($(SWIFT) build --configuration release --show-bin-path)/bascule"

fuzz: SECONDS ?= 60
fuzz: missing-deps ## look for inputs that trap parsers and verifiers (SECONDS=60 for each target)
	nice $(SWIFT) build --configuration release --package-path Tests/Fuzzing
	Tests/Fuzzing/run $(SECONDS)

clean: ## remove what was built
	$(SWIFT) package clean
