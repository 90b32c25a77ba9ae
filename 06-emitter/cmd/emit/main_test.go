package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/02-replication/watched"
	"example.com/redis-chat/05-distributed-relay/wire"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/06-emitter/system"
)

// asProgram makes the test binary be emit, or a node for it.
const asProgram = "EMIT_TEST_IS_THE_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case "emit":
		main()
	case "node":
		os.Exit(system.NodeMain())
	}
	logging.Disable()
	redistest.Main(m)
}

func emitLine(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = run(patiently(args...), func(string) string { return "" }, &o, &e)
	return code, o.String(), e.String()
}

// patiently gives the program more than its own two seconds, which a busy machine may need to connect. A time among the words counts instead.
func patiently(words ...string) []string {
	return append([]string{"-timeout", patience.String()}, words...)
}

func TestEmitSaysHowFarItGot(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	all := len(addrs) - 1
	client := redis.NewClient(&redis.Options{Addr: addrs[1]})
	defer client.Close()
	sub := client.PSubscribe(t.Context(), "socket.io#/#*")
	defer sub.Close()
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)

	code, out, errOut := emitLine("-redis", addrs[0], "-wait", strconv.Itoa(all), "-to", "r", "-to", "s", "-except", "bots", "message", "Hello!")
	require.Zero(t, code, errOut)
	require.Regexp(t, fmt.Sprintf(`^reached %d of %d replicas in \d+\.\d(ms|s)\n$`, all, all), out)
	m, err := sub.ReceiveMessage(t.Context())
	require.NoError(t, err)
	e, err := wire.DecodeEnvelope(m.Payload)
	require.NoError(t, err)
	require.Equal(t, []any{json.RawMessage(`"Hello!"`)}, e.Args)
	require.Equal(t, []string{"r", "s"}, e.Rooms)
	require.Equal(t, []string{"bots"}, e.Except)

	// The program asks for one replica more than there are, and waits for it as long as
	// it is told. That may be too short for the other replicas on this machine: then
	// the test tries twice as long.
	reached := fmt.Sprintf("reached %d of %d replicas", all, all)
	for timeout := 200 * time.Millisecond; ; timeout *= 2 {
		code, out, errOut = emitLine("-redis", addrs[0], "-wait", strconv.Itoa(all+1), "-timeout", timeout.String(), "message", `{"a":1}`)
		require.Equal(t, 1, code)
		if strings.Contains(out, reached) {
			break
		}
		require.Less(t, timeout, 2*time.Minute, out+errOut)
	}
	require.Contains(t, errOut, fmt.Sprintf("%d of %d", all, all+1))

	code, out, errOut = emitLine("-redis", addrs[1], "message")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, errOut, "this is a replica of "+addrs[0])
}

// The server at the default port may be somebody else's, as a package's that runs by itself: it takes everything, and exit code 0 says nothing.
func TestMasterWithoutReplicasIsAskedAbout(t *testing.T) {
	addr := redistest.Exclusive(t).Options().Addr
	code, out, errOut := emitLine("-redis", addr, "message", "Hello!")
	require.Zero(t, code, errOut)
	require.Regexp(t, `^reached 0 of 0 replicas in \S+: no replica follows `+regexp.QuoteMeta(addr)+`; is it the right master\?\n$`, out)
}

func TestDataIsJSONOrElseAString(t *testing.T) {
	for text, want := range map[string]any{
		`{"a":1}`: json.RawMessage(`{"a":1}`), `7`: json.RawMessage(`7`), `null`: json.RawMessage(`null`),
		`Hello!`: "Hello!", `{a}`: "{a}", ``: "",
	} {
		require.Equal(t, want, data(text))
	}
}

