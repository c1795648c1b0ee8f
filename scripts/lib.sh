# Shared by the scripts of this folder: what the machine needs, installed when missing.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${ADSYNC_RECONNECT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adsync-reconnect}
export PATH="$cache/bin:$PATH:/usr/local/go/bin"

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

need_go() {
  command -v go >/dev/null 2>&1 || die "Go is not installed or not in PATH; this project needs Go 1.26 or later."
}

# as_root runs a command as root, with sudo where needed.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"; else
    die "installing packages needs root: run as root, or install by hand: $*"
  fi
}

# apt_install installs the Debian or Ubuntu packages that are missing.
apt_install() {
  local missing=() p
  for p in "$@"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null 2>&1 || die "these packages are missing and apt-get is not there to install them: ${missing[*]}"
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# window_packages installs what a build of the window needs on Linux.
window_packages() {
  apt_install gcc libc6-dev libgl-dev libx11-dev libxrandr-dev libxcursor-dev libxinerama-dev libxi-dev libxxf86vm-dev pkg-config
}

# tool builds a tool that tools/go.mod pins into the cache, once per version.
tool() {
  local name=$1 package=$2 stamp
  stamp="$cache/bin/$name.$(cksum <"$root/tools/go.sum" | cut -d' ' -f1)"
  [ -x "$cache/bin/$name" ] && [ -e "$stamp" ] && return 0
  say "building $name"
  mkdir -p "$cache/bin"
  (cd "$root/tools" && go build -o "$cache/bin/$name" "$package")
  rm -f "$cache/bin/$name".[0-9]*
  touch "$stamp"
}

# shellcheck disable=SC2034 # for those who build the window
window_tags=x11,migrated_fynedo

# toml gives a value of FyneApp.toml.
toml() { sed -n "s/^ *$1 *= *\"\{0,1\}\([^\"]*\)\"\{0,1\} *\$/\1/p" "$root/FyneApp.toml"; }

# sums writes the checksums of everything in dist/.
sums() {
  local list
  list=$(cd "$root/dist" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum)
  printf '%s\n' "$list" | tee "$root/dist/SHA256SUMS"
}
