import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What came of a measurement, and how a runner and the harness take turns (runner/protocol.hpp). */
final class Outcome {
    long operations;
    double seconds;
    final List<Long> latencies = new ArrayList<>(); // nanoseconds

    void ended(long begin) {
        seconds = (System.nanoTime() - begin) / 1e9;
        operations = latencies.size();
    }

    void add(Outcome next) {
        operations += next.operations;
        seconds += next.seconds;
        latencies.addAll(next.latencies);
    }

    static void ready() throws IOException {
        say("ready");
        await();
    }

    static void done() {
        say("done");
    }

    void report() throws IOException {
        done();
        await();
        print();
    }

    void print() {
        String list = latencies.stream()
                .map(one -> Double.toString(one / 1e3))
                .collect(Collectors.joining(", ", "[", "]"));
        System.out.println("{\"operations\": " + operations + ", \"seconds\": " + seconds
                + ", \"latencies_us\": " + list + "}");
        System.out.flush();
    }

    private static void say(String word) {
        System.out.println(word);
        System.out.flush();
    }

    static void await() throws IOException {
        for (int letter = System.in.read(); letter != '\n'; letter = System.in.read()) {
            if (letter < 0) throw new EOFException("the harness has ended");
        }
    }
}
