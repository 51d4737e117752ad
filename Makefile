# Two commands: `make run` runs the product, `make test` runs every test. Both install what they
# need. The rest are the steps they are made of.

.PHONY: run test bench assets deps-run deps-test fmt screens help

help:            ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run:             ## run trythis on http://127.0.0.1:8080 (TRYTHIS_ADDR, TRYTHIS_DATA, TRYTHIS_ENGINE)
	@scripts/run.sh

test:            ## every check and every test
	@scripts/test.sh

bench:           ## measure against peers, into bench/RESULTS.md (ONLY=accounts,api for a part; ARGS=--help)
	@ONLY="$(ONLY)" scripts/bench.sh $(ARGS)

assets:          ## TypeScript and CSS, into static/dist
	@scripts/assets.sh

deps-run:        ## the system packages that `make run` needs
	@scripts/deps.sh run

deps-test:       ## the system packages that `make test` needs
	@scripts/deps.sh test

screens:         ## the pictures under docs/screens, taken by the end-to-end tests
	@scripts/screens.sh

fmt:             ## format everything
	cargo fmt --all
