/** What an id can hold: one face for Curator's locks and semaphores. Used by one thread, as Curator's locks demand. */
interface Claim {
    /** No limit to a wait. */
    long FOR_EVER = -1;

    /** Path of the own node ("-" where Curator does not tell it); null when the time was up. */
    String acquire(long timeoutMs) throws Exception;

    void release() throws Exception;

    /** A held write lock becomes a read lock without being let go in between. Path of the reader's node. */
    default String downgrade() throws Exception {
        throw new UnsupportedOperationException("only a write lock can be downgraded");
    }
}
