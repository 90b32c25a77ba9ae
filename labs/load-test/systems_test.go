package loadtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// lab opens a lab on the Redis that WORKBOOK_REDIS asks for.
func lab(t *testing.T) *Lab {
	t.Helper()
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	if backend.Kind == launch.KindRunning {
		t.Skip("the lab starts servers of its own: run this with WORKBOOK_REDIS unset, or server")
	}
	l, err := Open(backend)
	require.NoError(t, err)
	// All tests share the programs that have been built. The flags are the tests'
	// own, so that the compiler does its work once.
	l.programs, l.built, l.buildFlags = programs, built, raceFlag
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

var (
	programs string // the folder; TestMain makes and removes it
	built    = map[string]string{}
	raceFlag []string // -race, when the tests have it
)

// delivers puts a small load on a system: all of it must arrive, and be measured.
func delivers(t *testing.T, s System, nodes int) Run {
	t.Helper()
	l := lab(t)
	run, err := l.Steady(t.Context(), s, nodes, Load{Clients: 6, Senders: 2, Rooms: 2, Rate: 200, Size: 64, Warmup: 1, Length: time.Second}, "test")
	require.NoError(t, err)
	require.Empty(t, run.Failed)
	require.EqualValues(t, 200, run.Counts.Sent)
	require.EqualValues(t, 200*(nodes*6/2-1), run.Counts.Expected)
	require.Equal(t, Counts{Sent: run.Counts.Sent, Expected: run.Counts.Expected, Delivered: run.Counts.Expected}, run.Counts)
	require.Positive(t, run.CPU)
	require.Positive(t, run.Late.P50)
	require.LessOrEqual(t, run.Late.P50, run.Late.Max)
	require.Len(t, run.Timeline, 1)
	return run
}

func TestOursDelivers(t *testing.T) {
	run := delivers(t, Ours, 2)
	if os.Getenv("WORKBOOK_REDIS") == "server" {
		require.Len(t, run.Servers, 2+3, "two nodes, a master, two replicas")
	} else {
		require.Len(t, run.Servers, 2, "embedded servers are the lab itself")
	}
}

func TestThreeNodesHaveAReplicaEach(t *testing.T) { delivers(t, Ours, 3) }

func TestCeilingDelivers(t *testing.T) {
	run := delivers(t, Ceiling, 2)
	require.Len(t, run.Servers, 1, "one process for the clients of both nodes, and no Redis")
}

func TestNodeJSDelivers(t *testing.T) {
	redistest.NeedsServer(t)
	if _, err := nodeModules(t.Context()); err != nil {
		if os.Getenv("REQUIRE_NODE") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	delivers(t, NodeJS, 2)
}

func TestCentrifugeDelivers(t *testing.T) {
	redistest.NeedsServer(t)
	if out, _ := exec.Command("go", "env", "GOWORK").Output(); strings.TrimSpace(string(out)) == "off" {
		t.Skip("the peer is a module of its own, which go.work joins to this one: run it without GOWORK=off")
	}
	delivers(t, Centrifuge, 2)
	delivers(t, Tuned, 2)
}

func TestSocketIOGoDelivers(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	if out, _ := exec.Command("go", "env", "GOWORK").Output(); strings.TrimSpace(string(out)) == "off" {
		t.Skip("the peer is a module of its own, which go.work joins to this one: run it without GOWORK=off")
	}
	delivers(t, SocketIOGo, 2)
}

func TestLanesDeliver(t *testing.T) {
	if out, _ := exec.Command("go", "env", "GOWORK").Output(); strings.TrimSpace(string(out)) == "off" {
		t.Skip("that lab is a module of its own, which go.work joins to this one: run it without GOWORK=off")
	}
	delivers(t, Lanes, 2)
}

// A node whose clients are in no room of these hears all of it on one channel, and none of it on lanes.
func TestMessagesOfOthersAreCounted(t *testing.T) {
	redistest.NeedsServer(t) // an embedded server's CPU is the lab's own, and so is the load of these
	m := &comparison{figures: map[figure]float64{}, rounds: 1}
	was := foreignLoad
	t.Cleanup(func() { foreignLoad = was })
	foreignLoad = Load{Clients: 10, Senders: 1, Rate: 100, Warmup: 1, Length: time.Second}
	require.NoError(t, m.foreign(t.Context(), lab(t), []System{Ours, Ceiling}, 1))
	require.Positive(t, m.figures[figure{foreignCPU, Ours.Name, 1}])
	require.NotContains(t, m.figures, figure{foreignCPU, Ceiling.Name, 1}, "it has one node")
}

func TestIdleCrowdIsCountedAndWeighed(t *testing.T) {
	idle, err := lab(t).Idle(t.Context(), Ceiling, 1, 200, 1)
	require.NoError(t, err)
	require.Equal(t, 200, idle.Connections)
	require.Positive(t, idle.PerSecond)
	require.Positive(t, idle.BackPerSecond, "all left, and came back")
	require.Empty(t, idle.Failed)
}

// Its descriptors' numbers may be somebody else's by the second time.
func TestCrowdThatIsClosedTwiceClosesNothingOfOthers(t *testing.T) {
	c, err := gather(1, Chat{}, Load{Clients: 1, Rooms: 1})
	require.NoError(t, err)
	c.close()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	c.close()
	_, err = w.WriteString("still open")
	require.NoError(t, err)
	got := make([]byte, len("still open"))
	_, err = io.ReadFull(r, got)
	require.NoError(t, err)
	require.Equal(t, "still open", string(got))
}

func TestSlowClientLearnsWhyItWasClosed(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	was := slowLoad
	t.Cleanup(func() { slowLoad = was })
	// Fast enough to fill a queue, 1 MiB, and the sockets' buffers in the end; too slow to
	// fill another client's queue when the machine stands still for two seconds.
	slowLoad = Load{Clients: 3, Rate: 40, Size: 16 << 10, Warmup: 1, Length: 12 * time.Second}
	slow, err := lab(t).Slow(t.Context(), Ours, 1)
	require.NoError(t, err)
	require.True(t, slow.closedTooSlow(), slow.Closed)
	require.Zero(t, slow.With.Counts.Lost+slow.Without.Counts.Lost)
}

func TestWhatIsMissingIsOneSentence(t *testing.T) {
	_, err := Systems("redis-chat,nobody")
	require.EqualError(t, err, `there is no system "nobody": there are redis-chat, node.js, centrifuge, centrifuge-tuned, socket.io-go, ceiling and redis-chat-lanes`)
	_, err = Open(launch.Backend{Kind: launch.KindRunning})
	require.ErrorContains(t, err, "give embedded or server")
	t.Setenv("PATH", t.TempDir())
	_, err = nodeProgram(t.Context(), &Lab{programs: t.TempDir()})
	require.ErrorContains(t, err, "it needs Node.js 18 or newer and npm")
}

func TestServerThatRefusesIsToldAtOnce(t *testing.T) {
	refuses := httptest.NewServer(http.NotFoundHandler())
	defer refuses.Close()
	nobody, err := FreePort()
	require.NoError(t, err)
	for addr, want := range map[string]string{
		strings.TrimPrefix(refuses.URL, "http://"): "404 Not Found",
		"127.0.0.1:" + nobody:                      "connection refused",
	} {
		crowd, err := gather(1, Chat{}, Load{Clients: 2 * welcoming, Senders: 1, Rooms: 1})
		require.NoError(t, err)
		err = crowd.connect(t.Context(), []string{addr})
		crowd.close()
		require.ErrorContains(t, err, want)
	}
}
