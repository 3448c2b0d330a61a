// What Go's runtime does with signals and threads: preemption, timers, faults that become panics, processes, signals as values.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func fault() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var none *struct{ field [4]int }
	none.field[2] = 1
	return "no fault"
}

func main() {
	fmt.Println(fault())
	var sum int64
	var group sync.WaitGroup
	for i := 0; i < 200; i++ {
		group.Add(1)
		go func(number int64) {
			defer group.Done()
			for j := 0; j < 1000; j++ {
				atomic.AddInt64(&sum, number)
			}
			runtime.LockOSThread()
			time.Sleep(time.Millisecond)
		}(int64(i))
	}
	group.Wait()
	fmt.Println("goroutines:", sum)

	stop := make(chan bool)
	var spins uint64
	for i := 0; i < runtime.GOMAXPROCS(0); i++ {
		go func() {
			for atomic.LoadUint64(&spins) < 1<<60 {
			}
		}()
	}
	go func() { time.Sleep(30 * time.Millisecond); runtime.GC(); stop <- true }()
	<-stop
	atomic.StoreUint64(&spins, 1<<60)
	fmt.Println("preempted")

	signals := make(chan os.Signal, 10)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGTERM)
	for i := 0; i < 3; i++ {
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		fmt.Println("got", <-signals)
	}
	for _, command := range []string{"exit 0", "exit 9", "kill -9 $$", "kill -TERM $$"} {
		fmt.Println(command, exec.Command("sh", "-c", command).Run())
	}
	command := exec.Command("sleep", "100")
	command.Start()
	command.Process.Signal(syscall.SIGSTOP)
	command.Process.Signal(syscall.SIGCONT)
	command.Process.Kill()
	fmt.Println(command.Wait())

	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { fmt.Fprint(connection, "hello"); connection.Close() }()
		}
	}()
	total := 0
	for i := 0; i < 50; i++ {
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			fmt.Println(err)
			continue
		}
		buffer := make([]byte, 10)
		size, _ := connection.Read(buffer)
		total += size
		connection.Close()
	}
	fmt.Println("bytes:", total)
	connection, _ := net.Dial("tcp", listener.Addr().String())
	silent, _ := net.Listen("tcp", "127.0.0.1:0")
	other, _ := net.Dial("tcp", silent.Addr().String())
	other.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err := other.Read(make([]byte, 1))
	fmt.Println("deadline:", os.IsTimeout(err))
	connection.Close()
	os.Exit(4)
}
