// What a virtual machine does with signals and threads: faults that become exceptions, safepoints, collections, processes, shutdown hooks.
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

public class Say {
    int field;

    static int faults(int count) {
        int caught = 0;
        for (int i = 0; i < count; ++i) {
            Say none = i % 2 == 0 ? null : new Say();
            try {
                caught += none.field;
            } catch (NullPointerException exception) {
                ++caught;
            }
        }
        return caught;
    }

    static int depth(int level) {
        try {
            return depth(level + 1);
        } catch (StackOverflowError error) {
            return level > 100 ? 1 : 0;
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println("null pointers: " + faults(200000));
        System.out.println("stack overflow: " + depth(0));
        AtomicInteger sum = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 50; ++i) {
            int number = i;
            Thread thread = new Thread(() -> {
                for (int j = 0; j < 1000; ++j) sum.addAndGet(new int[number + 1].length);
            });
            threads.add(thread);
            thread.start();
        }
        for (int i = 0; i < 20; ++i) System.gc();
        for (Thread thread : threads) thread.join();
        System.out.println("threads: " + sum);
        Thread sleeper = new Thread(() -> {
            try {
                Thread.sleep(100000);
            } catch (InterruptedException exception) {
                System.out.println("interrupted");
            }
        });
        sleeper.start();
        LockSupport.parkNanos(10_000_000);
        sleeper.interrupt();
        sleeper.join();
        for (int status : new int[] {0, 7, 255}) {
            Process process = new ProcessBuilder("sh", "-c", "echo child; exit " + status).start();
            String output = new String(process.getInputStream().readAllBytes());
            System.out.println(output.trim() + " " + process.waitFor());
        }
        Process killed = new ProcessBuilder("sleep", "100").start();
        killed.destroyForcibly();
        System.out.println("killed: " + killed.waitFor());
        var pool = Executors.newFixedThreadPool(8);
        List<CompletableFuture<Long>> sizes = new ArrayList<>();
        for (int i = 0; i < 200; ++i) {
            sizes.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return (long) Files.readAllBytes(Path.of("/etc/passwd")).length;
                } catch (java.io.IOException exception) {
                    return -1L;
                }
            }, pool));
        }
        System.out.println("files: " + sizes.stream().map(CompletableFuture::join).distinct().count());
        pool.shutdown();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        if (arguments.length > 0) {
            System.out.flush();
            ProcessHandle self = ProcessHandle.current();
            new ProcessBuilder("kill", "-TERM", Long.toString(self.pid())).start().waitFor();
            Thread.sleep(100000);
        }
        System.exit(3);
    }
}
