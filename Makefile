# The workbook's jobs. They need Go and make; what else there is, they use (make doctor).
# Further words for a job's program: make run ARGS='-nodes 3', make test ARGS='-run Order ./03-pubsub'

ARGS =
N = 3

# Go builds in silence. Where a job's program is not there yet, that is a minute in which nothing is seen: say so.
#   $(call first,HOW LONG)
first = echo "Go compiles first: $(1) on two cores, and only this once."

.PHONY: help run learn test test-slow check bench compare faults failover streams soak million pictures book slides prepare doctor fmt tidy

help: ## list the jobs (make alone does that too)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

run: ## start the final system, and open its live map (ARGS=-open=false: do not)
	@[ -e bin/system ] || $(call first,about a minute)
	@# Built and replaced by it: go run would make a failure of Ctrl-C.
	@go build -buildvcs=false -o bin/ ./06-emitter/cmd/system
	@exec bin/system $(ARGS)

learn: ## the exercises: your next task, what its tests say, hints (ARGS=list: all of them)
	@mkdir -p bin
	@[ -e bin/learn ] || $(call first,half a minute)
	@go build -buildvcs=false -o bin/ ./workbook/cmd/learn
	@exec bin/learn $(ARGS)

test: ## run all tests embedded, and again on redis-server or valkey-server when one is on the PATH
	@[ -e bin/tests ] || $(call first,two to three minutes)
	@go run ./workbook/cmd/test $(ARGS)

test-slow: ## run all tests N times, with two busy loops beside them (N=20 ARGS=./workbook/browser)
	@go run ./workbook/cmd/test -rounds=$(N) -busy=2 $(ARGS)

check: ## formatting, vet, staticcheck, three systems, modules alone, texts
	@go run ./workbook/cmd/check $(ARGS)

bench: ## run the benchmarks, and one short round of the load test (3 minutes)
	@mkdir -p bin
	@go test -run '^$$' -bench . -benchmem -benchtime 100ms -count 2 -p 1 $(or $(ARGS),./03-pubsub ./04-websocket-chat ./04-websocket-chat/frame ./05-distributed-relay) >bin/bench.txt || { cat bin/bench.txt; exit 1; }
	@cd workbook/tools && GOWORK=off go tool benchstat ../../bin/bench.txt
	@go run ./labs/load-test/cmd/loadtest short

compare: ## load-test this system beside its peers, and say what is reached (half an hour)
	@mkdir -p bin
	@go build -buildvcs=false -o bin/ ./labs/load-test/cmd/loadtest
	@exec bin/loadtest -json bin/compare.json -html bin/compare.html $(ARGS) compare

faults: ## break the system, one thing at a time: what is lost, and is it counted (9 minutes; ARGS=short: 2 minutes; ARGS='-relay=pubsub,sentinel,streams')
	@mkdir -p bin
	@go build -buildvcs=false -o bin/ ./labs/faults/cmd/faults
	@exec bin/faults $(ARGS)

failover: ## the system with three Sentinels: kill the master, and see them vote on the map (needs redis-server)
	@[ -e bin/system ] || $(call first,about a minute)
	@go build -buildvcs=false -o bin/ ./06-emitter/cmd/system
	@exec bin/system -sentinels 3 $(ARGS)

streams: ## two nodes that keep messages on a stream: kill one, and see that nothing is lost (kill b, start b, kill 2, restart 2)
	@[ -e bin/streams ] || $(call first,about a minute)
	@go build -buildvcs=false -o bin/ ./labs/no-message-lost/cmd/streams
	@exec bin/streams $(ARGS)

soak: ## random faults for 15 minutes: does anything grow (ARGS='-for 1h')
	@mkdir -p bin
	@go build -buildvcs=false -o bin/ ./labs/faults/cmd/faults
	@exec bin/faults $(ARGS) soak

million: ## as many idle connections as this machine holds, one message to all of them, and all come back (Linux; ARGS='-conns 20000 -nodes 4')
	@mkdir -p bin
	@go build -buildvcs=false -o bin/ ./labs/idle/cmd/idle
	@exec bin/idle $(ARGS) million

pictures: ## take the pictures of the READMEs anew, in a browser
	@mkdir -p bin/screenshots docs/pictures
	@cd workbook/browser && REQUIRE_BROWSER=1 SCREENSHOTS=../../bin/screenshots go test -count=1 -run PicturesOfTheREADMEs .
	@for name in map replica chat; do cp bin/screenshots/readme-$$name.png docs/pictures/$$name.png; done
	@ls docs/pictures

book: ## write the whole workbook as one page, bin/workbook.html
	@go run ./workbook/cmd/book $(ARGS)

slides: ## write the workshop's slides as one page, bin/slides.html
	@go run ./workbook/cmd/slides $(ARGS)

prepare: ## get all that the network is needed for, once (ARGS='-stick FOLDER': and put it on a USB stick)
	@go run ./workbook/cmd/prepare $(ARGS)

doctor: ## what is on this machine, what is missing, what it is for, how to get it
	@command -v go >/dev/null || { echo 'Go is missing: get 1.26 or newer from https://go.dev/dl/'; exit 1; }
	@cd workbook && GOWORK=off go run ./cmd/doctor

fmt: ## format every Go file
	@gofmt -l -w .

tidy: ## go mod tidy in every module
	@for mod in */go.mod */*/go.mod labs/*/peers/*/go.mod; do (cd "$${mod%/go.mod}" && GOWORK=off go mod tidy) || exit 1; done
