#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Trains in the background at the lowest priority, so that other work hardly
# notices.
#
#   background.sh start [OPTIONS OF train.py]   starts, or goes on from the checkpoint
#   background.sh stop | pause | go | status
#
# Everything lies in ~/.cache/vqdiffusion/train: venv/ (Python with PyTorch),
# work/ (arrays, checkpoint, export/), log, pid.  PYTHON and WORK may name others.
set -e
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vqdiffusion/train
python=${PYTHON:-$cache/venv/bin/python}
work=${WORK:-$cache/work}
pid=$cache/pid

running () { [ -e "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }

case ${1:-} in
  start)
    shift
    running && { echo "running already: $(cat "$pid")"; exit 1; }
    # Huge pages save the time of page faults; memory that is freed is kept.
    # Threads that wait sleep: they often share a core with something else.
    export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 OMP_WAIT_POLICY=passive
    export MALLOC_TRIM_THRESHOLD_=1000000000 MALLOC_MMAP_THRESHOLD_=1000000000
    # The scheduler weighs whole sessions against each other, where it groups
    # them: this one's must be the lowest, too.
    setsid nohup chrt -i 0 nice -n 19 ionice -c3 bash -c \
      'echo 19 2>/dev/null > /proc/self/autogroup || true; exec "$@"' bash \
      "$python" -u "$here/train.py" "$work" "$@" \
      >> "$cache/log" 2>&1 < /dev/null &
    echo $! > "$pid"
    echo "running: $(cat "$pid"), see $cache/log"
    ;;
  stop)
    running || { echo "not running"; exit 0; }
    kill -CONT "$(cat "$pid")"
    kill -TERM "$(cat "$pid")"
    while running; do sleep 1; done
    tail -n 1 "$cache/log"
    ;;
  pause) kill -STOP "$(cat "$pid")" ;;
  go) kill -CONT "$(cat "$pid")" ;;
  status)
    running && ps -o pid,stat,cls,time,args -p "$(cat "$pid")"
    tail -n 3 "$cache/log"
    ;;
  *)
    sed -n '3,11s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
