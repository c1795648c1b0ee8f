# Shortcuts for those who have make; the work is done by scripts/.
.PHONY: run test nightly race lint fmt vet-windows bench fuzz build cli check exe installer wine-test installer-test painter-test window-test

run: ; scripts/run
test: ; scripts/test
nightly: ; scripts/nightly
check: ; .ci/run
lint: ; scripts/lint
fmt: ; scripts/lint --fix
race: ; scripts/race
vet-windows: ; GOOS=windows CGO_ENABLED=0 go vet -tags ci ./... && GOOS=windows CGO_ENABLED=0 go vet -tags cli ./...
bench: ; CGO_ENABLED=0 go test -run '^$$' -bench . -benchmem ./core/...
build: ; scripts/window-build
cli: ; CGO_ENABLED=0 go build -tags cli -trimpath -ldflags "-s -w" -o bin/adsync-reconnect-cli .
exe: ; scripts/exe
installer: ; scripts/installer
installer-test: ; scripts/installer-test
window-test: ; scripts/window-test
wine-test: ; scripts/wine-test
painter-test: ; scripts/painter-test
