import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The log of guarded sections that all peers share; its format is described in guard_log.hpp. */
final class GuardLog implements AutoCloseable {
    private final FileOutputStream file;
    private final String name;
    private final String kind;

    GuardLog(String path, String name, String kind) throws IOException {
        this.file = new FileOutputStream(path, true);
        this.name = name;
        this.kind = kind;
    }

    void enter() throws IOException {
        append("enter " + name + " " + kind);
    }

    void leave() throws IOException {
        append("leave " + name);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    // One write to a file opened for appending: lines of several processes neither mix nor overtake each other.
    private void append(String line) throws IOException {
        file.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
