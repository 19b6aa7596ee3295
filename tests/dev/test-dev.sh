#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of ./dev that need neither root, network nor GIMP: test-dev.sh DEV
# Speaks TAP.

set -uo pipefail

dev=$(realpath "$1")
counter=$(dirname "$dev")/tests/dev/count-tests.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home XDG_CACHE_HOME=$work/cache
mkdir -p "$HOME"
unset XDG_DATA_HOME XDG_CONFIG_HOME GIMP3_DIRECTORY DISPLAY WAYLAND_DISPLAY \
  XAUTHORITY VQDIFFUSION_MODEL_PATH
n_tests=0

check ()   # NAME EXPECTED GOT
{
  n_tests=$((n_tests + 1))
  if [ "$2" = "$3" ]; then
    printf 'ok %d - %s\n' "$n_tests" "$1"
  else
    printf 'not ok %d - %s\n' "$n_tests" "$1"
    printf '# expected: %s\n# got: %s\n' "$2" "$3"
  fi
}

# What a piece of shell prints that may use the script's functions.
with_dev ()   # CODE [ARGUMENT...]
{
  bash -c "source '$dev'; $1" test "${@:2}" 2>&1
}

test_commands ()
{
  local command missing=''
  for command in demo gimp install uninstall test build bench conformance \
    shell clean; do
    "$dev" help | grep -q "^\./dev $command" || missing+=" $command"
  done
  check 'help names every command' '' "$missing"
  "$dev" help >/dev/null
  check 'help succeeds' 0 $?
  check 'an unknown command is named' \
    "dev: unknown command 'bulid'; \`./dev help\` lists them" \
    "$("$dev" bulid 2>&1)"
  "$dev" bulid 2>/dev/null
  check 'an unknown command fails' 1 $?
  check 'conformance wants a folder' \
    "dev: conformance: want a folder, not '/nowhere'" \
    "$("$dev" conformance /nowhere 2>&1)"
  "$dev" uninstall 2>/dev/null
  check 'uninstall fails where nothing is installed' 1 $?
}

test_scheme_string ()
{
  # shellcheck disable=SC2016  # expanded there
  local code='scheme_string "$1"'
  check 'a prompt with a quote' '"a \"red\" house"' \
    "$(with_dev "$code" 'a "red" house')"
  check 'a prompt with backslashes' '"a\\b\\"' "$(with_dev "$code" $'a\\b\\')"
  check 'a prompt with both' '"\\\""' "$(with_dev "$code" '\"')"
  check 'a prompt that is not ASCII' '"Äpfel 苹果"' \
    "$(with_dev "$code" 'Äpfel 苹果')"
}

test_run_long ()
{
  check 'the status of long work is passed on' 7 \
    "$(with_dev "run_long Work 0 '$work/log' sh -c 'exit 7' 2>/dev/null ||
      echo \$?")"
  check 'the end of a failed log is shown' '  | so it went' \
    "$(with_dev "run_long Work 0 '$work/log' sh -c 'echo so it went; exit 1'" |
      grep 'so it')"
  check 'the output of work that succeeds is kept back' '' \
    "$(with_dev "run_long Work 0 '$work/log' echo chatter" | grep chatter)"
}

test_binds ()
{
  local binds
  # shellcheck disable=SC2016  # expanded there
  binds=$(cd "$work" && with_dev 'VQDIFFUSION_MODEL_PATH=/usr/share:/etc/x
    choose_binds /usr/bin/gcc /etc/passwd /bin/sh /proc/self
    printf "%s\n" "${binds[@]}"')
  check 'a folder of the system is never bound over the root' '' \
    "$(grep -E '^/(usr|etc|bin|proc|lib)?(/|$)' <<<"$binds" |
      grep -v "^$(dirname "$dev")")"
  mkdir -p "$work/pictures"
  : >"$work/pictures/a.png"
  check 'the folder of an argument is bound' "$work/pictures" \
    "$(with_dev "choose_binds x '$work/pictures/a.png'
      printf '%s\n' \"\${binds[@]}\"" | grep pictures)"
}

test_uninstall ()
{
  mkdir -p "$work/source" "$HOME/plug-ins/vqdiffusion"
  : >"$work/source/binary"
  : >"$HOME/plug-ins/vqdiffusion/of-the-user"
  with_dev "mkdir -p \"\$(dirname \"\$manifest\")\"
    install_file '$work/source/binary' '$HOME/plug-ins/vqdiffusion'
    install_file '$work/source/binary' '$HOME/x/vqdiffusion/models'"
  check 'installed' yes \
    "$([ -e "$HOME/x/vqdiffusion/models/binary" ] && echo yes)"
  "$dev" uninstall 2>/dev/null
  check 'uninstall succeeds' 0 $?
  check 'uninstall leaves what it did not bring' \
    "$HOME/plug-ins/vqdiffusion/of-the-user" "$(find "$HOME" -type f)"
  check 'uninstall removes the folders it emptied' '' \
    "$(find "$HOME/x" -name 'vqd*')"
}

count ()   # LINE...: the counter's last line and status
{
  printf '%s\n' "$@" >"$work/results"
  python3 "$counter" "$work/results" | tail -n 1
  echo "${PIPESTATUS[0]}"
}

test_counter ()
{
  local tap='1..3\nok 1 - a\nok 2 - b # SKIP no GPU\nnot ok 3 - c\n'
  check 'programs are counted' $'2 passed, 0 failed\n0' \
    "$(count '{"name": "a", "result": "OK"}' '{"name": "b", "result": "OK"}')"
  check 'a failure fails' $'1 passed, 1 failed\n1' \
    "$(count '{"name": "a", "result": "OK"}' '{"name": "b", "result": "FAIL"}')"
  check 'a timeout fails' $'0 passed, 1 failed\n1' \
    "$(count '{"name": "a", "result": "TIMEOUT"}')"
  check 'TAP points are counted' $'1 passed, 1 failed, 1 skipped\n1' \
    "$(count '{"name": "a", "result": "FAIL", "stdout": "'"$tap"'"}')"
  check 'a crash after the last good point fails' $'1 passed, 1 failed\n1' \
    "$(count '{"name": "a", "result": "ERROR", "stdout": "1..2\nok 1 - a"}')"
  check 'no test at all fails' $'0 passed, 0 failed\n1' "$(count '' | tail -2)"
  check 'nothing but skipped tests fails' $'0 passed, 0 failed, 1 skipped\n1' \
    "$(count '{"name": "a", "result": "SKIP"}')"
}

test_commands
test_scheme_string
test_run_long
test_binds
test_uninstall
test_counter
printf '1..%d\n' "$n_tests"
