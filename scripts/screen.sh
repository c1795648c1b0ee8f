# Shared by the tests that drive a window: a screen of their own without OpenGL,
# keys, the mouse, and pictures. The caller sets $out (folder for pictures).
# shellcheck shell=bash
# shellcheck disable=SC2154 # the caller sets out

program='' # process id of the program under test
screen_processes=()

screen_packages() { apt_install xvfb xauth xdotool imagemagick openbox procps; }

# start_screen starts an X server without GLX, as on a Windows server, and a window
# manager; stop_screen ends both, and the program.
start_screen() {
  local number=80
  while [ -e "/tmp/.X11-unix/X$number" ] || [ -e "/tmp/.X$number-lock" ]; do number=$((number + 1)); done
  export DISPLAY=:$number
  Xvfb "$DISPLAY" -screen 0 1280x900x24 -nolisten tcp -extension GLX >"$out/xvfb.log" 2>&1 &
  screen_processes+=($!)
  for _ in $(seq 600); do xdotool getdisplaygeometry >/dev/null 2>&1 && break; sleep 0.1; done
  kill -0 $! 2>/dev/null || { cat "$out/xvfb.log"; die "the X server $DISPLAY has ended"; }
  xdotool getdisplaygeometry >/dev/null || die "the X server $DISPLAY does not answer"
  openbox >"$out/openbox.log" 2>&1 &
  screen_processes+=($!)
}

stop_screen() {
  # shellcheck disable=SC2086
  kill $program "${screen_processes[@]}" 2>/dev/null || true
}

# start_program COMMAND... starts the program under test and waits for its window.
start_program() {
  local id
  convert -size 1280x900 xc:black "$out/before.png"
  "$@" >"$out/program.log" 2>&1 &
  program=$!
  id=$(timeout 180 xdotool search --sync --onlyvisible --name 'ADSync Reconnect' | tail -n 1) || { shoot none; cat "$out/program.log"; die "no window came up"; }
  xdotool windowactivate "$id" || true
  settle
}

# end_program waits until the program under test has ended.
end_program() {
  for _ in $(seq 600); do kill -0 "$program" 2>/dev/null || break; sleep 0.1; done
  if kill -0 "$program" 2>/dev/null; then shoot not-closed; die "Exit did not close the program; see $out/not-closed.png"; fi
  wait "$program" || die "the program ended with $?; see $out/program.log"
  program=
}

shoot() { import -window root "$out/$1.png"; }

# differs A B [PIXELS] tells whether two pictures differ by more than a blinking cursor.
differs() { [ "$(compare -metric AE "$1" "$2" null: 2>&1 | cut -d. -f1)" -gt "${3:-300}" ] 2>/dev/null; }

# working tells whether a thread of the program runs or waits for a turn: on a busy
# computer the screen stands still for seconds while the program has much to do.
working() { cat "/proc/$program"/task/*/stat 2>/dev/null | grep -q ') [RD] '; }

# settle waits until the screen differs from before.png and then stands still, with
# nothing more that the program works on.
settle() {
  local moved='' still=0 end=$((SECONDS + 180))
  while [ $SECONDS -lt $end ]; do
    sleep 0.1
    kill -0 "$program" 2>/dev/null || { cat "$out/program.log"; die "the program ended before its time"; }
    import -window root "$out/now.png"
    [ -n "$moved" ] || { differs "$out/before.png" "$out/now.png" && moved=yes; }
    if [ -e "$out/last.png" ] && differs "$out/last.png" "$out/now.png"; then still=0; elif ! working; then still=$((still + 1)); fi
    mv "$out/now.png" "$out/last.png"
    if [ -n "$moved" ] && [ $still -ge 10 ]; then return 0; fi
  done
  shoot stuck
  die "the window did not react; see $out/stuck.png"
}

press() { import -window root "$out/before.png"; xdotool key "$1"; settle; }

# click X Y clicks there, and puts the pointer on the empty side of the window,
# so that nothing is lit by it. The window has to see the pointer arrive, hence the pauses.
click() {
  import -window root "$out/before.png"
  xdotool mousemove "$1" "$2" sleep 0.2 mousedown 1 sleep 0.1 mouseup 1 sleep 0.2 mousemove 200 600
}

# accents lists the areas in the accent colour, as "width height x y pixels".
accents() {
  import -window root "$out/accents.png"
  convert "$out/accents.png" -fuzz 3% -fill black +opaque '#0f6cbd' -fill white -opaque '#0f6cbd' -threshold 50% \
    -define connected-components:verbose=true -define connected-components:area-threshold=30 -connected-components 8 null: |
    sed -nE 's/^ *[0-9]+: ([0-9]+)x([0-9]+)\+([0-9]+)\+([0-9]+) [0-9.,]+ ([0-9]+) .*255.*/\1 \2 \3 \4 \5/p'
}

# main_button gives the middle of the filled button that leads on, or nothing.
main_button() {
  accents | awk '$1 >= 40 && $2 >= 24 && $2 <= 60 && $5 > 0.6*$1*$2 { if ($4 >= y) { y = $4; a = $3 + int($1/2) " " $4 + int($2/2) } } END { if (a) print a }'
}

