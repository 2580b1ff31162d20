#pragma once

namespace paddock::tool::help {

inline constexpr const char* tool =
    R"(Locks in ZooKeeper for the shell. Shares them with every program that uses Paddock, and its mutex with
Curator's InterProcessMutex (Java), go-zookeeper's Lock and the Rust client's Curator-compatible lock.)";

inline constexpr const char* tool_footer = R"(Examples:
  paddock run --lock /locks/backup -- pg_dump -f all.sql     one backup at a time, in the whole cluster
  paddock run --lock /locks/report --try -- ./report         skip when somebody else is at it (exit code 75)
  paddock elect /services/scheduler -- ./scheduler           a scheduler on one machine, on another when that fails
  paddock who /locks/backup                                  who holds it, who waits, since when
  paddock list /locks                                        everything below, and how many hold and wait

Environment:
  PADDOCK_SERVERS   host:port,host:port,... for commands without --servers (else 127.0.0.1:2181)

Durations are a whole number and a unit: 500ms, 10s, 2m, 1h.
More: paddock run --help; the same for elect, who, list.)";

inline constexpr const char* run =
    "Runs CMD while holding a lock, permits, or several of these, and ends CMD before somebody else can get "
    "them.";

inline constexpr const char* run_footer =
    R"(CMD runs in its own process group with our standard streams. Its environment has in addition
  PADDOCK_TOKEN     fencing token: 16 hex digits, larger for every later holder of PATH
  PADDOCK_LOCK      PATH; with several, these two are of the one that was named first
  PADDOCK_TOKENS    the tokens of all, separated by spaces, in the order in which they were named
  PADDOCK_LOCKS     the paths of all, likewise
  PADDOCK_SESSION   ZooKeeper session that holds the lock, in hex

Several are acquired as one: all or nothing, under one --timeout, in whatever order they are named; no two users
can block each other for ever. All are given back together, and CMD is ended when one of them is lost.

Signals INT TERM HUP QUIT USR1 USR2 WINCH CONT TSTP go on to CMD's group. While waiting for the lock, INT, TERM,
HUP and QUIT end the wait, and no node stays behind. On a terminal, Ctrl-Z suspends CMD and this process; the
lock is then lost after the session timeout, and CMD is killed instead of being continued.

When the servers cannot be reached CMD goes on undisturbed as long as the session cannot have expired. If that
time runs out CMD's group gets SIGTERM, and SIGKILL at the latest --kill-after later, so that it is dead before the
session can expire. When the lock is proved lost (node deleted, session ended) it gets SIGKILL at once.

Exit code:
  CMD's own, or 128+N if signal N ended it (or ended the wait), else
   64  a bad argument
   69  no server answered before the deadline (--timeout; with --try the session timeout)
   70  another failure, such as missing permission on PATH, or a semaphore with another limit
   75  others held it until the deadline, or at once with --try
   76  the lock was lost, or came so close to it that CMD was ended
  126  CMD cannot be executed
  127  CMD was not found

What is guaranteed: at most one holder of a lock at every point of ZooKeeper's history (readers together, permits up
to the limit); holders in the order in which they came; a larger token for every later holder; CMD's process group
dead before the session can expire, as long as clocks run at the same rate and this process gets to run. If this
process is killed by SIGKILL, the kernel kills CMD itself with it.
What is not: nothing can stop CMD while the whole machine, or this process alone, is frozen; processes that leave
CMD's group, or that CMD leaves behind when it ends, are not covered. A resource that must never see a late
write has to remember the largest PADDOCK_TOKEN and refuse smaller ones.

Examples:
  paddock run --lock /locks/deploy --timeout 5m --purpose "release 4.2" -- ./deploy.sh
  paddock run --lock /locks/nightly --try -- sh -c 'echo "token $PADDOCK_TOKEN"; exec ./nightly'
  paddock run --semaphore /limits/encode --limit 8 --permits 2 -- ffmpeg ...    at most 8 permits in the whole cluster
  paddock run --read-lock /schema --lock /locks/import -- ./import.sh)";

