# Targets are explained by what follows ##. `make help` prints them.

.DEFAULT_GOAL := build
.PHONY: build test check race gen demo bench load curation faults fuzz crash failover requests restores history mutants opinion opinion-model help

build: ## build the binary ./citywalk
	go build -trimpath -o citywalk ./cmd/citywalk

test: ## install what the tests need (as root) and run everything
	@scripts/test

check: ## quick: vet, gofmt and the tests on SQLite, without a browser
	@CITYWALK_TEST_SKIP=postgres,browser,data,root,staticcheck,install scripts/test

race: ## the tests with the race detector, without a browser (needs a C compiler)
	@CITYWALK_TEST_SKIP=browser,staticcheck,install scripts/test -race

gen: ## write the generated files: pages, scripts and styles, reference pages
	go run ./web/build
	go run ./cmd/citywalk docs

demo: ## run the fictional city on http://127.0.0.1:8080/demo
	go run ./cmd/citywalk demo

bench: ## measure redemptions through HTTP, with yardsticks
	go run ./cmd/citywalk bench redeem

load: ## offer each engine three times what it can do, about 12 minutes
	go run ./cmd/citywalk bench load

curation: ## score towns whose shops buy notes, seeds 1 to 4, against their truth
	@scripts/curation

faults: ## pay 5,000 bills on each engine through a provider that fails in every way
	CITYWALK_TEST_PAYMENTS=5000 go test ./payment -run TestProviderFaults -count=1 -v -timeout=30m

fuzz: ## run every fuzz target for FUZZTIME (30s each)
	@scripts/fuzz

crash: ## kill the server 200 times on each engine, fill its disk, take its database away (as root)
	go test ./proof -run 'TestKilledServer|TestAcknowledgedIsOnDisk|TestFullDisk|TestDatabaseGone|TestStoppedNode' -crash.long -count=1 -v -timeout=2h

failover: ## lose the PostgreSQL primary 5 times under a crowd and promote its standby (as root)
	go test ./proof -run 'TestFailover|TestDoctor' -crash.long -count=1 -v -timeout=1h

requests: ## make 20,000 requests of the OpenAPI document on each engine, right and wrong
	go test ./proof/abuse -run TestDocument -count=1 -timeout=60m -v -args -document.requests=20000 -document.seed=$$(date +%s)

restores: ## pay 5,000 bills on each engine, restore to 90 s before, reopen, kill that, reopen
	go test ./proof -run TestRestoreToAnEarlierMinute -restore.long -count=1 -v -timeout=2h

history: ## find an order in 20,000 operations on each engine, with kills and failpoints
	go test ./proof -run TestHistoriesAreLinearizable -count=1 -v -timeout 60m -history.operations 20000

mutants: ## plant bugs one by one in a copy and see that a test or a seed catches each
	go test ./proof/planted -run TestBugsAreCaught -count=1 -timeout=60m -v -hunt

opinion-model: ## learn the embedded opinion model anew from ../shared/data
	go run ./cmd/citywalk curate train $(OPINION) --prior none --out opinion/embedded.model --replace --made 2026-11-26 \
		--remark "Weights and hashes only. Dianping reviews, waimai_10k and ChnSentiCorp state no licence, and the reviews of Wuhan were published for research and evaluation; THUOCL is MIT."

opinion: ## validate what is read from texts on the public sets, about 3 minutes
	go test ./opinion -run TestReal -opinion.long -count=1 -timeout=60m -v

DATA ?= ../shared/data
OPINION = --notes $(DATA)/dianping-reviews-wuhan/reviews.csv --starred \
	--labelled $(DATA)/waimai-10k/waimai_10k.csv --labelled $(DATA)/chnsenticorp-htl/ChnSentiCorp_htl_all.csv \
	--dishes $(DATA)/thuocl-lexicon/THUOCL_food.txt $(foreach part,train dev test,--aspects $(DATA)/asap-sample/$(part)_sample.csv)

help: ## print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name words; do printf '%-13s %s\n' "$$name" "$$words"; done