func TestMistakeInTheCallIsOneSentenceAndExit2(t *testing.T) {
	const (
		addr  = "want host:port, such as 127.0.0.1:6379"
		count = "want a whole number from 0 to 1000000"
		times = "want a time from 1ms to 24h, with its unit, as in 250ms or 10s"
	)
	server := redistest.Start(t).Options().Addr // the mistake is found whether there is a server or not
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "name an EVENT"},
		{[]string{""}, "this name of an event cannot be used"},
		{[]string{"$ack"}, "this name of an event cannot be used"},
		{[]string{"connect"}, "this name of an event cannot be used"},
		{[]string{"-wait", "x", "e"}, `-wait "x": ` + count},
		{[]string{"-wait", "-1", "e"}, `-wait "-1": ` + count},
		{[]string{"-wait", "99999999999999999999", "e"}, count},
		{[]string{"-timeout", "0", "e"}, `-timeout "0": ` + times},
		{[]string{"-timeout", "5", "e"}, times},
		{[]string{"-timeout", "-1s", "e"}, times},
		{[]string{"-timeout", "soon", "e"}, times},
		{[]string{"-timeout", "999999h", "e"}, times},
		{[]string{"-redis", "localhost", "e"}, `-redis "localhost": ` + addr},
		{[]string{"-redis", "localhost:zz", "e"}, addr},
		{[]string{"-redis", "localhost:0", "e"}, addr},
		{[]string{"-redis", "localhost:65536", "e"}, addr},
		{[]string{"-redis", "", "e"}, addr},
		{[]string{"-redis", "redis://localhost:6379", "e"}, addr},
		{[]string{"-redis", "localhost:6379/", "e"}, addr},
		{[]string{"-redis", "a:6379,b:6379", "e"}, addr},
		{[]string{"-channel-prefix", "a*", "e"}, `-channel-prefix "a*": want 1 to 128 bytes that can be printed`},
		{[]string{"-channel-prefix", "", "e"}, "want 1 to 128 bytes"},
		{[]string{"-nosuchflag", "e"}, "flag provided but not defined: -nosuchflag; -h lists the flags"},
		{[]string{"-wait"}, "flag needs an argument: -wait; -h lists the flags"},
		{[]string{"e", "data", "-to"}, `"-to" is one argument too many: flags come before EVENT`},
		{[]string{"-to", "", "e"}, "this name of a room cannot be used"},
		{[]string{"e", "1e999"}, "this argument cannot be sent"},
	} {
		code, out, errOut := emitLine(append([]string{"-redis", server}, c.args...)...)
		require.Equal(t, 2, code, c.args)
		require.Empty(t, out)
		require.Regexp(t, `^emit: [^\n]+\n$`, errOut)
		require.Contains(t, errOut, c.want, c.args)
	}
	for variable, want := range map[string]string{
		"REDIS_TLS": "REDIS_TLS \"a b\": want true or false", "CHANNEL_PREFIX": "CHANNEL_PREFIX \"a b\": want 1 to 128 bytes that can be printed",
	} {
		var errOut bytes.Buffer
		code := run([]string{"e"}, func(name string) string { return map[string]string{variable: "a b"}[name] }, &bytes.Buffer{}, &errOut)
		require.Equal(t, 2, code)
		require.Contains(t, errOut.String(), "emit: "+want)
	}
}

func TestEmitAsksTheSentinelsWhereTheMasterIs(t *testing.T) {
	redistest.NeedsServer(t)
	top, err := watched.Start(t.Context(), watched.Options{Topology: topology.Options{Backend: launch.Backend{Kind: launch.KindServer}}, Name: "chat"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, top.Close()) })
	require.NoError(t, top.FailOver(t.Context())) // it waits until the new master is named
	env := map[string]string{"SENTINELS": strings.Join(top.Sentinels(), ","), "MASTER_NAME": "chat"}
	var out, errOut bytes.Buffer
	code := run(patiently("message", "Hello!"), func(name string) string { return env[name] }, &out, &errOut)
	require.Zero(t, code, errOut.String())
	require.Regexp(t, `^reached \d of \d replicas?`, out.String())

	errOut.Reset()
	code = run(patiently("-master-name", "other", "message"), func(name string) string { return env[name] }, &out, &errOut)
	require.Equal(t, 1, code)
	require.Contains(t, errOut.String(), "it watches no master of that name")
}

func TestAddressAndSentinelsContradict(t *testing.T) {
	code, _, errOut := emitLine("-redis", "127.0.0.1:1", "-sentinels", "127.0.0.1:2", "e")
	require.Equal(t, 2, code)
	require.Equal(t, "emit: both -redis and -sentinels are given: the Sentinels say where the master is; leave out the other\n", errOut)
	code, _, errOut = emitLine("-sentinels", "user:se,cret@127.0.0.1:2", "e")
	require.Equal(t, 2, code)
	require.Contains(t, errOut, "no URL, no user, no password")
	require.NotContains(t, errOut, "se,cret")
}

