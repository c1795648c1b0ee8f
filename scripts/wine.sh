# Shared by the tests under Wine: a Windows of their own. The caller sets $out.
# shellcheck shell=bash

wine_packages() { apt_install wine wine64 gcc-mingw-w64-x86-64-win32; }

# start_wine makes the Windows of this folder, or that of RECONNECT_WINEPREFIX, once.
start_wine() {
  export WINEPREFIX=${RECONNECT_WINEPREFIX:-$out/prefix} WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
  [ ! -e "$WINEPREFIX/ready" ] || return 0
  say "a Windows for this test"
  wine wineboot -i >"$out/wineboot.log" 2>&1
  # Wine 8 lacks this library, which every Go program needs. For tests only.
  cat >"$out/bcryptprimitives.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) {
  while (n) {
    ULONG k = n > 0x40000000 ? 0x40000000 : (ULONG)n;
    if (!SystemFunction036(p, k)) return FALSE;
    p += k;
    n -= k;
  }
  return TRUE;
}
BOOL WINAPI DllMain(HINSTANCE h, DWORD r, LPVOID p) { return TRUE; }
C
  x86_64-w64-mingw32-gcc -O2 -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$out/bcryptprimitives.c" -ladvapi32
  wine winecfg -v win10 >>"$out/wineboot.log" 2>&1
  touch "$WINEPREFIX/ready"
}

# stop_wine ends the programs of this Windows, and no others.
stop_wine() {
  [ -n "${WINEPREFIX:-}" ] || return 0
  wineserver -k 2>/dev/null || /usr/lib/wine/wineserver -k 2>/dev/null || true
}

# wine_overlay writes overlay.json, with which Go's tests remove their folders in
# another way than by a call that Wine 8 has not: Go does so where Windows is older, and
# is told by it that Wine is. For tests only.
wine_overlay() {
  local deleting old=$'\t\tSTATUS_NOT_SUPPORTED:  '
  deleting=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
  [ "$(grep -c -F -- "$old" "$deleting")" = 1 ] || die "Go removes folders in another way than this test knows"
  sed "s/^\t\tSTATUS_NOT_SUPPORTED:  /\t\tNTStatus(0xC0000002), STATUS_NOT_SUPPORTED:  /" "$deleting" >"$out/at_windows.go"
  printf '{"Replace":{"%s":"%s"}}' "$deleting" "$out/at_windows.go" >"$out/overlay.json"
}
