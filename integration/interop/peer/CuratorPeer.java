import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;

/**
 * Curator as a peer of the tests: CuratorPeer SERVERS SESSION_TIMEOUT_MS. Obeys the lines on standard input until
 * that ends (README.md), then closes its session. What it has to complain of goes to standard error.
 */
public final class CuratorPeer {
    private static final int START_MS = 30_000;

    private final Map<String, ExecutorService> threads = new HashMap<>();
    private final Commands commands;

    private CuratorPeer(CuratorFramework client) {
        commands = new Commands(client);
    }

    public static void main(String[] given) throws Exception {
        int sessionMs = Integer.parseInt(given[1]);
        CuratorFramework client = CuratorFrameworkFactory.newClient(
                given[0], sessionMs, sessionMs, new RetryNTimes(100, 100));
        client.getConnectionStateListenable().addListener(
                (whose, state) -> System.err.println("connection " + state));
        client.start();
        if (!client.blockUntilConnected(START_MS, TimeUnit.MILLISECONDS)) throw new Exception("no server");
        long session = client.getZookeeperClient().getZooKeeper().getSessionId();
        answer("ready", "peer", Long.toString(session));
        new CuratorPeer(client).obey(new BufferedReader(new InputStreamReader(System.in)));
        client.close();
        Runtime.getRuntime().halt(0); // threads that still wait do not matter
    }

    private void obey(BufferedReader lines) throws Exception {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            String command = words[0];
            String id = words[1];
            if (command.equals("enough")) {
                commands.enough(id);
                continue;
            }
            if (command.equals("contend")) commands.expectContention(id);
            threads.computeIfAbsent(id, unused -> Executors.newSingleThreadExecutor())
                    .execute(() -> run(command, id, Arrays.copyOfRange(words, 2, words.length)));
        }
    }

    private void run(String command, String id, String[] given) {
        try {
            String[] said = commands.run(command, id, given).split(" ", 2);
            answer(said[0], id, said.length > 1 ? said[1] : "");
        } catch (Exception failed) {
            failed.printStackTrace();
            answer("error", id, failed.toString().replace('\n', ' '));
        }
    }

    private static synchronized void answer(String word, String id, String rest) {
        System.out.println((word + " " + id + " " + rest).strip());
        System.out.flush();
    }
}
