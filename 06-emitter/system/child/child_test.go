package child_test

import (
	"bufio"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/06-emitter/system/child"
)

// patience is how long a test waits for something that is bound to come. It is
// there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

// The test program is the child, too, when it is told so: it logs what it hears.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		for heard := bufio.NewScanner(os.Stdin); heard.Scan(); {
			switch heard.Text() {
			case "leave":
				os.Exit(3)
			case "finish":
				os.Exit(0)
			}
			fmt.Fprintln(os.Stderr, "heard", heard.Text())
		}
		return
	}
	redistest.Main(m)
}

// echo is that child, and what it logs.
func echo(t *testing.T, o child.Options) (p *child.Process, log <-chan string) {
	self, err := os.Executable()
	require.NoError(t, err)
	lines := make(chan string, 100)
	o.Name, o.Command = "echo", []string{self, "child"}
	o.Log = func(line []byte) (keep bool) {
		lines <- string(line)
		return string(line) != "heard chatter"
	}
	p = child.New(o)
	t.Cleanup(func() { p.Close(patience) })
	return p, lines
}

func hears(t *testing.T, log <-chan string, want string) {
	t.Helper()
	select {
	case line := <-log:
		require.Equal(t, "heard "+want, line)
	case <-time.After(patience):
		require.FailNow(t, "nothing is heard", want)
	}
}

func TestEachRunIsToldWhatTheLastOneWasTold(t *testing.T) {
	p, log := echo(t, child.Options{})
	p.Tell("before it runs")
	require.NoError(t, p.Start())
	hears(t, log, "before it runs")
	p.Tell("a")
	p.Tell("b")
	hears(t, log, "a")
	hears(t, log, "b")
	first := p.PID()
	require.NoError(t, p.Kill())
	require.Zero(t, p.PID())
	require.NoError(t, p.Start())
	hears(t, log, "b")
	require.NotEqual(t, first, p.PID())
	require.ErrorIs(t, p.Start(), child.ErrRuns)
}

func TestEndThatNobodyAskedForIsTold(t *testing.T) {
	type end struct {
		why  error
		last []string
	}
	ends := make(chan end, 1)
	p, log := echo(t, child.Options{Died: func(why error, last []string) { ends <- end{why, last} }})
	require.NoError(t, p.Start())
	for _, line := range []string{"something", "chatter"} {
		p.Tell(line)
		hears(t, log, line)
	}
	p.Tell("leave")
	<-p.Ended()
	died := <-ends
	require.ErrorContains(t, died.why, "exit status 3")
	require.False(t, child.FromOutside(died.why))
	require.Equal(t, []string{"heard something"}, died.last)
	require.Equal(t, "heard something", p.LastLine())

	p.Tell("again")
	require.NoError(t, p.Start())
	hears(t, log, "again")
	process, err := os.FindProcess(p.PID())
	require.NoError(t, err)
	require.NoError(t, process.Kill(), "as somebody else would")
	if died := <-ends; !child.FromOutside(died.why) {
		require.ErrorContains(t, died.why, "exit status 1") // on Windows nothing else is known
	}

	p.Tell("finish")
	require.NoError(t, p.Start())
	died = <-ends
	require.EqualError(t, died.why, "exit code 0, as after SIGTERM")
	require.True(t, child.FromOutside(died.why), "the log need not be shown")

	p.Tell("again")
	require.NoError(t, p.Start())
	hears(t, log, "again")
	p.Stop(patience)
	require.Empty(t, ends, "this one was asked for")
}

func TestClosedProcessIsNotStartedAgain(t *testing.T) {
	p := child.New(child.Options{Name: "node-1", Command: []string{"no-such-program"}})
	require.True(t, p.Close(0))
	require.ErrorIs(t, p.Start(), child.ErrClosed, "by a restart that has already stopped it")
}

// loaded is when the test's own code began to run.
var loaded = time.Now()

func TestProcessBeganBeforeItsCode(t *testing.T) {
	require.False(t, child.ProcessStart().After(loaded))
}
