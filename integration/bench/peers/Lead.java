import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;

/** Two candidates in turn: the leader closes, the other leads. */
final class Lead {
    private final List<CuratorFramework> clients;
    private final String path;
    private LeaderLatch leader;
    private int turn;

    private Lead(CuratorBench bench) throws Exception {
        clients = bench.connect(2);
        path = bench.path() + "/leader";
        leader = join();
        leader.await();
    }

    static void measure(CuratorBench bench) throws Exception {
        Lead both = new Lead(bench);
        both.run(bench.warmUp());
        Outcome.ready();
        both.run(bench.length()).report();
    }

    /** One candidate: done when it leads. The harness kills the leader. */
    static void measureCandidate(CuratorBench bench) throws Exception {
        LeaderLatch latch = new LeaderLatch(bench.connect(1).get(0), bench.path() + "/leader", "candidate");
        latch.start();
        awaitJoined(() -> latch.getOurPath() != null);
        Outcome.ready();
        latch.await();
        Outcome measured = new Outcome();
        measured.operations = 1;
        measured.report();
    }

    /** Its listeners are told who leads, not who waits: so it is asked again and again. */
    private static void awaitJoined(Callable<Boolean> joined) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!joined.call()) {
            if (System.nanoTime() - deadline > 0) throw new Exception("a latch does not join the queue");
            Thread.sleep(1);
        }
    }

    private LeaderLatch join() throws Exception {
        LeaderLatch latch = new LeaderLatch(clients.get(turn++ % 2), path, "candidate");
        latch.start();
        return latch;
    }

    private Outcome run(long length) throws Exception {
        Outcome measured = new Outcome();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < length) measured.latencies.add(handOver());
        measured.ended(begin);
        return measured;
    }

    private long handOver() throws Exception {
        LeaderLatch next = join();
        awaitJoined(() -> next.getParticipants().size() >= 2);
        long[] moment = new long[1];
        Thread awaits = new Thread(() -> {
            try {
                next.await();
                moment[0] = System.nanoTime();
            } catch (Exception failed) {
                failed.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        });
        awaits.start();
        long begin = System.nanoTime();
        leader.close();
        awaits.join();
        leader = next;
        return moment[0] - begin;
    }
}
