# Sandmartin's commands. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help setup build run dist test test-asan test-vm screenshots format lint bench corpora clean

# What follows the command, for example: make test ARGS='--filter WorkspacePath', make run ARGS='--port 8000'
ARGS ?=

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing (Debian, Ubuntu)
	@scripts/setup

build: setup ## set up, and build for release into .build/release
	@# The launcher is static by itself, and Embedded Swift has no standard library that could be linked statically.
	swift build -c release --product sandmartin-launcher
	swift build -c release --static-swift-stdlib --product sandmartin

run: build ## set up, build for release, and serve on http://127.0.0.1:7860 (HOST, PORT, ARGS)
	@echo "Serving on http://$${HOST:-127.0.0.1}:$${PORT:-7860} - Ctrl-C ends it"
	@exec .build/release/sandmartin serve $(ARGS)

dist: build ## set up, build for release, and make an archive that runs without Swift (dist)
	@scripts/dist

test: ## set up, build for debugging, and run all tests (ARGS)
	@scripts/setup --development
	@scripts/test $(ARGS)

test-asan: ## run the tests of the analyser with the address sanitizer, in a build of its own (ARGS)
	@scripts/parsers
	@# Swift keeps what is static until the end, which is no leak.
	SANITIZER=address ASAN_OPTIONS=detect_leaks=0 swift test --sanitize=address --scratch-path .build-asan --no-parallel \
		--disable-xctest --filter InterceptionTests $(ARGS)

test-vm: ## run the kernel and escape tests on Debian's own kernel with cgroup v2, in a virtual machine (ARGS)
	@scripts/vm setup
	@scripts/vm test $(ARGS)

screenshots: build ## take pictures of the web page into docs/images, with the server that was built
	@scripts/setup --development
	@scripts/screenshots

format: ## format all Swift sources
	swift format format --in-place --parallel --recursive Sources Tests Package.swift

lint: ## check format, architecture and sources; changes nothing
	@scripts/lint

bench: build ## measure against a bare process and bubblewrap (ARGS)
	@scripts/setup --development
	@Benchmarks/run $(ARGS)

corpora: build ## analyse programs that should be harmless, and print what is found (ARGS)
	@Benchmarks/corpora $(ARGS)

clean: ## remove what was built, the virtual machine and the simulated container
	rm -rf .build .build-asan .tools .vm .container dist
