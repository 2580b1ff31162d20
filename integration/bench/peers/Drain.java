import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;

/** Waiters queue up behind a holder; it leaves, and each of them in its turn. */
final class Drain {
    private static final int FEW = 200;

    private final InterProcessMutex holder;
    private final List<Thread> waiters = new ArrayList<>();
    private final List<Long> grants = Collections.synchronizedList(new ArrayList<>());

    private Drain(List<CuratorFramework> clients, String path, int count) throws Exception {
        holder = new InterProcessMutex(clients.get(0), path);
        holder.acquire();
        for (int i = 0; i < count; ++i) {
            InterProcessMutex lock = new InterProcessMutex(clients.get(i % clients.size()), path);
            waiters.add(new Thread(() -> waitForTurn(lock)));
            waiters.get(i).start();
        }
    }

    static void measure(CuratorBench bench) throws Exception {
        List<CuratorFramework> clients = bench.connect(bench.number("clients", 1));
        int count = bench.number("waiters", 1);
        long warm = System.nanoTime() + bench.warmUp();
        while (System.nanoTime() < warm) {
            new Drain(clients, bench.path() + "/warm", Math.min(count, FEW)).drain();
        }
        Outcome measured = new Outcome();
        for (int left = bench.number("repeat", 1); left > 0; --left) {
            Drain one = new Drain(clients, bench.path() + "/lock", count);
            Outcome.ready(); // the harness waits until all are in the queue
            measured.add(one.drain());
            Outcome.done();
            Outcome.await();
        }
        measured.print();
    }

    private void waitForTurn(InterProcessMutex lock) {
        try {
            lock.acquire();
            grants.add(System.nanoTime());
            lock.release();
        } catch (Exception failed) {
            failed.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private Outcome drain() throws Exception {
        Outcome measured = new Outcome();
        long last = System.nanoTime();
        long begin = last;
        holder.release();
        for (Thread one : waiters) one.join();
        for (long moment : grants) {
            measured.latencies.add(moment - last);
            last = moment;
        }
        measured.operations = grants.size();
        measured.seconds = (last - begin) / 1e9;
        return measured;
    }
}
