# What there is to do with Scanfleet. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := build
BUILD := build/release
JOBS ?= $(shell nproc)
# ccache then serves a second clone of the same sources, too.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

help: ## lists these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

deps: ## installs the Debian packages that the rest needs (as root or by sudo), says which, and does nothing twice
	@tools/install-deps.sh

$(BUILD)/build.ninja: CMakeLists.txt CMakePresets.json
	@cmake --preset release --log-level=WARNING >/dev/null

build: deps $(BUILD)/build.ninja ## builds scanfleet and scanfleet-runner into build/release/bin
	@cmake --build $(BUILD) -j $(JOBS) --target scanfleet scanfleet-runner

build-all: deps $(BUILD)/build.ninja ## builds the tests and benchmarks too
	@cmake --build $(BUILD) -j $(JOBS)

run: build ## scans the demo API with four chunks and prints what it found
	@examples/run-demo.sh $(BUILD)/bin

test: build-all ## builds everything and runs all tests
	@cd $(BUILD) && ctest --output-on-failure -j $(JOBS)

check: test asan tsan coverage fuzz-quick ## all there is: all tests, sanitizers, coverage, fuzzers for a minute
	@tools/clang-tidy.sh

asan: deps ## unit tests (or TESTS=…) under the address and undefined-behaviour sanitizers
	@tools/sanitize.sh asan $(TESTS)

tsan: deps ## tests with threads (or TESTS=…) under the thread sanitizer
	@tools/sanitize.sh tsan $(TESTS)

coverage: deps ## line coverage of lib/scan and operator/core (at least 90 %)
	@tools/coverage.sh

fuzz-quick: deps ## each fuzz target for ten seconds
	@tools/fuzz.sh 10

bench: build-all ## measures speed and memory, as ratios in one run
	@tests/bench/run.sh $(BUILD)

images: build ## packs operator, runner and demo API into build/images/*.tar, without a container engine
	@cmake --build $(BUILD) -j $(JOBS) --target scanfleet-operator
	@tools/build-images.sh $(BUILD)/bin build/images

cluster-deps: ## installs containerd, runc, CNI plug-ins and what else the test cluster needs (as root or by sudo)
	@tools/install-deps.sh cluster

cluster-build: cluster-deps ## builds etcd and Kubernetes from Go modules into the cache; nothing when they are there
	@tests/cluster/build.sh all

cluster-up: cluster-deps ## brings a real cluster up on this machine (as root); SCANFLEET_BED names another one
	@tests/cluster/up.sh all

cluster-down: ## stops that cluster and removes all of it
	@tests/cluster/down.sh

test-cluster: cluster-deps ## tests with a real kubelet and Pods
	@tests/cluster/run.sh all tests/cluster

clean: ## removes everything that was built
	@rm -rf build

.PHONY: help deps build build-all run test check asan tsan coverage fuzz-quick bench images cluster-deps cluster-build \
	cluster-up cluster-down test-cluster clean
