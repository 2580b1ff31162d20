import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;

/** What is held while nothing happens: tries for it, and what holding costs. */
final class Held {
    private Held() {
    }

    static void measureTry(CuratorBench bench) throws Exception {
        List<CuratorFramework> clients = bench.connect(2);
        new InterProcessMutex(clients.get(0), bench.path() + "/lock").acquire();
        InterProcessMutex lock = new InterProcessMutex(clients.get(1), bench.path() + "/lock");
        tries(lock, bench.warmUp());
        Outcome.ready();
        tries(lock, bench.length()).report();
    }

    static void measureIdle(CuratorBench bench) throws Exception {
        CuratorFramework client = bench.connect(1).get(0);
        List<InterProcessMutex> held = new ArrayList<>();
        for (int i = 0; i < bench.number("waiters", 1); ++i) {
            held.add(new InterProcessMutex(client, bench.path() + "/" + i));
            held.get(i).acquire();
        }
        TimeUnit.NANOSECONDS.sleep(bench.warmUp());
        Outcome.ready();
        TimeUnit.NANOSECONDS.sleep(bench.length());
        Outcome measured = new Outcome();
        measured.seconds = bench.length() / 1e9;
        measured.operations = (long) (held.size() * measured.seconds); // one lock held for one second
        measured.report();
    }

    private static Outcome tries(InterProcessMutex lock, long length) throws Exception {
        Outcome measured = new Outcome();
        long start = System.nanoTime();
        for (long begin = start; begin - start < length; begin = System.nanoTime()) {
            if (lock.acquire(0, TimeUnit.MILLISECONDS)) throw new IllegalStateException("it is held");
            measured.latencies.add(System.nanoTime() - begin);
        }
        measured.ended(start);
        return measured;
    }
}