func TestChannelPrefixIsAFlagAndAVariable(t *testing.T) {
	client := redistest.Start(t)
	addr := client.Options().Addr
	key := "test-" + rand.Text()
	for way, run := range map[string]func() int{
		"variable": func() int {
			return run(patiently("-redis", addr, "message"), func(name string) string { return map[string]string{"CHANNEL_PREFIX": key}[name] }, io.Discard, io.Discard)
		},
		"flag": func() int {
			return run(patiently("-redis", addr, "-channel-prefix", key, "message"), func(name string) string { return map[string]string{"CHANNEL_PREFIX": "other"}[name] }, io.Discard, io.Discard)
		},
	} {
		sub := client.Subscribe(t.Context(), key+"#/#")
		_, err := sub.Receive(t.Context())
		require.NoError(t, err)
		require.Zero(t, run(), way)
		_, err = sub.ReceiveMessage(t.Context())
		require.NoError(t, err, way)
		sub.Close()
	}
}

func TestConnectingMayTakeTheWholeTime(t *testing.T) {
	withTLS, _ := redistest.TLSProxy(t, redistest.Start(t).Options().Addr)
	way := redistest.StartWay(t, withTLS)
	way.Hold()
	defer time.AfterFunc(1500*time.Millisecond, way.Release).Stop() // more than what a dial may take by default
	getenv := func(name string) string { return map[string]string{"REDIS_TLS": "true"}[name] }
	var out, errOut bytes.Buffer
	require.Equal(t, 1, run(patiently("-redis", way.Addr, "message"), getenv, &out, &errOut))
	require.Contains(t, errOut.String(), "its certificate is not trusted here")
}

func TestMistakeInTheWorldIsOneSentenceAndExit1(t *testing.T) {
	for name, mistake := range redistest.Mistakes(t, redistest.Start(t).Options().Addr) {
		t.Run(name, func(t *testing.T) {
			getenv := func(name string) string {
				for _, entry := range mistake.Env {
					if value, ok := strings.CutPrefix(entry, name+"="); ok {
						return value
					}
				}
				return ""
			}
			timeout := "2m" // the other side says something, however slow this machine is
			if name == "silent" || name == "TLS is not wanted" {
				timeout = "1s" // or nobody ever says anything
			}
			var out, errOut bytes.Buffer
			require.Equal(t, 1, run([]string{"-redis", mistake.Addr, "-timeout", timeout, "message"}, getenv, &out, &errOut), errOut.String())
			require.Empty(t, out.String())
			require.Regexp(t, `^emit: publish to `+regexp.QuoteMeta(mistake.Addr)+`: [^\n]+\n$`, errOut.String())
			require.Contains(t, errOut.String(), mistake.Says)
		})
	}
}

func TestNodeOfAClusterEndsWith1(t *testing.T) {
	addr := redistest.Process(t, launch.ProcessOptions{Args: []string{"--cluster-enabled", "yes"}}).Addr()
	code, out, errOut := emitLine("-redis", addr, "-wait", "1", "message", "Hello!")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Equal(t, "emit: publish to "+addr+": "+emitter.ErrCluster.Error()+"\n", errOut)
}

// A failover comes between the question for the role and the event. (The package's own tests show it on real servers.)
func TestEventPublishedAtAReplicaIsNoSuccess(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{Hook: func(p *server.Peer, cmd string, _ ...string) bool {
		if cmd == "WAIT" {
			p.WriteError("ERR WAIT cannot be used with replica instances.")
		}
		return cmd == "WAIT"
	}})
	require.NoError(t, err)
	defer s.Close()
	code, out, errOut := emitLine("-redis", s.Addr(), "message", "Hello!")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Equal(t, "emit: publish to "+s.Addr()+": this is a replica: it was made one while the event was on its way, "+
		"which most likely reached no other server: publish it again, at the master\n", errOut)
}

// Redis 4 already had every command that emit sends.
func TestOldServersWillDo(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	all := len(addrs) - 1
	code, out, errOut := emitLine("-redis", redistest.Redis5Proxy(t, addrs[0]), "-wait", strconv.Itoa(all), "message")
	require.Zero(t, code, errOut)
	require.Contains(t, out, fmt.Sprintf("reached %d of %d replicas", all, all))
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestResultThatNobodyGetsIsNoSuccess(t *testing.T) {
	var errOut bytes.Buffer
	code := run(patiently("-redis", redistest.Start(t).Options().Addr, "message"), func(string) string { return "" }, full{}, &errOut)
	require.Equal(t, 1, code)
	require.Equal(t, "emit: no space left on device\n", errOut.String())
}
