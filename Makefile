# Targets are explained by what follows ##. `make help` prints them.

.DEFAULT_GOAL := build
	go test ./proof -run TestHistoriesAreLinearizable -count=1 -v -timeout 60m -history.operations 20000
mutants: ## plant bugs one by one in a copy and see that a test or a seed catches each
	go test ./proof/planted -run TestBugsAreCaught -count=1 -timeout=60m -v -hunt