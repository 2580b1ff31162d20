import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;

/** Threads take their claims and give them back, again and again. */
final class Cycle {
    private static final int PERMITS = 4;
    private static final int PARTS = 3;
    private static final int WRITES_ONE_IN = 10;

    /** Nanoseconds that the acquire took; what was acquired is given back. */
    private interface Claim {
        long cycle() throws Exception;
    }

    private Cycle() {
    }

    static void measure(CuratorBench bench) throws Exception {
        CuratorFramework client = bench.connect(1).get(0);
        List<List<Claim>> rotas = new ArrayList<>();
        for (int i = 0; i < bench.number("threads", 1); ++i) rotas.add(rota(client, bench, i));
        run(rotas, bench.warmUp(), 0);
        Outcome.ready();
        run(rotas, bench.length(), bench.number("operations", 0)).report();
    }

    private static List<Claim> rota(CuratorFramework client, CuratorBench bench, int thread) {
        String path = bench.path() + "/" + thread % bench.number("locks", 1);
        switch (bench.text("claim", "mutex")) {
            case "semaphore":
                InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(client, path, PERMITS);
                return List.of(() -> {
                    long begin = System.nanoTime();
                    Lease held = semaphore.acquire();
                    long taken = System.nanoTime() - begin;
                    held.close();
                    return taken;
                });
            case "read_write":
                InterProcessReadWriteLock both = new InterProcessReadWriteLock(client, path);
                List<Claim> rota = new ArrayList<>(Collections.nCopies(WRITES_ONE_IN, of(both.readLock())));
                rota.set(thread % WRITES_ONE_IN, of(both.writeLock()));
                return rota;
            case "multi":
                List<InterProcessLock> parts = new ArrayList<>();
                for (int i = 0; i < PARTS; ++i) parts.add(new InterProcessMutex(client, path + "-" + i));
                return List.of(of(new InterProcessMultiLock(parts)));
            default:
                return List.of(of(new InterProcessMutex(client, path)));
        }
    }

    private static Claim of(InterProcessLock lock) {
        return () -> {
            long begin = System.nanoTime();
            lock.acquire();
            long taken = System.nanoTime() - begin;
            lock.release();
            return taken;
        };
    }

    private static Outcome run(List<List<Claim>> rotas, long length, int most) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(rotas.size());
        long begin = System.nanoTime();
        List<Callable<List<Long>>> work = new ArrayList<>();
        for (List<Claim> rota : rotas) work.add(() -> work(rota, begin + length, most));
        Outcome measured = new Outcome();
        for (Future<List<Long>> one : threads.invokeAll(work)) measured.latencies.addAll(one.get());
        measured.ended(begin);
        threads.shutdown();
        return measured;
    }

    private static List<Long> work(List<Claim> rota, long end, int most) throws Exception {
        List<Long> taken = new ArrayList<>();
        while (most == 0 ? System.nanoTime() < end : taken.size() < most) {
            taken.add(rota.get(taken.size() % rota.size()).cycle());
        }
        return taken;
    }
}
