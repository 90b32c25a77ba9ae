package deploy

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/client"
	emitter "example.com/redis-chat/06-emitter"
)

// onMachine says where each service runs: a replica beside its node.
var onMachine = map[string]int{"master": 1, "proxy": 1, "replica1": 2, "node1": 2, "replica2": 3, "node2": 3}

// startAll starts the services of compose.yaml, with the command and the variables that stand there, on three machines.
// Only paths and names are replaced: what is mounted is here, and a service's name is its address.
func startAll(t *testing.T) (machines [4]*machine) {
	t.Helper()
	all := services(t)
	newSwitch(t)
	for number := 1; number <= 3; number++ {
		var addresses []string
		for name, s := range all {
			if onMachine[name] == number {
				addresses = append(addresses, address(s))
			}
		}
		machines[number] = newMachine(t, number, addresses...)
	}
	dir := t.TempDir()
	pem := filepath.Join(dir, "chat.pem")
	certificate := certtest.NewAuthority(t).Issue(time.Hour, "chat.example.com")
	chain, err := os.ReadFile(certificate.CertFile)
	require.NoError(t, err)
	key, err := os.ReadFile(certificate.KeyFile)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(pem, slices.Concat(chain, key), 0o600))
	self, err := os.Executable()
	require.NoError(t, err)
	for _, name := range []string{"master", "replica1", "replica2", "node1", "node2", "proxy"} {
		s := all[name]
		here := func(word string) string {
			if other, ok := all[word]; ok {
				return address(other)
			}
			for _, v := range s.Volumes {
				switch {
				case word != v.Target:
				case v.Type == types.VolumeTypeVolume:
					word = filepath.Join(dir, v.Source)
					require.NoError(t, os.MkdirAll(word, 0o755))
				default:
					word = filepath.Join(dir, name+".conf")
					text, err := os.ReadFile(v.Source)
					require.NoError(t, err)
					replaced := strings.NewReplacer(
						"/etc/haproxy/chat.pem", pem,
						"maxconn 20000", "maxconn 500", // more than a shell's limit of open files allows
					).Replace(string(text))
					require.NoError(t, os.WriteFile(word, []byte(replaced), 0o644))
				}
			}
			return word
		}
		command, env := []string{self}, []string{"RUN_NODE=1", "GORACE=atexit_sleep_ms=10"}
		if s.Image != "chat-node" {
			command, env = nil, nil
		}
		for _, word := range s.Command {
			command = append(command, here(word))
		}
		for variable, value := range environment(s) {
			env = append(env, variable+"="+here(value))
		}
		machines[onMachine[name]].run(t, name, env, command...)
	}
	return machines
}

// ready reports whether the node of the machine delivers.
func (m *machine) ready() bool {
	resp, err := http.Get("http://" + m.at(3000) + "/readyz")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// dial leads to the machine's node, whatever name it is asked for.
func (m *machine) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, m.at(3000))
}

// missed is what the node of the machine counts as not seen.
func (m *machine) missed(t *testing.T) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DialContext: m.dial, DisableKeepAlives: true}}
	resp, err := client.Get("http://chat.example.com/metrics")
	found := regexp.MustCompile(`(?m)^chat_messages_missed_total (\S+)$`).FindStringSubmatch(body(t, "/metrics", resp, err))
	require.NotNil(t, found)
	count, err := strconv.ParseFloat(found[1], 64)
	require.NoError(t, err)
	return int(count)
}

// listener is a client that notes the numbers of what it hears.
type listener struct {
	*client.Client
	heard map[int]bool
}

func (m *machine) listen(t *testing.T, room string) *listener {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := client.Dial(ctx, "ws://chat.example.com", client.DialOptions{Name: "listener", Room: room, DialContext: m.dial})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return &listener{c, map[int]bool{}}
}

// until receives until it hears that number, or a later one.
func (l *listener) until(t *testing.T, number int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for last := -1; last < number; {
		m, err := l.Receive(ctx)
		require.NoError(t, err, "waiting for %d", number)
		var said string
		if m.Event == "count" && json.Unmarshal(m.Data, &said) == nil {
			digits, _, _ := strings.Cut(said, " ")
			last, err = strconv.Atoi(digits)
			require.NoError(t, err)
			l.heard[last] = true
		}
	}
}

// A machine with a node and its replica is cut off for so long that the master has no more of what was said meanwhile.
// The node counts as missed exactly what its client did not get; the other node goes on as if nothing had been.
func TestAMachineIsCutOffAndItsLossIsCounted(t *testing.T) {
	redistest.NeedsServer(t)
	needs(t, "redis-server", "redis-server")
	needs(t, "ip", "iproute2")
	needs(t, "nsenter", "util-linux")
	needs(t, "haproxy", "haproxy")
	if !apart(t) {
		return
	}
	machines := startAll(t)
	for _, number := range []int{2, 3} {
		require.Eventually(t, machines[number].ready, patience, tick, "machine %d", number)
	}
	there, away := machines[2].listen(t, "go"), machines[3].listen(t, "go")

	master := redis.NewClient(&redis.Options{Addr: machines[1].at(6379), Password: password})
	defer master.Close()
	e := emitter.New(master, emitter.Options{Timeout: patience, Linger: time.Millisecond}).To("go")
	said := 0
	say := func(times, bytes int) {
		for range times {
			_, err := e.Emit(t.Context(), "count", strconv.Itoa(said)+" "+strings.Repeat("x", bytes))
			if !errors.Is(err, emitter.ErrNoReceipt) { // of which replicas have it nothing depends here, and a busy machine's answer may be late
				require.NoError(t, err)
			}
			there.until(t, said) // one after the other: nobody's queue fills
			said++
		}
	}
	say(20, 10)
	away.until(t, said-1)
	require.Zero(t, machines[3].missed(t))

	machines[3].cut(t)
	require.Eventually(t, func() bool { return !machines[3].ready() }, patience, tick)
	say(250, 40_000) // 10 MB: more than repl-backlog-size
	require.Eventually(t, func() bool {
		return strings.Contains(master.Info(t.Context(), "replication").Val(), "connected_slaves:1\r\n")
	}, patience, tick, "repl-timeout lets the master give up the replica")
	require.Equal(t, "n1", welcomedBy(t, machines[1]), "the proxy sends those who come to the node that delivers")

	machines[3].mend(t)
	require.Eventually(t, machines[3].ready, patience, tick)
	say(1, 10)
	away.until(t, said-1)

	lost := 0
	for number := range said {
		require.True(t, there.heard[number], "node1's client misses %d", number)
		if !away.heard[number] {
			lost++
		}
	}
	t.Logf("said %d, lost %d", said, lost)
	require.GreaterOrEqual(t, lost, 200, "the machine was cut off")
	require.Equal(t, lost, machines[3].missed(t), "what the node counts is what its client did not get")
	require.Zero(t, machines[2].missed(t))
}

// welcomedBy is the node that a newcomer gets from the proxy.
func welcomedBy(t *testing.T, proxy *machine) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: "chat.example.com", InsecureSkipVerify: true}} // who it is tests of proxies prove
	conn, err := dialer.DialContext(ctx, "tcp", proxy.at(443))
	require.NoError(t, err)
	defer conn.Close()
	c, err := client.Dial(ctx, "ws://chat.example.com", client.DialOptions{Name: "newcomer", DialContext: handOut(conn)})
	require.NoError(t, err)
	defer c.Close()
	return c.Welcome().Node
}

// handOut dials nothing: the connection is there.
func handOut(conn net.Conn) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return conn, nil }
}
