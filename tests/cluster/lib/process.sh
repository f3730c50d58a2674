# process.sh: the bed's processes. All of them are in one cgroup folder, so that none can be forgotten.
# shellcheck shell=bash

# The hierarchy that only counts processes: being in it changes nothing for them.
PIDS_CGROUP=/sys/fs/cgroup/pids/$BED_NETWORK
[ -d /sys/fs/cgroup/pids ] || PIDS_CGROUP=/sys/fs/cgroup/$BED_NETWORK

pid_of() { cat "$BED_DIR/pid/$1" 2>/dev/null || echo 0; }

# A dead child may stay a zombie for seconds where PID 1 reaps late, so `kill -0` is no test. And its number may be
# somebody else's by now: only what is in our cgroup is ours.
alive() {
    local pid
    pid=$(pid_of "$1")
    grep -qsx "$pid" "$PIDS_CGROUP/daemons/cgroup.procs" && grep -qs '^State:.[^ZX]' "/proc/$pid/status"
}

# join_bed network|mounts COMMAND…: becomes COMMAND inside the bed. `mounts` is for containerd, kubelet and what they
# start; everything else sees the machine's files as they are.
join_bed() {
    local how=$1 into=(--net="/run/netns/$BED_NETWORK")
    shift
    [ "$how" = network ] || into+=(--mount="/proc/$(pid_of holder)/ns/mnt")
    echo "$BASHPID" >"$PIDS_CGROUP/daemons/cgroup.procs"
    exec nsenter "${into[@]}" -- "$@"
}

# daemon NAME network|mounts COMMAND…: starts it, with its log and its process number below the bed's folder.
daemon() {
    local name=$1
    shift
    # The lock (9) must not outlive this script; exec all the way keeps the number that is recorded.
    (
        cd /
        join_bed "$1" setsid "${@:2}"
    ) >>"$BED_LOGS/$name.log" 2>&1 </dev/null 9>&- &
    echo $! >"$BED_DIR/pid/$name"
    # It joins the cgroup itself; here once more, so that it is `alive` from now on. It may have died already.
    echo $! >"$PIDS_CGROUP/daemons/cgroup.procs" 2>/dev/null || true
}

# in_bed COMMAND…: runs it in the bed's network and waits for it.
in_bed() { (join_bed network "$@"); }

kubectl_bed() { in_bed env KUBECONFIG="$ADMIN_KUBECONFIG" "$(program kubectl)" --request-timeout=10s "$@"; }

# await SECONDS DAEMON WHAT COMMAND…: until COMMAND succeeds. Fails with the daemon's last words when it has died, or
# when the time is over.
await() {
    local seconds=$1 daemon=$2 what=$3 until
    shift 3
    until=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        alive "$daemon" || fail_with_log "$daemon" "$daemon died before $what"
        [ $SECONDS -lt $until ] || fail_with_log "$daemon" "$what: not within $seconds s"
        sleep 0.1
    done
}

fail_with_log() {
    echo "---- the end of $BED_LOGS/$1.log" >&2
    tail -n 25 "$BED_LOGS/$1.log" >&2
    echo "----" >&2
    fail "$2"
}

# Process numbers in the bed: daemons, and all that Pods run.
bed_processes() { { find "$PIDS_CGROUP" -name cgroup.procs -exec cat {} + 2>/dev/null || true; } | sort -un; }

# Kills what is in the bed until nothing is: a process may start another one while we look.
kill_all_in_bed() {
    local pids until=$((SECONDS + 20))
    while pids=$(bed_processes) && [ -n "$pids" ]; do
        # shellcheck disable=SC2086
        kill -KILL $pids 2>/dev/null || true
        [ $SECONDS -lt $until ] || fail "processes of bed '$BED' cannot be killed: ${pids//$'\n'/ }"
        sleep 0.05
    done
}
