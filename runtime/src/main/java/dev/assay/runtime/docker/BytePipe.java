package dev.assay.runtime.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes from one thread to another, of which either may end first. Unlike the JDK's pipes it does
 * not ask which thread is alive and wakes its reader at once.
 */
final class BytePipe {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] ring;
    private long written;
    private long taken;
    private boolean noMoreWrites;
    private boolean noMoreReads;
    private final OutputStream sink = new Sink();
    private final InputStream source = new Source();

    BytePipe(int bytes) {
        this.ring = new byte[bytes];
    }

    OutputStream sink() {
        return sink;
    }

    InputStream source() {
        return source;
    }

    /** The reader gets what is there, and then the end. */
    void endWrites() {
        lock.lock();
        try {
            noMoreWrites = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The writer fails from now on. */
    void endReads() {
        lock.lock();
        try {
            noMoreReads = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            for (int done = 0; done < length; ) {
                while (written - taken == ring.length && !noMoreReads && !noMoreWrites) {
                    changed.await();
                }
                if (noMoreReads || noMoreWrites) {
                    throw new IOException("nobody reads this any more");
                }
                while (done < length && written - taken < ring.length) {
                    ring[(int) (written++ % ring.length)] = bytes[offset + done++];
                }
                changed.signalAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing");
        } finally {
            lock.unlock();
        }
    }

    private int read(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            while (written == taken && !noMoreWrites && !noMoreReads) {
                changed.await();
            }
            if (written == taken || noMoreReads) {
                return -1;
            }
            int count = 0;
            while (count < length && taken < written) {
                bytes[offset + count++] = ring[(int) (taken++ % ring.length)];
            }
            changed.signalAll();
            return count;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading");
        } finally {
            lock.unlock();
        }
    }

    private final class Sink extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b});
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            BytePipe.this.write(bytes, offset, length);
        }

        @Override
        public void close() {
            endWrites();
        }
    }

    private final class Source extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return length == 0 ? 0 : BytePipe.this.read(bytes, offset, length);
        }

        @Override
        public void close() {
            endReads();
        }
    }
}