# focused gives the middle of what has the focus ring, or nothing.
focused() {
  accents | awk '$1 >= 20 && $2 >= 20 && $5 < 0.5*$1*$2 { print $3 + int($1/2), $4 + int($2/2); exit }'
}

# at WHERE WHAT clicks at a place that main_button or focused gave.
at() {
  [ -n "$1" ] || { shoot lost; die "nothing to click for: $2; see $out/lost.png"; }
  # shellcheck disable=SC2086
  click $1
  settle
}

# walk_by_keyboard goes through the wizard to its end.
walk_by_keyboard() {
  shoot keyboard-1-welcome
  press space                             # the licence
  press Return; shoot keyboard-2-components
  press Return; shoot keyboard-3-check    # connects and checks
  press Return; shoot keyboard-4-entra
  press Return; shoot keyboard-5-signed-in
  press Return; shoot keyboard-6-directories
  press Return; shoot keyboard-7-account  # Change Credentials
  press Return; shoot keyboard-8-verified # OK
  press Return; shoot keyboard-9-ready
  press Return; shoot keyboard-10-complete # Install
}

# tab_back moves the focus one back, and waits until that is to be seen.
tab_back() {
  import -window root "$out/before.png"
  xdotool key shift+Tab
  for _ in $(seq 100); do
    sleep 0.1
    import -window root "$out/now.png"
    if differs "$out/before.png" "$out/now.png" 60; then sleep 0.3; return 0; fi
  done
  shoot stuck
  die "Shift+Tab moves nothing; see $out/stuck.png"
}

# to_button moves the focus back to the button left of the filled one.
to_button() {
  local main y
  main=$(main_button)
  [ -n "$main" ] || { shoot lost; die "no filled button; see $out/lost.png"; }
  y=${main#* }
  for _ in $(seq 24); do
    tab_back
    # The ring of a button in its row, and left of it.
    if accents | awk -v x="${main% *}" -v y="$y" '$1 >= 60 && $1 <= 220 && $2 >= 26 && $2 <= 46 && $5 < 0.5*$1*$2 && $3+$1 < x && $4 < y && $4+$2 > y { found = 1 } END { exit !found }'; then return 0; fi
  done
  shoot lost
  die "Shift+Tab does not lead to the button; see $out/lost.png"
}

# to_page N opens the N-th page from the end of the list at the left.
to_page() {
  local left=$1
  for _ in $(seq 30); do
    tab_back
    if accents | awk '$1 >= 180 && $1 <= 230 && $2 >= 28 && $2 <= 44 && $5 < 0.5*$1*$2 { found = 1 } END { exit !found }'; then left=$((left - 1)); fi
    if [ "$left" = 0 ]; then press Return; return 0; fi
  done
  shoot lost
  die "Shift+Tab does not lead to the page; see $out/lost.png"
}

# walk_after goes from Configuration complete through Additional tasks and back.
walk_after() {
  to_button
  press Return; shoot after-1-configuration
  to_page 5; shoot after-2-pending
  to_page 3; shoot after-3-tasks
  to_page 2; shoot after-4-staging
  press alt+Left; shoot after-5-complete
}

# walk_by_mouse does the same by clicking what a person would.
walk_by_mouse() {
  shoot mouse-1-welcome
  at "$(focused)" "the licence"
  at "$(main_button)" Continue; shoot mouse-2-components
  at "$(main_button)" Next; shoot mouse-3-check
  at "$(main_button)" Next; shoot mouse-4-entra
  sign_in_by_mouse; shoot mouse-5-signed-in
  at "$(main_button)" Next; shoot mouse-6-directories
  at "$(focused)" "Change Credentials"; shoot mouse-7-account
  at "$(main_button)" OK; shoot mouse-8-verified
  at "$(main_button)" Next; shoot mouse-9-ready
  at "$(main_button)" Install; shoot mouse-10-complete
  # shellcheck disable=SC2046
  click $(main_button) # Exit
}

# sign_in_by_mouse clicks below the ways to sign in until the button there answers.
# The first of the small areas in the accent colour on the page is the chosen way.
sign_in_by_mouse() {
  local x y way
  way=$(accents | awk '$1 >= 14 && $1 <= 22 && $2 == $1 { print $3, $4; exit }')
  [ -n "$way" ] || { shoot lost; die "no way to sign in is chosen; see $out/lost.png"; }
  x=${way% *} y=${way#* }
  for _ in $(seq 16); do
    y=$((y + 16))
    click $((x + 40)) "$y"
    sleep 0.4
    import -window root "$out/now.png"
    if differs "$out/before.png" "$out/now.png" 3000; then settle; fi
    [ -z "$(main_button)" ] || return 0
  done
  shoot lost
  die "nothing there signs in; see $out/lost.png"
}

# need_report FOLDER fails unless a practice installation left its report there.
need_report() {
  local report
  report=$(find "$1" -name '*.html' | head -n 1)
  [ -n "$report" ] || die "the installation left no report in $1"
  grep -q 'PRACTICE' "$report" || die "the report does not say that it is practice"
}
