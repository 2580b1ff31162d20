import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.leader.LeaderLatch;

/** The commands of README.md. Those of one id run one after another, on the thread of that id. */
final class Commands {
    private final CuratorFramework client;
    private final Map<String, Claim> claims = new ConcurrentHashMap<>();
    private final Map<String, LeaderLatch> latches = new ConcurrentHashMap<>();
    private final Set<String> contending = ConcurrentHashMap.newKeySet();

    Commands(CuratorFramework client) {
        this.client = client;
    }

    /** Before `contend` is handed to its thread: `enough` may follow at once. */
    void expectContention(String id) {
        contending.add(id);
    }

    /** Lets `contend` end after the round it is in. Called on another thread than the id's. */
    void enough(String id) {
        contending.remove(id);
    }

    /** The answer, without the id: a word, and what there is to say. */
    String run(String command, String id, String[] given) throws Exception {
        switch (command) {
            case "acquire":
                return acquire(id, given[0], given[1], timeout(given, 2));
            case "release":
                claims.remove(id).release();
                return "released";
            case "downgrade":
                return "granted " + claims.get(id).downgrade();
            case "contend":
                return contend(id, given[0], given[1], Integer.parseInt(given[2]), Long.parseLong(given[3]), given[4]);
            case "latch":
                return latch(id, given[0], given[1]);
            case "await":
                return await(latches.get(given[0]), timeout(given, 1));
            case "leader":
                return "leader " + latches.get(id).hasLeadership();
            case "participants":
                return latches.get(id).getParticipants().stream()
                        .map(one -> " " + one.getId() + (one.isLeader() ? "*" : ""))
                        .collect(Collectors.joining("", "participants", ""));
            case "close":
                latches.remove(id).close();
                return "closed";
            case "barrier-set":
                new DistributedBarrier(client, given[0]).setBarrier();
                return "set";
            case "barrier-remove":
                new DistributedBarrier(client, given[0]).removeBarrier();
                return "removed";
            case "barrier-wait":
                return passes(new DistributedBarrier(client, given[0]), timeout(given, 1)) ? "passed" : "timeout";
            default:
                throw new IllegalArgumentException("unknown command " + command);
        }
    }

    private static long timeout(String[] given, int at) {
        return given.length > at ? Long.parseLong(given[at]) : Claim.FOR_EVER;
    }

    private String acquire(String id, String kind, String path, long timeoutMs) throws Exception {
        if (claims.containsKey(id)) throw new IllegalStateException(id + " holds something");
        Claim claim = Claims.of(client, kind, path);
        String node = claim.acquire(timeoutMs);
        if (node == null) return "timeout";
        claims.put(id, claim);
        return "granted " + node;
    }

    private String contend(String id, String kind, String path, int rounds, long holdMs, String log) throws Exception {
        Claim claim = Claims.of(client, kind, path);
        int done = 0;
        try (GuardLog guard = new GuardLog(log, id, kind)) {
            for (; done < rounds && contending.contains(id); ++done) {
                claim.acquire(Claim.FOR_EVER);
                guard.enter();
                Thread.sleep(holdMs);
                guard.leave();
                claim.release();
            }
        }
        return "contended " + done;
    }

    private String latch(String id, String path, String participant) throws Exception {
        LeaderLatch latch = new LeaderLatch(client, path, participant);
        latches.put(id, latch);
        latch.start();
        return "started";
    }

    private static String await(LeaderLatch latch, long timeoutMs) throws Exception {
        if (timeoutMs == Claim.FOR_EVER) latch.await();
        else if (!latch.await(timeoutMs, TimeUnit.MILLISECONDS)) return "timeout";
        return "leads " + latch.getOurPath();
    }

    private static boolean passes(DistributedBarrier barrier, long timeoutMs) throws Exception {
        if (timeoutMs != Claim.FOR_EVER) return barrier.waitOnBarrier(timeoutMs, TimeUnit.MILLISECONDS);
        barrier.waitOnBarrier();
        return true;
    }
}
