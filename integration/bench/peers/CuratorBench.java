import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;

/** Curator as a runner of the benchmark, CuratorBench VERB --option value... (runner/arguments.hpp). */
public final class CuratorBench {
    private final Map<String, String> given = new HashMap<>();
    private final List<CuratorFramework> clients = new ArrayList<>();

    private CuratorBench(String[] arguments) {
        for (int i = 1; i + 1 < arguments.length; i += 2) given.put(arguments[i].substring(2), arguments[i + 1]);
    }

    public static void main(String[] arguments) throws Exception {
        CuratorBench bench = new CuratorBench(arguments);
        switch (arguments[0]) {
            case "cycle":
                Cycle.measure(bench);
                break;
            case "drain":
                Drain.measure(bench);
                break;
            case "lead":
                Lead.measure(bench);
                break;
            case "candidate":
                Lead.measureCandidate(bench);
                break;
            case "try":
                Held.measureTry(bench);
                break;
            case "idle":
                Held.measureIdle(bench);
                break;
            default:
                throw new IllegalArgumentException(arguments[0]);
        }
        for (CuratorFramework client : bench.clients) client.close();
        Runtime.getRuntime().halt(0); // threads that are left do not matter
    }

    String text(String option, String otherwise) {
        return given.getOrDefault(option, otherwise);
    }

    int number(String option, int otherwise) {
        return given.containsKey(option) ? Integer.parseInt(given.get(option)) : otherwise;
    }

    String path() {
        return given.get("path");
    }

    /** Nanoseconds. */
    long length() {
        return nanoseconds("seconds", "1");
    }

    long warmUp() {
        return nanoseconds("warmup", "0");
    }

    private long nanoseconds(String option, String otherwise) {
        return (long) (Double.parseDouble(text(option, otherwise)) * 1e9);
    }

    /** Connected; once. */
    List<CuratorFramework> connect(int count) throws Exception {
        int sessionMs = number("session-ms", 10_000);
        for (int i = 0; i < count; ++i) {
            clients.add(CuratorFrameworkFactory.newClient(
                    text("servers", ""), sessionMs, sessionMs, new RetryNTimes(100, 100)));
            clients.get(i).start();
        }
        for (CuratorFramework client : clients) {
            if (!client.blockUntilConnected(30, TimeUnit.SECONDS)) throw new Exception("no server answers");
        }
        return clients;
    }
}
