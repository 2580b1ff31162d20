import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;

/** Makes a claim of the kind that a command names. */
final class Claims {
    private Claims() {
    }

    static Claim of(CuratorFramework client, String kind, String path) {
        switch (kind) {
            case "mutex":
                return new LockClaim(new InterProcessMutex(client, path));
            case "read":
                return new LockClaim(new InterProcessReadWriteLock(client, path).readLock());
            case "write":
                return new WriteClaim(new InterProcessReadWriteLock(client, path));
            case "semaphoreMutex":
                return new LockClaim(new InterProcessSemaphoreMutex(client, path));
            default:
                if (!kind.startsWith("semaphore:")) throw new IllegalArgumentException("unknown kind " + kind);
                int max = Integer.parseInt(kind.substring("semaphore:".length()));
                return new PermitClaim(new InterProcessSemaphoreV2(client, path, max), path);
        }
    }

    private static class LockClaim implements Claim {
        private InterProcessLock lock;

        LockClaim(InterProcessLock lock) {
            this.lock = lock;
        }

        @Override
        public String acquire(long timeoutMs) throws Exception {
            if (timeoutMs == FOR_EVER) lock.acquire();
            else if (!lock.acquire(timeoutMs, TimeUnit.MILLISECONDS)) return null;
            return node();
        }

        @Override
        public void release() throws Exception {
            lock.release();
        }

        String exchange(InterProcessLock other) throws Exception {
            other.acquire();
            lock.release();
            lock = other;
            return node();
        }

        // Curator tells a lock's path to subclasses only.
        private String node() throws ReflectiveOperationException {
            if (!(lock instanceof InterProcessMutex)) return "-";
            Method path = InterProcessMutex.class.getDeclaredMethod("getLockPath");
            path.setAccessible(true);
            return (String) path.invoke(lock);
        }
    }

    private static final class WriteClaim extends LockClaim {
        private final InterProcessReadWriteLock both;

        WriteClaim(InterProcessReadWriteLock both) {
            super(both.writeLock());
            this.both = both;
        }

        @Override
        public String downgrade() throws Exception {
            return exchange(both.readLock());
        }
    }

    private static final class PermitClaim implements Claim {
        private final InterProcessSemaphoreV2 semaphore;
        private final String path;
        private Lease held;

        PermitClaim(InterProcessSemaphoreV2 semaphore, String path) {
            this.semaphore = semaphore;
            this.path = path;
        }

        @Override
        public String acquire(long timeoutMs) throws Exception {
            held = timeoutMs == FOR_EVER ? semaphore.acquire() : semaphore.acquire(timeoutMs, TimeUnit.MILLISECONDS);
            return held == null ? null : path + "/leases/" + held.getNodeName();
        }

        @Override
        public void release() throws Exception {
            held.close();
        }
    }
}