inline constexpr const char* elect =
    "Runs CMD while this process leads PATH, and again after each election that it wins.";

inline constexpr const char* elect_footer =
    R"(One of all that name the same PATH leads: the one that came first; the next takes over when it is gone. Shares
the election with Paddock's leader_latch and Curator's LeaderLatch. CMD runs as under `paddock run` (process group,
signals, terminal). Its environment has in addition
  PADDOCK_TOKEN      fencing token of this term: 16 hex digits, larger for every later term of PATH
  PADDOCK_TERM       how often this process has led, this time included: 1, 2, ...
  PADDOCK_LEADER_ID  ID
  PADDOCK_LOCK, PADDOCK_TOKENS, PADDOCK_LOCKS, PADDOCK_SESSION  as under `paddock run`, of PATH alone

When leadership is lost, or may be lost before contact is back, CMD is ended as under `paddock run`, and this process
competes again. When CMD ends by itself, this process resigns, lets others lead and competes again, a second after CMD
was started at the earliest; with --once it ends instead. INT and TERM go to CMD, and end everything when CMD has
ended; the other signals that `paddock run` passes on go to CMD too.

Exit code:
  CMD's own, or 128+N if signal N ended it (or ended the wait), else
   64  a bad argument
   70  another failure
   76  leadership was lost while CMD was being ended by a signal
  126  CMD cannot be executed
  127  CMD was not found

Examples:
  paddock elect /services/scheduler --id "$HOSTNAME" -- ./scheduler --leader
  paddock elect /jobs/migration --once -- ./migrate)";

inline constexpr const char* who =
    "Shows who holds what is at PATH and who waits for it, in the order of the queue, whatever recipe uses "
    "it.";

inline constexpr const char* who_footer =
    R"(The table has: role, host, pid, application, purpose, age (by this machine's clock), fencing token, session,
node; of read-write locks also the kind, of semaphores the permits. What else there is to say comes in a line above.
Contenders of other libraries carry no such record; their data is shown as text in place of the purpose (Curator
writes its address). Control characters are shown escaped. A free lock is "nobody holds PATH", or [] in JSON.
The list is what one server knows, which may lag behind the others by a moment.

--json prints an array, in queue order, of objects with the keys role ("holder" or "waiter"), kind ("lock", "read",
"write", "permit", "latch", "member"), permits, host, pid, application, purpose, since_ms, created_ms, age_ms, token,
session, node, sequence, data. Unknown values are null; data is what a foreign contender has stored; times are
milliseconds since 1970.

Exit code: 0 the queue was shown, be it empty; 64 a bad argument; 69 no server answered in time, or not in
full; 70 another failure.

Examples:
  paddock who /locks/backup
  paddock who /locks/backup --json)";

inline constexpr const char* list =
    "Shows every lock, semaphore, election, barrier and latch at or below ROOT, and how many hold and wait.";

inline constexpr const char* list_footer =
    R"(A directory's kind is judged by what is in it: mutex, read_write_lock, semaphore, curator_semaphore,
leader_latch, barrier, double_barrier, count_down_latch. What nobody uses and what keeps no setting is not shown. A
closed barrier is an empty node, so every other node that is empty and never had children is shown as one. Reads at
most 10,000 nodes; ZooKeeper's own and those that may not be read are left out.

--json prints an array, in the order of the paths, of objects with the keys path, kind, holders, waiters (numbers),
limit (of a semaphore; a double barrier's size; a latch's initial count), count (what is left of a latch), generation
(of a double barrier), state (of barriers), contenders (objects as `paddock who --json` prints them).

Exit code: 0 all was shown; 64 a bad argument; 69 no server answered in time, or not in full; 70 another
failure. When time or nodes run out, what was found is shown nevertheless.

Examples:
  paddock list /
  paddock list /locks --json)";

}  // namespace paddock::tool::help
