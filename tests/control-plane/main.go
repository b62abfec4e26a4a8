// Control-plane is etcd, kube-apiserver, kube-controller-manager and
// kube-scheduler in one executable: the first argument says which.
//
// Signet's tests and its demo run against these, unmodified and of the
// versions in go.mod, so that what they prove holds on a real cluster.
//
// Whoever starts a component holds the other end of its standard input. When
// that end closes, by intention or because its owner was killed, the component
// ends too: nothing is left behind after a test that crashed. "supervise" gives
// the same to any other program.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// grace is what a component gets to end by itself.
const grace = 2 * time.Second

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	component := os.Args[1]
	os.Args = append([]string{component}, os.Args[2:]...)

	if component == "supervise" {
		os.Exit(supervise(os.Args[1:]))
	}
	go endWithOwner()

	var command *cobra.Command
	switch component {
	case "etcd":
		etcdmain.Main(os.Args)
		return
	case "kube-apiserver":
		command = apiserver.NewAPIServerCommand()
	case "kube-controller-manager":
		command = controllermanager.NewControllerManagerCommand()
	case "kube-scheduler":
		command = scheduler.NewSchedulerCommand()
	default:
		usage()
	}
	os.Exit(cli.Run(command))
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: control-plane etcd|kube-apiserver|kube-controller-manager|kube-scheduler [flags]")
	fmt.Fprintln(os.Stderr, "       control-plane supervise PROGRAM [argument ...]")
	os.Exit(2)
}

// endWithOwner ends this process once the owner's end of standard input is closed.
func endWithOwner() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	time.Sleep(grace)
	os.Exit(1)
}

// supervise runs a program and returns its exit code; it ends the program when
// standard input closes or a signal to end arrives.
func supervise(words []string) int {
	if len(words) == 0 {
		usage()
	}
	program := exec.Command(words[0], words[1:]...)
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	if err := program.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 127
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end <- syscall.SIGTERM
	}()
	go func() {
		<-end
		_ = program.Process.Signal(syscall.SIGTERM)
		time.Sleep(grace)
		_ = program.Process.Kill()
	}()
	_ = program.Wait()
	return program.ProcessState.ExitCode()
}
